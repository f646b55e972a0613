"""How the sheets of a round stand: printed, read by whom, entered, void or missing; no reading is told to the next."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.sheets import SheetCount, SheetEnd, SheetState, count_sheets, sheet_state
from fundapp.voting.box_models import VoteSlip
from fundapp.voting.models import VoteBallot
from fundapp.voting.rounds import Channel
from fundapp.voting.sheet_models import VoteKeying, VoteReading, VoteSheet, VoteSheetEnd


@dataclass(frozen=True)
class SheetStand:
    """How the sheets of a round stand, and by whom each was read; ``differing`` were read otherwise by two people."""

    states: Mapping[int, SheetState]
    readers: Mapping[int, frozenset[int]]
    differing: tuple[int, ...]

    @property
    def count(self) -> SheetCount:
        """Count the sheets by where they stand."""
        return count_sheets(self.states.values())

    def waiting_for(self, person_id: int | None) -> list[int]:
        """List the sheets that somebody may still read: her own again only where they were read otherwise."""
        out = [serial for serial, state in self.states.items() if state is SheetState.OUT]
        return [one for one in out if person_id not in self.readers.get(one, ()) or one in self.differing]


def sheet_stand(session: Session, round_id: int) -> SheetStand:
    """Tell how the sheets of a round stand."""
    ends: dict[int, SheetEnd] = {
        serial: how
        for serial, how in session.execute(
            select(VoteSheetEnd.serial, VoteSheetEnd.how).where(VoteSheetEnd.round_id == round_id)
        )
    }
    entered = set(paper_serials(session, round_id))
    printed = select(VoteSheet.serial).where(VoteSheet.round_id == round_id).order_by(VoteSheet.serial)
    states = {
        serial: sheet_state(serial in entered, [ends[serial]] if serial in ends else [])
        for serial in session.scalars(printed)
    }
    said = newest_readings(session, round_id)
    readers = {serial: frozenset(by) for serial, by in said.items()}
    open_ones = (serial for serial, state in states.items() if state is SheetState.OUT)
    return SheetStand(states, readers, tuple(serial for serial in open_ones if len(said.get(serial, ())) > 1))


def newest_readings(session: Session, round_id: int, serial: int | None = None) -> dict[int, dict[int, dict[str, int]]]:
    """Give the newest reading of each sheet by each person who read it."""
    query = select(VoteReading).where(VoteReading.round_id == round_id).order_by(VoteReading.number)
    if serial is not None:
        query = query.where(VoteReading.serial == serial)
    found: dict[int, dict[int, dict[str, int]]] = {}
    for row in session.scalars(query):
        found.setdefault(row.serial, {})[row.person_id] = row.marks
    return found


def paper_serials(session: Session, round_id: int) -> list[int]:
    """List the sheets that are counted."""
    query = select(VoteSlip.serial).where(VoteSlip.round_id == round_id, VoteSlip.channel == Channel.PAPER)
    return [serial for serial in session.scalars(query) if serial is not None]


def keyings_of(session: Session, round_id: int, serial: int) -> dict[int, VoteKeying]:
    """Give the newest reading of a paper with a door by each person who read it."""
    query = select(VoteKeying).where(VoteKeying.round_id == round_id, VoteKeying.serial == serial)
    return {row.person_id: row for row in session.scalars(query.order_by(VoteKeying.number))}


def papers_waiting(session: Session, round_id: int) -> dict[int, frozenset[int]]:
    """Give the papers with a door that wait for a reading, and who has read each.

    A paper whose household voted otherwise meanwhile waits no more.
    """
    voted = select(VoteBallot.unit_id).where(VoteBallot.round_id == round_id)
    used = select(VoteBallot.serial).where(VoteBallot.round_id == round_id, VoteBallot.serial.is_not(None))
    rows = session.execute(
        select(VoteKeying.serial, VoteKeying.person_id)
        .where(VoteKeying.round_id == round_id, VoteKeying.unit_id.not_in(voted), VoteKeying.serial.not_in(used))
        .order_by(VoteKeying.serial)
    )
    found: dict[int, set[int]] = {}
    for serial, person_id in rows:
        found.setdefault(serial, set()).add(person_id)
    return {serial: frozenset(people) for serial, people in found.items()}


def last_serial(session: Session, round_id: int) -> int:
    """Give the highest number of a printed sheet; 0 where there is none."""
    return session.scalar(select(func.max(VoteSheet.serial)).where(VoteSheet.round_id == round_id)) or 0


def readings_by(session: Session, round_id: int, serial: int, person_id: int | None) -> int:
    """Count how often somebody read a sheet."""
    own = VoteReading.round_id == round_id, VoteReading.serial == serial, VoteReading.person_id == person_id
    return session.scalar(select(func.count()).select_from(VoteReading).where(*own)) or 0
