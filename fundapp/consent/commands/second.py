"""The second keying of a sample by another person, and the third look where two people read differently."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.answers import CorrectPaper
from fundapp.consent.commands.holding import PaperHold, hold_for_worker
from fundapp.consent.commands.sheets import check_sheet_of_door, correct_sheet
from fundapp.consent.paper_models import ConsentSecondKeying, ConsentThirdLook
from fundapp.consent.papers import sample_of
from fundapp.consent.policy import Choice
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, Refused


@dataclass(frozen=True)
class SecondRead:
    """What the second person read from one sheet."""

    serial: int
    unit_id: int
    answer: Choice


@dataclass(frozen=True)
class KeySecond:
    """Sheets of the sample, as the second person read them."""

    round_id: int
    reads: tuple[SecondRead, ...]


@dataclass(frozen=True)
class ThirdLook:
    """What a sheet says after two people read it differently."""

    round_id: int
    serial: int
    unit_id: int
    answer: Choice
    reason: str
    op_key: str


def key_second(session: Session, actor: Actor, cmd: KeySecond, clock: Clock) -> list[ConsentSecondKeying]:
    """Key sheets of the sample in a second time; the answers that count are not touched.

    Raises:
        Forbidden: not the worker of the community, or she keyed or corrected the sheet herself.
        Refused: no sheet; one that was not drawn, is not keyed in, was keyed twice already, or of another door.

    Source: design.md rule 11; peers.md row 80.
    """
    held = hold_for_worker(session, actor, cmd.round_id, clock)
    if not cmd.reads:
        raise Refused("consent.no_lines", field="lines")
    sample = sample_of(
        queries.paper_terms(session, held.round),
        queries.roster_hash(session, held.round),
        queries.keyed_serials(session, held.round.id),
    )
    rows = [_second(session, held, actor, read, sample) for read in cmd.reads]
    record(session, actor, "consent.key_second", f"consent_round:{held.round.id}", held.now, sheets=len(rows))
    return rows


def _second(
    session: Session, held: PaperHold, actor: Actor, read: SecondRead, sample: frozenset[int]
) -> ConsentSecondKeying:
    field = f"line-{read.serial}"
    keyers = queries.keyers_of(session, held.round.id, read.serial)
    if not keyers:
        raise Refused("consent.not_keyed", field=field, serial=read.serial)
    if actor.person_id in keyers:
        raise Forbidden("consent.second_is_another", field=field, serial=read.serial)
    if read.serial not in sample:
        raise Refused("consent.not_in_sample", field=field, serial=read.serial)
    if queries.second_of(session, held.round.id, read.serial) is not None:
        raise Refused("consent.second_done", field=field, serial=read.serial)
    check_sheet_of_door(session, held.round.id, read.serial, read.unit_id)
    row = ConsentSecondKeying(
        round_id=held.round.id,
        serial=read.serial,
        snapshot_id=held.round.snapshot_id,
        unit_id=read.unit_id,
        answer=read.answer,
        person_id=actor.person_id,
        first_by_id=keyers[0],
        at=held.now,
    )
    session.add(row)
    session.flush()
    return row


def look_third(session: Session, actor: Actor, cmd: ThirdLook, clock: Clock) -> ConsentThirdLook:
    """Settle what a sheet says, with a reason; where the first keying was wrong, it is corrected.

    Raises:
        Forbidden: not the worker of the community, or the one who keyed the sheet in first.
        Refused: nobody reads this sheet differently; no reason.
    """
    held = hold_for_worker(session, actor, cmd.round_id, clock)
    second = queries.second_of(session, held.round.id, cmd.serial)
    if second is None or cmd.serial not in queries.differences(session, held.round.id):
        raise Refused("consent.no_difference", field="serial", serial=cmd.serial)
    if actor.person_id == second.first_by_id:
        raise Forbidden("consent.third_is_another")
    if not cmd.reason.strip():
        raise Refused("consent.look_reason_needed", field="reason")
    keyed = queries.keyed_paper(session, held.round.id, cmd.serial)
    if keyed is not None and (keyed.unit_id, keyed.answer) != (cmd.unit_id, cmd.answer):
        right = CorrectPaper(cmd.round_id, cmd.serial, cmd.unit_id, cmd.answer, cmd.reason, cmd.op_key)
        correct_sheet(session, actor, right, clock)
    row = ConsentThirdLook(
        round_id=held.round.id,
        serial=cmd.serial,
        snapshot_id=held.round.snapshot_id,
        unit_id=cmd.unit_id,
        answer=cmd.answer,
        reason=cmd.reason.strip(),
        person_id=actor.person_id,
        first_by_id=second.first_by_id,
        at=held.now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "consent.look_third", f"consent_round:{held.round.id}", held.now, serial=cmd.serial)
    return row
