"""Writes roster files: the empty template, and the rows that could not be taken in with the reason for each."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl.styles.fonts import Font
from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook

from fundapp.rosters.rows import HEADINGS, Column, SheetRow

SHOWN = (
    Column.BUILDING, Column.ENTRANCE, Column.ROOM, Column.AREA, Column.USE, Column.STATE, Column.HOLDER, Column.PHONE,
    Column.KIND, Column.CO_HOLDERS, Column.TEN, Column.GRID,
)  # fmt: skip
SAMPLES = (
    (
        "1栋",
        "1",
        "101",
        "85.36",
        "住宅",
        "已交付",
        "张三（示例）",
        "13800000000",
        "个人",
        "李四（示例）",
        "第一组",
        "一网格",
    ),
    ("1栋", "1", "102", "", "住宅", "未交付", "某某开发公司（示例）", "", "开发商", "", "第一组", "一网格"),
)


def template() -> bytes:
    """Make an empty roster file: its headings and two sample rows."""
    return _book("名册", [HEADINGS[column][0] for column in SHOWN], SAMPLES)


def rejected(rows: Iterable[tuple[SheetRow, str]]) -> bytes:
    """Make a file of the rows that are wrong, each with its number and the reason, to be put right and sent again."""
    columns = (*SHOWN, Column.DOOR)
    heading = [*(HEADINGS[column][0] for column in columns), "原因", "原文件行号"]
    return _book(
        "要改的行",
        heading,
        ([*(getattr(row, column.value) for column in columns), reason, str(row.number)] for row, reason in rows),
    )


def _book(title: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.append(list(heading))
    for row in rows:
        sheet.append([_harmless(text) for text in row])
    for number, words in enumerate(heading, start=1):
        sheet.cell(row=1, column=number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = 40 if words == "原因" else 14
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(text: str) -> str:
    """Take a formula's sign from the start of a cell: what a stranger typed is never run."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text
