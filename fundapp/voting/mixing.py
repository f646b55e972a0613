"""Simple secrecy: what a ballot names, bound to it by a fingerprint that nobody can guess once its nonces are gone."""

import hashlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fundapp.db.types import canonical

Marks = tuple[tuple[int, int], ...]
"""(candidate, points), ascending by candidate."""


@dataclass(frozen=True, order=True)
class Mark:
    """One project named on a ballot, by the number of its candidate."""

    candidate_id: int
    points: int
    nonce: str


def drawn(marks: Iterable[tuple[int, int]], chance: random.Random) -> list[Mark]:
    """Give each (candidate, points) a nonce of 128 bits."""
    return [Mark(candidate_id, points, chance.randbytes(16).hex()) for candidate_id, points in sorted(marks)]


def marks_hash(marks: Iterable[Mark]) -> str:
    """Give the fingerprint of what a ballot names; an invalid one names nothing.

    >>> one, other = Mark(3, 1, "a" * 32), Mark(5, 2, "b" * 32)
    >>> marks_hash([other, one]) == marks_hash([one, other]) != marks_hash([one, Mark(5, 1, "b" * 32)])
    True
    """
    said = [[one.candidate_id, one.points, one.nonce] for one in sorted(marks)]
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def mixed(ballots: Mapping[int, Iterable[Mark]]) -> list[Marks]:
    """Give what each ballot names, without its number and nonces, in an order of the contents.

    >>> mixed({1: [Mark(5, 1, "x")], 2: [], 3: [Mark(3, 1, "y"), Mark(5, 1, "z")]})
    [(), ((3, 1), (5, 1)), ((5, 1),)]
    """
    return sorted(tuple((one.candidate_id, one.points) for one in sorted(marks)) for marks in ballots.values())
