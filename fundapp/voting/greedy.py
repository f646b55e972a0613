"""Counting points: the project with most points first, as long as the money lasts."""

from collections.abc import Sequence

from fundapp.voting.ballots import Election
from fundapp.voting.outcome import Count, Why
from fundapp.voting.ties import recorded


def count_points(
    election: Election,
    ranks: Sequence[int],
    *,
    budget: int,
    candidates: Sequence[int],
    skip: bool = True,
    threshold: int = 0,
    bought: Sequence[int] = (),
) -> Count:
    """Select *candidates* by points until the *budget* (fen) is spent.

    With *skip*, a project that does not fit is passed over; without, the count ends there. Projects without a vote or
    with fewer than *threshold* points (in units of the election) take no part. *bought* are the
    projects selected before. The rival of a selected project takes no part from then on; it never ends the count.

    Source: docs/rules/voting.md, rule `greedy`.
    """
    result = Count()
    left = budget
    out = {rival: place for place in bought for rival in election.against.get(place, ())}
    queue = sorted(
        (at for at in candidates if election.points[at] >= max(threshold, 1)),
        key=lambda at: (-election.points[at], ranks[at]),
    )
    for turn, place in enumerate(queue):
        if place in out:
            result.refused[place] = (Why.RIVAL_SELECTED, left, out[place])
            continue
        fits = election.projects[place].cost <= left
        equals = _equals(election, [at for at in queue[turn:] if at not in out], left if skip else None)
        if len(equals) > 1 and (fits or _one_fits(election, equals, left, skip)):
            result.ties.append(recorded(len(bought) + len(result.selected), equals, ranks, election))
        if fits:
            result.selected.append(place)
            left -= election.projects[place].cost
            out |= {rival: place for rival in election.against.get(place, ()) if rival not in out}
        elif skip:
            result.refused[place] = (Why.DOES_NOT_FIT, left, None)
        else:
            result.refused[place] = (Why.DOES_NOT_FIT, left, None)
            result.refused |= {
                later: (Why.RIVAL_SELECTED, left, out[later]) if later in out else (Why.AFTER_STOP, left, place)
                for later in queue[turn + 1 :]
            }
            break
    return result


def _equals(election: Election, queue: Sequence[int], left: int | None) -> list[int]:
    """Name those at the head of *queue* with the most points; if *left* is given, only those that it can pay."""
    most = election.points[queue[0]]
    return [at for at in queue if election.points[at] == most and (left is None or election.projects[at].cost <= left)]


def _one_fits(election: Election, equals: Sequence[int], left: int, skip: bool) -> bool:
    return not skip and any(election.projects[at].cost <= left for at in equals)
