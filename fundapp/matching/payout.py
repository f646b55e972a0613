"""How promised money is paid: in tranches at milestones and against invoices, and trued up to the settled cost.

A policy without a part ``payout`` pays whole, knows no settlement and lets no ticket lapse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from fundapp.kernel.bars import fraction_of_text
from fundapp.kernel.errors import BadInput
from fundapp.matching.formulas import yuan
from fundapp.matching.rules import Claim, Policy, entitlement
from fundapp.matching.strict import rows, shown, string, table

WHOLE = "whole"
HALF_WAY = 50
LONGEST_WAIT = 730


class Basis(StrEnum):
    """What the match is of in the end: the budget of the proposal, or what the project really cost."""

    BUDGET = "budget"
    SETTLEMENT = "settlement"


class Milestone(StrEnum):
    """What a tranche waits for, in the order in which a project reaches it."""

    APPROVED = "approved"
    STARTED = "started"
    HALF = "half"
    ACCEPTED = "accepted"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Tranche:
    """Up to ``share`` of the promise may have been paid in all once the milestone is reached."""

    at: Milestone
    share: Fraction


@dataclass(frozen=True, slots=True)
class Payout:
    """One version of how money is paid; ``lapse_days`` none: an approved ticket waits for work without end."""

    basis: Basis
    tranches: tuple[Tranche, ...]
    lapse_days: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """How far a project has come; ``invoices`` are those handed in and not refused, in fen."""

    started: bool = False
    percent: int = 0
    accepted: bool = False
    invoices: int = 0

    def reached(self) -> frozenset[Milestone]:
        """Give the milestones that an approved project has reached; settled is a deed of its own."""
        found = {Milestone.APPROVED}
        if self.started:
            found.add(Milestone.STARTED)
        if self.accepted or (self.started and self.percent >= HALF_WAY):
            found.add(Milestone.HALF)
        if self.accepted:
            found |= {Milestone.STARTED, Milestone.ACCEPTED}
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Due:
    """What may be paid now in fen, under which tranche, and why no more."""

    amount: int
    tranche: str
    told: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What a project keeps of its promise in the end, and the arithmetic."""

    due: int
    steps: tuple[str, ...]


def payout_of(parts: Mapping[str, Any]) -> Payout | None:
    """Read a policy's part ``payout``; ``None`` where it has none.

    Raises:
        BadInput: a missing or unknown key, milestones or shares that do not rise, a last share that is not 1.

    >>> payout_of({}) is None
    True
    """
    if "payout" not in parts:
        return None
    found = table(parts["payout"], "payout", needs=("basis", "tranches"), may=("lapse_days",))
    if found["basis"] not in list(Basis):
        raise BadInput("payout.basis", shown(found["basis"]), " or ".join(Basis))
    days = found.get("lapse_days")
    if days is not None and (type(days) is not int or not 1 <= days <= LONGEST_WAIT):
        raise BadInput("payout.lapse_days", shown(days), f"days from 1 to {LONGEST_WAIT}")
    listed = rows(found["tranches"], "payout.tranches")
    tranches = tuple(_tranche(one, f"payout.tranches[{i}]") for i, one in enumerate(listed))
    _check_rising(tranches)
    return Payout(Basis(found["basis"]), tranches, days)  # type: ignore[arg-type]  # looked at above


def _tranche(data: object, where: str) -> Tranche:
    found = table(data, where, needs=("at", "share"))
    if found["at"] not in list(Milestone):
        raise BadInput(f"{where}.at", shown(found["at"]), " or ".join(Milestone))
    share = fraction_of_text(string(found["share"], f"{where}.share", 'a fraction like "3/10"'), f"{where}.share")
    return Tranche(Milestone(str(found["at"])), share)


def _check_rising(tranches: tuple[Tranche, ...]) -> None:
    order = [list(Milestone).index(one.at) for one in tranches]
    shares = [one.share for one in tranches]
    if not tranches or order != sorted(set(order)) or shares != sorted(set(shares)):
        raise BadInput("payout.tranches", f"{len(tranches)} tranches", "milestones and shares rising, each once")
    if shares[-1] != 1:
        raise BadInput("payout.tranches", f"{shares[-1]} in the end", '"1/1" as the last share')


def payable(payout: Payout, promised: int, paid: int, work: Work) -> Due:
    """Give what may be paid now of *promised* fen, *paid* of which went out before.

    The share of the last milestone reached, rounded down; beyond the first tranche never more than that tranche and
    the invoices together. What the last tranche at ``settled`` leaves is paid by the settlement, never here.

    >>> steps = ((Milestone.STARTED, Fraction(3, 10)), (Milestone.SETTLED, Fraction(1)))
    >>> terms = Payout(Basis.SETTLEMENT, tuple(Tranche(*step) for step in steps))
    >>> payable(terms, 4300000, 0, Work(started=True)).amount
    1290000
    """
    reached = work.reached()
    open_now = [one for one in payout.tranches if one.at in reached]
    if not open_now:
        return Due(0, payout.tranches[0].at.value, "")
    last, first = open_now[-1], payout.tranches[0]
    by_share = int(promised * last.share)
    told = f"承诺 {yuan(promised)}，按进度累计可拨 {last.share}，即 {yuan(by_share)}"
    limit = by_share
    if len(open_now) > 1:
        by_invoice = int(promised * first.share) + work.invoices
        limit = min(by_share, by_invoice)
        told += f"；首批加发票（{yuan(work.invoices)}）不超过 {yuan(by_invoice)}"
    amount = max(0, limit - paid)
    return Due(amount, last.at.value, f"{told}；已拨 {yuan(paid)}，本次可拨 {yuan(amount)}。")


def settled(policy: Policy, payout: Payout, claim: Claim, cost: int, promised: int) -> Settled:
    """Give what a project keeps of *promised* fen when it really cost *cost* fen; never more than was promised.

    Under :attr:`Basis.SETTLEMENT` the policy's rules are worked out once more with the settled cost in the place of
    the budget, where it is lower. A claim restates all gifts to date.

    Raises:
        BadInput: see :func:`fundapp.matching.rules.entitlement`.

    Source: domain.md section 2 and part (b) case 7 (晋江: so much of the settlement, not of the budget).
    """
    head = f"预算 {yuan(claim.budget)}，结算 {yuan(cost)}"
    if payout.basis is Basis.BUDGET:
        return Settled(promised, (f"{head}；政策按预算配比，承诺的 {yuan(promised)}不变。",))
    earned = entitlement(policy, replace(claim, budget=min(cost, claim.budget)))
    due = min(promised, earned.whole)
    kept = f"按结算应配 {yuan(earned.whole)}，此前承诺 {yuan(promised)}，取低的 {yuan(due)}。"
    return Settled(due, (f"{head}；政策按结算配比，用结算价重新算一遍。", *earned.steps, kept))


def beyond(nets: Sequence[int], due: int) -> list[int]:
    """Give what of each net grant goes beyond *due* fen in all; the later grants give first.

    >>> beyond([500, 300], 600)
    [0, 200]
    """
    kept = []
    for net in nets:
        kept.append(min(net, due))
        due -= kept[-1]
    return [net - keep for net, keep in zip(nets, kept, strict=True)]
