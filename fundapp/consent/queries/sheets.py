"""What deeds on paper need to know: where each sheet stands, who keyed it, who spoke for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from fundapp.consent.models import ConsentAnswer, ConsentPaper, ConsentRound
from fundapp.consent.paper_models import (
    ConsentEvidence,
    ConsentLine,
    ConsentSecondKeying,
    ConsentSheetEnd,
    ConsentThirdLook,
)
from fundapp.consent.papers import PaperTerms, SheetCount, SheetEnd, SheetState, count_sheets, sample_of, sheet_state
from fundapp.consent.policy import terms_of
from fundapp.kernel.actor import Role
from fundapp.people.models import Person, RoleGrant
from fundapp.places.models import Place
from fundapp.programmes.queries import get_policy
from fundapp.rosters.models import SnapshotUnit
from fundapp.rosters.queries import get_snapshot

CARRY = (Role.WORKER, Role.BUILDING_HEAD, Role.GROUP_MEMBER, Role.SUPERVISOR)


@dataclass(frozen=True)
class Carrier:
    """A person with a task in the community, who may have gone from door to door."""

    id: int
    name: str


@dataclass(frozen=True)
class LineRow:
    """A registered sheet that is printed for one door."""

    serial: int
    unit_id: int
    door: str
    book_id: int


@dataclass(frozen=True)
class PaperStand:
    """The sheets of a round: how they count, which a second person has still to key in, which are read differently."""

    states: dict[int, SheetState]
    count: SheetCount
    drawn: frozenset[int]
    waiting: tuple[int, ...]
    differing: tuple[int, ...]


def paper_terms(session: Session, round_: ConsentRound) -> PaperTerms:
    """Give what the pinned policy of a round says about paper."""
    return terms_of(get_policy(session, round_.policy_version_id).parts).paper


def roster_hash(session: Session, round_: ConsentRound) -> str:
    """Give the fingerprint of the roster on which a round stands."""
    return get_snapshot(session, round_.snapshot_id).roster_hash


def carriers(session: Session, path: str, now: datetime) -> list[Carrier]:
    """List who has a task in the community of a place, by name: at the place, below it or above it."""
    above = [f"/{'/'.join(path.strip('/').split('/')[: n + 1])}/" for n in range(path.strip("/").count("/") + 1)]
    rows = session.execute(
        select(Person.id, Person.name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Place, Place.id == RoleGrant.place_id)
        .where(RoleGrant.role.in_(CARRY), RoleGrant.starts_at <= now)
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
        .where(or_(Place.path.in_(above), Place.path.startswith(path, autoescape=True)))
        .distinct()
    )
    return sorted((Carrier(row.id, row.name) for row in rows), key=lambda one: (one.name, one.id))


def line_of(session: Session, round_id: int, serial: int) -> LineRow | None:
    """Give the line that a serial is printed for; ``None`` where the sheet names no door."""
    row = session.execute(
        select(ConsentLine.serial, ConsentLine.unit_id, SnapshotUnit.door, ConsentLine.book_id)
        .join(
            SnapshotUnit,
            and_(SnapshotUnit.snapshot_id == ConsentLine.snapshot_id, SnapshotUnit.unit_id == ConsentLine.unit_id),
        )
        .where(ConsentLine.round_id == round_id, ConsentLine.serial == serial)
    ).first()
    return LineRow(*row) if row else None


def blank_serials(session: Session, round_id: int) -> set[int]:
    """Give the sheets that are out and name no door: those that may be printed again, the others lie in a book."""
    bound = set(session.scalars(select(ConsentLine.serial).where(ConsentLine.round_id == round_id)))
    states = sheet_states(session, round_id)
    return {serial for serial, state in states.items() if state is SheetState.OUT} - bound


def is_void(session: Session, round_id: int, serial: int) -> bool:
    """Tell whether a sheet was declared void."""
    said = ConsentSheetEnd.round_id == round_id, ConsentSheetEnd.serial == serial, ConsentSheetEnd.how == SheetEnd.VOID
    return session.scalar(select(ConsentSheetEnd.id).where(*said)) is not None


def evidence_of_answer(session: Session, answer_id: int) -> ConsentEvidence | None:
    """Give how an answer on paper came about."""
    return session.scalar(select(ConsentEvidence).where(ConsentEvidence.answer_id == answer_id))


def evidence_of_sheet(session: Session, round_id: int, serial: int) -> ConsentEvidence | None:
    """Give the newest evidence of a sheet."""
    of_sheet = ConsentEvidence.round_id == round_id, ConsentEvidence.serial == serial
    return session.scalar(select(ConsentEvidence).where(*of_sheet).order_by(ConsentEvidence.id.desc()).limit(1))


def units_of_proxy(session: Session, proxy_id: int) -> set[int]:
    """Give the households for which somebody speaks; a sheet that was moved to another door counts there only."""
    moved = aliased(ConsentAnswer)
    later = (
        select(moved.id)
        .where(moved.round_id == ConsentAnswer.round_id, moved.serial == ConsentAnswer.serial)
        .where(moved.id > ConsentAnswer.id, moved.unit_id != ConsentAnswer.unit_id)
        .exists()
    )
    rows = session.scalars(
        select(ConsentAnswer.unit_id)
        .join(ConsentEvidence, ConsentEvidence.answer_id == ConsentAnswer.id)
        .where(ConsentEvidence.proxy_id == proxy_id, ~later)
    )
    return set(rows)


def keyers_of(session: Session, round_id: int, serial: int) -> list[int]:
    """List who keyed a sheet in or corrected it, the first one first."""
    of_sheet = ConsentAnswer.round_id == round_id, ConsentAnswer.serial == serial
    return list(session.scalars(select(ConsentAnswer.person_id).where(*of_sheet).order_by(ConsentAnswer.id)))


def second_of(session: Session, round_id: int, serial: int) -> ConsentSecondKeying | None:
    """Give what the second person read from a sheet."""
    of_sheet = ConsentSecondKeying.round_id == round_id, ConsentSecondKeying.serial == serial
    return session.scalar(select(ConsentSecondKeying).where(*of_sheet))


def keyed_serials(session: Session, round_id: int) -> list[int]:
    """List the sheets from which something was keyed in."""
    keyed = ConsentAnswer.round_id == round_id, ConsentAnswer.serial.is_not(None)
    rows = session.scalars(select(ConsentAnswer.serial).where(*keyed).distinct().order_by(ConsentAnswer.serial))
    return [serial for serial in rows if serial is not None]


def sheet_states(session: Session, round_id: int) -> dict[int, SheetState]:
    """Tell where each registered sheet of a round stands, by serial."""
    ends: dict[int, list[SheetEnd]] = {}
    said = select(ConsentSheetEnd.serial, ConsentSheetEnd.how).where(ConsentSheetEnd.round_id == round_id)
    for serial, how in session.execute(said):
        ends.setdefault(serial, []).append(how)
    keyed = set(keyed_serials(session, round_id))
    printed = select(ConsentPaper.serial).where(ConsentPaper.round_id == round_id).order_by(ConsentPaper.serial)
    return {serial: sheet_state(serial in keyed, ends.get(serial, ())) for serial in session.scalars(printed)}


def differences(session: Session, round_id: int) -> list[int]:
    """List the sheets that two people read differently and that no third look has settled."""
    newest = _newest(ConsentAnswer, round_id)
    settled = _newest(ConsentThirdLook, round_id)
    rows = session.execute(
        select(
            ConsentSecondKeying.serial,
            ConsentSecondKeying.unit_id,
            ConsentSecondKeying.answer,
            ConsentAnswer.unit_id,
            ConsentAnswer.answer,
            ConsentThirdLook.unit_id,
            ConsentThirdLook.answer,
        )
        .join(
            ConsentAnswer,
            and_(ConsentAnswer.serial == ConsentSecondKeying.serial, ConsentAnswer.id.in_(newest)),
        )
        .outerjoin(
            ConsentThirdLook,
            and_(ConsentThirdLook.serial == ConsentSecondKeying.serial, ConsentThirdLook.id.in_(settled)),
        )
        .where(ConsentSecondKeying.round_id == round_id)
        .order_by(ConsentSecondKeying.serial)
    )
    return [serial for serial, *read in rows if tuple(read[2:4]) not in (tuple(read[0:2]), tuple(read[4:6]))]


def _newest(table: Any, round_id: int) -> Any:
    """Select the newest row of each sheet."""
    of_round = table.round_id == round_id, table.serial.is_not(None)
    return select(func.max(table.id)).where(*of_round).group_by(table.serial)


def paper_stand(session: Session, round_: ConsentRound) -> PaperStand:
    """Tell how all the paper of a round stands."""
    states = sheet_states(session, round_.id)
    keyed = [serial for serial, state in states.items() if state is SheetState.ENTERED]
    sample = sample_of(paper_terms(session, round_), roster_hash(session, round_), keyed)
    second = set(session.scalars(select(ConsentSecondKeying.serial).where(ConsentSecondKeying.round_id == round_.id)))
    return PaperStand(
        states=states,
        count=count_sheets(states.values()),
        drawn=sample,
        waiting=tuple(sorted(sample - second)),
        differing=tuple(differences(session, round_.id)),
    )


def is_hidden(session: Session, round_id: int, serial: int, person_id: int | None) -> bool:
    """Tell whether a sheet waits for a second person, who is not to see what the first one read; who keyed it may."""
    round_ = session.get_one(ConsentRound, round_id)
    keyed = keyed_serials(session, round_.id)
    drawn = serial in sample_of(paper_terms(session, round_), roster_hash(session, round_), keyed)
    waits = drawn and second_of(session, round_.id, serial) is None
    return waits and person_id not in keyers_of(session, round_.id, serial)


def against_result(session: Session, round_: ConsentRound) -> list[tuple[str, dict[str, Any]]]:
    """List what speaks against publishing on the side of paper, as codes of refusals with their facts."""
    return against_stand(paper_stand(session, round_))


def against_stand(stand: PaperStand) -> list[tuple[str, dict[str, Any]]]:
    """List what speaks against publishing where the paper stands so."""
    found: list[tuple[str, dict[str, Any]]] = []
    if stand.count.out:
        found.append(("consent.sheets_out", {"n": stand.count.out}))
    if stand.waiting:
        found.append(("consent.second_waits", {"n": len(stand.waiting)}))
    if stand.differing:
        found.append(("consent.differ", {"serials": "、".join(map(str, stand.differing))}))
    return found
