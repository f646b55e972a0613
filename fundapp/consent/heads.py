"""From the counted rows of a round to the rule: the same functions that ``fundapp consent count`` calls."""

from dataclasses import dataclass
from itertools import chain, repeat

from fundapp.consent.rules import Answer, Regime, decide, tally
from fundapp.kernel.errors import BadInput


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
    """Count one answer per household under a regime that a roster of doors can carry.

    Raises:
        BadInput: a regime that needs owners and areas, or none at all.

    Source: domain.md section 3.

    >>> count_heads("household:2/3", 193, 163, 2, 0)
    HeadCount(agree=163, oppose=2, abstain=0, silent=28, needed=129, result='passed')
    >>> count_heads("residents-meeting", 100, 50, 0, 0).result
    'no_quorum'
    """
    rule = Regime.of_text(regime)
    if rule.owners:
        raise BadInput("regime", repr(regime), "a regime that counts households")
    said = chain(repeat(Answer.AGREE, agree), repeat(Answer.OPPOSE, oppose), repeat(Answer.ABSTAIN, abstain))
    heads = tally(rule, households, said)
    return HeadCount(agree, oppose, abstain, heads.silent, heads.needed, decide(rule, heads).value)
