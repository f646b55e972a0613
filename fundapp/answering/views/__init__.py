"""Pages of codes, help and reminders."""

from fundapp.answering.views import code, slips
from fundapp.answering.views.blueprint import bp

__all__ = ["bp", "code", "slips"]
