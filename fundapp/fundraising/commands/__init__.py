"""The deeds on self-raised money."""

from fundapp.fundraising.commands.booking import committee_book, project_accounts
from fundapp.fundraising.commands.giving import NewContribution, decide_contribution, record_contribution
from fundapp.fundraising.commands.helping import NewHelp, record_help

__all__ = [
    "NewContribution",
    "NewHelp",
    "committee_book",
    "decide_contribution",
    "project_accounts",
    "record_contribution",
    "record_help",
]
