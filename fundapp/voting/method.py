"""How a round's ballots look and how they are counted: the part of a policy that is frozen with the round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from fundapp.kernel.errors import BadInput, Refused
from fundapp.kernel.money import fen_of_text, yuan_text
from fundapp.voting.ballots import VoteType
from fundapp.voting.options import Fill, Options, Rule, Start, Stop, Ties, Utility, choose, own_options

MOST = 100
MOST_RANKS = 10
USUAL_POINTS = 10
_WORDS: Mapping[str, type[StrEnum]] = {"utility": Utility, "start": Start, "stop": Stop, "fill": Fill}
OPTIONAL = frozenset({"ballot", "points", "each", "rule", "threshold", "step", *_WORDS})


class BallotType(StrEnum):
    """What a household fills in.

    Source: voting.md §5 "Ballots".
    """

    APPROVAL = "approval"
    KNAPSACK = "knapsack"
    POINTS = "points"
    RANKING = "ranking"

    @property
    def by_box(self) -> bool:
        """Tell whether a project is named by a tick, without points or places."""
        return self in (BallotType.APPROVAL, BallotType.KNAPSACK)

    @property
    def vote_type(self) -> VoteType:
        """Give the type of the same ballots in a .pb file."""
        return {
            BallotType.APPROVAL: VoteType.APPROVAL,
            BallotType.KNAPSACK: VoteType.APPROVAL,
            BallotType.POINTS: VoteType.CUMULATIVE,
            BallotType.RANKING: VoteType.ORDINAL,
        }[self]


@dataclass(frozen=True)
class Method:
    """The ballot and the rule of a round.

    ``most`` projects may stand on a ballot, with at most ``each`` points on one and ``points`` in sum; ticks are one
    point each, ranks are worth ``most``, ``most`` - 1, … points. ``options`` name the rule, without lots.
    """

    ballot: BallotType
    most: int
    points: int
    each: int
    options: Options

    def narrowed(self, most: int) -> "Method":
        """Give the same method with fewer projects on a ballot."""
        points, each = _scale(self.ballot, most, self.points, self.each)
        return replace(self, most=most, points=points, each=each)


def method_of(part: Mapping[str, Any]) -> Method:
    """Read ballot type and rule of the part "voting" of a policy; what is not named is usual.

    Raises:
        BadInput: a word that is not known, a number out of range, an option that does not go with the rule.

    >>> method_of({"max_choices": 3}).options.rule.value
    'greedy'
    >>> method_of({"max_choices": 3, "ballot": "ranking"}).points
    6
    """
    ballot = _word(part, "ballot", BallotType, BallotType.APPROVAL)
    most = _whole(part, "max_choices", MOST_RANKS if ballot is BallotType.RANKING else MOST)
    if ballot is not BallotType.POINTS and {"points", "each"} & part.keys():
        raise BadInput("voting.points", f"ballot = {ballot.value}", "points and each only with ballot = points")
    total = _whole(part, "points", MOST, USUAL_POINTS)
    points, each = _scale(ballot, most, total, _whole(part, "each", total, total))
    rule = _word(part, "rule", Rule, Rule.GREEDY)
    if rule is Rule.PHRAGMEN and not ballot.vote_type.ticks_only:
        raise BadInput("voting.rule", f"phragmen with {ballot.value}", "phragmen with approval or knapsack ballots")
    said = {name: part[name] for name in ("threshold", "step", *_WORDS) if name in part}
    return Method(ballot, most, points, each, options_of(rule, said))


def options_of(rule: Rule, said: Mapping[str, Any]) -> Options:
    """Make the options of a rule from texts and whole numbers as they are stored; ties go by lot.

    Raises:
        BadInput: a value that is not known, or an option that does not go with the rule.

    >>> options_of(Rule.MES_ADD1, {"step": "5.00"}).step
    500
    """
    given: dict[str, Any] = {}
    for name, value in said.items():
        if name in _WORDS:
            given[name] = _word(said, name, _WORDS[name], None)
        elif name == "step":
            given[name] = _step(value)
        elif name == "threshold":
            given[name] = Fraction(_whole(said, name, 10**6))
    if rule is Rule.GREEDY_THRESHOLD and "threshold" not in given:
        raise BadInput("voting.threshold", "nothing", "the least points that a project needs")
    return choose(rule, ties=Ties.LOT, **given)


def named_options(options: Options) -> dict[str, str | int]:
    """Write every option that goes with the rule, so that nothing of it is left to what is usual.

    >>> named_options(choose(Rule.MES))
    {'utility': 'cost'}
    """
    told: dict[str, str | int] = {}
    for name in own_options(options.rule):
        value = getattr(options, name)
        told[name] = yuan_text(value) if name == "step" else int(value) if name == "threshold" else str(value)
    return told


def marks_of(method: Method, chosen: Sequence[int], points: Sequence[int] = ()) -> dict[int, int]:
    """Give the points of each project named on a ballot; under ranking *chosen* is in order of preference.

    Raises:
        Refused: ``voting.points_missing``, on the field ``choices``: not as many points as projects.

    >>> marks_of(method_of({"max_choices": 3, "ballot": "ranking"}), [7, 5])
    {7: 3, 5: 2}
    """
    if method.ballot is BallotType.RANKING:
        return {project: method.most - place for place, project in enumerate(chosen)}
    if method.ballot is not BallotType.POINTS:
        return dict.fromkeys(chosen, 1)
    if len(points) != len(chosen):
        raise Refused("voting.points_missing", field="choices")
    return dict(zip(chosen, points, strict=True))


def check_marks(
    method: Method, chosen: Sequence[int], marks: Mapping[int, int], costs: Mapping[int, int], budget: int
) -> None:
    """Check a ballot: at least one project, each once and a candidate, within every limit of the round.

    ``costs`` are those of all candidates and ``budget`` that of the round, in fen.

    Raises:
        Refused: ``voting.nothing_chosen``, ``voting.too_many``, ``voting.not_a_candidate``, ``voting.too_dear``,
            ``voting.too_many_points`` or ``voting.too_much_on_one``, on the field ``choices``.
    """
    if not chosen:
        raise Refused("voting.nothing_chosen", field="choices")
    if len(set(chosen)) > method.most:
        raise Refused("voting.too_many", field="choices", chosen=len(set(chosen)), most=method.most)
    if len(set(chosen)) < len(chosen) or not set(chosen) <= set(costs):
        raise Refused("voting.not_a_candidate", field="choices")
    cost = sum(costs[project] for project in chosen)
    if method.ballot is BallotType.KNAPSACK and cost > budget:
        raise Refused("voting.too_dear", field="choices", cost=yuan_text(cost), budget=yuan_text(budget))
    if method.ballot is BallotType.POINTS:
        if any(not 1 <= given <= method.each for given in marks.values()):
            raise Refused("voting.too_much_on_one", field="choices", each=method.each)
        if sum(marks.values()) > method.points:
            raise Refused("voting.too_many_points", field="choices", given=sum(marks.values()), points=method.points)


def _scale(ballot: BallotType, most: int, points: int, each: int) -> tuple[int, int]:
    """Give the sum and the most of points on one ballot."""
    if ballot is BallotType.POINTS:
        return points, each
    if ballot is BallotType.RANKING:
        return most * (most + 1) // 2, most
    return most, 1


def _word(part: Mapping[str, Any], name: str, words: type[StrEnum], usual: Any) -> Any:
    if name not in part and usual is not None:
        return usual
    if part.get(name) not in [word.value for word in words]:
        raise BadInput(f"voting.{name}", repr(part.get(name)), " or ".join(word.value for word in words))
    return words(part[name])


def _whole(part: Mapping[str, Any], name: str, most: int, usual: int | None = None) -> int:
    value = part.get(name, usual)
    if type(value) is not int or not 1 <= value <= most:
        raise BadInput(f"voting.{name}", repr(value), f"a whole number from 1 to {most}")
    return value


def _step(value: object) -> int:
    step = fen_of_text(value, "voting.step")
    if step <= 0:
        raise BadInput("voting.step", repr(value), "more than 0.00 yuan")
    return step
