"""Pages of self-raised money."""

from fundapp.fundraising.views import giving, receipts
from fundapp.fundraising.views.blueprint import bp

__all__ = ["bp", "giving", "receipts"]
