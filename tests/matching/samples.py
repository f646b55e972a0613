"""Small builders for claims and policies; amounts are typed in yuan as people read them."""

from fractions import Fraction

from fundapp.kernel.money import fen_of_text
from fundapp.matching.rules import (
    AmountTier,
    AmountTiers,
    Claim,
    Formula,
    FourSource,
    Gift,
    HouseholdTier,
    HouseholdTiers,
    Linear,
    Policy,
)

HALF = Linear(Fraction(1, 2))
BY_AMOUNT = AmountTiers(
    (AmountTier(0, Fraction(1, 2)), AmountTier(500_000, Fraction(1)), AmountTier(2_000_000, Fraction(3, 2)))
)
BY_BREADTH = HouseholdTiers(
    (
        HouseholdTier(Fraction(1, 2), Fraction(1, 2)),
        HouseholdTier(Fraction(2, 3), Fraction(1)),
        HouseholdTier(Fraction(4, 5), Fraction(3, 2)),
    )
)
FOUR = FourSource(Fraction(1, 10), Fraction(1, 2), Fraction(2))


def fen(yuan: str) -> int:
    """Read yuan with two decimals."""
    return fen_of_text(yuan, "test")


def policy(*formulas: Formula, cap: str = "50000.00", min_gift: str = "0.01", **rest: object) -> Policy:
    """Make a policy that has no limits but those named."""
    return Policy(min_gift=fen(min_gift), cap=fen(cap), formulas=formulas or (HALF,), **rest)  # type: ignore[arg-type]


def claim(*gifts: Gift, ticket: int = 1, **rest: object) -> Claim:
    """Make a claim with a large budget, few other sources and no viable minimum unless told."""
    usual: dict[str, object] = {
        "project": f"project {ticket}",
        "budget": fen("1000000.00"),
        "households": 193,
        "street": 0,
        "other": 0,
        "viable_minimum": 0,
    }
    return Claim(ticket=ticket, gifts=gifts, **usual | rest)  # type: ignore[arg-type]


def gift(household: str, yuan: str, related: bool = False) -> Gift:
    """Make one gift, or a refund where *yuan* is below zero."""
    return Gift(household, fen(yuan), related)


def shared(total: str, givers: int) -> tuple[Gift, ...]:
    """Spread *total* over so many households, the first giving what is left over."""
    each, rest = divmod(fen(total), givers)
    return tuple(Gift(f"h{i}", each + (rest if i == 0 else 0)) for i in range(givers))
