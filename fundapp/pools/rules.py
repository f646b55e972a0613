"""Which way money moves in the tree."""

from enum import StrEnum


class Way(StrEnum):
    """Down to the child, or back to the parent."""

    DOWN = "down"
    BACK = "back"
