"""Take a household's ballot: by phone from its own person, or from a numbered sheet of paper. One register, final."""

import random
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.method import check_marks, marks_of
from fundapp.voting.models import VoteBallot, VoteChoice, VoteOpening, VoteRound
from fundapp.voting.rounds import Channel, RoundState, draw_code


@dataclass(frozen=True)
class CastBallot:
    """A household's own ballot: projects in order of preference, ``points`` of each where the round gives points."""

    round_id: int
    unit_id: int
    project_ids: tuple[int, ...]
    op_key: str
    points: tuple[int, ...] = ()


@dataclass(frozen=True)
class KeyBallot:
    """A paper ballot as it was filled in; not ``valid``: it cannot be counted and names nothing.

    ``scan_id`` is the attachment with its photo.
    """

    round_id: int
    unit_id: int
    project_ids: tuple[int, ...]
    serial: int
    scan_id: int
    op_key: str
    valid: bool = True
    points: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Held:
    """A round that this deed holds against its publication."""

    round: VoteRound
    opening: VoteOpening | None
    state: RoundState
    now: datetime


def cast_ballot(
    session: Session, actor: Actor, cmd: CastBallot, clock: Clock, chance: random.Random | None = None
) -> VoteBallot:
    """Cast a household's one ballot. It is final; the same form sent again gives the same ballot.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: not a person of the household, or the household is not on the frozen roster.
        Refused: outside the window; nothing or too much chosen; the household's ballot stands already (code
            ``voting.already_cast`` with the moment and the channel).

    Source: peers.md failures 1, 3, 18 and 23.
    """
    held = _hold(session, cmd.round_id, clock)
    marks, key = marks_of(held.round.method, cmd.project_ids, cmd.points), own_key(actor, cmd.op_key)
    whose = {"unit_id": cmd.unit_id, "person_id": actor.person_id, "op_key": key, "now": held.now}
    known = queries.known_of(session, snapshot_id=held.opening.snapshot_id if held.opening else None, **whose)
    sent = _sent_before(session, actor, key, cmd.round_id, cmd.unit_id, marks) if known.sent else None
    if sent is not None:
        return sent
    policy.check_may_vote(held.round, held.state, known.speaks, known.listed)
    lines = queries.ballot_lines(session, held.round.id)
    _check(held, cmd.project_ids, marks, lines)
    ballot = _ballot(actor, held, cmd.unit_id, key, len(marks), chance)
    return _take(session, actor, held, ballot, marks, lines)


def key_ballot(
    session: Session, actor: Actor, cmd: KeyBallot, clock: Clock, chance: random.Random | None = None
) -> VoteBallot:
    """Key in a household's paper ballot, while the round is open; one that cannot be counted is counted as returned.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: not the worker of the community.
        Refused: outside the window; a door that is not on the roster; choices that do not fit; the serial or the
            household's ballot stands already.
    """
    held = _hold(session, cmd.round_id, clock)
    policy.check_worker(actor, get_place(session, held.round.place_id).path)
    marks = marks_of(held.round.method, cmd.project_ids, cmd.points)
    sent = _sent_before(session, actor, own_key(actor, cmd.op_key), cmd.round_id, cmd.unit_id, marks)
    if sent is not None:
        return sent
    policy.check_open(held.round, held.state)
    if not _on_roster(session, held, cmd.unit_id):
        raise Refused("voting.door_not_on_roster", field="door")
    lines = queries.ballot_lines(session, held.round.id)
    if cmd.valid:
        _check(held, cmd.project_ids, marks, lines)
    elif cmd.project_ids:
        raise Refused("voting.invalid_names_nothing", field="choices")
    ballot = _ballot(actor, held, cmd.unit_id, own_key(actor, cmd.op_key), len(marks), chance)
    ballot.channel, ballot.serial, ballot.scan_id = Channel.PAPER, cmd.serial, cmd.scan_id
    return _take(session, actor, held, ballot, marks, lines)


def _hold(session: Session, round_id: int, clock: Clock) -> _Held:
    """Hold a round shared with other voters, against its publication; read the clock only then."""
    round_ = session.scalar(
        select(VoteRound)
        .where(VoteRound.id == round_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if round_ is None:
        raise NotVisible
    now = clock.now(session)
    opening, state = queries.opened_now(session, round_, now)
    if opening is None:
        raise NotVisible
    return _Held(round_, opening, state, now)


def _on_roster(session: Session, held: _Held, unit_id: int) -> bool:
    return held.opening is not None and queries.on_roster(session, held.opening.snapshot_id, unit_id)


def _check(held: _Held, chosen: tuple[int, ...], marks: dict[int, int], lines: dict[int, tuple[int, int]]) -> None:
    costs = {project_id: cost for project_id, (_id, cost) in lines.items()}
    check_marks(held.round.method, chosen, marks, costs, fen(held.round.budget_fen))


def _sent_before(
    session: Session, actor: Actor, op_key: str, round_id: int, unit_id: int, marks: dict[int, int]
) -> VoteBallot | None:
    """Give the ballot that the same form wrote when it was sent before."""
    row = queries.ballot_of_key(session, op_key)
    if row is None:
        return None
    same = (row.round_id, row.unit_id, row.person_id) == (round_id, unit_id, actor.person_id)
    if not same or queries.marks_on(session, row.id) != marks:
        raise Refused("web.used_key")
    return row


def _ballot(
    actor: Actor, held: _Held, unit_id: int, op_key: str, choices: int, chance: random.Random | None
) -> VoteBallot:
    opening = held.opening
    return VoteBallot(
        round_id=held.round.id,
        snapshot_id=opening.snapshot_id if opening else None,
        unit_id=unit_id,
        op_key=op_key,
        person_id=actor.person_id,
        at=held.now,
        channel=Channel.PHONE,
        choices=choices,
        rules_hash=opening.rules_hash if opening else None,
        receipt_code=draw_code(chance or random.SystemRandom()),
    )


def _take(
    session: Session,
    actor: Actor,
    held: _Held,
    ballot: VoteBallot,
    marks: dict[int, int],
    lines: dict[int, tuple[int, int]],
) -> VoteBallot:
    """Write the ballot and what it names. That there is one only, the unique index says: nobody looks first."""
    try:
        with session.begin_nested():
            session.add(ballot)
            session.flush()
    except IntegrityError as error:
        return _overtaken(session, actor, ballot, marks, error)
    chosen = sorted((lines[project_id][0], points) for project_id, points in marks.items())
    session.add_all(
        VoteChoice(round_id=held.round.id, ballot_id=ballot.id, candidate_id=one, points=points)
        for one, points in chosen
    )
    session.flush()
    about = f"vote_round:{held.round.id}"
    record(session, actor, "voting.cast", about, held.now, channel=ballot.channel.value)
    return ballot


def _overtaken(
    session: Session, actor: Actor, ballot: VoteBallot, marks: dict[int, int], error: IntegrityError
) -> VoteBallot:
    """Find what stood in the way of a ballot: its own twin, the household's ballot, a used serial."""
    twin = _sent_before(session, actor, ballot.op_key, ballot.round_id, ballot.unit_id, marks)
    if twin is not None:
        return twin
    stands = queries.ballot_of_unit(session, ballot.round_id, ballot.unit_id)
    if stands is not None:
        field = "door" if ballot.serial else None
        raise Refused(f"voting.already_cast_{stands.channel.value}", field=field, at=stands.at)
    if ballot.serial is not None and queries.serial_used(session, ballot.round_id, ballot.serial):
        raise Refused("voting.serial_used", field="serial", serial=ballot.serial)
    raise error
