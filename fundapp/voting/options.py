"""The named options of a rule. They are part of the rule: each is printed with the result."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fundapp.kernel.errors import BadInput


class Rule(StrEnum):
    """How votes and money choose projects."""

    GREEDY = "greedy"
    GREEDY_NO_SKIP = "greedy-no-skip"
    GREEDY_THRESHOLD = "greedy-threshold"
    PHRAGMEN = "phragmen"
    MES = "mes"
    MES_ADD1 = "mes-add1"


class Utility(StrEnum):
    """What a supporter is held to gain: points times the cost, or points alone."""

    COST = "cost"
    POINTS = "points"


class Start(StrEnum):
    """The first endowment of ``mes-add1``: budget / voters exactly, or its whole yuan."""

    EXACT = "exact"
    INTEGRAL = "integral"


class Stop(StrEnum):
    """When ``mes-add1`` stops: at the first outcome that leaves no room, or before the first that overspends."""

    EXHAUSTIVE = "exhaustive"
    OVERSPEND = "overspend"


class Fill(StrEnum):
    """What happens to the money that ``mes-add1`` leaves."""

    NONE = "none"
    GREEDY = "greedy"


class Ties(StrEnum):
    """Who goes first among equals: lower cost, more points, then the lot; or the smaller id as a string."""

    LOT = "lot"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Options:
    """A rule with everything that decides its result. ``step`` is in fen, ``threshold`` in points."""

    rule: Rule
    utility: Utility = Utility.COST
    start: Start = Start.INTEGRAL
    stop: Stop = Stop.OVERSPEND
    fill: Fill = Fill.NONE
    step: int = 100
    ties: Ties = Ties.LOT
    lots: tuple[str, ...] | None = None
    threshold: Fraction | None = None
    explain: bool = False


_GOES_WITH = {
    "utility": (Rule.MES, Rule.MES_ADD1),
    "start": (Rule.MES_ADD1,),
    "stop": (Rule.MES_ADD1,),
    "fill": (Rule.MES_ADD1,),
    "step": (Rule.MES_ADD1,),
    "threshold": (Rule.GREEDY_THRESHOLD,),
}


def own_options(rule: Rule) -> tuple[str, ...]:
    """Name the options that go with *rule*, apart from the tie rule.

    >>> own_options(Rule.MES)
    ('utility',)
    """
    return tuple(name for name, rules in _GOES_WITH.items() if rule in rules)


def choose(rule: Rule, *, explain: bool = False, **given: object) -> Options:
    """Make options of what was *given*; ``None`` means not given.

    Raises:
        BadInput: an option that does not go with the rule, lots without the tie rule that uses them.

    >>> choose(Rule.MES_ADD1, step=None).step
    100
    """
    said = {name: value for name, value in given.items() if value is not None}
    for name in said:
        if rule not in _GOES_WITH.get(name, (rule,)):
            expected = " or ".join(f"--rule {other}" for other in _GOES_WITH[name])
            raise BadInput(f"--{name}", f"--rule {rule}", expected)
    if "lots" in said and said.get("ties") == Ties.ID:
        raise BadInput("--lots", "--ties id", "--ties lot")
    return Options(rule, explain=explain, **said)  # type: ignore[arg-type]  # names and types are those of the caller
