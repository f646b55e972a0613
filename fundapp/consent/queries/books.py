"""Books and single sheets as they are printed, and the sheets of a page as they are keyed in."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentAnswer, ConsentPaper, ConsentRound, ConsentShare
from fundapp.consent.paper_models import ConsentBook, ConsentLine, ConsentSecondKeying
from fundapp.consent.papers import BookForm, BookScope, SheetState
from fundapp.consent.policy import Choice
from fundapp.consent.queries.sheets import PaperStand
from fundapp.files.models import Attachment
from fundapp.kernel.errors import NotVisible
from fundapp.people.models import Person
from fundapp.places.models import Place, Unit, UnitGroup
from fundapp.places.rules import GroupKind, natural_key
from fundapp.rosters.models import SnapshotUnit

LINES_PER_PAGE = 14


@dataclass(frozen=True)
class ScopeRow:
    """Something of which a book can be made: all doors, a building, a group."""

    scope: BookScope
    id: int | None
    title: str
    doors: int

    @property
    def key(self) -> str:
        """Give its name in a form."""
        return f"{self.scope.value}:{self.id or 0}"


@dataclass(frozen=True)
class BookRow:
    """A registered book on the worker's list, with the first and last of its serials."""

    id: int
    form: BookForm
    title: str
    lines: int
    first: int
    last: int
    made_at: datetime


@dataclass(frozen=True)
class PrintedLine:
    """One line of a book, with what its household bears of a shared sum."""

    serial: int
    unit_id: int
    door: str
    share: Money | None


@dataclass(frozen=True)
class BookPage:
    """A book with its lines in pages, as they lie on paper."""

    book: BookRow
    pages: tuple[tuple[PrintedLine, ...], ...]


@dataclass(frozen=True)
class SheetRow:
    """A sheet on the worker's pages: the door it is printed for or keyed in under, and the scan of its page."""

    serial: int
    door: str
    unit_id: int | None
    printed: bool
    state: SheetState
    drawn: bool
    scan: str
    keyed_by: int | None


@dataclass(frozen=True)
class Reading:
    """What one person read from a sheet."""

    answer: Choice
    door: str
    at: datetime
    name: str


def scopes_of(session: Session, snapshot_id: int) -> list[ScopeRow]:
    """List of what books can be made on a frozen roster."""
    rows = session.execute(
        select(Place.id, Place.name, SnapshotUnit.group_id, SnapshotUnit.grid_id)
        .select_from(SnapshotUnit)
        .join(Unit, Unit.id == SnapshotUnit.unit_id)
        .join(Place, Place.id == Unit.building_id)
        .where(SnapshotUnit.snapshot_id == snapshot_id)
    ).all()
    buildings = {(row.id, row.name): 0 for row in rows}
    groups: dict[int, int] = {}
    for row in rows:
        buildings[row.id, row.name] += 1
        for number in {row.group_id, row.grid_id} - {None}:
            groups[number] = groups.get(number, 0) + 1
    named = session.execute(select(UnitGroup.id, UnitGroup.name, UnitGroup.kind).where(UnitGroup.id.in_(groups)))
    listed = sorted(named, key=lambda row: (row.kind is GroupKind.GRID, natural_key(row.name)))
    return [
        ScopeRow(BookScope.ALL, None, "", len(rows)),
        *(
            ScopeRow(BookScope.BUILDING, number, name, buildings[number, name])
            for number, name in sorted(buildings, key=lambda pair: natural_key(pair[1]))
        ),
        *(ScopeRow(BookScope.GROUP, row.id, row.name, groups[row.id]) for row in listed),
    ]


def book_units(session: Session, snapshot_id: int, scope: BookScope, scope_id: int | None) -> tuple[str, list[int]]:
    """Give the title of a book and its households in the order in which a clerk walks."""
    query = (
        select(SnapshotUnit.unit_id, SnapshotUnit.door)
        .join(Unit, Unit.id == SnapshotUnit.unit_id)
        .where(SnapshotUnit.snapshot_id == snapshot_id)
    )
    title: str | None = ""
    if scope is BookScope.BUILDING:
        query = query.where(Unit.building_id == scope_id)
        title = session.scalar(select(Place.name).where(Place.id == scope_id))
    elif scope is BookScope.GROUP:
        query = query.where((SnapshotUnit.group_id == scope_id) | (SnapshotUnit.grid_id == scope_id))
        title = session.scalar(select(UnitGroup.name).where(UnitGroup.id == scope_id))
    rows = sorted(session.execute(query), key=lambda row: natural_key(row.door))
    return title or "", [row.unit_id for row in rows]


def books_of(session: Session, round_id: int) -> list[BookRow]:
    """List the registered books of a round, the newest first."""
    spans: dict[int, list[int]] = {}
    lines = select(ConsentLine.book_id, ConsentLine.serial).where(ConsentLine.round_id == round_id)
    for book_id, serial in session.execute(lines):
        spans.setdefault(book_id, []).append(serial)
    books = session.scalars(select(ConsentBook).where(ConsentBook.round_id == round_id).order_by(ConsentBook.id.desc()))
    return [_row(book, min(spans[book.id]), max(spans[book.id])) for book in books]


def _row(book: ConsentBook, first: int, last: int) -> BookRow:
    return BookRow(book.id, book.form, book.title, book.lines, first, last, book.made_at)


def book_page(session: Session, round_id: int, book_id: int) -> BookPage:
    """Give a book with its lines.

    Raises:
        NotVisible: this round has no such book.
    """
    book = session.get(ConsentBook, book_id)
    if book is None or book.round_id != round_id:
        raise NotVisible
    rows = session.execute(
        select(ConsentLine.serial, ConsentLine.unit_id, SnapshotUnit.door, ConsentShare.share_fen)
        .join(
            SnapshotUnit,
            and_(SnapshotUnit.snapshot_id == ConsentLine.snapshot_id, SnapshotUnit.unit_id == ConsentLine.unit_id),
        )
        .outerjoin(
            ConsentShare,
            and_(ConsentShare.round_id == ConsentLine.round_id, ConsentShare.unit_id == ConsentLine.unit_id),
        )
        .where(ConsentLine.book_id == book_id)
        .order_by(ConsentLine.serial)
    )
    lines = [PrintedLine(*row) for row in rows]
    pages = tuple(tuple(lines[at : at + LINES_PER_PAGE]) for at in range(0, len(lines), LINES_PER_PAGE))
    return BookPage(_row(book, lines[0].serial, lines[-1].serial), pages)


def sheet_rows(session: Session, round_: ConsentRound, stand: PaperStand) -> list[SheetRow]:
    """List all registered sheets of a round by serial; what was answered is not told here."""
    printed = session.execute(
        select(ConsentLine.serial, ConsentLine.unit_id, SnapshotUnit.door)
        .join(
            SnapshotUnit,
            and_(SnapshotUnit.snapshot_id == ConsentLine.snapshot_id, SnapshotUnit.unit_id == ConsentLine.unit_id),
        )
        .where(ConsentLine.round_id == round_.id)
    )
    lines = {row.serial: row for row in printed}
    keyed = {}
    for row in session.execute(
        select(
            ConsentAnswer.serial,
            ConsentAnswer.unit_id,
            ConsentAnswer.person_id,
            ConsentAnswer.answer,
            SnapshotUnit.door,
            Attachment.public_id,
        )
        .join(
            SnapshotUnit,
            and_(SnapshotUnit.snapshot_id == ConsentAnswer.snapshot_id, SnapshotUnit.unit_id == ConsentAnswer.unit_id),
        )
        .join(Attachment, Attachment.id == ConsentAnswer.scan_id)
        .where(ConsentAnswer.round_id == round_.id, ConsentAnswer.serial.is_not(None))
        .order_by(ConsentAnswer.id)
    ):
        if row.answer is not Choice.NONE:
            keyed[row.serial] = row
    serials = session.scalars(
        select(ConsentPaper.serial).where(ConsentPaper.round_id == round_.id).order_by(ConsentPaper.serial)
    )
    return [_sheet(serial, lines.get(serial), keyed.get(serial), stand) for serial in serials]


def waiting_pages(session: Session, round_id: int, waiting: list[SheetRow]) -> list[list[SheetRow]]:
    """Sort the waiting lines into the pages of the books on which they are printed."""
    rows = session.execute(
        select(ConsentLine.serial, ConsentLine.book_id)
        .where(ConsentLine.round_id == round_id)
        .order_by(ConsentLine.book_id, ConsentLine.serial)
    )
    page_of: dict[int, tuple[int, int]] = {}
    seen: dict[int, int] = {}
    for serial, book_id in rows:
        place = seen[book_id] = seen.get(book_id, -1) + 1
        page_of[serial] = (book_id, place // LINES_PER_PAGE)
    pages: dict[tuple[int, int], list[SheetRow]] = {}
    for row in waiting:
        pages.setdefault(page_of[row.serial], []).append(row)
    return [pages[page] for page in sorted(pages)]


def readings_of(session: Session, round_id: int, serial: int) -> list[Reading]:
    """Give what the first and the second person read from a sheet: for the one who settles it."""
    first = (
        select(ConsentAnswer.answer, SnapshotUnit.door, ConsentAnswer.at, Person.name)
        .join(
            SnapshotUnit,
            and_(SnapshotUnit.snapshot_id == ConsentAnswer.snapshot_id, SnapshotUnit.unit_id == ConsentAnswer.unit_id),
        )
        .join(Person, Person.id == ConsentAnswer.person_id)
        .where(ConsentAnswer.round_id == round_id, ConsentAnswer.serial == serial)
        .order_by(ConsentAnswer.id.desc())
        .limit(1)
    )
    second = (
        select(ConsentSecondKeying.answer, SnapshotUnit.door, ConsentSecondKeying.at, Person.name)
        .join(
            SnapshotUnit,
            and_(
                SnapshotUnit.snapshot_id == ConsentSecondKeying.snapshot_id,
                SnapshotUnit.unit_id == ConsentSecondKeying.unit_id,
            ),
        )
        .join(Person, Person.id == ConsentSecondKeying.person_id)
        .where(ConsentSecondKeying.round_id == round_id, ConsentSecondKeying.serial == serial)
    )
    return [Reading(*row) for query in (first, second) for row in session.execute(query)]


def _sheet(serial: int, line: object, keyed: object, stand: PaperStand) -> SheetRow:
    named = line or keyed
    return SheetRow(
        serial=serial,
        door=getattr(named, "door", ""),
        unit_id=getattr(named, "unit_id", None),
        printed=line is not None,
        state=stand.states[serial],
        drawn=serial in stand.drawn,
        scan=getattr(keyed, "public_id", ""),
        keyed_by=getattr(keyed, "person_id", None),
    )
