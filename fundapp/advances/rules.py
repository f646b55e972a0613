"""Where an advance stands, as a function of values."""

from enum import StrEnum

from fundapp.fundraising.rules import Giver, Source

LENDERS: dict[Giver, Source] = {
    Giver.HOUSEHOLD: Source.RESIDENTS,
    Giver.UNIT: Source.DONORS,
    Giver.PUBLIC_UNIT: Source.DONORS,
}
"""Who may lend: the people and units of the community; and whose gift it is where one of them waives what is left."""


class AdvanceState(StrEnum):
    """Recorded, never there, owed, or done with: repaid or given."""

    WAITING = "waiting"
    VOID = "void"
    OWED = "owed"
    SETTLED = "settled"


def state_of(confirmed: bool | None, owed_fen: int) -> AdvanceState:
    """Give the state from what the second person found (``None``: nothing yet) and what is still owed.

    >>> [state_of(*one).value for one in ((None, 500), (False, 500), (True, 1), (True, 0))]
    ['waiting', 'void', 'owed', 'settled']
    """
    if confirmed is None:
        return AdvanceState.WAITING
    if not confirmed:
        return AdvanceState.VOID
    return AdvanceState.OWED if owed_fen else AdvanceState.SETTLED


def left_fen(amount: int, repaid: int, waived: int) -> int:
    """Give what is left of an advance, in fen.

    >>> left_fen(100_000, 30_001, 0)
    69999
    """
    return amount - repaid - waived
