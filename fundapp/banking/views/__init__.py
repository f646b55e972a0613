"""The staff pages of bank accounts."""

from fundapp.banking.views import accounts, matching, papers
from fundapp.banking.views.blueprint import bp

__all__ = ["accounts", "bp", "matching", "papers"]
