"""What an allocation gives back: the selected projects, and for every project why."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from fundapp.voting.options import Options
from fundapp.voting.ties import Tie


class Why(StrEnum):
    """Why a project was selected or was not."""

    SELECTED = "selected"
    FILLED = "filled"
    NO_VOTES = "no_votes"
    BELOW_THRESHOLD = "below_threshold"
    OVER_BUDGET = "over_budget"
    DOES_NOT_FIT = "does_not_fit"
    AFTER_STOP = "after_stop"
    SUPPORTERS_SHORT = "supporters_short"
    RIVAL_SELECTED = "rival_selected"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One project's result. Money is in fen.

    ``left`` is what the budget still held at the decisive moment. Under equal shares and with an explanation asked
    for, ``supporters_left`` is what the supporters held together in the end (what they lack of ``cost``), and
    ``went_to`` what they had paid for each selected project.
    """

    project: str
    why: Why
    cost: int
    points: Fraction
    votes: int
    left: int | None = None
    blocked_by: str | None = None
    supporters_left: Fraction | None = None
    went_to: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """So many voters paid this much each, in fen."""

    voters: int
    each: Fraction


@dataclass(frozen=True, slots=True)
class Round:
    """How one project came to be selected.

    ``price`` is the most that one point cost a voter (fen, equal shares), ``time`` the moment at which the supporters
    could pay (fen earned by each voter, Phragmén); payments sum to the cost exactly, largest first.
    """

    project: str
    cost: int
    price: Fraction | None = None
    time: Fraction | None = None
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a count. ``cost`` is that of selected and filled projects together, in fen.

    ``verdicts`` hold every project once: selected, filled, then the others by points. ``rounds`` are empty unless an
    explanation was asked for. ``rivals`` are the pairs of which no more than one could be selected.
    """

    options: Options
    budget: int
    selected: tuple[str, ...]
    filled: tuple[str, ...]
    cost: int
    endowment: Fraction | None
    ties: tuple[Tie, ...]
    ballots: int
    invalid: int
    verdicts: tuple[Verdict, ...] = ()
    rounds: tuple[Round, ...] = ()
    rivals: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Count:
    """What one rule worked out, by place in ``Election.projects``; ``rules.allocate`` makes the outcome of it."""

    selected: list[int] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    refused: dict[int, tuple[Why, int | None, int | None]] = field(default_factory=dict)
    endowment: Fraction | None = None
