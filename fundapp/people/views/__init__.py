"""Pages of people: signing in and joining, one's own account, the register, household codes."""

from fundapp.people.views import account, codes, register
from fundapp.people.views.blueprint import bp

__all__ = ["account", "bp", "codes", "register"]
