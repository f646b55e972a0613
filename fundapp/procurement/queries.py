"""Read quotes and the choice: all of it is public."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.files.models import Attachment
from fundapp.procurement.models import Quote, SupplierChoice


@dataclass(frozen=True)
class QuoteRow:
    """A quote, whether it was chosen, and why."""

    id: int
    supplier: str
    counterparty_id: int
    amount: Money
    paper: str
    chosen: bool
    reason: str
    chosen_at: datetime | None


def has_supplier(session: Session, project_id: int) -> bool:
    """Tell whether a project has chosen its supplier."""
    return session.scalar(select(SupplierChoice.id).where(SupplierChoice.project_id == project_id)) is not None


def quotes_of(session: Session, project_id: int) -> list[QuoteRow]:
    """List a project's quotes, the lowest first."""
    query = (
        select(Quote, Attachment.public_id, SupplierChoice)
        .join(Attachment, Attachment.id == Quote.paper_id)
        .outerjoin(SupplierChoice, SupplierChoice.quote_id == Quote.id)
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
            chosen=choice is not None,
            reason=choice.reason if choice else "",
            chosen_at=choice.chosen_at if choice else None,
        )
        for quote, paper, choice in session.execute(query)
    ]
