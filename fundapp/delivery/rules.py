"""What is left at the end, by source, as a function of values."""

from collections.abc import Mapping

from fundapp.kernel.money import split


def returns(left_fen: int, given: Mapping[str, int]) -> dict[str, int]:
    """Share what is left among the sources by what each gave: whole fen, largest remainder, the sum exact.

    A source that gave nothing gets nothing; sources come in the order of *given*.

    Source: domain.md section 2, unused money goes back to where it came from.

    >>> returns(1001, {"foundation": 50000, "residents": 30000, "donors": 0})
    {'foundation': 626, 'residents': 375}
    """
    paying = {source: amount for source, amount in given.items() if amount > 0}
    if left_fen == 0 or not paying:
        return {}
    parts = zip(paying, split(left_fen, list(paying.values())), strict=True)
    return {source: part for source, part in parts if part > 0}
