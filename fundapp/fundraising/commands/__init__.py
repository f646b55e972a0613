"""The deeds on self-raised money."""

from fundapp.fundraising.commands.booking import committee_book, project_accounts
from fundapp.fundraising.commands.giving import NewContribution, decide_contribution, record_contribution
from fundapp.fundraising.commands.helping import NewHelp, decide_help, record_help
from fundapp.fundraising.commands.pledging import NewPledge, cancel_pledge, make_pledge, remind_pledges
from fundapp.fundraising.commands.refunding import NewRefund, decide_refund, prepare_refund

__all__ = [
    "NewContribution",
    "NewHelp",
    "NewPledge",
    "NewRefund",
    "cancel_pledge",
    "committee_book",
    "decide_contribution",
    "decide_help",
    "decide_refund",
    "make_pledge",
    "prepare_refund",
    "project_accounts",
    "record_contribution",
    "record_help",
    "remind_pledges",
]
