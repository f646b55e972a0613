"""Pages of the 议事厅: notices and closed sessions for everybody, bodies, and the papers for the secretary."""

from fundapp.council.views.bodies import bp

__all__ = ["bp"]
