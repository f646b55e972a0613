"""Print numbered ballots without doors, read each by two people, and account for every one."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.kernel.sheets import SheetEnd, SheetState
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.box_models import VoteBoxClosing, VoteSlip, VoteSlipChoice
from fundapp.voting.commands.boxes import hold_box
from fundapp.voting.method import check_marks, marks_of
from fundapp.voting.models import VoteRound
from fundapp.voting.rounds import Channel
from fundapp.voting.sheet_models import VoteReading, VoteSheet, VoteSheetEnd

MOST_SHEETS = 500


@dataclass(frozen=True)
class PrintBallots:
    """Register so many more sheets."""

    round_id: int
    count: int


@dataclass(frozen=True)
class ReadBallot:
    """What somebody reads from a sheet; not ``valid``: it cannot be counted, and names nothing."""

    round_id: int
    serial: int
    project_ids: tuple[int, ...]
    valid: bool = True
    points: tuple[int, ...] = ()


@dataclass(frozen=True)
class EndBallots:
    """Say what became of sheets that are not counted."""

    round_id: int
    serials: tuple[int, ...]
    how: SheetEnd
    reason: str = ""


def print_ballots(session: Session, actor: Actor, cmd: PrintBallots, clock: Clock) -> list[VoteSheet]:
    """Register sheets before they are printed, until the box is closed.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: not the worker of the community.
        Refused: ballots of this round have doors; none or too many sheets; the box is closed.
    """
    held = hold_box(session, cmd.round_id, clock)
    policy.check_worker(actor, get_place(session, held.round.place_id).path)
    if held.round.secrecy.by_door:
        raise Refused("voting.keyed_by_door")
    if not 1 <= cmd.count <= MOST_SHEETS:
        raise Refused("voting.sheets_at_once", field="count", most=MOST_SHEETS)
    if queries.closing_of(session, held.round.id) is not None:
        raise Refused("voting.box_is_closed")
    last = queries.last_serial(session, held.round.id)
    made = {"round_id": held.round.id, "registered_by_id": actor.person_id, "registered_at": held.now}
    rows = [VoteSheet(serial=last + number, **made) for number in range(1, cmd.count + 1)]
    session.add_all(rows)
    session.flush()
    record(session, actor, "voting.print_ballots", f"vote_round:{held.round.id}", held.now, sheets=len(rows))
    return rows


def read_ballot(session: Session, actor: Actor, cmd: ReadBallot, clock: Clock) -> VoteSlip | None:
    """Take one person's reading of a sheet; it counts, once, when two people read the same.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: the box is not closed; no such sheet, or one that is counted, void or missing; read by the same person
            already, and nobody read it otherwise; choices that do not fit; more sheets than doors that handed one in.

    Source: design.md rule 11; peers.md row 80.
    """
    round_, closing = _hold(session, actor, cmd.round_id, clock)
    now, stand = clock.now(session), queries.sheet_stand(session, round_.id)
    if stand.states.get(cmd.serial) is not SheetState.OUT:
        raise Refused("voting.sheet_not_out", field="serial", serial=cmd.serial)
    if cmd.serial not in stand.waiting_for(actor.person_id):
        raise Refused("voting.read_by_another", field="serial", serial=cmd.serial)
    marks, ids = _marks(session, round_, cmd)
    said = {str(project): points for project, points in sorted(marks.items())}
    number = queries.readings_by(session, round_.id, cmd.serial, actor.person_id) + 1
    at = {"round_id": round_.id, "serial": cmd.serial, "person_id": actor.person_id}
    session.add(VoteReading(**at, number=number, marks=said, at=now))
    session.flush()
    others = queries.newest_readings(session, round_.id, cmd.serial).get(cmd.serial, {})
    agreed = any(read == said for person_id, read in others.items() if person_id != actor.person_id)
    slip = _enter(session, closing, cmd.serial, marks, ids) if agreed else None
    record(session, actor, "voting.read_ballot", f"vote_round:{round_.id}", now, serial=cmd.serial, counted=bool(slip))
    return slip


def end_ballots(session: Session, actor: Actor, cmd: EndBallots, clock: Clock) -> list[VoteSheetEnd]:
    """Say of sheets that are not counted that they are void, with a reason, or have not come back.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: the box is not closed; no sheet, or one that is counted or ended; void without a reason.
    """
    round_, _closing = _hold(session, actor, cmd.round_id, clock)
    now, states = clock.now(session), queries.sheet_stand(session, round_.id).states
    wrong = [serial for serial in cmd.serials if states.get(serial) is not SheetState.OUT]
    if wrong or not cmd.serials:
        raise Refused("voting.sheet_not_out", field="serials", serial=wrong[0] if wrong else "")
    if cmd.how is SheetEnd.VOID and not cmd.reason.strip():
        raise Refused("voting.void_needs_reason", field="reason")
    made = {
        "round_id": round_.id,
        "how": cmd.how,
        "reason": cmd.reason.strip(),
        "person_id": actor.person_id,
        "at": now,
    }
    rows = [VoteSheetEnd(serial=serial, **made) for serial in sorted(set(cmd.serials))]
    session.add_all(rows)
    session.flush()
    record(session, actor, "voting.end_ballots", f"vote_round:{round_.id}", now, sheets=len(rows), how=cmd.how.value)
    return rows


def _hold(session: Session, actor: Actor, round_id: int, clock: Clock) -> tuple[VoteRound, VoteBoxClosing]:
    round_ = lock(session, VoteRound, round_id)
    if round_ is None or queries.opening_of(session, round_id) is None:
        raise NotVisible
    state = queries.state_now(session, round_, clock.now(session))
    policy.check_may_publish(actor, get_place(session, round_.place_id).path, round_, state)
    closing = queries.closing_of(session, round_id)
    if closing is None:
        raise Refused("voting.box_not_closed")
    return round_, closing


def _marks(session: Session, round_: VoteRound, cmd: ReadBallot) -> tuple[dict[int, int], dict[int, int]]:
    lines = queries.ballot_lines(session, round_.id)
    ids = {project_id: line[0] for project_id, line in lines.items()}
    if not cmd.valid:
        if cmd.project_ids:
            raise Refused("voting.invalid_names_nothing", field="choices")
        return {}, ids
    marks = marks_of(round_.method, cmd.project_ids, cmd.points)
    costs = {project_id: line[1] for project_id, line in lines.items()}
    check_marks(round_.method, cmd.project_ids, marks, costs, fen(round_.budget_fen))
    return marks, ids


def _enter(
    session: Session, closing: VoteBoxClosing, serial: int, marks: dict[int, int], ids: dict[int, int]
) -> VoteSlip:
    if len(queries.paper_serials(session, closing.round_id)) >= closing.papers:
        raise Refused("voting.more_sheets_than_doors", field="serial", papers=closing.papers)
    slip = VoteSlip(round_id=closing.round_id, channel=Channel.PAPER, serial=serial, choices=len(marks))
    session.add(slip)
    session.flush()
    session.add_all(
        VoteSlipChoice(round_id=closing.round_id, slip_id=slip.id, candidate_id=ids[project], points=points)
        for project, points in sorted(marks.items())
    )
    session.flush()
    return slip
