"""Pages of the 议事厅: notices and closed sessions for everybody, bodies, the room, the papers for the secretary."""

from fundapp.council.views import bodies, floor, overriding, points
from fundapp.council.views.sessions import bp

__all__ = ["bodies", "bp", "floor", "overriding", "points"]
