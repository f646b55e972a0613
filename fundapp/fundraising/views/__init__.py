"""Pages of self-raised money."""

from fundapp.fundraising.views import ending, giving, helping, pledging, purposes, receipts, refunding
from fundapp.fundraising.views.blueprint import bp

__all__ = ["bp", "ending", "giving", "helping", "pledging", "purposes", "receipts", "refunding"]
