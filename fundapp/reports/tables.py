"""Reports as tables: what a page, a file and a paper show of them. Amounts are whole fen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from fundapp.kernel.money import yuan_text
from fundapp.reports.queries import GiftRow, Line, ProjectFigures, SubjectLine
from fundapp.reports.rules import Figure, Kind, Period, balance_of, change_of, net_assets, of_kind
from fundapp.web.spreadsheet import Cell

Amounts = tuple[int | None, ...]


@dataclass(frozen=True)
class Row:
    """A line of a report: words, then amounts; ``under``: the address that opens the lines under it."""

    words: tuple[str, ...]
    amounts: Amounts
    under: tuple[str, Mapping[str, int]] | None = None
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A part of a report: headings of words, headings of amounts, rows."""

    title: str
    words: tuple[str, ...]
    amounts: tuple[str, ...]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Report:
    """A report of a book or a fund in a period."""

    title: str
    holder: str
    period: Period
    tables: Sequence[Table]
    note: str = ""


def _account(figure: Figure, book_id: int, amounts: Amounts) -> Row:
    under = "reports.account", {"book_id": book_id, "account_id": figure.account_id}
    return Row((figure.name, figure.of.line), amounts, under)


def _sides(amount: int) -> tuple[int, int]:
    """Write a balance on its side: debit, credit."""
    return max(amount, 0), max(-amount, 0)


def trial(figures: Sequence[Figure], book_id: int) -> list[Table]:
    """Write 试算平衡表: debits and credits of each pair of columns are equal."""
    shown = [one for one in figures if one.opening or one.debit or one.credit]
    amounts = [(*_sides(one.opening), one.debit, one.credit, *_sides(one.closing)) for one in shown]
    rows = [_account(one, book_id, told) for one, told in zip(shown, amounts, strict=True)]
    sums = tuple(sum(column) for column in zip(*amounts, strict=True)) or (0,) * 6
    heads = (_("期初借方"), _("期初贷方"), _("本期借方"), _("本期贷方"), _("期末借方"), _("期末贷方"))
    total = Row((_("合计"), ""), sums, strong=True)
    return [Table(_("科目余额和发生额"), (_("明细科目"), _("科目")), heads, [*rows, total])]


def activities(figures: Sequence[Figure], book_id: int) -> list[Table]:
    """Write 业务活动表: income, expense and the change of net assets, restricted money apart."""
    rows: list[Row] = []
    for kind, label, sign in ((Kind.INCOME, _("收入合计"), -1), (Kind.COST, _("费用合计"), 1)):
        for one in of_kind(figures, kind):
            if one.change:
                rows.append(_account(one, book_id, _apart(sign * one.change, one.of.restricted)))
        sums = change_of(figures, kind)
        rows.append(Row((label, ""), (sums.free, sums.restricted, sums.both), strong=True))
    before, after = net_assets(figures, False), net_assets(figures, True)
    for label, told in ((_("期初净资产"), before), (_("期末净资产"), after)):
        rows.append(Row((label, ""), (told.free, told.restricted, told.both), strong=True))
    heads = (_("非限定性"), _("限定性"), _("合计"))
    return [Table(_("收入、费用和净资产"), (_("明细科目"), _("科目")), heads, rows)]


def _apart(amount: int, restricted: bool) -> Amounts:
    return (None, amount, amount) if restricted else (amount, None, amount)


def balance_sheet(figures: Sequence[Figure], book_id: int) -> list[Table]:
    """Write 资产负债表: what there is equals what is owed and net assets, before and after the period."""
    heads, rows = (_("期初"), _("期末")), []
    for kind, label, sign in ((Kind.ASSET, _("资产总计"), 1), (Kind.LIABILITY, _("负债合计"), -1)):
        rows += [_account(one, book_id, (sign * one.opening, sign * one.closing)) for one in of_kind(figures, kind)]
        rows.append(Row((label, ""), tuple(balance_of(figures, kind, end) for end in (False, True)), strong=True))
    before, after = net_assets(figures, False), net_assets(figures, True)
    owed = [balance_of(figures, Kind.LIABILITY, end) for end in (False, True)]
    rows.append(Row((_("限定性净资产"), ""), (before.restricted, after.restricted)))
    rows.append(Row((_("非限定性净资产"), ""), (before.free, after.free)))
    rows.append(Row((_("负债和净资产总计"), ""), (owed[0] + before.both, owed[1] + after.both), strong=True))
    return [Table(_("资产负债表"), (_("项目"), _("科目")), heads, rows)]


def projects(rows: Sequence[ProjectFigures], book_id: int) -> Table:
    """Write income and expense by project."""
    told = [
        Row(
            (row.title, str(row.project_id)),
            (row.income, row.expense, row.income - row.expense),
            ("reports.project", {"book_id": book_id, "project_id": row.project_id}),
        )
        for row in rows
    ]
    sums = tuple(sum(row.amounts[place] or 0 for row in told) for place in range(3))
    heads = (_("收入"), _("费用"), _("差额"))
    return Table(_("按项目的收支"), (_("项目"), _("编号")), heads, [*told, Row((_("合计"), ""), sums, strong=True)])


def account(figure: Figure, lines: Sequence[Line]) -> list[Table]:
    """Write the lines under a figure, from the balance before to the balance after."""
    rows = [Row((_("期初余额"), "", ""), (None, None, figure.opening), strong=True)]
    for line in lines:
        debit, credit = (line.amount, None) if line.amount > 0 else (None, -line.amount)
        rows.append(Row((line.day.isoformat(), str(line.seq), line.purpose), (debit, credit, line.after)))
    rows.append(Row((_("期末余额"), "", ""), (figure.debit, figure.credit, figure.closing), strong=True))
    heads = (_("借方"), _("贷方"), _("余额"))
    return [Table(_("明细"), (_("日期"), _("凭证号"), _("用途")), heads, rows)]


def subject(lines: Sequence[SubjectLine]) -> list[Table]:
    """Write every entry about a project, and its sums by account."""
    sums: dict[tuple[int, int, str, str], int] = {}
    for line in lines:
        key = (line.book_id, line.account_id, line.account, line.code)
        sums[key] = sums.get(key, 0) + line.amount
    by_account = [
        Row((name, code), (amount,), ("reports.account", {"book_id": book_id, "account_id": account_id}))
        for (book_id, account_id, name, code), amount in sorted(sums.items(), key=lambda item: item[0][3])
    ]
    rows = [Row((line.day.isoformat(), str(line.seq), line.account, line.purpose), (line.amount,)) for line in lines]
    return [
        Table(_("按科目合计（借方为正，贷方为负）"), (_("科目"), _("编号")), (_("金额"),), by_account),
        Table(_("逐笔明细"), (_("日期"), _("凭证号"), _("科目"), _("用途")), (_("金额"),), rows),
    ]


def fund(gifts: Sequence[GiftRow], programme_id: int) -> list[Table]:
    """Write what a fund was given, what it paid, and what is left, gift by gift."""
    rows = [
        Row(
            (gift.origin, gift.given_at.date().isoformat()),
            (gift.amount, gift.used, gift.amount - gift.used),
            ("reports.gift", {"programme_id": programme_id, "gift_id": gift.id}),
        )
        for gift in gifts
    ]
    sums = tuple(sum(row.amounts[place] or 0 for row in rows) for place in range(3))
    heads = (_("收到"), _("已拨付"), _("结余"))
    return [Table(_("限定性捐赠"), (_("捐赠方"), _("日期")), heads, [*rows, Row((_("合计"), ""), sums, strong=True)])]


def gift(row: GiftRow, titles: Mapping[str, str]) -> list[Table]:
    """Write what one donor's gift paid for."""
    rows = [Row((titles.get(use.about, use.about),), (use.amount_fen,)) for use in row.uses]
    rows += [
        Row((_("已拨付"),), (row.used,), strong=True),
        Row((_("结余"),), (row.amount - row.used,), strong=True),
        Row((_("收到"),), (row.amount,), strong=True),
    ]
    return [Table(_("用到了哪里"), (_("项目"),), (_("金额"),), rows)]


def cells_of(table: Table) -> list[list[Cell]]:
    """Give a table for a file: its headings, then words and exact yuan."""
    head: list[Cell] = [*table.words, *table.amounts]
    rows: list[list[Cell]] = [[*row.words, *map(_yuan, row.amounts)] for row in table.rows]
    return [[table.title], head, *rows]


def _yuan(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(yuan_text(amount))
