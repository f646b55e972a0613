"""Tables for a terminal: Chinese letters are two columns wide."""

import unicodedata
from collections.abc import Sequence


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _safe(text: str) -> str:
    """Show control letters as a mark, so that a name cannot move the cursor."""
    return "".join(letter if letter.isprintable() or letter == "\u3000" else "�" for letter in text)


def table_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out *rows* under *header*, columns aligned, the first to the left and the others to the right.

    >>> print(table_text(["项目", "应配"], [["驿站", "8.00"], ["灯", "120.00"]]))
    项目    应配
    驿站    8.00
    灯    120.00
    """
    lines = [[_safe(cell) for cell in row] for row in (header, *rows)]
    widths = [max(_width(row[i]) for row in lines) for i in range(len(header))]
    return "\n".join("  ".join(_cell(cell, widths[i], i) for i, cell in enumerate(row)).rstrip() for row in lines)


def _cell(text: str, width: int, column: int) -> str:
    space = " " * (width - _width(text))
    return text + space if column == 0 else space + text
