"""Members by lot: a draw that anybody repeats with the published seed."""

import hashlib
from collections.abc import Sequence


def fingerprint(names: Sequence[str]) -> str:
    """Give the fingerprint of a list of candidates, published before the seed is known.

    >>> fingerprint(["甲", "乙"])[:8]
    '083dc448'
    """
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def draw(seed: str, candidates: int, seats: int) -> tuple[int, ...]:
    """Draw *seats* of the candidates numbered from 1: those whose sha256 of "seed:number" comes first.

    Anybody repeats it: ``printf '%s' 'seed:1' | sha256sum`` for each number, then sort.

    Raises:
        ValueError: more seats than candidates.

    Source: docs/rules/council.md.

    >>> draw("2026300:4-1-7", 10, 3)
    (10, 6, 7)
    """
    if not 0 < seats <= candidates:
        raise ValueError(f"{seats} of {candidates} cannot be drawn")
    return tuple(sorted(range(1, candidates + 1), key=lambda number: _mark(seed, number))[:seats])


def _mark(seed: str, number: int) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
