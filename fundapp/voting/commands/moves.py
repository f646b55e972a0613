"""Let a selected project fall out of an outcome that binds, and the next of the reserve list come in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import ask, tell
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.commands.after import hold_result
from fundapp.voting.events import OutcomeMoved
from fundapp.voting.models import VoteRound
from fundapp.voting.move_models import VoteLeave, VoteLeaveWithdrawal, VoteMove


@dataclass(frozen=True)
class AskLeave:
    """Ask that a project which is in falls out."""

    round_id: int
    project_id: int
    reason: str


@dataclass(frozen=True)
class ConfirmLeave:
    """Confirm what another asked."""

    round_id: int
    leave_id: int


@dataclass(frozen=True)
class WithdrawLeave:
    """Take back what one asked."""

    round_id: int
    leave_id: int


@dataclass(frozen=True)
class LetIn:
    """Let the next of the reserve list in: the project as it was read."""

    round_id: int
    project_id: int


def ask_leave(session: Session, actor: Actor, cmd: AskLeave, clock: Clock) -> VoteLeave:
    """Ask that a project falls out; nothing moves before another person confirms it.

    Raises:
        NotVisible: there is no such round, or its outcome does not bind.
        Forbidden: neither the worker nor an officer of the place.
        Refused: no reason; the project is not in; it has a supplier or a standing claim, or its work has begun.
    """
    round_, now = _hold(session, actor, cmd.round_id, clock)
    if not cmd.reason.strip():
        raise Refused("voting.leave_needs_reason", field="reason")
    _check_may_leave(session, round_, cmd.project_id)
    made = VoteLeave(
        round_id=round_.id,
        candidate_id=queries.candidate_ids(session, round_.id)[cmd.project_id],
        reason=cmd.reason.strip(),
        asked_by_id=actor.person_id,
        at=now,
    )
    session.add(made)
    session.flush()
    record(session, actor, "voting.ask_leave", f"vote_round:{round_.id}", now, project=cmd.project_id)
    return made


def confirm_leave(session: Session, actor: Actor, cmd: ConfirmLeave, clock: Clock) -> VoteMove:
    """Let a project fall out, as a second person: its money is free, and it may stand in another round.

    Raises:
        NotVisible: there is no such round, its outcome does not bind, or nobody asked that.
        Forbidden: neither the worker nor an officer of the place; who asked (``voting.own_leave``).
        Refused: asked too long ago, or taken back; the project is not in any more; it has a supplier or a standing
            claim.
    """
    round_, now = _hold(session, actor, cmd.round_id, clock)
    asked = queries.leave_of(session, round_.id, cmd.leave_id)
    policy.check_may_confirm_leave(actor, asked.asked_by_id, asked.at, now)
    numbers = {number: project_id for project_id, number in queries.candidate_ids(session, round_.id).items()}
    project_id = numbers[asked.candidate_id]
    _check_may_leave(session, round_, project_id)
    _check_still_asked(session, asked.id)
    return _move(session, actor, round_, VoteMove(leave_id=asked.id, skipped=[]), project_id, now, asked.reason)


def withdraw_leave(session: Session, actor: Actor, cmd: WithdrawLeave, clock: Clock) -> VoteLeaveWithdrawal:
    """Take back what one asked, as long as nobody confirmed it; the project stays in, and may be asked out anew.

    Raises:
        NotVisible: there is no such round, its outcome does not bind, or nobody asked that.
        Forbidden: neither the worker nor an officer of the place; somebody else asked (``voting.leave_of_another``).
        Refused: confirmed or taken back already (``voting.leave_over``).
    """
    round_, now = _hold(session, actor, cmd.round_id, clock)
    asked = queries.leave_of(session, round_.id, cmd.leave_id)
    if asked.asked_by_id != actor.person_id:
        raise Forbidden("voting.leave_of_another")
    _check_still_asked(session, asked.id)
    made = VoteLeaveWithdrawal(leave_id=asked.id, person_id=actor.person_id, at=now)
    session.add(made)
    session.flush()
    record(session, actor, "voting.withdraw_leave", f"vote_round:{round_.id}", now, leave=asked.id)
    return made


def let_in(session: Session, actor: Actor, cmd: LetIn, clock: Clock) -> VoteMove:
    """Let in who is next: strictly by rank, passing over only who does not fit or cannot come in any more.

    Raises:
        NotVisible: there is no such round, or its outcome does not bind.
        Forbidden: neither the worker nor an officer of the place.
        Refused: nobody fits; somebody else is next (``voting.another_is_next``).

    Source: docs/rules/voting.md "Out and in again".
    """
    round_, now = _hold(session, actor, cmd.round_id, clock)
    found = queries.next_of(session, round_.id, queries.pot_of(session, round_.id))
    if found is None:
        raise Refused("voting.nobody_fits")
    if found.project_id != cmd.project_id:
        raise Refused("voting.another_is_next")
    skipped = [[project_id, why.value] for project_id, why in found.skipped]
    return _move(session, actor, round_, VoteMove(leave_id=None, skipped=skipped), found.project_id, now, "")


def _hold(session: Session, actor: Actor, round_id: int, clock: Clock) -> tuple[VoteRound, datetime]:
    round_, _result = hold_result(session, round_id)
    policy.check_publisher(actor, get_place(session, round_.place_id).path)
    policy.check_binds(*queries.ends_of(session, round_id))
    return round_, clock.now(session)


def _check_still_asked(session: Session, leave_id: int) -> None:
    if queries.leave_is_over(session, leave_id):
        raise Refused("voting.leave_over")


def _check_may_leave(session: Session, round_: VoteRound, project_id: int) -> None:
    if project_id not in queries.pot_of(session, round_.id).inside:
        raise Refused("voting.not_in", field="project")
    against: str | None = ask("voting.against_leaving", session, project_id)
    if against:
        raise Refused(against, field="project")


def _move(
    session: Session, actor: Actor, round_: VoteRound, move: VoteMove, project_id: int, now: datetime, reason: str
) -> VoteMove:
    pot, enters = queries.pot_of(session, round_.id), move.leave_id is None
    cost = {row.project_id: fen(row.cost_fen) for row in queries.candidates_of(session, round_.id)}[project_id]
    move.round_id, move.number, move.enters = round_.id, pot.moves + 1, enters
    move.candidate_id = queries.candidate_ids(session, round_.id)[project_id]
    move.budget_fen, move.cost_fen = round_.budget_fen, from_fen(pot.cost + (cost if enters else -cost))
    move.person_id, move.at = actor.person_id or 0, now
    session.add(move)
    session.flush()
    deed = "voting.let_in" if enters else "voting.leave"
    record(session, actor, deed, f"vote_round:{round_.id}", now, project=project_id)
    tell(session, OutcomeMoved(round_.id, round_.title, project_id, enters, reason, actor, now))
    return move
