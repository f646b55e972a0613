"""Pages of the roster: files, units and their holders, groups and lists, and who looked at names."""

from fundapp.rosters.views import groups, names, register, units
from fundapp.rosters.views.blueprint import bp

__all__ = ["bp", "groups", "names", "register", "units"]
