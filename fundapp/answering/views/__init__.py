"""Pages of codes, help and reminders."""

from fundapp.answering.views import code, helping, reminding, slips
from fundapp.answering.views.blueprint import bp

__all__ = ["bp", "code", "helping", "reminding", "slips"]
