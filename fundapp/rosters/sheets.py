"""Reads roster files: bytes in, rows out."""

from dataclasses import dataclass
from itertools import islice

from fundapp.kernel.errors import Refused
from fundapp.rosters.rules import MAX_ROWS, Column, SheetRow, columns_of
from fundapp.web.sheets import MAX_BYTES, Lines, lines_of

__all__ = ["MAX_BYTES", "Sheet", "read_sheet"]
HEAD_WITHIN = 10


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, and the headings of columns that are not read."""

    rows: tuple[SheetRow, ...]
    ignored: tuple[str, ...]


def read_sheet(data: bytes, file_name: str) -> Sheet:
    """Read a roster file.

    Raises:
        Refused: it cannot be read (:func:`fundapp.web.sheets.lines_of`), is without the two columns that are needed, or
            has too many rows.
    """
    lines = lines_of(data, file_name)
    columns, ignored = _head(lines)
    rows = []
    for number, cells in lines:
        texts = {kind.value: cells[at].strip() if at < len(cells) else "" for kind, at in columns.items()}
        if not any(texts.values()):
            continue
        rows.append(SheetRow(number, **texts))
        if len(rows) > MAX_ROWS:
            raise Refused("rosters.too_many_rows", "file", rows=MAX_ROWS)
    return Sheet(tuple(rows), ignored)


def _head(lines: Lines) -> tuple[dict[Column, int], tuple[str, ...]]:
    """Find the heading among the first lines: a title often stands above it."""
    for _number, cells in islice(lines, HEAD_WITHIN):
        columns, ignored = columns_of(cells)
        if Column.DOOR in columns or (Column.ROOM in columns and (Column.BUILDING in columns or len(columns) > 1)):
            return columns, ignored
    raise Refused("rosters.no_columns", "file")
