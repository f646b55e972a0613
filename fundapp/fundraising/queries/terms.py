"""Read the terms of raising, their outcome, and counts of the cash book."""

from dataclasses import dataclass
from datetime import date, datetime

from moneyed import Money
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from fundapp.fundraising.models import (
    CashCount,
    CashCountDecision,
    Contribution,
    ContributionDecision,
    Pledge,
    RaisingLine,
    RaisingOutcome,
    RaisingTerms,
)
from fundapp.fundraising.policy import REFUND_STAGES
from fundapp.fundraising.queries.refunds import refundable
from fundapp.fundraising.terms import IfMissed, Need, Outcome
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO, fen
from fundapp.projects.models import Project


@dataclass(frozen=True)
class TermsLine:
    """A cost line and how much it is needed."""

    need: Need
    name: str
    amount: Money


@dataclass(frozen=True)
class Terms:
    """The terms of raising that hold."""

    id: int
    revision: int
    deadline: date
    if_missed: IfMissed
    lines: list[TermsLine]

    @property
    def minimum(self) -> Money:
        """Give the sum of the lines that are not optional."""
        return sum((line.amount for line in self.lines if line.need is not Need.OPTIONAL), ZERO)

    @property
    def optimum(self) -> Money:
        """Give the sum of all lines."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def smaller(self) -> Money:
        """Give the sum of the smaller scope; 0 where there is none."""
        return sum((line.amount for line in self.lines if line.need is Need.CORE), ZERO)


@dataclass(frozen=True)
class OutcomeRow:
    """What the deadline came to."""

    raised: Money
    minimum: Money
    outcome: Outcome
    budget: Money
    run_at: datetime


@dataclass(frozen=True)
class CountRow:
    """A count of the cash book; ``difference`` is what was counted less what the book says."""

    id: int
    project_id: int
    book: Money
    cash: Money
    bank: Money
    explanation: str
    counted_by_id: int
    counted_at: datetime
    confirmed: bool | None
    note: str

    @property
    def difference(self) -> Money:
        """Give what was counted less what the book says."""
        return self.cash + self.bank - self.book


def terms_of(session: Session, project_id: int) -> Terms | None:
    """Give the terms that hold, or ``None``."""
    query = select(RaisingTerms).where(RaisingTerms.project_id == project_id).order_by(RaisingTerms.revision.desc())
    row = session.scalars(query.limit(1)).first()
    if row is None:
        return None
    lines = session.scalars(select(RaisingLine).where(RaisingLine.terms_id == row.id).order_by(RaisingLine.position))
    told = [TermsLine(line.need, line.name, line.amount_fen) for line in lines]
    return Terms(row.id, row.revision, row.deadline, row.if_missed, told)


def outcome_of(session: Session, project_id: int) -> OutcomeRow | None:
    """Give what the deadline came to, or ``None``."""
    row = session.get(RaisingOutcome, project_id)
    return None if row is None else OutcomeRow(row.raised_fen, row.minimum_fen, row.outcome, row.budget_fen, row.run_at)


def due_to_end(session: Session, today: date) -> list[int]:
    """List the numbers of projects whose last day of raising is over, with no outcome carried out."""
    newest = select(func.max(RaisingTerms.id)).group_by(RaisingTerms.project_id)
    query = select(RaisingTerms.project_id).where(RaisingTerms.id.in_(newest), RaisingTerms.deadline < today)
    done = select(RaisingOutcome.project_id)
    query = query.join(Project, Project.id == RaisingTerms.project_id).where(Project.stage.in_(REFUND_STAGES))
    return list(session.scalars(query.where(RaisingTerms.project_id.not_in(done)).order_by(RaisingTerms.project_id)))


def begun(session: Session, project_id: int) -> bool:
    """Tell whether raising has begun: something was pledged or given."""
    given = exists().where(Contribution.project_id == project_id)
    return bool(session.scalar(select(given | exists().where(Pledge.project_id == project_id))))


def confirmed_rooms(session: Session, project_id: int) -> dict[int, int]:
    """Give what fen of each confirmed gift could still go back, in the order of their receipts."""
    query = (
        select(Contribution.id)
        .join(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.project_id == project_id, ContributionDecision.confirmed)
        .order_by(Contribution.id)
    )
    return {number: fen(refundable(session, number) or ZERO) for number in session.scalars(query)}


def counts_of(session: Session, project_id: int) -> list[CountRow]:
    """List a project's counts, the newest first."""
    return _counts(session, CashCount.project_id == project_id)


def get_count(session: Session, count_id: int) -> CountRow:
    """Give one count.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _counts(session, CashCount.id == count_id)
    if not found:
        raise NotVisible
    return found[0]


def _counts(session: Session, where: object) -> list[CountRow]:
    query = (
        select(CashCount, CashCountDecision)
        .outerjoin(CashCountDecision, CashCountDecision.count_id == CashCount.id)
        .where(where)  # type: ignore[arg-type]  # conditions made in this file
        .order_by(CashCount.id.desc())
    )
    return [
        CountRow(
            c.id, c.project_id, c.book_fen, c.cash_fen, c.bank_fen, c.explanation, c.counted_by_id, c.counted_at,
            d.confirmed if d else None, d.note if d else "",
        )
        for c, d in session.execute(query)
    ]  # fmt: skip
