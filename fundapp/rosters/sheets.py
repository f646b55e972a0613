"""Reads roster files: Excel without macros, and CSV as Excel writes it in China. Bytes in, rows out."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from openpyxl.reader.excel import load_workbook
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from fundapp.kernel.errors import Refused
from fundapp.rosters.rules import MAX_ROWS, Column, SheetRow, columns_of

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_PARTS = 200
MAX_LINES = 4 * MAX_ROWS
MAX_COLUMNS = 60
HEAD_WITHIN = 10
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
    SyntaxError, EOFError, csv.Error, NotImplementedError, RuntimeError,
)  # fmt: skip
Lines = Iterator[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, and the headings of columns that are not read."""

    rows: tuple[SheetRow, ...]
    ignored: tuple[str, ...]


def read_sheet(data: bytes, file_name: str) -> Sheet:
    """Read a roster file, whatever it calls itself: the first bytes tell what it is.

    Raises:
        Refused: too large, with macros, unreadable, without the two columns that are needed, or too many rows.
    """
    if len(data) > MAX_BYTES:
        raise Refused("rosters.too_large", "file")
    if file_name.lower().endswith((".xlsm", ".xltm", ".xlsb")):
        raise Refused("rosters.macros", "file")
    try:
        return _sheet(_lines_of_excel(data) if data[:4] == b"PK\x03\x04" else _lines_of_text(data))
    except _BROKEN:
        raise Refused("rosters.not_a_sheet", "file") from None


def _sheet(lines: Lines) -> Sheet:
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


def _lines_of_excel(data: bytes) -> Lines:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        _check_parts(packed)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        spans = _merged_down(packed.read(sheet._worksheet_path))
    try:
        sheet.reset_dimensions()
        rows: Iterable[Sequence[Any]] = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
        above: dict[int, str] = {}
        for number, cells in enumerate(islice(rows, MAX_LINES), start=1):
            texts = [_text(cell) for cell in cells]
            for column in spans.get(number, ()):
                if column < len(texts):
                    texts[column] = texts[column] or above.get(column, "")
            above = dict(enumerate(texts))
            yield number, texts
    finally:
        book.close()


def _merged_down(sheet: bytes) -> dict[int, list[int]]:
    """Give for each row the columns that are merged with the cell above: a building stands once for all its rooms."""
    spans: dict[int, list[int]] = {}
    for first, top, last, bottom in _MERGED.findall(sheet)[:MAX_LINES]:
        if first == last and int(bottom) <= MAX_LINES:
            for row in range(int(top) + 1, int(bottom) + 1):
                spans.setdefault(row, []).append(column_index_from_string(first.decode()) - 1)
    return spans


def _check_parts(packed: zipfile.ZipFile) -> None:
    """Look at what the file says of its parts before any is unpacked; no part unpacks to more than it says."""
    parts = packed.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refused("rosters.too_large", "file")
    if any("vbaproject" in part.filename.lower() or "macrosheets" in part.filename.lower() for part in parts):
        raise Refused("rosters.macros", "file")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(part).upper():
            raise ValueError(part.filename)


def _text(cell: object) -> str:
    """Write a cell as text; a number without what binary fractions add to it."""
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    if type(cell).__name__ == "float":
        return format(round(Decimal(repr(cell)), 6).normalize(), "f")
    return str(cell)


def _lines_of_text(data: bytes) -> Lines:
    text = _decoded(data)
    if "\x00" in text or not text.strip():
        raise ValueError("no text")
    head = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",\t;", key=head.count)
    yield from enumerate(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), MAX_LINES), start=1)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")
