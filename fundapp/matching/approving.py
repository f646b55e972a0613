"""How many people approve a claim: bands by what its project would have in all, as the policy says.

A policy without a part ``approval`` has every claim approved by one checker, as policies before it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fundapp.kernel.errors import BadInput
from fundapp.matching.models import Step
from fundapp.matching.strict import amount, shown, table

LONGEST_NOTICE = 60


@dataclass(frozen=True, slots=True)
class Bands:
    """From which fen on a claim needs a second checker, and from which a supervisor too; ``None``: never.

    ``notice_days`` lie between the second signature under a new policy and its first day.
    """

    second_from: int | None = None
    supervisor_from: int | None = None
    notice_days: int = 0


@dataclass(frozen=True, slots=True)
class Hands:
    """How many checkers a claim needs, and whether a supervisor of the foundation looks at it too."""

    checkers: int = 1
    supervised: bool = False


def bands_of(parts: Mapping[str, Any]) -> Bands:
    """Read a policy's part ``approval``.

    Raises:
        BadInput: a missing or unknown key, a supervisor from less than a second checker on, no number of days.

    >>> bands_of({}).second_from is None
    True
    """
    if "approval" not in parts:
        return Bands()
    found = table(parts["approval"], "approval", needs=("second_from", "supervisor_from", "notice_days"))
    second = amount(found["second_from"], "approval.second_from", least=1)
    supervisor = amount(found["supervisor_from"], "approval.supervisor_from", least=1)
    if supervisor < second:
        raise BadInput("approval.supervisor_from", shown(found["supervisor_from"]), "no less than second_from")
    days = found["notice_days"]
    if type(days) is not int or not 0 <= days <= LONGEST_NOTICE:
        raise BadInput("approval.notice_days", shown(days), f"days from 0 to {LONGEST_NOTICE}")
    return Bands(second, supervisor, days)


def hands_for(bands: Bands, whole: int) -> Hands:
    """Give who must approve a claim of a project that would then have *whole* fen in all; exactly reached is reached.

    What the project has by earlier claims counts too: cutting a claim in pieces saves no signature.

    >>> bands = Bands(500_000, 5_000_000)
    >>> [hands_for(bands, fen).checkers for fen in (499_999, 500_000)], hands_for(bands, 5_000_000).supervised
    ([1, 2], True)
    """
    second = bands.second_from is not None and whole >= bands.second_from
    return Hands(2 if second else 1, bands.supervisor_from is not None and whole >= bands.supervisor_from)


def steps_of(hands: Hands) -> tuple[Step, ...]:
    """List the steps of a claim in their order; the approval is always the last.

    >>> [step.value for step in steps_of(Hands(2, True))]
    ['street_review', 'proposal', 'check', 'supervision', 'approval']
    """
    left_out = {Step.CHECK: hands.checkers < 2, Step.SUPERVISION: not hands.supervised}
    return tuple(step for step in Step if not left_out.get(step, False))


def next_step(passed: Mapping[Step, bool], hands: Hands) -> Step | None:
    """Give the step that a claim waits for; ``None`` once it is approved or refused.

    >>> next_step({Step.STREET_REVIEW: True}, Hands()).value, next_step({Step.STREET_REVIEW: False}, Hands()) is None
    ('proposal', True)
    """
    if False in passed.values():
        return None
    return next((step for step in steps_of(hands) if step not in passed), None)
