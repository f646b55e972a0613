"""Shares and rates as people type them."""

import re
from fractions import Fraction
from typing import Any

import flask_babel
from wtforms import Field
from wtforms.fields import choices as choice_fields
from wtforms.widgets import TextInput

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
# Choices that carry more than a pair; the class is newer than the types of its library.
Choice: Any = choice_fields.SelectChoice  # type: ignore[attr-defined]
_SHARE = re.compile(r"(\d{1,6})(?:\.(\d{1,4}))?(%)?|(\d{1,6})/(\d{1,6})", re.ASCII)


class ShareField(Field):
    """A share or rate as typed: 1/2, 50% or 0.5. ``data`` is "P/Q" in lowest terms, or ``None``."""

    widget = TextInput()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "").removesuffix("/1")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the share."""
        self.data = None
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        found = share_of(typed)
        if found is None:
            raise ValueError(str(_("请填写分数、百分数或小数，例如 1/2、50% 或 0.5。")))
        self.data = f"{found.numerator}/{found.denominator}"


def share_of(typed: str) -> Fraction | None:
    """Read a share as people type it; ``None`` where it is none.

    >>> share_of("1/2"), share_of("150%"), share_of("0.5"), share_of("1/0")
    (Fraction(1, 2), Fraction(3, 2), Fraction(1, 2), None)
    """
    found = _SHARE.fullmatch(typed)
    if found is None:
        return None
    whole, part, percent, over, under = found.groups()
    if over is not None:
        return Fraction(int(over), int(under)) if int(under) else None
    exact = Fraction(int(whole)) + (Fraction(int(part), 10 ** len(part)) if part else 0)
    return exact / 100 if percent else exact
