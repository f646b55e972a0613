"""How a bank lays out its statement, and reading its lines. Pure: texts in, rows and faults out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

from fundapp.kernel.money import yuan_text

HEAD_WITHIN = 30
MAX_ROWS = 5000
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)?(\d{1,2})(?:-|/|\.|月)?(\d{1,2})日?(?:[ T]?\d.*)?")
_AMOUNT = re.compile(r"([+-]?)(\d{1,13})(?:\.(\d{1,2})0*)?")
_NOTHING = ("", "-", "--", "—", "0", "0.0", "0.00")
Line = tuple[int, Sequence[str]]


class Column(StrEnum):
    """What a column of a statement says.

    ``PAID_IN`` and ``PAID_OUT`` stand beside each other; ``AMOUNT`` stands alone with its sign, or beside a ``FLAG``.
    """

    DAY = "day"
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"
    AMOUNT = "amount"
    FLAG = "flag"
    BALANCE = "balance"
    NUMBER = "number"
    OTHER = "other"
    WORDS = "words"


class Shape(StrEnum):
    """The three ways in which banks write an amount."""

    TWO_COLUMNS = "two columns"
    SIGNED = "signed"
    FLAGGED = "flagged"


NEEDED = {
    Shape.TWO_COLUMNS: (Column.DAY, Column.PAID_IN, Column.PAID_OUT, Column.BALANCE),
    Shape.FLAGGED: (Column.DAY, Column.AMOUNT, Column.FLAG, Column.BALANCE),
    Shape.SIGNED: (Column.DAY, Column.AMOUNT, Column.BALANCE),
}
EXTRA = (Column.NUMBER, Column.OTHER, Column.WORDS)
IN_WORDS = ("贷", "收", "入", "来", "C", "+")
OUT_WORDS = ("借", "付", "支", "出", "往", "D", "-")
HEADINGS: Mapping[Column, tuple[str, ...]] = {
    Column.DAY: ("交易日期", "交易时间", "记账日期", "入账日期", "日期", "时间"),
    Column.PAID_IN: ("贷方发生额", "收入金额", "贷方金额", "存入金额", "转入金额", "收入", "存入", "贷方", "收方金额"),
    Column.PAID_OUT: ("借方发生额", "支出金额", "借方金额", "支取金额", "转出金额", "支出", "支取", "借方", "付方金额"),
    Column.AMOUNT: ("交易金额", "发生额", "金额"),
    Column.FLAG: ("借贷标志", "借贷标识", "借贷方向", "收支标志", "收/支", "借/贷", "借贷", "方向"),
    Column.BALANCE: ("账户余额", "交易后余额", "余额", "结余"),
    Column.NUMBER: ("交易流水号", "流水号", "交易序号", "交易编号", "凭证号", "日志号"),
    Column.OTHER: (
        "对方户名",
        "对方账户名称",
        "对方单位名称",
        "交易对手名称",
        "对方名称",
        "对方单位",
        "对手户名",
        "对方",
    ),
    Column.WORDS: ("附言", "摘要", "用途", "备注", "交易摘要", "说明"),
}
"""How banks name their columns; a heading with more behind it, like 交易金额(元), is the same."""


@dataclass(frozen=True)
class Layout:
    """Where a bank's statement has its heading (counted from 1) and its columns (from 0).

    ``heads``: what stands above the columns, by which the bank's next file is known.
    """

    head: int
    shape: Shape
    columns: Mapping[Column, int]
    heads: Mapping[Column, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Row:
    """One line of a statement; money in is above 0, money out below. ``number``: the bank's own, or blank."""

    line: int
    day: date
    amount_fen: int
    balance_fen: int
    number: str = ""
    other: str = ""
    words: str = ""

    def same_as(self, kept: "Row") -> bool:
        """Tell whether the bank means the same line: whatever it writes around the figures may change."""
        return (self.day, self.amount_fen, self.balance_fen, self.number) == (
            kept.day, kept.amount_fen, kept.balance_fen, kept.number
        )  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line of a file: a code of :data:`fundapp.banking.texts.FAULTS`, and what stands there."""

    line: int
    code: str
    found: str = ""


@dataclass(frozen=True)
class Read:
    """The rows of a file in the order of time, and what could not be read."""

    rows: tuple[Row, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def plain(text: str) -> str:
    """Write full-width signs as narrow ones and drop blanks around the text.

    >>> plain("　２０２６－０３－０１ ")
    '2026-03-01'
    """
    return unicodedata.normalize("NFKC", text).replace("−", "-").replace("－", "-").strip()


def day_of(text: str) -> date | None:
    """Read a day as banks write it; a time behind it is passed over.

    >>> day_of("20260301"), day_of("2026年3月1日"), day_of("2026/03/01 10:22:33"), day_of("3/1")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), None)
    """
    found = _DAY.fullmatch(plain(text))
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def signed_fen(text: str) -> int | None:
    """Read an amount with its sign; ``None`` where it is none, or finer than a fen.

    >>> [signed_fen(text) for text in ("１，２３４．５", "-¥1,234.50", "+8.00元", "8.001", "8E3")]
    [123450, -123450, 800, None, None]
    """
    bare = re.sub(r"[¥,，\s元]", "", plain(text))
    found = _AMOUNT.fullmatch(bare)
    if not found or not bare.isascii():
        return None
    whole = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return -whole if found[1] == "-" else whole


def guess(lines: Sequence[Line]) -> Layout | None:
    """Find the heading among the first lines: titles stand above it; ``None`` where no line looks like one."""
    for number, cells in lines[:HEAD_WITHIN]:
        columns = _named(cells)
        for shape, needed in NEEDED.items():
            if all(column in columns for column in needed):
                wanted = {one: at for one, at in columns.items() if one in (*needed, *EXTRA)}
                return Layout(number, shape, wanted)
    return None


def _named(cells: Sequence[str]) -> dict[Column, int]:
    """Find what each heading says: the heading itself before one that only begins so, and each column once."""
    heads = [re.sub(r"[\s_]", "", plain(cell)) for cell in cells]
    found: dict[Column, int] = {}
    for column, names in HEADINGS.items():
        hits = [heads.index(name) for name in names if name in heads]
        hits += [at for name in names for at, head in enumerate(heads) if head.startswith((name + "(", name + "/"))]
        free = [at for at in hits if at not in found.values()]
        if free:
            found[column] = free[0]
    return found


def with_heads(layout: Layout, lines: Sequence[Line]) -> Layout:
    """Note what stands above the columns of a layout in a file."""
    cells = next((cells for number, cells in lines if number == layout.head), ())
    heads = {column: plain(cells[at]) if at < len(cells) else "" for column, at in layout.columns.items()}
    return replace(layout, heads=heads)


def fitted(layout: Layout, lines: Sequence[Line]) -> Layout | None:
    """Find the heading that a layout was made for in a further file of the bank; ``None`` where its columns moved."""
    for number, _cells in lines[: HEAD_WITHIN * 2]:
        here = with_heads(replace(layout, head=number), lines)
        if here.heads == layout.heads and any(here.heads.values()):
            return here
    return None


def read(lines: Sequence[Line], layout: Layout) -> Read:
    """Read the lines below the heading, the oldest first; blank lines and sums at the end are passed over."""
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, cells in lines:
        if number <= layout.head:
            continue
        texts = {column: cells[at].strip() if at < len(cells) else "" for column, at in layout.columns.items()}
        if _passed_over(texts, layout.shape):
            continue
        one = _row(number, texts, layout.shape)
        if isinstance(one, Row):
            rows.append(one)
        else:
            faults.append(one)
    return Read((), tuple(faults)) if faults else _in_order(rows)


def _passed_over(texts: Mapping[Column, str], shape: Shape) -> bool:
    """Tell whether a line says nothing: it is blank, or a sum or a remark without a day and a balance."""
    return not any(texts[column] for column in NEEDED[shape]) or not (
        any(sign.isdigit() for sign in texts[Column.DAY]) or texts[Column.BALANCE]
    )


def _row(number: int, texts: Mapping[Column, str], shape: Shape) -> Row | Fault:
    day, balance = day_of(texts[Column.DAY]), signed_fen(texts[Column.BALANCE])
    if day is None:
        return Fault(number, "bad_day", texts[Column.DAY][:40])
    if balance is None:
        return Fault(number, "bad_balance", texts[Column.BALANCE][:40])
    amount = _amount(number, texts, shape)
    if isinstance(amount, Fault):
        return amount
    extra = {column: " ".join(plain(texts.get(column, "")).split())[:200] for column in EXTRA}
    return Row(number, day, amount, balance, extra[Column.NUMBER][:64], extra[Column.OTHER][:120], extra[Column.WORDS])


def _amount(number: int, texts: Mapping[Column, str], shape: Shape) -> int | Fault:
    if shape is Shape.TWO_COLUMNS:
        return _of_two(number, texts[Column.PAID_IN], texts[Column.PAID_OUT])
    amount = signed_fen(texts[Column.AMOUNT])
    if not amount:
        return Fault(number, "bad_amount", texts[Column.AMOUNT][:40])
    return amount if shape is Shape.SIGNED else _of_flag(number, amount, texts[Column.FLAG])


def _of_two(number: int, paid_in: str, paid_out: str) -> int | Fault:
    """Take the one of two cells that is filled; a negative one is a correction by the bank (红字)."""
    came, went = (0 if plain(text) in _NOTHING else signed_fen(text) for text in (paid_in, paid_out))
    if came is None or went is None:
        return Fault(number, "bad_amount", (paid_in if came is None else paid_out)[:40])
    if bool(came) == bool(went):
        return Fault(number, "both_or_none", f"{paid_in} / {paid_out}"[:40])
    return came or -went


def _of_flag(number: int, amount: int, flag: str) -> int | Fault:
    word = plain(flag).upper()
    if word.startswith(IN_WORDS):
        return amount
    if word.startswith(OUT_WORDS):
        return -amount
    return Fault(number, "bad_flag", flag[:40])


def _in_order(rows: Sequence[Row]) -> Read:
    """Put rows in the order in which each balance goes on from the one before; some banks write the newest first."""
    down, up = _break(rows), _break(rows[::-1])
    if down is None or up is None:
        return Read(tuple(rows if down is None else rows[::-1]))
    newest_first = len(rows) > 1 and rows[0].day > rows[-1].day
    return Read((), (up if newest_first else down,))


def _break(rows: Sequence[Row]) -> Fault | None:
    """Give the first row that does not go on from the one before it."""
    for before, row in pairwise(rows):
        if before.balance_fen + row.amount_fen != row.balance_fen:
            wanted = before.balance_fen + row.amount_fen
            return Fault(row.line, "balance_breaks", f"{yuan_text(row.balance_fen)} ≠ {yuan_text(wanted)}")
        if row.day < before.day:
            return Fault(row.line, "day_goes_back", row.day.isoformat())
    return None
