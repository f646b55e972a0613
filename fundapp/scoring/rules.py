"""Sum up papers by weighted criteria, rank, choose within the budget. Exact numbers; ties go by lots drawn before."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, Protocol

from fundapp.db.types import canonical
from fundapp.kernel.bars import Bar
from fundapp.kernel.errors import Refused

MOST_CRITERIA, MOST_POINTS, WHOLE = 10, 100, 100
TRIM_FROM = 5
_LINE = re.compile(r"(\S.*?)[\s:\uff1a]+(\d{1,3})\s*[%\u5206]?")


class SheetState(StrEnum):
    """Where a sheet stands."""

    DRAFT = "draft"
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


class Why(StrEnum):
    """Why a project was chosen or not."""

    CHOSEN = "chosen"
    BELOW = "below"
    BUDGET = "budget"
    FEW = "few"
    QUORUM = "quorum"


@dataclass(frozen=True)
class Criterion:
    """What is looked at, and how much of 100 it weighs."""

    name: str
    weight: int


@dataclass(frozen=True)
class Terms:
    """How papers are counted: ``most`` points for a criterion, ``least`` of 100 to be chosen.

    ``trim``: from five papers on the highest and the lowest of a project are left out. ``quorum``: the share of the
    members that must have handed in.
    """

    criteria: tuple[Criterion, ...]
    most: int
    least: int
    trim: bool
    quorum: Bar


@dataclass(frozen=True)
class Candidate:
    """A project and its cost in fen."""

    project_id: int
    cost: int


@dataclass(frozen=True)
class Line:
    """What became of a project: ``total`` of 100 and the mean points by criterion, ``None`` where few scored it."""

    project_id: int
    total: Fraction | None
    means: tuple[Fraction, ...]
    papers: int
    rank: int
    why: Why


@dataclass(frozen=True)
class Outcome:
    """The projects from the first rank on, and what the chosen ones cost in fen."""

    papers: int
    members: int
    lines: tuple[Line, ...]
    cost: int

    @property
    def chosen(self) -> tuple[int, ...]:
        """Give the chosen projects, the first rank first."""
        return tuple(line.project_id for line in self.lines if line.why is Why.CHOSEN)


class Window(Protocol):
    """From when to when papers are taken."""

    @property
    def opens_at(self) -> datetime:
        """Give the start."""

    @property
    def closes_at(self) -> datetime:
        """Give the end, which is no longer part of it."""


def read_criteria(text: str) -> tuple[Criterion, ...]:
    r"""Read one criterion a line, "惠及面广 20"; the weights sum to 100.

    Raises:
        Refused: ``scoring.criteria_form``, ``scoring.criteria_twice`` or ``scoring.weights``, on ``criteria``.

    >>> [one.weight for one in read_criteria("惠及面广 60\n自筹多：40分")]
    [60, 40]
    """
    found = []
    for line in (line.strip() for line in text.splitlines() if line.strip()):
        match = _LINE.fullmatch(line)
        if match is None or len(match[1]) > 40 or int(match[2]) < 1:
            raise Refused("scoring.criteria_form", field="criteria", line=line[:40])
        found.append(Criterion(match[1], int(match[2])))
    if not 1 <= len(found) <= MOST_CRITERIA:
        raise Refused("scoring.criteria_count", field="criteria", most=MOST_CRITERIA)
    if len({one.name for one in found}) < len(found):
        raise Refused("scoring.criteria_twice", field="criteria")
    given = sum(one.weight for one in found)
    if given != WHOLE:
        raise Refused("scoring.weights", field="criteria", given=given)
    return tuple(found)


def state_of(window: Window, now: datetime, *, opened: bool, published: bool) -> SheetState:
    """Tell where a sheet stands: open means ``opens_at <= now < closes_at``."""
    if not opened:
        return SheetState.DRAFT
    if published:
        return SheetState.PUBLISHED
    if now < window.opens_at:
        return SheetState.WAITING
    return SheetState.OPEN if now < window.closes_at else SheetState.CLOSED


def worth(terms: Terms, points: Sequence[int]) -> Fraction:
    """Give what one paper says of a project, of 100.

    >>> worth(Terms((Criterion("a", 60), Criterion("b", 40)), 10, 0, False, Bar(Fraction(1, 2))), (10, 5))
    Fraction(80, 1)
    """
    pairs = zip(terms.criteria, points, strict=True)
    return sum((Fraction(one.weight * given, terms.most) for one, given in pairs), Fraction(0))


def count(
    terms: Terms,
    candidates: Sequence[Candidate],
    lots: Sequence[int],
    papers: Sequence[Mapping[int, Sequence[int] | None]],
    members: int,
    budget: int,
) -> Outcome:
    """Count the papers of a sheet; a project that a paper has ``None`` for was left to the others (回避).

    Rank by total, ties by the earlier lot. From the first rank on a project is chosen where it has ``least`` points and
    what is left of *budget* (fen) pays for it; one that does not fit is passed over. A project scored by less than
    half of the members, or a sheet without its quorum, is not chosen.

    Raises:
        ValueError: lots or papers of other projects.

    Source: docs/rules/scoring.md.
    """
    ids = {one.project_id for one in candidates}
    if set(lots) != ids or len(lots) != len(ids) or any(set(paper) != ids for paper in papers):
        raise ValueError("lots and papers are of the projects of the sheet")
    enough = terms.quorum.reached(len(papers), members)
    given = {one: [paper[one] for paper in papers] for one in ids}
    scored = {one: _scored(terms, given[one], members) for one in ids}
    place = {project_id: number for number, project_id in enumerate(lots)}

    def standing(one: Candidate) -> tuple[Fraction, int]:
        total = scored[one.project_id][0]
        return (Fraction(1) if total is None else -total, place[one.project_id])

    order = sorted(candidates, key=standing)
    lines, left = [], budget
    for rank, one in enumerate(order, start=1):
        total, means, number = scored[one.project_id]
        why = _why(terms, enough, total, one.cost <= left)
        left -= one.cost if why is Why.CHOSEN else 0
        lines.append(Line(one.project_id, total, means, number, rank, why))
    return Outcome(len(papers), members, tuple(lines), budget - left)


def _scored(
    terms: Terms, given: Sequence[Sequence[int] | None], members: int
) -> tuple[Fraction | None, tuple[Fraction, ...], int]:
    rows = sorted((row for row in given if row is not None), key=lambda row: (worth(terms, row), tuple(row)))
    number = len(rows)
    if not rows or 2 * number < members:
        return None, (), number
    counted = rows[1:-1] if terms.trim and number >= TRIM_FROM else rows
    means = tuple(Fraction(sum(row[place] for row in counted), len(counted)) for place in range(len(terms.criteria)))
    return sum((worth(terms, row) for row in counted), Fraction(0)) / len(counted), means, number


def _why(terms: Terms, enough: bool, total: Fraction | None, fits: bool) -> Why:
    if not enough:
        return Why.QUORUM
    if total is None:
        return Why.FEW
    if total < terms.least:
        return Why.BELOW
    return Why.CHOSEN if fits else Why.BUDGET


def hundredths(value: Fraction) -> str:
    """Write a number with two decimals, halves up: for reading only.

    >>> hundredths(Fraction(245, 3)), hundredths(Fraction(1, 200))
    ('81.67', '0.01')
    """
    cents = (value * 200 + 1) // 2
    return f"{cents // 100}.{cents % 100:02d}"


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """Write an outcome in whole numbers and texts, to be stored and compared."""
    return {
        "papers": outcome.papers,
        "members": outcome.members,
        "cost_fen": outcome.cost,
        "lines": [
            {
                "project": line.project_id,
                "total": None if line.total is None else str(line.total),
                "means": [str(mean) for mean in line.means],
                "papers": line.papers,
                "rank": line.rank,
                "why": line.why.value,
            }
            for line in outcome.lines
        ],
    }


def terms_hash(frozen: Mapping[str, Any]) -> str:
    """Give the fingerprint of everything that is frozen at the opening."""
    return hashlib.sha256(canonical(frozen).encode()).hexdigest()
