"""Ballots of a .pb file: what each one says, and whether the limits of META leave it valid."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from fundapp.kernel.errors import BadInput
from fundapp.voting.ballots import Ballot, Election, Project, VoteType
from fundapp.voting.pabulib_words import LIMITED, number

Marks = tuple[tuple[int, Fraction | int], ...]
"""(place, points) in the order of the ballot."""


@dataclass(frozen=True, slots=True)
class BallotRules:
    """What a valid ballot of one file looks like; a bound that META does not state is None."""

    projects: tuple[Project, ...]
    place: Mapping[str, int]
    vote_type: VoteType
    bounds: Mapping[str, tuple[Fraction | None, Fraction | None]]
    first_points: int
    ticks: bool

    @classmethod
    def of(
        cls, meta: Mapping[str, str], projects: tuple[Project, ...], vote_type: VoteType, where: str
    ) -> "BallotRules":
        """Read the limits of META. Ordinal ballots count from ``max_length`` down, else from the number of projects.

        Raises:
            BadInput: a limit that is no number, a scoring function other than Borda.
        """
        if meta.get("scoring_fn", "borda").lower() != "borda":
            raise BadInput(f"{where} META scoring_fn", repr(meta["scoring_fn"]), "Borda")
        bounds = {}
        for what in LIMITED:
            low, high = (meta.get(f"{end}_{what}") for end in ("min", "max"))
            factor = 100 if what == "sum_cost" else 1
            bounds[what] = (
                None if low is None else number(low, f"{where} META min_{what}") * factor,
                None if high is None else number(high, f"{where} META max_{what}") * factor,
            )
        if vote_type is VoteType.CHOOSE_ONE:
            bounds["length"] = (Fraction(1), Fraction(1))
        longest = bounds["length"][1]
        return cls(
            projects,
            {project.id: at for at, project in enumerate(projects)},
            vote_type,
            {what: pair for what, pair in bounds.items() if pair != (None, None)},
            len(projects) if longest is None else int(longest),
            vote_type.ticks_only,
        )

    def allow(self, marks: Marks) -> bool:
        """Say whether a ballot keeps the limits, a tick being one point; a blank one does."""
        if not marks or not self.bounds:
            return True
        if not self._points_hold([points for _, points in marks]):
            return False
        return self._holds("length", len(marks)) and (
            "sum_cost" not in self.bounds or self._holds("sum_cost", sum(self.projects[at].cost for at, _ in marks))
        )

    def _points_hold(self, points: Sequence[Fraction | int]) -> bool:
        return all(self._holds("points", each) for each in points) and self._holds("sum_points", sum(points))

    def _holds(self, what: str, value: Fraction | int) -> bool:
        low, high = self.bounds.get(what, (None, None))
        return (low is None or value >= low) and (high is None or value <= high)


@dataclass(slots=True)
class BallotBox:
    """Takes ballots one by one, leaves out the invalid ones and keeps equal ones together."""

    rules: BallotRules
    read: int = 0
    invalid: int = 0
    cast: Counter[Marks] = field(default_factory=Counter)
    _voters: set[str] = field(default_factory=set)

    def take(self, where: str, record: Mapping[str, str]) -> None:
        """Take one ballot; an unknown project, a broken limit or a voter seen before makes it invalid.

        Raises:
            BadInput: no voter id, no vote, or points that are no list of plain numbers, one for each project.
        """
        voter = record["voter_id"]
        if not voter or "vote" not in record:
            raise BadInput(where, "no voter id" if not voter else "no vote", "a voter id and a vote, blank or not")
        self.read += 1
        named = _items(record["vote"])
        points = self._points(where, named, record.get("points", ""))
        marks = self._marks(named, points)
        if voter in self._voters or marks is None or not self.rules.allow(marks):
            self.invalid += 1
        else:
            self.cast[tuple(sorted([mark for mark in marks if mark[1]]))] += 1
        self._voters.add(voter)

    def election(self, *, budget: int, threshold: Fraction | None, remarks: tuple[str, ...]) -> Election:
        """Close the box: points become whole numbers of a common unit."""
        given = {points for marks in self.cast for _, points in marks}
        unit = lcm(*[points.denominator for points in given])
        whole = {points: int(points * unit) for points in given}
        groups: Counter[Ballot] = Counter()
        for marks, times in self.cast.items():
            groups[tuple([(at, whole[points]) for at, points in marks])] += times
        return Election(
            self.rules.projects,
            budget,
            tuple(groups.items()),
            read=self.read,
            invalid=self.invalid,
            vote_type=self.rules.vote_type,
            points_unit=unit,
            threshold=threshold,
            remarks=remarks,
        )

    def _points(self, where: str, named: Sequence[str], text: str) -> Sequence[Fraction | int]:
        """Give the points of each named project: 1, or those that the file states, or counting down by rank."""
        if self.rules.ticks:
            return [1] * len(named)
        if not text and self.rules.vote_type is VoteType.ORDINAL:
            return [max(self.rules.first_points - rank, 0) for rank in range(len(named))]
        given = [_whole(item, f"{where} points") for item in _items(text)]
        if len(given) != len(named):
            raise BadInput(f"{where} points", f"{len(given)} numbers", f"{len(named)}, one for each project named")
        return given

    def _marks(self, named: Sequence[str], points: Sequence[Fraction | int]) -> Marks | None:
        """Put places for ids; None if an id is unknown, or is named twice where that could mean two things."""
        place = self.rules.place
        if not place.keys() >= set(named):
            return None
        if len(set(named)) < len(named):
            if not self.rules.ticks:
                return None
            named = list(dict.fromkeys(named))
        return tuple((place[ident], given) for ident, given in zip(named, points, strict=False))


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")] if text else []


def _whole(text: str, where: str) -> Fraction | int:
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    return number(text, where)
