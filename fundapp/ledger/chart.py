"""The chart of accounts of a book, as values: lines with their class, and where each kind of account is shown."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen_of_text, yuan_text

GENERAL = "general"
SHIPPED = Path(__file__).parent / "charts" / "npo-2026.toml"


class AccountKind(StrEnum):
    """What an account is for; a book's chart says on which line each kind is shown."""

    CASH = "cash"
    BANK = "bank"
    GIFT = "gift"
    ADVANCE = "advance"
    DONATION = "donation"
    GRANT = "grant"
    SPEND = "spend"
    OWED = "owed"
    INCOME = "income"
    FEE = "fee"
    SUSPENSE = "suspense"
    TRANSFER = "transfer"
    NET_ASSETS = "net_assets"
    POOL = "pool"


MONEY = (AccountKind.CASH, AccountKind.BANK)
"""The kinds of account that are money: what leaves them is a payment."""

_PREFIXES = {
    **{kind.value: kind for kind in AccountKind}, "netassets": AccountKind.NET_ASSETS,
    "spend:bank_fee": AccountKind.FEE, "common": AccountKind.POOL,
}  # fmt: skip


def project_fund(project_id: int) -> str:
    """Name the fund of what came for a project."""
    return f"project:{project_id}"


def programme_fund(programme_id: int) -> str:
    """Name the fund of what was given for a programme."""
    return f"programme:{programme_id}"


def bank_code(programme_id: int) -> str:
    """Give the code of the account of a programme's part of the foundation's money at the bank."""
    return f"bank:{programme_id}"


class LineClass(StrEnum):
    """The five classes of the regulation."""

    ASSET = "asset"
    LIABILITY = "liability"
    NET_ASSETS = "net_assets"
    INCOME = "income"
    COST = "cost"


@dataclass(frozen=True)
class ChartLine:
    """A line of the chart by its code."""

    code: str
    name: str
    kind: LineClass


@dataclass(frozen=True)
class Chart:
    """One version: its lines, the line of each kind, and from how many fen a payment needs a second person."""

    name: str
    second_from_fen: int
    lines: tuple[ChartLine, ...]
    shown_on: Mapping[AccountKind, str]

    def line_of(self, kind: AccountKind) -> ChartLine | None:
        """Give the line on which a kind is shown; promised money is on none."""
        code = self.shown_on.get(kind)
        return next((line for line in self.lines if line.code == code), None)


def kind_of(code: str) -> AccountKind:
    """Give the kind of an account from its code: what stands before the first colon or dash, or the whole.

    Raises:
        ValueError: no kind begins so.

    >>> kind_of("cash:12").value, kind_of("spend:bank_fee").value, kind_of("bank").value, kind_of("bank-2:3").value
    ('cash', 'fee', 'bank', 'bank')
    """
    found = _PREFIXES.get(code) or _PREFIXES.get(code.partition(":")[0].partition("-")[0])
    if found is None:
        raise ValueError(f"account {code} is of no known kind")
    return found


def chart_of_dict(data: Mapping[str, Any], where: str) -> Chart:
    """Read a chart from the table that a TOML file or a stored version holds.

    Raises:
        BadInput: a key missing or unknown, a class, kind or amount that is none, a kind on a line that is not there,
            a kind of real money without a line.
    """
    if set(data) != {"name", "second_from", "lines", "kinds"}:
        raise BadInput(where, f"keys {sorted(data)}", "name, second_from, lines, kinds")
    try:
        lines = tuple(ChartLine(code, name, LineClass(kind)) for code, (name, kind) in sorted(data["lines"].items()))
        shown_on = {AccountKind(kind): code for kind, code in data["kinds"].items()}
    except (ValueError, TypeError, AttributeError) as bad:
        raise BadInput(where, str(bad), "lines as [name, class], kinds of account with the code of a line") from None
    chart = Chart(str(data["name"]), fen_of_text(data["second_from"], f"{where}: second_from"), lines, shown_on)
    missing = [kind.value for kind in AccountKind if kind is not AccountKind.POOL and chart.line_of(kind) is None]
    if missing or chart.second_from_fen < 1:
        raise BadInput(where, f"no line for {missing}, from {data['second_from']}", "a line for every kind, from 0.01")
    return chart


def chart_to_dict(chart: Chart) -> dict[str, Any]:
    """Write a chart as the table that is stored; the way back of :func:`chart_of_dict`."""
    return {
        "name": chart.name,
        "second_from": yuan_text(chart.second_from_fen),
        "lines": {line.code: [line.name, line.kind.value] for line in chart.lines},
        "kinds": {kind.value: code for kind, code in chart.shown_on.items()},
    }


def chart_to_toml(chart: Chart) -> str:
    """Write a chart as the file from which people make the next version; the way back of :func:`chart_of_toml`.

    >>> chart_of_toml(chart_to_toml(shipped_chart()).encode(), "again") == shipped_chart()
    True
    """
    data = chart_to_dict(chart)
    lines = [f"{code} = [{_text(name)}, {_text(kind)}]" for code, (name, kind) in sorted(data["lines"].items())]
    kinds = [f"{kind} = {_text(code)}" for kind, code in sorted(data["kinds"].items())]
    head = [f"name = {_text(data['name'])}", f"second_from = {_text(data['second_from'])}"]
    return "\n".join([*head, "", "[lines]", *lines, "", "[kinds]", *kinds, ""])


def _text(value: str) -> str:
    """Write a text as TOML's basic string, which JSON's are."""
    return json.dumps(value, ensure_ascii=False)


def chart_of_toml(raw: bytes, where: str) -> Chart:
    """Read a chart's file.

    Raises:
        BadInput: not UTF-8, not TOML, or see :func:`chart_of_dict`.
    """
    try:
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as bad:
        raise BadInput(where, str(bad), "a TOML file in UTF-8") from None
    return chart_of_dict(data, where)


@cache
def shipped_chart() -> Chart:
    """Give the chart that a new book opens with."""
    return chart_of_toml(SHIPPED.read_bytes(), SHIPPED.name)
