"""What the pages of a round show; doors only to the community's worker, a household's answers only to itself."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentAnswer, ConsentPaper, ConsentRound, ConsentVoid
from fundapp.consent.paper_models import ConsentEvidence
from fundapp.consent.policy import Channel, Choice, RoundState, works_here
from fundapp.consent.queries.facts import trail_of
from fundapp.consent.queries.heard import voice_column, voices_heard
from fundapp.consent.queries.numbers import Bar, regime_of, round_with_bar
from fundapp.consent.queries.shares import SharePage, shares_of_round
from fundapp.consent.queries.windows import Moved, moves_of
from fundapp.consent.rules import asks_owners, is_settled
from fundapp.files.models import Attachment
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.doors import key_of_door
from fundapp.places.queries import PlaceRow, get_place
from fundapp.projects.models import CostLine, ProjectVersion
from fundapp.projects.queries import get_project
from fundapp.rosters.heads import HoldingReason
from fundapp.rosters.models import Holding, SnapshotUnit


@dataclass(frozen=True)
class AskedText:
    """The exact text that households are asked about."""

    title: str
    number: int
    why: str
    location: str
    payers: str
    beneficiaries: int
    budget: Money
    cost_lines: tuple[tuple[str, Money], ...]
    content_hash: str


@dataclass(frozen=True)
class Revision:
    """One revision of a household's answer, as it may see it; no ``answer`` where a former holder gave it."""

    id: int
    revision: int
    answer: Choice | None
    channel: Channel
    at: datetime
    serial: int | None
    corrected: bool
    receipt: str
    other_unit: bool = False
    signed_on: date | None = None


@dataclass(frozen=True)
class OwnUnit:
    """A household that the person speaks for, with its trail in this round, the newest last.

    Where owners are asked the trail is that of the holder, who answers for all her ``units`` at once.
    """

    unit_id: int
    door: str
    trail: tuple[Revision, ...]
    units: int = 1
    area_cm2: int | None = None


@dataclass(frozen=True)
class Doors:
    """What only the worker sees: which doors have not answered, and how the sheets stand."""

    silent: tuple[str, ...]
    sheets: int
    keyed: int


@dataclass(frozen=True)
class RoundPage:
    """One round as one person may see it."""

    id: int
    project_id: int
    place: PlaceRow
    bar: Bar
    text: AskedText
    void_reason: str
    snapshot_id: int
    own: tuple[OwnUnit, ...]
    doors: Doors | None
    shares: SharePage | None
    moves: tuple[Moved, ...]
    won: bool


@dataclass(frozen=True)
class Sheet:
    """One registered sheet; empty where it has not come back."""

    serial: int
    door: str
    answer: Choice | None
    at: datetime | None
    scan: str
    unit_id: int | None = None


def round_page(session: Session, round_id: int, actor: Actor, now: datetime) -> RoundPage:
    """Give a round with its text and numbers, and what else this person may see of it.

    Raises:
        NotVisible: there is no such round, or its project is hidden from this person.

    """
    round_, bar = round_with_bar(session, round_id, now)
    project = get_project(session, bar.project_id, actor)
    version = session.get_one(ProjectVersion, round_.version_id)  # kept, so that the shares find it read
    return RoundPage(
        id=round_id,
        project_id=project.id,
        place=get_place(session, round_.place_id),
        bar=bar,
        text=_text(session, version),
        void_reason=_void_reason(session, bar),
        snapshot_id=round_.snapshot_id,
        own=_own(session, round_, actor) if actor.unit_ids else (),
        doors=_doors(session, round_) if works_here(actor, project.place_path) else None,
        shares=shares_of_round(session, round_),
        moves=tuple(moves_of(session, round_)),
        won=is_settled(regime_of(round_), bar.count.heads, bar.count.area),
    )


def sheets_of(session: Session, round_id: int) -> list[Sheet]:
    """List a round's sheets with what was keyed in from them; for the worker."""
    newest = (
        select(func.max(ConsentAnswer.id))
        .where(ConsentAnswer.round_id == round_id, ConsentAnswer.serial.is_not(None))
        .group_by(ConsentAnswer.serial)
    )
    rows = session.execute(
        select(ConsentPaper.serial, SnapshotUnit.door, ConsentAnswer, Attachment.public_id)
        .outerjoin(
            ConsentAnswer,
            and_(
                ConsentAnswer.round_id == ConsentPaper.round_id,
                ConsentAnswer.serial == ConsentPaper.serial,
                ConsentAnswer.id.in_(newest),
            ),
        )
        .outerjoin(
            SnapshotUnit,
            and_(SnapshotUnit.snapshot_id == ConsentAnswer.snapshot_id, SnapshotUnit.unit_id == ConsentAnswer.unit_id),
        )
        .outerjoin(Attachment, Attachment.id == ConsentAnswer.scan_id)
        .where(ConsentPaper.round_id == round_id)
        .order_by(ConsentPaper.serial)
    )
    return [
        Sheet(
            serial,
            door or "",
            row.answer if row else None,
            row.at if row else None,
            scan or "",
            row.unit_id if row else None,
        )
        for serial, door, row, scan in rows
    ]


def unit_of_door(session: Session, snapshot_id: int, door: str) -> int | None:
    """Find a household of a frozen roster by its door as written on paper, in any spelling that means one door only."""
    wanted = "".join(door.split())
    query = select(SnapshotUnit.unit_id, SnapshotUnit.door).where(SnapshotUnit.snapshot_id == snapshot_id)
    rows = session.execute(query).all()
    same = [row.unit_id for row in rows if "".join(row.door.split()) == wanted]
    if not same and (key := key_of_door(door)):
        same = [row.unit_id for row in rows if key_of_door(row.door) == key]
    return same[0] if len(same) == 1 else None


def door_or_refuse(session: Session, snapshot_id: int, door: str) -> int:
    """Find a household by its door as written on paper.

    Raises:
        Refused: the frozen roster has no such door (code ``consent.door_not_on_roster``).

    """
    unit_id = unit_of_door(session, snapshot_id, door)
    if unit_id is None:
        raise Refused("consent.door_not_on_roster", field="door")
    return unit_id


def sheet_of(session: Session, round_id: int, serial: int) -> Sheet:
    """Give one keyed sheet.

    Raises:
        NotVisible: it is not registered, or nothing was keyed in from it.

    """
    for sheet in sheets_of(session, round_id):
        if sheet.serial == serial and sheet.answer is not None:
            return sheet
    raise NotVisible


def doors_of(session: Session, snapshot_id: int) -> list[str]:
    """List the doors of a frozen roster, for the worker's list to choose from."""
    query = select(SnapshotUnit.door).where(SnapshotUnit.snapshot_id == snapshot_id).order_by(SnapshotUnit.unit_id)
    return list(session.scalars(query))


def receipt_of(page: RoundPage, answer_id: int) -> tuple[OwnUnit, Revision]:
    """Give a receipt to the household that it belongs to.

    Raises:
        NotVisible: it belongs to another household, or there is none such.

    """
    for unit in page.own:
        for revision in unit.trail:
            if revision.id == answer_id:
                return unit, revision
    raise NotVisible


def receipt_number(op_key: str) -> str:
    """Make the number on a receipt from the form's key.

    >>> receipt_number("3f2a9c41-0000-4000-8000-000000000000")
    'YJ-3F2A-9C41'
    """
    return f"YJ-{op_key[:4].upper()}-{op_key[4:8].upper()}"


def _void_reason(session: Session, bar: Bar) -> str:
    if bar.state is not RoundState.VOID:
        return ""
    return session.scalar(select(ConsentVoid.reason).where(ConsentVoid.round_id == bar.round_id)) or ""


def _text(session: Session, version: ProjectVersion) -> AskedText:
    lines = session.execute(
        select(CostLine.name, CostLine.amount_fen).where(CostLine.version_id == version.id).order_by(CostLine.position)
    )
    return AskedText(
        title=version.title,
        number=version.number,
        why=version.why,
        location=version.location,
        payers=version.payers,
        beneficiaries=version.beneficiaries,
        budget=version.budget_fen,
        cost_lines=tuple((row.name, row.amount_fen) for row in lines),
        content_hash=version.content_hash,
    )


# When a unit last changed hands: what was answered before is the former holder's own affair.
_PASSED = (HoldingReason.SALE, HoldingReason.INHERITANCE, HoldingReason.GIFT, HoldingReason.COURT)
_SOLD = (
    select(func.max(Holding.starts_at))
    .where(Holding.unit_id == SnapshotUnit.unit_id, Holding.reason.in_(_PASSED))
    .correlate(SnapshotUnit)
    .scalar_subquery()
)


def _own(session: Session, round_: ConsentRound, actor: Actor) -> tuple[OwnUnit, ...]:
    here = SnapshotUnit.snapshot_id == round_.snapshot_id
    units = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, SnapshotUnit.holder_id, _SOLD.label("sold"))
        .where(here, SnapshotUnit.unit_id.in_(actor.unit_ids))
        .order_by(SnapshotUnit.unit_id)
    ).all()
    if not units:
        return ()
    if not asks_owners(round_.regime):
        trail = trail_of(session, round_.id, [unit.unit_id for unit in units])
        signed = _signed_on(session, trail)
        return tuple(OwnUnit(unit.unit_id, unit.door, _revisions(trail, signed, unit.unit_id, unit)) for unit in units)
    holders = {unit.holder_id for unit in units}
    trail = trail_of(session, round_.id, holders)
    signed = _signed_on(session, trail)
    held = {
        row.holder_id: row
        for row in session.execute(
            select(SnapshotUnit.holder_id, func.count().label("units"), func.sum(SnapshotUnit.area_cm2).label("area"))
            .where(here, SnapshotUnit.holder_id.in_(holders))
            .group_by(SnapshotUnit.holder_id)
        )
    }
    return tuple(
        OwnUnit(
            unit.unit_id, unit.door, _revisions(trail, signed, unit.holder_id, unit),
            held[unit.holder_id].units,
            None if round_.area_cm2 is None else int(held[unit.holder_id].area),
        )
        for unit in units
    )  # fmt: skip


def _signed_on(session: Session, trail: list[ConsentAnswer]) -> dict[int, date]:
    """Tell on which day the answers on paper were signed, by answer."""
    on_paper = [row.id for row in trail if row.serial is not None]
    if not on_paper:
        return {}
    signed = select(ConsentEvidence.answer_id, ConsentEvidence.signed_on).where(ConsentEvidence.answer_id.in_(on_paper))
    return {row.answer_id: row.signed_on for row in session.execute(signed)}


def _revisions(trail: list[ConsentAnswer], signed: dict[int, date], voice: int, unit: Any) -> tuple[Revision, ...]:
    return tuple(_revision(row, unit, signed.get(row.id)) for row in trail if row.voice == voice)


def _revision(row: ConsentAnswer, unit: Any, signed_on: date | None) -> Revision:
    former = unit.sold is not None and row.at < unit.sold
    return Revision(
        row.id,
        row.revision,
        None if former else row.answer,
        row.channel,
        row.at,
        row.serial,
        bool(row.reason),
        receipt_number(row.op_key),
        row.unit_id != unit.unit_id,
        signed_on,
    )


def _doors(session: Session, round_: ConsentRound) -> Doors:
    silent = session.scalars(
        select(SnapshotUnit.door)
        .where(SnapshotUnit.snapshot_id == round_.snapshot_id, voice_column(round_).not_in(voices_heard(round_.id)))
        .order_by(SnapshotUnit.unit_id)
    )
    sheets = select(func.count()).select_from(ConsentPaper).where(ConsentPaper.round_id == round_.id)
    keyed = select(func.count(ConsentAnswer.serial.distinct())).where(ConsentAnswer.round_id == round_.id)
    counts = session.execute(select(sheets.scalar_subquery(), keyed.scalar_subquery())).one()
    return Doors(tuple(silent), counts[0], counts[1])
