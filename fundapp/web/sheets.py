"""Reads tables: Excel without macros, CSV as Excel and banks in China write it. Bytes in, lines out."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from openpyxl.reader.excel import load_workbook
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from fundapp.kernel.errors import Refused

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_PARTS = 200
MAX_LINES = 20_000
MAX_COLUMNS = 60
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
    SyntaxError, EOFError, csv.Error, NotImplementedError, RuntimeError,
)  # fmt: skip
Lines = Iterator[tuple[int, Sequence[str]]]


def lines_of(data: bytes, file_name: str) -> Lines:
    """Give a file's lines with their numbers, whatever it calls itself: the first bytes tell what it is.

    Raises:
        Refused: too large (``web.sheet_too_large``), with macros (``web.sheet_macros``), or unreadable
            (``web.not_a_sheet``).
    """
    if len(data) > MAX_BYTES:
        raise Refused("web.sheet_too_large", "file")
    if file_name.lower().endswith((".xlsm", ".xltm", ".xlsb")):
        raise Refused("web.sheet_macros", "file")
    try:
        yield from _lines_of_excel(data) if data[:4] == b"PK\x03\x04" else _lines_of_text(data)
    except _BROKEN:
        raise Refused("web.not_a_sheet", "file") from None


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
        raise Refused("web.sheet_too_large", "file")
    if any("vbaproject" in part.filename.lower() or "macrosheets" in part.filename.lower() for part in parts):
        raise Refused("web.sheet_macros", "file")
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
