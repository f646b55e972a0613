"""Who goes first among equals: one order of all projects, fixed before the count."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fundapp.kernel.errors import BadInput
from fundapp.voting.ballots import Election
from fundapp.voting.options import Options, Ties

_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie that the tie rule decided, after ``at`` projects had been selected."""

    at: int
    among: tuple[str, ...]
    chosen: str


def natural_key(ident: str) -> tuple[list[str | int], str]:
    """Give the key of the natural order: numbers inside an id count as numbers.

    >>> sorted(["10", "2", "P10", "P9"], key=natural_key)
    ['2', '10', 'P9', 'P10']
    """
    parts: list[str | int] = list(_DIGITS.split(ident))
    parts[1::2] = [int(digits) for digits in parts[1::2]]
    return parts, ident


def tie_ranks(election: Election, options: Options) -> list[int]:
    """Give each project its rank among equals; the lowest rank is chosen.

    Raises:
        BadInput: lots that name a project twice, not at all, or one that is not on the ballot.
    """
    ids = [project.id for project in election.projects]
    if options.ties is Ties.ID:
        return _ranks(sorted(range(len(ids)), key=lambda at: ids[at]))
    lot = {ident: drawn for drawn, ident in enumerate(_drawn(ids, options.lots))}
    return _ranks(
        sorted(
            range(len(ids)),
            key=lambda at: (election.projects[at].cost, -election.points[at], lot[ids[at]]),
        )
    )


def recorded(at: int, places: Sequence[int], ranks: Sequence[int], election: Election) -> Tie:
    """Record that the tie rule chose among *places*, which are named in the order of that rule."""
    ordered = [election.projects[place].id for place in sorted(places, key=lambda place: ranks[place])]
    return Tie(at, tuple(ordered), ordered[0])


def _ranks(ordered: Sequence[int]) -> list[int]:
    ranks = [0] * len(ordered)
    for rank, place in enumerate(ordered):
        ranks[place] = rank
    return ranks


def _drawn(ids: Sequence[str], lots: Sequence[str] | None) -> Sequence[str]:
    if lots is None:
        return sorted(ids, key=natural_key)
    known = set(ids)
    seen: set[str] = set()
    for ident in lots:
        if ident not in known or ident in seen:
            raise BadInput(f"--lots: {ident}", "named twice" if ident in seen else "unknown", "each project once")
        seen.add(ident)
    if missing := sorted(known - seen, key=natural_key):
        raise BadInput("--lots", f"nothing about {', '.join(missing[:3])}", "each project once")
    return lots
