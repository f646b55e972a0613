"""Pages of self-raised money."""

from fundapp.fundraising.views import giving, helping, pledging, receipts, refunding
from fundapp.fundraising.views.blueprint import bp

__all__ = ["bp", "giving", "helping", "pledging", "receipts", "refunding"]
