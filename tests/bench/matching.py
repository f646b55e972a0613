"""A plan over ten thousand claims: processor time, against only adding up the same gifts."""

import random
import time
from fractions import Fraction

from fundapp.matching.rules import (
    AmountTier,
    AmountTiers,
    Claim,
    FourSource,
    Gift,
    Policy,
    plan,
)

CLAIMS, GIFTS, ROUNDS = 10_000, 12, 3
POLICY = Policy(
    min_gift=100,
    cap=5_000_000,
    formulas=(
        AmountTiers(
            (
                AmountTier(0, Fraction(1, 2)),
                AmountTier(500_000, Fraction(1)),
                AmountTier(2_000_000, Fraction(3, 2)),
            )
        ),
        FourSource(Fraction(1, 10), Fraction(1, 2), Fraction(2)),
    ),
    unlock=50_000,
    household_cap=200_000,
    related_cap=10_000,
)


def claims(seed: int = 7) -> list[Claim]:
    """Make claims of a dozen gifts each, the same ones each time."""
    lot = random.Random(seed)
    return [
        Claim(
            ticket=number,
            project=f"p{number}",
            budget=lot.randrange(500_000, 20_000_000),
            households=193,
            street=lot.randrange(0, 500_000),
            other=lot.randrange(0, 500_000),
            viable_minimum=lot.randrange(0, 1_000_000),
            gifts=tuple(
                Gift(f"h{lot.randrange(60)}", lot.randrange(100, 300_000), lot.random() < 0.1) for _ in range(GIFTS)
            ),
        )
        for number in range(1, CLAIMS + 1)
    ]


def _gift(lot: random.Random) -> Gift:
    return Gift(f"h{lot.randrange(60)}", lot.randrange(100, 300_000), lot.random() < 0.1)


def measure() -> dict[str, float]:
    """Give the best of three in milliseconds of processor time, and the ratio to adding up."""
    made = claims()
    planned, added = [], []
    for _ in range(ROUNDS):
        begun = time.process_time()
        whole = plan(POLICY, made, 10**10)
        planned.append(time.process_time() - begun)
        begun = time.process_time()
        sums: dict[tuple[int, str], int] = {}
        for claim in made:
            for gift in claim.gifts:
                sums[claim.ticket, gift.household] = sums.get((claim.ticket, gift.household), 0) + gift.amount
        added.append(time.process_time() - begun)
        if len(whole.awards) != CLAIMS or whole.left + sum(award.granted for award in whole.awards) != 10**10:
            raise RuntimeError("the plan does not add up")
    return {"plan": min(planned) * 1000, "adding up": min(added) * 1000, "ratio": min(planned) / min(added)}
