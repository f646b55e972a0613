"""The series of receipts as everybody may read it: every number, void ones too, never a resident's name or door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from moneyed import Money
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fundapp.fundraising.models import Contribution, ContributionDecision
from fundapp.fundraising.queries.refunds import returned_of
from fundapp.fundraising.rules import Giver, ReceiptState, Source, hides_name, receipt_label, state_of
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import from_fen
from fundapp.ledger.models import Book
from fundapp.projects.models import Project
from fundapp.web.paging import Page, page_of


@dataclass(frozen=True)
class ReceiptLine:
    """One receipt in public. ``giver`` is blank where no name is shown; ``reason``: why it is void.

    ``returned``: what of the money went back to the giver.
    """

    contribution_id: int
    book_id: int
    holder_name: str
    year: int
    number: int
    label: str
    project_id: int
    project_title: str
    source: Source
    giver_kind: Giver
    giver: str
    purpose: str
    amount: Money
    received_on: date
    state: ReceiptState
    reason: str
    returned: Money


@dataclass(frozen=True)
class ReceiptSeries:
    """The receipts of one book and one year."""

    book_id: int
    holder_name: str
    year: int
    count: int


def _lines() -> Select[Contribution, ContributionDecision, str, str]:
    return (
        select(Contribution, ContributionDecision, Project.title, Book.holder_name)
        .join(Project, Project.id == Contribution.project_id)
        .join(Book, Book.id == Contribution.book_id)
        .outerjoin(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
    )


def _line(c: Contribution, decision: ContributionDecision | None, title: str, holder: str, back: int) -> ReceiptLine:
    confirmed = decision.confirmed if decision else None
    return ReceiptLine(
        contribution_id=c.id,
        book_id=c.book_id,
        holder_name=holder,
        year=c.receipt_year,
        number=c.receipt_no,
        label=receipt_label(c.receipt_year, c.receipt_no),
        project_id=c.project_id,
        project_title=title,
        source=c.source,
        giver_kind=c.giver_kind,
        giver="" if hides_name(c.source, c.anonymous) else c.giver,
        purpose=c.purpose,
        amount=c.amount_fen,
        received_on=c.received_on,
        state=state_of(confirmed),
        reason=decision.reason if decision and not decision.confirmed else "",
        returned=from_fen(back),
    )


def receipt_line(session: Session, book_id: int, year: int, number: int) -> ReceiptLine:
    """Give the line that a receipt's QR code opens.

    Raises:
        NotVisible: no receipt of this number.
    """
    query = _lines().where(Contribution.book_id == book_id, Contribution.receipt_year == year)
    found = _read(session, query.where(Contribution.receipt_no == number))
    if not found:
        raise NotVisible
    return found[0]


def _read(session: Session, query: Select[Contribution, ContributionDecision, str, str]) -> list[ReceiptLine]:
    cells = list(session.execute(query))
    back = returned_of(session, [one[0].id for one in cells])
    return [_line(*one, back.get(one[0].id, 0)) for one in cells]


def receipt_series(
    session: Session, book_id: int, year: int, before: int | None = None, size: int = 50
) -> tuple[ReceiptSeries, Page[ReceiptLine]]:
    """Give a series with a page of its receipts, the newest first.

    Raises:
        NotVisible: no such series.
    """
    found = [one for one in _series(session, Contribution.book_id == book_id, Contribution.receipt_year == year)]
    if not found:
        raise NotVisible
    query = _lines().where(Contribution.book_id == book_id, Contribution.receipt_year == year)
    if before is not None:
        query = query.where(Contribution.receipt_no < before)
    rows = _read(session, query.order_by(Contribution.receipt_no.desc()).limit(size + 1))
    return found[0], page_of(rows, lambda row: row.number, size)


def receipt_series_of(session: Session, project_id: int) -> Sequence[ReceiptSeries]:
    """List the series in which a project's receipts lie."""
    mine = select(Contribution.book_id).where(Contribution.project_id == project_id)
    return _series(session, Contribution.book_id.in_(mine))


def _series(session: Session, *where: object) -> list[ReceiptSeries]:
    query = (
        select(Contribution.book_id, Book.holder_name, Contribution.receipt_year, func.count())
        .join(Book, Book.id == Contribution.book_id)
        .where(*where)  # type: ignore[arg-type]  # conditions made in this file
        .group_by(Contribution.book_id, Book.holder_name, Contribution.receipt_year)
        .order_by(Contribution.receipt_year.desc(), Contribution.book_id)
    )
    return [ReceiptSeries(*cells) for cells in session.execute(query)]
