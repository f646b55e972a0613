"""Makes roster files for tests."""

import io
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook

HEAD = ("楼栋", "房号", "建筑面积", "用途")


def excel(*rows: Sequence[object], head: Sequence[str] = HEAD, above: Sequence[Sequence[object]] = ()) -> bytes:
    """Write a workbook."""
    book = Workbook()
    for row in (*above, head, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """Add or replace parts of a workbook; ``__`` in a name stands for a slash, ``_DOT_`` for a dot."""
    named = {name.replace("__", "/").replace("_DOT_", "."): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in named:
                new.writestr(name, old.read(name))
        for name, content in named.items():
            new.writestr(name, content)
    return out.getvalue()


def text(*lines: str) -> str:
    """Write CSV lines as Excel does."""
    return "\r\n".join((",".join(HEAD), *lines)) + "\r\n"
