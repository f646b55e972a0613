"""Who speaks next: sides alternate, and who has not spoken yet goes first. Helps, not shackles."""

from collections.abc import Sequence
from dataclasses import dataclass

from fundapp.council.rules import Side

SECONDS = 120
"""How long a speech lasts before the screen says so: two minutes."""


@dataclass(frozen=True)
class Asked:
    """Somebody on the list of an item: her number on the list, who she is, and for which side."""

    number: int
    member_id: int
    side: Side


def order(waiting: Sequence[Asked], spoken: Sequence[Asked]) -> list[Asked]:
    """Put those who wait in the order in which they speak.

    Each time: first those who have not spoken on this item, among them the side that did not speak last, then who
    asked first. A question belongs to no side and does not break the turn.

    Source: domain.md section 4 (萝卜规则: first-time speakers first, pro and con in turn).

    >>> [one.number for one in order([Asked(1, 7, Side.FOR), Asked(2, 8, Side.FOR), Asked(3, 9, Side.AGAINST)], [])]
    [1, 3, 2]
    """
    left, done, turns = list(waiting), list(spoken), []
    while left:
        heard = {one.member_id for one in done}
        last = next((one.side for one in reversed(done) if one.side is not Side.ASKS), None)
        chosen = min(left, key=lambda one: (one.member_id in heard, one.side is last, one.number))
        left.remove(chosen)
        done.append(chosen)
        turns.append(chosen)
    return turns
