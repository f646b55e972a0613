"""Who comes in from the reserve list 备选库 once an outcome binds and money of its round is free."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fundapp.voting.outcome import Why

BARRED = (Why.NO_VOTES, Why.BELOW_THRESHOLD)
"""Whoever the count itself kept out stays out, however much money is free."""


class Skip(StrEnum):
    """Why a project is passed over: it does not fit, is not there any more, the count barred it, its rival is in."""

    DEAR = "dear"
    GONE = "gone"
    BARRED = "barred"
    RIVAL = "rival"


@dataclass(frozen=True)
class Waits:
    """A project of the reserve list, in its rank: frozen cost in fen, what the count said, whether it still waits.

    ``rival``: one of its rivals is in.
    """

    project_id: int
    cost: int
    why: Why
    there: bool
    rival: bool = False


@dataclass(frozen=True)
class Next:
    """The project that comes in, and those before it that were passed over."""

    project_id: int
    skipped: tuple[tuple[int, Skip], ...] = ()


def skip_of(one: Waits, left: int) -> Skip | None:
    """Say why a project does not come in; ``None`` where it does. Exactly enough money is enough.

    >>> one = Waits(3, 500, Why.DOES_NOT_FIT, there=True)
    >>> skip_of(one, 499), skip_of(one, 500)
    (<Skip.DEAR: 'dear'>, None)
    """
    if one.why in BARRED:
        return Skip.BARRED
    if one.rival:
        return Skip.RIVAL
    if not one.there:
        return Skip.GONE
    return Skip.DEAR if one.cost > left else None


def next_in(waiting: Iterable[Waits], left: int) -> Next | None:
    """Give who comes in with *left* fen: strictly by rank, passing over only who cannot; ``None`` where nobody can.

    >>> dear, fits = Waits(7, 900, Why.DOES_NOT_FIT, there=True), Waits(8, 200, Why.DOES_NOT_FIT, there=True)
    >>> next_in([dear, fits], 300)
    Next(project_id=8, skipped=((7, <Skip.DEAR: 'dear'>),))

    Source: docs/rules/voting.md "Out and in again".
    """
    skipped: list[tuple[int, Skip]] = []
    for one in waiting:
        why = skip_of(one, left)
        if why is None:
            return Next(one.project_id, tuple(skipped))
        skipped.append((one.project_id, why))
    return None
