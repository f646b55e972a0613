"""Key in papers with a door: each twice, by two people, before it counts."""

import random
from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.commands.ballots import Held, Way, ballot_of, check_fits, hold_round, take
from fundapp.voting.method import marks_of
from fundapp.voting.queries import Cast
from fundapp.voting.rounds import Channel, RoundState
from fundapp.voting.sheet_models import VoteKeying


@dataclass(frozen=True)
class KeyBallot:
    """A paper ballot as somebody reads it; not ``valid``: it cannot be counted and names nothing.

    ``scan_id`` is the attachment with its photo, which the first reader brings; ``visit``: it was fetched at the door.
    """

    round_id: int
    unit_id: int
    project_ids: tuple[int, ...]
    serial: int
    scan_id: int | None
    op_key: str
    valid: bool = True
    points: tuple[int, ...] = ()
    visit: bool = False


def key_ballot(
    session: Session, actor: Actor, cmd: KeyBallot, clock: Clock, chance: random.Random | None = None
) -> Cast | None:
    """Keep one person's reading of a household's paper; it counts, once, when two people read the same.

    The ballot bears the moment of its first reading, so that a paper that was brought in time is counted also where the
    second person reads it after the close. One that cannot be counted is counted as returned.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: the first reading outside the window; a door that is not on the roster; choices that do not fit; no
            photo; the serial or the household's ballot stands already.

    Source: design.md rule 11; reliability.md §4.1 "paper".
    """
    held = hold_round(session, cmd.round_id, clock, alone=True)
    policy.check_publisher(actor, get_place(session, held.round.place_id).path)
    marks = _marks(session, held, cmd)
    readings = queries.keyings_of(session, cmd.round_id, cmd.serial)
    own = readings.get(actor.person_id or 0)
    if own is not None and _said(own) == (cmd.unit_id, cmd.visit, _written(marks)):
        return queries.cast_of_serial(session, cmd.round_id, cmd.serial)
    _check_takes(session, held, cmd, first=not readings)
    scan_id = next((one.scan_id for one in readings.values()), cmd.scan_id)
    if scan_id is None:
        raise Refused("voting.scan_missing", field="scan")
    number = own.number + 1 if own else 1
    made = {"round_id": cmd.round_id, "serial": cmd.serial, "person_id": actor.person_id, "number": number}
    said = {"unit_id": cmd.unit_id, "visit": cmd.visit, "marks": _written(marks)}
    row = VoteKeying(**made, **said, snapshot_id=held.opening.snapshot_id, scan_id=scan_id, at=held.now)
    session.add(row)
    session.flush()
    agreed = any(_said(one) == _said(row) for person, one in readings.items() if person != actor.person_id)
    about = f"vote_round:{cmd.round_id}"
    record(session, actor, "voting.key_ballot", about, held.now, serial=cmd.serial, counted=agreed)
    if not agreed:
        return None
    channel, at = Channel.VISIT if cmd.visit else Channel.PAPER, min(one.at for one in readings.values())
    way = Way(channel, serial=cmd.serial, scan_id=scan_id, at=at)
    ballot = ballot_of(actor, held, cmd.unit_id, own_key(actor, cmd.op_key), way)
    return take(session, actor, held, ballot, marks, queries.ballot_lines(session, cmd.round_id), chance)


def _marks(session: Session, held: Held, cmd: KeyBallot) -> dict[int, int]:
    if not cmd.valid:
        if cmd.project_ids:
            raise Refused("voting.invalid_names_nothing", field="choices")
        return {}
    marks = marks_of(held.round.method, cmd.project_ids, cmd.points)
    check_fits(held, cmd.project_ids, marks, queries.ballot_lines(session, cmd.round_id))
    return marks


def _check_takes(session: Session, held: Held, cmd: KeyBallot, *, first: bool) -> None:
    """Check that a reading may be kept: the first one while the round is open, the others until it is published."""
    if first or held.state is not RoundState.CLOSED:
        policy.check_open(held.round, held.state)
    if not queries.on_roster(session, held.opening.snapshot_id, cmd.unit_id):
        raise Refused("voting.door_not_on_roster", field="door")
    if queries.serial_used(session, cmd.round_id, cmd.serial):
        raise Refused("voting.serial_used", field="serial", serial=cmd.serial)
    stands = queries.ballot_of_unit(session, cmd.round_id, cmd.unit_id)
    if stands is not None:
        raise Refused(f"voting.already_cast_{stands.channel.value}", field="door", at=stands.at)


def _written(marks: dict[int, int]) -> dict[str, int]:
    return {str(project): points for project, points in sorted(marks.items())}


def _said(row: VoteKeying) -> tuple[int, bool, dict[str, int]]:
    return row.unit_id, row.visit, row.marks
