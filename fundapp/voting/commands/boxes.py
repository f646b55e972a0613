"""Take sealed ballots and papers into the box of a round, close the box, and write back what was counted outside."""

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.box import (
    DIGITS,
    Slip,
    check_slip,
    draw_slip_code,
    fingerprint,
    next_root,
    plain,
    read_count,
    room,
    root_of,
)
from fundapp.voting.box_models import VoteBox, VoteBoxClosing, VoteBoxRoot, VoteOpened, VoteSlip, VoteSlipChoice
from fundapp.voting.commands.ballots import Coded, check_coded
from fundapp.voting.method import check_marks, marks_of
from fundapp.voting.models import VoteOpening, VoteRound
from fundapp.voting.rounds import Channel, RoundState
from fundapp.voting.seal import seal
from fundapp.voting.secrecy import Secrecy

_HOUR = "%Y%m%d%H"


@dataclass(frozen=True)
class CastSealed:
    """A household's own ballot of a sealed round, with four digits of the voter's own."""

    round_id: int
    unit_id: int
    project_ids: tuple[int, ...]
    digits: str
    points: tuple[int, ...] = ()


@dataclass(frozen=True)
class TakePaper:
    """A household hands in its paper at this place, or at its door; what stands on it nobody sees here."""

    round_id: int
    unit_id: int
    seat: str
    visit: bool = False


@dataclass(frozen=True)
class CloseBox:
    """Publish what lies in the box, before anything is opened."""

    round_id: int


@dataclass(frozen=True)
class WriteBack:
    """Write back the file of a count."""

    round_id: int
    file: bytes


@dataclass(frozen=True)
class SealedReceipt:
    """What the voter is shown once: nobody keeps the code."""

    unit_id: int
    at: datetime
    code: str
    digits: str
    fingerprint: str
    again: bool


@dataclass(frozen=True)
class BoxHold:
    """A round whose box this deed holds, against its closing or, where a root is due, against everybody."""

    round: VoteRound
    opening: queries.Opened
    state: RoundState
    now: datetime


def cast_sealed(
    session: Session,
    actor: Actor,
    cmd: CastSealed,
    clock: Clock,
    chance: random.Random | None = None,
    by: Coded | None = None,
) -> SealedReceipt:
    """Seal a household's ballot and put it into the box; the newest one counts, the older one is overwritten.

    The household's own person casts it, or, with nobody signed in, whoever holds its living code (``by``). No deed is
    noted of it, and the code of the ballot is only in what this gives back and inside the seal.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: not a person of the household, or the household is not on the frozen roster.
        Refused: the round is not sealed; outside the window; nothing or too much chosen; not four digits; the household
            handed in a paper (``voting.already_cast_paper``); a code that was replaced, a kiosk that has ended.

    Source: reliability.md §4.1.
    """
    held = hold_box(session, cmd.round_id, clock)
    if held.round.secrecy is not Secrecy.SEALED:
        raise Refused("voting.not_sealed")
    marks = marks_of(held.round.method, cmd.project_ids, cmd.points)
    whose = {"unit_id": cmd.unit_id, "person_id": actor.person_id, "op_key": "", "now": held.now}
    known = queries.known_of(session, snapshot_id=held.opening.snapshot_id, **whose)
    seat = check_coded(session, by, held.round, cmd.unit_id) if by else ""
    policy.check_may_vote(held.round, held.state, by is not None or known.speaks, known.listed)
    lines = queries.ballot_lines(session, held.round.id)
    costs = {project_id: cost for project_id, (_id, cost) in lines.items()}
    check_marks(held.round.method, cmd.project_ids, marks, costs, fen(held.round.budget_fen))
    if not (len(cmd.digits) == DIGITS and cmd.digits.isascii() and cmd.digits.isdecimal()):
        raise Refused("voting.four_digits", field="digits")
    slip = Slip(draw_slip_code(chance or random.SystemRandom()), cmd.digits, marks)
    key = queries.public_key_of(session, held.round.id)
    sealed = seal(plain(slip, room(held.round.method, lines)), key, held.opening.rules_hash)
    channel = by.channel if by else Channel.PHONE
    again = _put(session, held, VoteBox(unit_id=cmd.unit_id, channel=channel, sealed=sealed.hex(), seat=seat))
    return SealedReceipt(cmd.unit_id, held.now, slip.code, cmd.digits, fingerprint(sealed), again)


def take_paper(session: Session, actor: Actor, cmd: TakePaper, clock: Clock) -> VoteBox:
    """Note that a household handed in its paper: where it voted on its phone before, the paper counts.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: not the worker of the community.
        Refused: a round whose ballots are kept by door; outside the window; a door that is not on the roster; it has
            handed in a paper already.

    Source: reliability.md V5.
    """
    held = hold_box(session, cmd.round_id, clock)
    policy.check_worker(actor, get_place(session, held.round.place_id).path)
    if held.round.secrecy.by_door:
        raise Refused("voting.keyed_by_door")
    policy.check_open(held.round, held.state)
    if not queries.on_roster(session, held.opening.snapshot_id, cmd.unit_id):
        raise Refused("voting.door_not_on_roster", field="door")
    channel = Channel.VISIT if cmd.visit else Channel.PAPER
    row = VoteBox(unit_id=cmd.unit_id, channel=channel, seat=cmd.seat, taken_by_id=actor.person_id)
    _put(session, held, row)
    record(session, actor, "voting.take_paper", f"vote_round:{held.round.id}", held.now)
    return row


def hold_box(session: Session, round_id: int, clock: Clock) -> BoxHold:
    """Hold the box of a round, shared with other voters; where an hour has passed, alone, and take its root first."""
    due = _due(queries.last_root_at(session, round_id), clock.now(session))
    query = select(VoteRound).where(VoteRound.id == round_id).with_for_update(read=not due)
    round_ = session.scalar(query.execution_options(populate_existing=True))
    if round_ is None:
        raise NotVisible
    now = clock.now(session)
    opening, state = queries.opened_now(session, round_, now)
    if opening is None:
        raise NotVisible
    if due and state is RoundState.OPEN:
        take_root(session, round_.id, now)
    return BoxHold(round_, opening, state, now)


def _due(last: datetime | None, now: datetime) -> bool:
    return last is None or last.strftime(_HOUR) != now.strftime(_HOUR)


def take_root(session: Session, round_id: int, now: datetime) -> None:
    """Chain what was written since the last root, where anything was: call it with the round held alone."""
    last = queries.last_root(session, round_id)
    changed = queries.written_between(session, round_id, last.at if last else None, now)
    if not changed:
        return
    number = last.number + 1 if last else 1
    root = next_root(last.root if last else "", changed)
    session.add(VoteBoxRoot(round_id=round_id, number=number, at=now, changed=changed, root=root))
    session.flush()
    record(session, NOBODY, "voting.root", f"vote_round:{round_id}", now, number=number)


def _put(session: Session, held: BoxHold, new: VoteBox) -> bool:
    """Write the household's row, or overwrite it; tell whether there was one.

    Of two at once, the one that waits may have looked at the clock first: it is noted at the moment of the other.
    """
    new.round_id, new.snapshot_id, new.at = held.round.id, held.opening.snapshot_id, held.now
    new.leaf = queries.leaf_of_row(new)
    place = (new.round_id, new.unit_id)
    row = session.get(VoteBox, place, with_for_update=True, populate_existing=True)
    if row is None:
        try:
            with session.begin_nested():
                session.add(new)
                session.flush()
            return False
        except IntegrityError:
            row = session.get_one(VoteBox, place, with_for_update=True, populate_existing=True)
    if row.channel.on_paper:
        field = "door" if new.channel.on_paper else None
        raise Refused("voting.already_cast_paper", field=field, at=row.at)
    row.channel, row.at, row.sealed, row.seat = new.channel, max(row.at, new.at), new.sealed, new.seat
    row.taken_by_id = new.taken_by_id
    row.leaf = queries.leaf_of_row(row)
    session.flush()
    return True


def close_box(session: Session, actor: Actor, cmd: CloseBox, clock: Clock) -> VoteBoxClosing:
    """Close the box after the vote: publish the fingerprints of what lies in it, before anybody opens it.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: a round without a box; before the close; closed already.

    Source: reliability.md §4.1 "at close, before anything is opened".
    """
    round_, opening, now = _hold_alone(session, actor, cmd.round_id, clock)
    if queries.closing_of(session, round_.id) is not None:
        raise Refused("voting.box_is_closed")
    take_root(session, round_.id, now)
    prints = sorted(fingerprint(bytes.fromhex(one)) for one in queries.sealed_of(session, round_.id))
    canary, word = "", secrets.token_hex(16)
    if round_.secrecy is Secrecy.SEALED:
        canary = seal(word.encode(), queries.public_key_of(session, round_.id), opening.rules_hash).hex()
    row = VoteBoxClosing(
        round_id=round_.id,
        phones=len(prints),
        papers=queries.papers_in(session, round_.id),
        fingerprints=prints,
        root=root_of(prints),
        canary=canary,
        canary_hash=hashlib.sha256(word.encode()).hexdigest(),
        closed_by_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "voting.close_box", f"vote_round:{round_.id}", now, phones=row.phones, papers=row.papers)
    return row


def write_back(session: Session, actor: Actor, cmd: WriteBack, clock: Clock) -> VoteOpened:
    """Write back what two key-holders counted: every ballot of the box, as many as its fingerprints, once.

    That the file comes from the key shows the word that was sealed when the box was closed.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: the box is not closed, or was counted already; not a count, or not of this box.
    """
    round_, opening, now = _hold_alone(session, actor, cmd.round_id, clock)
    closing = queries.closing_of(session, round_.id)
    if closing is None or round_.secrecy is not Secrecy.SEALED:
        raise Refused("voting.box_not_closed")
    if queries.opened_of(session, round_.id) is not None:
        raise Refused("voting.counted_already")
    count = read_count(cmd.file)
    _check_count(closing, opening, count)
    lines = queries.ballot_lines(session, round_.id)
    costs = {project_id: cost for project_id, (_id, cost) in lines.items()}
    for slip in count["ballots"]:
        check_slip(round_.method, slip, costs, fen(round_.budget_fen))
    file_hash = hashlib.sha256(cmd.file).hexdigest()
    faulty = count["faulty"]
    opened = VoteOpened(round_id=round_.id, file_hash=file_hash, faulty=faulty, by_id=actor.person_id, at=now)
    session.add(opened)
    session.flush()
    _lay_out(session, round_.id, count["ballots"], faulty, {project: line[0] for project, line in lines.items()})
    about = f"vote_round:{round_.id}"
    record(session, actor, "voting.write_back", about, now, ballots=len(count["ballots"]), faulty=faulty)
    return opened


def _check_count(closing: VoteBoxClosing, opening: VoteOpening, count: dict[str, Any]) -> None:
    proof = hashlib.sha256(str(count.get("proof")).encode()).hexdigest()
    if (count.get("rules_hash"), count.get("root")) != (opening.rules_hash, closing.root):
        raise Refused("voting.count_of_another_box", field="file")
    if proof != closing.canary_hash:
        raise Refused("voting.count_without_key", field="file")
    found = len(count["ballots"]) + count["faulty"]
    if found != closing.phones:
        raise Refused("voting.count_not_whole", field="file", found=found, phones=closing.phones)


def _lay_out(session: Session, round_id: int, slips: list[Slip], faulty: int, ids: dict[int, int]) -> None:
    """Write the ballots in the order of their codes, which nobody chose; those that do not count after them."""
    rows = [
        VoteSlip(round_id=round_id, channel=Channel.PHONE, code=slip.code, digits=slip.digits, choices=len(slip.marks))
        for slip in sorted(slips, key=lambda slip: slip.code)
    ]
    session.add_all([*rows, *(VoteSlip(round_id=round_id, channel=Channel.PHONE, choices=0) for _ in range(faulty))])
    session.flush()
    by_code = {row.code: row.id for row in rows}
    session.add_all(
        VoteSlipChoice(round_id=round_id, slip_id=by_code[slip.code], candidate_id=ids[project], points=points)
        for slip in slips
        for project, points in sorted(slip.marks.items())
    )
    session.flush()


def _hold_alone(session: Session, actor: Actor, round_id: int, clock: Clock) -> tuple[VoteRound, VoteOpening, datetime]:
    round_ = lock(session, VoteRound, round_id)
    opening = queries.opening_of(session, round_id)
    if round_ is None or opening is None:
        raise NotVisible
    now = clock.now(session)
    state = queries.state_now(session, round_, now)
    policy.check_may_publish(actor, get_place(session, round_.place_id).path, round_, state)
    if round_.secrecy.by_door:
        raise Refused("voting.no_box")
    return round_, opening, now
