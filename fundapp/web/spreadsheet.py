"""Tables as CSV that a spreadsheet opens as text, and as JSON."""

import csv
import io
from collections.abc import Sequence

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")  # some spreadsheets read wide signs as plain ones
Cell = str | int | None


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


def json_of(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[dict[str, Cell]]:
    """Give the rows as objects."""
    return [dict(zip(head, row, strict=True)) for row in rows]
