"""What accounts are to a report, and the arithmetic of reports. Pure functions over fen; a debit is above 0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fundapp.ledger.chart import GENERAL, AccountKind, Chart, LineClass

Kind = LineClass
"""What an account is: what there is, what is owed, what belongs to nobody else, what came, what went."""

CAME = (AccountKind.GIFT, AccountKind.DONATION, AccountKind.INCOME)
WENT = (AccountKind.SPEND, AccountKind.GRANT, AccountKind.FEE)


@dataclass(frozen=True)
class Class:
    """Where an account stands in a book's chart, and whether its money may serve one purpose only (限定性)."""

    kind: Kind
    line: str
    restricted: bool


def class_of(chart: Chart, kind: AccountKind, fund: str) -> Class:
    """Tell what an account is: the one function that reads the chart. Money of a fund of its own is restricted.

    >>> from fundapp.ledger.chart import shipped_chart
    >>> class_of(shipped_chart(), AccountKind.GIFT, "project:12")
    Class(kind=<LineClass.LIABILITY: 'liability'>, line='2601 受托代理负债', restricted=True)
    """
    line = chart.line_of(kind)
    if line is None:
        raise ValueError(f"the chart shows {kind} on no line")
    return Class(line.kind, f"{line.code} {line.name}", fund != GENERAL)


@dataclass(frozen=True)
class Period:
    """From one day to another, both within it."""

    first: date
    last: date


@dataclass(frozen=True)
class Figure:
    """An account in a period: its balance before it, what was debited and credited in it (both >= 0)."""

    account_id: int
    code: str
    name: str
    opening: int
    debit: int
    credit: int
    of: Class

    @property
    def closing(self) -> int:
        """Give the balance at the end of the period."""
        return self.opening + self.debit - self.credit

    @property
    def change(self) -> int:
        """Give what the period did to the account."""
        return self.debit - self.credit


@dataclass(frozen=True)
class Sums:
    """A sum of restricted and of unrestricted money."""

    restricted: int
    free: int

    @property
    def both(self) -> int:
        """Give the sum of both."""
        return self.restricted + self.free


def of_kind(figures: Iterable[Figure], kind: Kind) -> list[Figure]:
    """Pick the accounts of a kind that have a figure."""
    return [one for one in figures if one.of.kind is kind and (one.opening or one.debit or one.credit)]


def change_of(figures: Iterable[Figure], kind: Kind) -> Sums:
    """Add up what a period brought (income) or took (expense), both above 0 as people read them.

    >>> free, bound = (Class(Kind.INCOME, "", yes) for yes in (False, True))
    >>> interest, given = Figure(1, "i", "", 0, 0, 1234, free), Figure(2, "d", "", 0, 0, 500, bound)
    >>> change_of([interest, given], Kind.INCOME)
    Sums(restricted=500, free=1234)
    """
    sign = -1 if kind is Kind.INCOME else 1
    found = of_kind(figures, kind)
    return Sums(*(sum(sign * one.change for one in found if one.of.restricted is yes) for yes in (True, False)))


def net_assets(figures: Sequence[Figure], at_end: bool) -> Sums:
    """Give net assets before or after a period: what came less what went, ever; with what there was at the start."""
    kinds = (Kind.INCOME, Kind.COST, Kind.NET_ASSETS)
    told = [(one.of, -(one.closing if at_end else one.opening)) for one in figures if one.of.kind in kinds]
    return Sums(*(sum(amount for of, amount in told if of.restricted is yes) for yes in (True, False)))


def balance_of(figures: Iterable[Figure], kind: Kind, at_end: bool) -> int:
    """Give what there is, or what is owed, before or after a period."""
    sign = 1 if kind is Kind.ASSET else -1
    return sum(sign * (one.closing if at_end else one.opening) for one in figures if one.of.kind is kind)


@dataclass(frozen=True)
class Gift:
    """A sum that a donor gave for a fund, in the order of arrival."""

    id: int
    amount_fen: int


@dataclass(frozen=True)
class Use:
    """A sum that a fund paid for something; below 0 where it came back."""

    about: str
    amount_fen: int


def first_in_first_out(gifts: Sequence[Gift], uses: Sequence[Use]) -> dict[int, list[Use]]:
    """Say which gift paid for what: the oldest money goes first, money that comes back returns to the last.

    Source: docs/rules/banking.md#reports.

    >>> first_in_first_out([Gift(1, 100), Gift(2, 50)], [Use("a", 70), Use("b", 60), Use("b", -20)])
    {1: [Use(about='a', amount_fen=70), Use(about='b', amount_fen=30)], 2: [Use(about='b', amount_fen=10)]}
    """
    netted: dict[str, int] = {}
    for use in uses:
        netted[use.about] = netted.get(use.about, 0) + use.amount_fen
    left = {gift.id: gift.amount_fen for gift in gifts}
    found: dict[int, list[Use]] = {gift.id: [] for gift in gifts}
    for about, amount in netted.items():
        for gift in gifts:
            part = min(amount, left[gift.id])
            if part > 0:
                found[gift.id].append(Use(about, part))
                left[gift.id] -= part
                amount -= part
    return found
