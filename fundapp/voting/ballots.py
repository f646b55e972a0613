"""Projects and counted ballots: what every allocation rule starts from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property


class VoteType(StrEnum):
    """How people filled in their ballots."""

    APPROVAL = "approval"
    CHOOSE_ONE = "choose-1"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"
    SCORING = "scoring"

    @property
    def ticks_only(self) -> bool:
        """Say whether a ballot names projects without giving them points."""
        return self in (VoteType.APPROVAL, VoteType.CHOOSE_ONE)


@dataclass(frozen=True, slots=True)
class Project:
    """One line of the ballot; ``cost`` is in fen."""

    id: str
    cost: int


Ballot = tuple[tuple[int, int], ...]
"""(place in ``Election.projects``, points), ascending by place; points are never zero."""


@dataclass(frozen=True)
class Election:
    """Projects, budget in fen and ballots; identical ballots are kept once with how often they were cast.

    ``read`` counts all ballots, ``invalid`` those left out; a blank ballot is valid. Points are whole numbers of
    ``1 / points_unit``. ``threshold`` is the least points that the source of the ballots asks for, if it names one.
    ``rivals`` are pairs of places of which no more than one is selected.
    """

    projects: tuple[Project, ...]
    budget: int
    groups: tuple[tuple[Ballot, int], ...]
    read: int
    invalid: int = 0
    vote_type: VoteType = VoteType.APPROVAL
    points_unit: int = 1
    threshold: Fraction | None = None
    remarks: tuple[str, ...] = ()
    rivals: tuple[tuple[int, int], ...] = ()

    @property
    def voters(self) -> int:
        """Count the valid ballots, blank ones included."""
        return self.read - self.invalid

    @cached_property
    def points(self) -> tuple[int, ...]:
        """Add up each project's points, in units of ``1 / points_unit``."""
        totals = [0] * len(self.projects)
        for ballot, times in self.groups:
            for place, points in ballot:
                totals[place] += points * times
        return tuple(totals)

    @cached_property
    def votes(self) -> tuple[int, ...]:
        """Count the ballots that gave each project anything."""
        totals = [0] * len(self.projects)
        for ballot, times in self.groups:
            for place, _ in ballot:
                totals[place] += times
        return tuple(totals)

    @cached_property
    def supported(self) -> tuple[int, ...]:
        """Name the places of the projects that have at least one vote."""
        return tuple(place for place, votes in enumerate(self.votes) if votes)

    @cached_property
    def against(self) -> dict[int, tuple[int, ...]]:
        """Name the rivals of each project that has some."""
        found: dict[int, tuple[int, ...]] = {}
        for one, other in self.rivals:
            found[one] = (*found.get(one, ()), other)
            found[other] = (*found.get(other, ()), one)
        return found


def approval_election(
    projects: Iterable[tuple[str, int]], ballots: Iterable[Iterable[str]], budget: int, *, invalid: int = 0
) -> Election:
    """Make an election of (id, cost in fen), of ballots that name ids, and of a budget in fen.

    An id named twice on one ballot counts once; an empty ballot counts as a voter.

    Raises:
        ValueError: an id twice among the projects, a cost or budget that is not positive, an unknown id on a ballot.

    >>> approval_election([("lamp", 300), ("bench", 200)], [["lamp"], ["lamp", "bench"], []], 400).points
    (2, 1)
    """
    return marked_election(projects, (dict.fromkeys(ballot, 1) for ballot in ballots), budget, invalid=invalid)


def marked_election(
    projects: Iterable[tuple[str, int]],
    ballots: Iterable[Mapping[str, int]],
    budget: int,
    *,
    vote_type: VoteType = VoteType.APPROVAL,
    invalid: int = 0,
    rivals: Iterable[tuple[str, str]] = (),
) -> Election:
    """Make an election of ballots that give whole points to ids; an empty ballot counts as a voter.

    Raises:
        ValueError: as :func:`approval_election`, for points that are not positive, and for rivals that are not two
            different projects.

    >>> marked_election([("lamp", 300)], [{"lamp": 3}], 400, vote_type=VoteType.CUMULATIVE).points
    (3,)
    """
    listed = tuple(Project(ident, cost) for ident, cost in projects)
    place = {project.id: at for at, project in enumerate(listed)}
    if len(place) != len(listed) or budget <= 0 or any(project.cost <= 0 for project in listed):
        raise ValueError("project ids must differ, costs and the budget must be positive")
    cast: Counter[Ballot] = Counter()
    for ballot in ballots:
        unknown = [ident for ident in ballot if ident not in place]
        if unknown or any(points <= 0 for points in ballot.values()):
            raise ValueError(f"no such project, or no points for it: {(unknown or list(ballot))[0]}")
        cast[tuple(sorted((place[ident], points) for ident, points in ballot.items()))] += 1
    groups = tuple(cast.items())
    read = cast.total() + invalid
    pairs = rival_places(place, rivals)
    return Election(listed, budget, groups, read=read, invalid=invalid, vote_type=vote_type, rivals=pairs)


def rival_places(place: Mapping[str, int], rivals: Iterable[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """Give pairs of ids as pairs of places, each pair once and in order.

    Raises:
        ValueError: an id that is no project, or a project that is its own rival.
    """
    found = set()
    for one, other in rivals:
        if one == other or not {one, other} <= place.keys():
            raise ValueError(f"no two projects: {one}, {other}")
        found.add((min(place[one], place[other]), max(place[one], place[other])))
    return tuple(sorted(found))
