"""Read self-raised money. Public rows carry no name where the giver asked for none, and no door."""

from fundapp.fundraising.queries.gifts import (
    ContributionRow,
    HouseholdGift,
    contributions_of,
    get_contribution,
    help_of,
    household_gifts,
    raised,
    unconfirmed,
    waiting_for_confirmation,
    what_speaks_against_editing,
)
from fundapp.fundraising.queries.receipts import (
    ReceiptLine,
    ReceiptSeries,
    receipt_line,
    receipt_series,
    receipt_series_of,
)

__all__ = [
    "ContributionRow",
    "HouseholdGift",
    "ReceiptLine",
    "ReceiptSeries",
    "contributions_of",
    "get_contribution",
    "help_of",
    "household_gifts",
    "raised",
    "receipt_line",
    "receipt_series",
    "receipt_series_of",
    "unconfirmed",
    "waiting_for_confirmation",
    "what_speaks_against_editing",
]
