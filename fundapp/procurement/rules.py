"""The choice as a function of values."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """What a supplier asks, in fen."""

    supplier: str
    amount_fen: int


SHORTEST_REASON = 5


def what_is_missing(
    offers: Sequence[Offer], standing: Sequence[Offer], chosen: Offer, least: int, reason: str
) -> str | None:
    """Name what speaks against the choice: too few suppliers, or a dearer one than ``standing`` without a reason.

    Suppliers count by name, blanks and case aside; ``offers`` are all that came in.

    >>> two = [Offer("甲", 5), Offer("乙", 6)]
    >>> what_is_missing(two, two, Offer("甲", 5), 3, "")
    'procurement.too_few'
    """
    suppliers = {"".join(offer.supplier.split()).casefold() for offer in offers}
    if len(suppliers) < least:
        return "procurement.too_few"
    if chosen.amount_fen > min(offer.amount_fen for offer in standing) and len(reason.strip()) < SHORTEST_REASON:
        return "procurement.dearer_needs_reason"
    return None


def quotes_needed(part: object) -> int:
    """Read the policy's part: how many quotes are needed, 3 where it says nothing.

    Source: domain.md part (a) 23.

    >>> quotes_needed({"quotes_min": 3}), quotes_needed(None)
    (3, 3)
    """
    least = part.get("quotes_min", 3) if isinstance(part, dict) else 3
    return least if isinstance(least, int) and least >= 1 else 3
