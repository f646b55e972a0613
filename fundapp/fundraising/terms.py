"""What was decided before raising, and what the deadline comes to, as pure functions.

Each cost line is optional, required, or part of the smaller scope too. The minimum is what is not optional, the optimum
everything. Source: peers.md row 52 (minimum and optimum, what happens if the target is missed).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fundapp.kernel.errors import BadInput, Refused


class Need(StrEnum):
    """How much a cost line is needed: ``CORE`` lines are the smaller scope."""

    CORE = "core"
    REQUIRED = "required"
    OPTIONAL = "optional"


class IfMissed(StrEnum):
    """What happens when the minimum is missed: everything goes back, or the smaller scope is done."""

    RETURN = "return"
    SMALLER = "smaller"


class Outcome(StrEnum):
    """What the deadline came to."""

    REACHED = "reached"
    SMALLER = "smaller"
    RETURNED = "returned"


@dataclass(frozen=True)
class Line:
    """A cost line with how much it is needed, in fen."""

    need: Need
    amount_fen: int


@dataclass(frozen=True)
class Result:
    """What the deadline comes to, the places of the lines that will be done, and what they cost."""

    outcome: Outcome
    kept: tuple[int, ...]
    budget_fen: int


TERMS = ("first", "free")


def terms_come_first(parts: Mapping[str, Any]) -> bool:
    """Tell whether a policy wants the terms decided before money is pledged or given; without a part it does not.

    Raises:
        BadInput: another key, or another word.

    >>> terms_come_first({"raising": {"terms": "first"}}), terms_come_first({})
    (True, False)
    """
    part = parts.get("raising", {"terms": "free"})
    if set(part) != {"terms"} or part["terms"] not in TERMS:
        raise BadInput("raising.terms", repr(dict(part)), " or ".join(TERMS))
    return bool(part["terms"] == "first")


def check_terms(needs: Sequence[Need], if_missed: IfMissed) -> None:
    """See that the terms mean something.

    Raises:
        Refused: every line is optional (``fundraising.nothing_required``), a smaller scope that is none or no smaller
            (``fundraising.smaller_scope``), or one that would never be used (``fundraising.no_smaller_scope``).
    """
    if all(need is Need.OPTIONAL for need in needs):
        raise Refused("fundraising.nothing_required")
    if if_missed is IfMissed.SMALLER and not {Need.CORE, Need.REQUIRED} <= set(needs):
        raise Refused("fundraising.smaller_scope")
    if if_missed is IfMissed.RETURN and Need.CORE in needs:
        raise Refused("fundraising.no_smaller_scope")


def minimum(lines: Sequence[Line]) -> int:
    """Give what must come: the sum of the lines that are not optional.

    >>> minimum([Line(Need.REQUIRED, 300), Line(Need.OPTIONAL, 50)])
    300
    """
    return sum(line.amount_fen for line in lines if line.need is not Need.OPTIONAL)


def result(lines: Sequence[Line], if_missed: IfMissed, raised_fen: int) -> Result:
    """Say what is done with what was raised. Exactly the minimum is enough.

    Optional lines are added in their order, each where the money is enough for it. Below the minimum the smaller scope
    is done where that was decided and can be paid; otherwise everything goes back.

    >>> result([Line(Need.CORE, 200), Line(Need.REQUIRED, 100), Line(Need.OPTIONAL, 50)], IfMissed.SMALLER, 299)
    Result(outcome=<Outcome.SMALLER: 'smaller'>, kept=(0,), budget_fen=200)
    """
    if raised_fen >= minimum(lines):
        return _paid(lines, raised_fen, Outcome.REACHED, {Need.CORE, Need.REQUIRED}, optional=True)
    core = sum(line.amount_fen for line in lines if line.need is Need.CORE)
    if if_missed is IfMissed.SMALLER and raised_fen >= core:
        return _paid(lines, raised_fen, Outcome.SMALLER, {Need.CORE}, optional=False)
    return Result(Outcome.RETURNED, (), 0)


def _paid(lines: Sequence[Line], raised_fen: int, outcome: Outcome, needs: set[Need], *, optional: bool) -> Result:
    kept = [place for place, line in enumerate(lines) if line.need in needs]
    cost = sum(lines[place].amount_fen for place in kept)
    for place, line in enumerate(lines):
        if optional and line.need is Need.OPTIONAL and cost + line.amount_fen <= raised_fen:
            kept.append(place)
            cost += line.amount_fen
    return Result(outcome, tuple(sorted(kept)), cost)
