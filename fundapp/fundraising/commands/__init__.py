"""The deeds on self-raised money."""

from fundapp.fundraising.commands.booking import advance_account, project_accounts, purse_accounts
from fundapp.fundraising.commands.counting import NewCount, count_cash, decide_count
from fundapp.fundraising.commands.ending import NewTerms, end_due_raising, end_raising, set_terms
from fundapp.fundraising.commands.giving import (
    NewContribution,
    decide_contribution,
    keep_contribution,
    record_contribution,
)
from fundapp.fundraising.commands.helping import NewHelp, decide_help, record_help
from fundapp.fundraising.commands.pledging import NewPledge, cancel_pledge, make_pledge, remind_pledges
from fundapp.fundraising.commands.refunding import NewRefund, decide_refund, prepare_refund
from fundapp.fundraising.commands.releasing import NewRelease, decide_release, record_release

__all__ = [
    "NewContribution",
    "NewCount",
    "NewHelp",
    "NewPledge",
    "NewRefund",
    "NewRelease",
    "NewTerms",
    "advance_account",
    "cancel_pledge",
    "count_cash",
    "decide_contribution",
    "decide_count",
    "decide_help",
    "decide_refund",
    "decide_release",
    "end_due_raising",
    "end_raising",
    "keep_contribution",
    "make_pledge",
    "prepare_refund",
    "project_accounts",
    "purse_accounts",
    "record_contribution",
    "record_help",
    "record_release",
    "remind_pledges",
    "set_terms",
]
