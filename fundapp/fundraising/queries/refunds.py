"""Read refunds: what of a gift is left, and what waits for a second person."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import BigInteger, ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.fundraising.models import Contribution, ContributionDecision, Refund, RefundDecision
from fundapp.fundraising.rules import Source, receipt_label
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import from_fen
from fundapp.projects.models import Project

_REFUSED = select(RefundDecision.refund_id).where(~RefundDecision.confirmed)


@dataclass(frozen=True)
class RefundRow:
    """A refund with its state; ``giver`` is for the group and its staff only."""

    id: int
    project_id: int
    project_title: str
    contribution_id: int
    receipt: str
    source: Source
    giver: str
    amount: Money
    reason: str
    prepared_by_id: int
    prepared_at: datetime
    confirmed: bool | None
    why_not: str


def returned() -> Select[int, int]:
    """Select how many fen of each gift have gone back."""
    amount: ColumnElement[int] = type_coerce(func.sum(Refund.amount_fen), BigInteger)
    return (
        select(Refund.contribution_id, amount)
        .join(RefundDecision, RefundDecision.refund_id == Refund.id)
        .where(RefundDecision.confirmed)
        .group_by(Refund.contribution_id)
    )


def returned_of(session: Session, contribution_ids: list[int]) -> dict[int, int]:
    """Give the fen that went back of some gifts, in one statement."""
    rows = session.execute(returned().where(Refund.contribution_id.in_(contribution_ids)))
    return {number: int(amount) for number, amount in rows}


def refundable(session: Session, contribution_id: int) -> Money | None:
    """Give what of a confirmed gift could still go back, refunds that wait taken off; ``None``: never confirmed."""
    query = (
        select(Contribution.amount_fen)
        .join(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.id == contribution_id, ContributionDecision.confirmed)
    )
    given = session.scalar(query)
    if given is None:
        return None
    rows = session.scalars(
        select(Refund.amount_fen).where(Refund.contribution_id == contribution_id, Refund.id.not_in(_REFUSED))
    )
    return sum((-one for one in rows), given)


def refunds(session: Session, *where: object) -> list[RefundRow]:
    """List refunds in the order in which they were prepared."""
    query = (
        select(Refund, Contribution, RefundDecision, Project.title)
        .join(Contribution, Contribution.id == Refund.contribution_id)
        .join(Project, Project.id == Contribution.project_id)
        .outerjoin(RefundDecision, RefundDecision.refund_id == Refund.id)
        .where(*where)  # type: ignore[arg-type]  # conditions of this package
        .order_by(Refund.id)
    )
    return [_row(*cells) for cells in session.execute(query)]


def _row(r: Refund, gift: Contribution, decision: RefundDecision | None, title: str) -> RefundRow:
    return RefundRow(
        id=r.id,
        project_id=gift.project_id,
        project_title=title,
        contribution_id=gift.id,
        receipt=receipt_label(gift.receipt_year, gift.receipt_no),
        source=gift.source,
        giver=gift.giver,
        amount=r.amount_fen,
        reason=r.reason,
        prepared_by_id=r.prepared_by_id,
        prepared_at=r.prepared_at,
        confirmed=decision.confirmed if decision else None,
        why_not=decision.reason if decision else "",
    )


def refunds_of(session: Session, project_id: int) -> list[RefundRow]:
    """List a project's refunds."""
    return refunds(session, Contribution.project_id == project_id)


def get_refund(session: Session, refund_id: int) -> RefundRow:
    """Give one refund.

    Raises:
        NotVisible: there is none of this number.
    """
    found = refunds(session, Refund.id == refund_id)
    if not found:
        raise NotVisible
    return found[0]


def returned_by_source(session: Session, project_ids: list[int]) -> dict[tuple[int, Source], Money]:
    """Give what went back by project and source, in one statement."""
    amount: ColumnElement[int] = type_coerce(func.sum(Refund.amount_fen), BigInteger)
    query = (
        select(Contribution.project_id, Contribution.source, amount)
        .join(Contribution, Contribution.id == Refund.contribution_id)
        .join(RefundDecision, RefundDecision.refund_id == Refund.id)
        .where(Contribution.project_id.in_(project_ids), RefundDecision.confirmed)
        .group_by(Contribution.project_id, Contribution.source)
    )
    return {(project, source): from_fen(int(total)) for project, source, total in session.execute(query)}
