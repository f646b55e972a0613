"""The bridge from counted rows to the rule: heads only, for the regimes that a roster of doors can carry."""

from dataclasses import dataclass
from fractions import Fraction

from fundapp.kernel.bars import Bar, fraction_of_text
from fundapp.kernel.errors import BadInput

_MORE_THAN_HALF = Bar(Fraction(1, 2), strict=True)
_QUORUMS = {"residents-meeting": _MORE_THAN_HALF, "representatives": Bar(Fraction(2, 3))}


@dataclass(frozen=True)
class HeadCount:
    """Four numbers apart, the households needed, and what they come to: passed, failed or no_quorum."""

    agree: int
    oppose: int
    abstain: int
    silent: int
    needed: int
    result: str


def count_heads(regime: str, households: int, agree: int, oppose: int, abstain: int) -> HeadCount:
    """Count one answer per household under *regime*.

    Under household regimes the share is of all *households*, answered or not; under the meetings ``needed`` is of
    those taking part, and too few taking part is no quorum.

    Raises:
        BadInput: a regime that needs owners and areas, or none at all.

    Source: domain.md section 3; contracts.md, consent count.

    >>> count_heads("household:2/3", 193, 163, 2, 0)
    HeadCount(agree=163, oppose=2, abstain=0, silent=28, needed=129, result='passed')
    >>> count_heads("residents-meeting", 100, 50, 0, 0).result
    'no_quorum'
    """
    taking_part = agree + oppose + abstain
    quorum = _QUORUMS.get(regime)
    bar, whole = (_MORE_THAN_HALF, taking_part) if quorum else (_household_bar(regime), households)
    met = quorum is None or quorum.reached(taking_part, households)
    result = "no_quorum" if not met else "passed" if bar.reached(agree, whole) else "failed"
    return HeadCount(agree, oppose, abstain, households - taking_part, bar.needed(whole), result)


def _household_bar(regime: str) -> Bar:
    kind, _, share = regime.partition(":")
    if kind != "household":
        raise BadInput("regime", repr(regime), "household:P/Q, household:>P/Q, residents-meeting or representatives")
    return Bar(fraction_of_text(share.removeprefix(">"), "regime"), strict=share.startswith(">"))
