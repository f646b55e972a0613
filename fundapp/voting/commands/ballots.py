"""Take a household's ballot: from its own person, from its printed code, from its paper. One register, final."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import append, append_once, record
from fundapp.db.once import own_key
from fundapp.db.prepared import Prepared
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.method import check_marks, marks_of
from fundapp.voting.mix_models import VoteLoose
from fundapp.voting.mixing import drawn, marks_hash
from fundapp.voting.models import VoteBallot, VoteChoice, VoteRound
from fundapp.voting.queries import Cast
from fundapp.voting.rounds import Channel, RoundState, draw_code

_BALLOTS, _CHOICES = cast(Table, VoteBallot.__table__), cast(Table, VoteChoice.__table__)
_COLUMNS = cast(Table, VoteLoose.__table__).columns
_LOOSE = Prepared(lambda: insert(VoteLoose).values({c.name: bindparam(c.name, type_=c.type) for c in _COLUMNS}))


@dataclass(frozen=True)
class CastBallot:
    """A household's own ballot: projects in order of preference, ``points`` of each where the round gives points."""

    round_id: int
    unit_id: int
    project_ids: tuple[int, ...]
    op_key: str
    points: tuple[int, ...] = ()


@dataclass(frozen=True)
class Coded:
    """What stands for a person where a household votes by its printed code: the code, and the kiosk it is typed at."""

    code_id: int
    kiosk_id: int | None = None

    @property
    def channel(self) -> Channel:
        """Give the channel of a ballot that is cast so."""
        return Channel.CODE if self.kiosk_id is None else Channel.KIOSK

    def key(self, sent: str) -> str:
        """Give the key of a form that this code sent."""
        return own_key(NOBODY, f"code:{self.code_id}:{sent}")


@dataclass(frozen=True)
class Way:
    """How a ballot came: by which channel, where, on which paper, and when that was read first (none: now)."""

    channel: Channel = Channel.PHONE
    seat: str = ""
    serial: int | None = None
    scan_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Held:
    """A round that this deed holds against its publication."""

    round: VoteRound
    opening: queries.Opened
    state: RoundState
    now: datetime


def cast_ballot(
    session: Session,
    actor: Actor,
    cmd: CastBallot,
    clock: Clock,
    chance: random.Random | None = None,
    by: Coded | None = None,
) -> Cast:
    """Cast a household's one ballot. It is final; the same form sent again gives the same ballot.

    The household's own person casts it, or, with nobody signed in, whoever holds its living code (``by``).

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: not a person of the household, or the household is not on the frozen roster.
        Refused: outside the window; nothing or too much chosen; the household's ballot stands already (code
            ``voting.already_cast`` with the moment and the channel); a round whose ballots have no door; a code that
            was replaced meanwhile, a kiosk that has ended.

    Source: peers.md failures 1, 3, 18 and 23.
    """
    held = hold_round(session, cmd.round_id, clock)
    marks = marks_of(held.round.method, cmd.project_ids, cmd.points)
    key = by.key(cmd.op_key) if by else own_key(actor, cmd.op_key)
    whose = {"unit_id": cmd.unit_id, "person_id": actor.person_id, "op_key": key, "now": held.now}
    known = queries.known_of(session, snapshot_id=held.opening.snapshot_id, **whose)
    sent = _sent_before(session, actor, key, cmd.round_id, cmd.unit_id, marks) if known.sent else None
    if sent is not None:
        return sent
    way = Way(by.channel, check_coded(session, by, held.round, cmd.unit_id)) if by else Way()
    policy.check_may_vote(held.round, held.state, by is not None or known.speaks, known.listed)
    lines = queries.ballot_lines(session, held.round.id)
    check_fits(held, cmd.project_ids, marks, lines)
    ballot = ballot_of(actor, held, cmd.unit_id, key, way)
    return take(session, actor, held, ballot, marks, lines, chance)


def check_coded(session: Session, by: Coded, round_: VoteRound, unit_id: int) -> str:
    """Check, with the round held, that a code is the household's living one and its kiosk stands; give where it stands.

    Raises:
        Refused: ``voting.code_unknown`` or ``voting.kiosk_ended``.
    """
    if not queries.code_lives(session, by.code_id, round_.id, unit_id):
        raise Refused("voting.code_unknown")
    if by.kiosk_id is None:
        return ""
    seat = queries.kiosk_seat(session, by.kiosk_id, get_place(session, round_.place_id).path)
    if seat is None:
        raise Refused("voting.kiosk_ended")
    return seat


def _held(read: bool) -> Any:
    query = select(VoteRound).where(VoteRound.id == bindparam("round_id")).with_for_update(read=read)
    return query.execution_options(populate_existing=True)


_SHARED, _ALONE = _held(read=True), _held(read=False)


def hold_round(session: Session, round_id: int, clock: Clock, *, alone: bool = False) -> Held:
    """Hold a round against its publication, shared with other voters or alone; read the clock only then."""
    round_ = session.scalar(_ALONE if alone else _SHARED, {"round_id": round_id})
    if round_ is None:
        raise NotVisible
    now = clock.now(session)
    opening, state = queries.opened_now(session, round_, now)
    if opening is None:
        raise NotVisible
    policy.check_by_door(round_.secrecy)
    return Held(round_, opening, state, now)


def check_fits(held: Held, chosen: tuple[int, ...], marks: dict[int, int], lines: dict[int, tuple[int, int]]) -> None:
    """Check that what a ballot names keeps to the limits of its round."""
    costs = {project_id: cost for project_id, (_id, cost) in lines.items()}
    check_marks(held.round.method, chosen, marks, costs, fen(held.round.budget_fen))


def _sent_before(
    session: Session, actor: Actor, op_key: str, round_id: int, unit_id: int, marks: dict[int, int]
) -> Cast | None:
    """Give the ballot that the same form wrote when it was sent before; once mixed, what it named is not compared."""
    row = queries.ballot_of_key(session, op_key)
    if row is None:
        return None
    same = (row.round_id, row.unit_id, row.person_id) == (round_id, unit_id, actor.person_id)
    other = same and queries.marks_on(session, row.id) != marks and not queries.is_mixed(session, round_id)
    if not same or other:
        raise Refused("web.used_key")
    return Cast(row.id, row.unit_id, row.serial)


def ballot_of(actor: Actor, held: Held, unit_id: int, op_key: str, way: Way) -> dict[str, Any]:
    """Put together what a ballot says of itself; what it names comes after it."""
    return {
        "round_id": held.round.id,
        "snapshot_id": held.opening.snapshot_id,
        "unit_id": unit_id,
        "op_key": op_key,
        "person_id": actor.person_id,
        "at": way.at or held.now,
        "channel": way.channel,
        "seat": way.seat,
        "rules_hash": held.opening.rules_hash,
        "serial": way.serial,
        "scan_id": way.scan_id,
    }


def take(
    session: Session,
    actor: Actor,
    held: Held,
    ballot: dict[str, Any],
    marks: dict[int, int],
    lines: dict[int, tuple[int, int]],
    chance: random.Random | None,
) -> Cast:
    """Write the ballot and what it names. That there is one only, the unique index says: nobody looks first."""
    chance, loose = chance or random.SystemRandom(), held.round.secrecy.mixed
    named = drawn(((lines[project_id][0], points) for project_id, points in marks.items()), chance)
    said = {"choices": min(1, len(marks)), "marks_hash": marks_hash(named)} if loose else {"choices": len(marks)}
    code = draw_code(chance)
    number = append_once(session, _BALLOTS, **{"marks_hash": None} | ballot | said, receipt_code=code)
    if number is None:
        return _overtaken(session, actor, ballot, marks)
    for one in named:
        row = {"round_id": held.round.id, "ballot_id": number, "candidate_id": one.candidate_id, "points": one.points}
        if loose:
            _LOOSE.rows(session, **row, nonce=one.nonce)
        else:
            append(session, _CHOICES, **row)
    about = f"vote_round:{held.round.id}"
    record(session, actor, "voting.cast", about, held.now, channel=ballot["channel"].value)
    return Cast(number, ballot["unit_id"], ballot["serial"])


def _overtaken(session: Session, actor: Actor, ballot: dict[str, Any], marks: dict[int, int]) -> Cast:
    """Find what stood in the way of a ballot: its own twin, the household's ballot, a used serial."""
    round_id, unit_id, serial = ballot["round_id"], ballot["unit_id"], ballot["serial"]
    twin = _sent_before(session, actor, ballot["op_key"], round_id, unit_id, marks)
    if twin is not None:
        return twin
    stands = queries.ballot_of_unit(session, round_id, unit_id)
    if stands is not None:
        field = "door" if serial else None
        raise Refused(f"voting.already_cast_{stands.channel.value}", field=field, at=stands.at)
    if serial is not None and queries.serial_used(session, round_id, serial):
        raise Refused("voting.serial_used", field="serial", serial=serial)
    raise RuntimeError("a ballot was kept out by a row that nobody finds")
