"""Read self-raised money. Public rows carry no name where the giver asked for none, and no door."""

from fundapp.fundraising.queries.gifts import (
    ContributionRow,
    HouseholdGift,
    contributions_of,
    get_contribution,
    household_gifts,
    raised,
    refunds_waiting_for,
    unconfirmed,
    waiting_for_confirmation,
    what_speaks_against_editing,
)
from fundapp.fundraising.queries.helps import HelpRow, HelpTotals, get_help, help_of, help_totals
from fundapp.fundraising.queries.pledges import PledgeRow, get_pledge, outstanding, pledges_of
from fundapp.fundraising.queries.receipts import (
    ReceiptLine,
    ReceiptSeries,
    receipt_line,
    receipt_series,
    receipt_series_of,
)
from fundapp.fundraising.queries.refunds import RefundRow, get_refund, refundable, refunds_of

__all__ = [
    "ContributionRow",
    "HelpRow",
    "HelpTotals",
    "HouseholdGift",
    "PledgeRow",
    "ReceiptLine",
    "ReceiptSeries",
    "RefundRow",
    "contributions_of",
    "get_contribution",
    "get_help",
    "get_pledge",
    "get_refund",
    "help_of",
    "help_totals",
    "household_gifts",
    "outstanding",
    "pledges_of",
    "raised",
    "receipt_line",
    "receipt_series",
    "receipt_series_of",
    "refundable",
    "refunds_of",
    "refunds_waiting_for",
    "unconfirmed",
    "waiting_for_confirmation",
    "what_speaks_against_editing",
]
