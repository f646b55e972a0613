"""Tables as CSV and Excel whose texts a spreadsheet never runs, and as JSON."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl.styles.fonts import Font
from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")  # some spreadsheets read wide signs as plain ones
Cell = str | int | Decimal | None
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def safe(cell: Cell) -> Cell:
    """Keep a text from being read as a formula.

    >>> safe("=HYPERLINK(1)"), safe(-5)
    ("'=HYPERLINK(1)", -5)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def csv_of(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write CSV in UTF-8 with a mark at its beginning, as Excel in China reads it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def csv_of_blocks(blocks: Iterable[Sequence[Sequence[Cell]]]) -> bytes:
    """Write several tables below each other, an empty line between them."""
    out = io.StringIO()
    writer = csv.writer(out)
    for place, rows in enumerate(blocks):
        writer.writerows(([],) if place else ())
        writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def excel_of_blocks(title: str, blocks: Iterable[Sequence[Sequence[Cell]]]) -> bytes:
    """Write several tables below each other on one sheet; a text is a text, whatever it begins with."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title[:31]
    line = 0
    for rows in blocks:
        for place, row in enumerate(rows):
            line += 1
            _write_row(sheet, line, row, bold=place == 0)
        line += 1
    for column in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 22
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_row(sheet: Any, line: int, row: Sequence[Cell], bold: bool) -> None:
    for column, value in enumerate(row, start=1):
        cell = sheet.cell(row=line, column=column, value=value)
        if isinstance(value, str):
            cell.data_type = "s"
        elif isinstance(value, Decimal):
            cell.number_format = "#,##0.00"
        if bold:
            cell.font = Font(bold=True)


def json_of(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[dict[str, Cell]]:
    """Give the rows as objects."""
    return [dict(zip(head, row, strict=True)) for row in rows]
