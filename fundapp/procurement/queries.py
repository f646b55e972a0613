"""Read quotes and the choice: all of it is public."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.files.models import Attachment
from fundapp.procurement.models import Quote, SupplierChoice, SupplierEnd


@dataclass(frozen=True)
class QuoteRow:
    """A quote; whether it is the chosen one, or was until work with its supplier was ended, and why."""

    id: int
    supplier: str
    counterparty_id: int
    amount: Money
    paper: str
    chosen: bool
    reason: str
    chosen_at: datetime | None
    ended_at: datetime | None
    ended_because: str


def has_supplier(session: Session, project_id: int) -> bool:
    """Tell whether a project has ever chosen a supplier."""
    return session.scalar(select(SupplierChoice.id).where(SupplierChoice.project_id == project_id)) is not None


def last_choice(session: Session, project_id: int) -> tuple[SupplierChoice | None, bool]:
    """Give a project's last choice, and whether work with that supplier was ended since."""
    query = (
        select(SupplierChoice, SupplierEnd.choice_id)
        .outerjoin(SupplierEnd, SupplierEnd.choice_id == SupplierChoice.id)
        .where(SupplierChoice.project_id == project_id)
        .order_by(SupplierChoice.id.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1] is not None) if found else (None, False)


def quotes_of(session: Session, project_id: int) -> list[QuoteRow]:
    """List a project's quotes, the lowest first."""
    query = (
        select(Quote, Attachment.public_id, SupplierChoice, SupplierEnd)
        .join(Attachment, Attachment.id == Quote.paper_id)
        .outerjoin(SupplierChoice, SupplierChoice.quote_id == Quote.id)
        .outerjoin(SupplierEnd, SupplierEnd.choice_id == SupplierChoice.id)
        .where(Quote.project_id == project_id)
        .order_by(Quote.amount_fen, Quote.id)
    )
    return [
        QuoteRow(
            id=quote.id,
            supplier=quote.supplier,
            counterparty_id=quote.counterparty_id,
            amount=quote.amount_fen,
            paper=paper,
            chosen=choice is not None and end is None,
            reason=choice.reason if choice else "",
            chosen_at=choice.chosen_at if choice else None,
            ended_at=end.ended_at if end else None,
            ended_because=end.reason if end else "",
        )
        for quote, paper, choice, end in session.execute(query)
    ]
