"""What accounts are to a report, and the arithmetic of reports. Pure functions over fen; a debit is above 0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What an account is: what there is, what is owed, what belongs to nobody else, what came, what went."""

    ASSET = "asset"
    LIABILITY = "liability"
    NET = "net"
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True)
class Class:
    """The kind of an account, and whether its money may serve one purpose only (限定性)."""

    kind: Kind
    restricted: bool


PREFIXES: tuple[tuple[str, Class], ...] = (
    ("bank", Class(Kind.ASSET, False)),
    ("cash:", Class(Kind.ASSET, False)),
    ("owed:", Class(Kind.ASSET, True)),
    ("suspense:", Class(Kind.LIABILITY, False)),
    ("netassets:", Class(Kind.NET, False)),
    ("donation:restricted:", Class(Kind.INCOME, True)),
    ("gift:", Class(Kind.INCOME, True)),
    ("donation:", Class(Kind.INCOME, False)),
    ("income:", Class(Kind.INCOME, False)),
    ("grant:", Class(Kind.EXPENSE, True)),
    ("spend:bank_fee", Class(Kind.EXPENSE, False)),
    ("spend:", Class(Kind.EXPENSE, True)),
)
OTHER = Class(Kind.NET, False)


def class_of(code: str) -> Class:
    """Tell what an account is by its code: the first beginning that fits; what is not known counts as net assets.

    >>> class_of("donation:restricted:3").kind, class_of("spend:bank_fee").restricted
    (<Kind.INCOME: 'income'>, False)
    """
    return next((one for prefix, one in PREFIXES if code.startswith(prefix)), OTHER)


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

    @property
    def closing(self) -> int:
        """Give the balance at the end of the period."""
        return self.opening + self.debit - self.credit

    @property
    def change(self) -> int:
        """Give what the period did to the account."""
        return self.debit - self.credit

    @property
    def of(self) -> Class:
        """Tell what the account is."""
        return class_of(self.code)


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

    >>> interest, gift = Figure(1, "income:interest", "", 0, 0, 1234), Figure(2, "gift:1:street", "", 0, 0, 500)
    >>> change_of([interest, gift], Kind.INCOME)
    Sums(restricted=500, free=1234)
    """
    sign = -1 if kind is Kind.INCOME else 1
    found = of_kind(figures, kind)
    return Sums(*(sum(sign * one.change for one in found if one.of.restricted is yes) for yes in (True, False)))


def net_assets(figures: Sequence[Figure], at_end: bool) -> Sums:
    """Give net assets before or after a period: what came less what went, ever; with what there was at the start."""
    kinds = (Kind.INCOME, Kind.EXPENSE, Kind.NET)
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
