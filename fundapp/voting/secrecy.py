"""Who can find out what a household chose: the four modes of a round, frozen with it."""

from enum import StrEnum


class Secrecy(StrEnum):
    """How far the choice of a household is hidden."""

    NAMED = "named"
    SIMPLE = "simple"
    SEALED = "sealed"
    PAPER = "paper"

    @property
    def by_door(self) -> bool:
        """Say whether ballots are taken by household: final, and while voting not hidden from who runs the database."""
        return self in (Secrecy.NAMED, Secrecy.SIMPLE)

    @property
    def mixed(self) -> bool:
        """Say whether ballots are parted from their households when the result is published."""
        return self is Secrecy.SIMPLE

    @property
    def by_phone(self) -> bool:
        """Say whether a household may vote on its phone."""
        return self is not Secrecy.PAPER
