"""The staff pages of bank accounts."""

from fundapp.banking.views import accounts, matching, months, papers, transfers
from fundapp.banking.views.blueprint import bp

__all__ = ["accounts", "bp", "matching", "months", "papers", "transfers"]
