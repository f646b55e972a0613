"""Exact bars: "以上" includes the number itself, "过半" and "超过" do not (Civil Code art. 1259)."""

import re
from dataclasses import dataclass
from fractions import Fraction

from fundapp.kernel.errors import BadInput

_FRACTION = re.compile(r"(\d{1,9})/(\d{1,9})")


@dataclass(frozen=True)
class Bar:
    """A share of a whole that must be reached, or, where *strict*, exceeded."""

    share: Fraction
    strict: bool = False

    def reached(self, count: int, whole: int) -> bool:
        """Tell whether *count* of *whole* reaches the bar.

        >>> Bar(Fraction(2, 3)).reached(129, 193), Bar(Fraction(1, 2), strict=True).reached(60, 120)
        (True, False)
        """
        left, right = count * self.share.denominator, whole * self.share.numerator
        return left > right if self.strict else left >= right

    def needed(self, whole: int) -> int:
        """Give the smallest whole number that reaches the bar.

        >>> Bar(Fraction(2, 3)).needed(193), Bar(Fraction(1, 2), strict=True).needed(120)
        (129, 61)
        """
        exact = whole * self.share
        return int(exact) + 1 if self.strict else -int(-exact // 1)


def fraction_of_text(text: object, where: str, *, at_most_one: bool = True) -> Fraction:
    """Read "P/Q"; as a share it must be above 0 and at most 1.

    Raises:
        BadInput: not a string of that form, or out of range.

    >>> fraction_of_text("2/3", "share")
    Fraction(2, 3)

    """
    found = _FRACTION.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    if not found or int(found[2]) == 0:
        raise BadInput(where, repr(text), 'a fraction as a string, like "2/3"')
    share = Fraction(int(found[1]), int(found[2]))
    if share <= 0 or (at_most_one and share > 1):
        raise BadInput(where, repr(text), "a fraction above 0" + (" and at most 1" if at_most_one else ""))
    return share


def bar(part: int, whole: int, strict: bool) -> Bar:
    """Make a bar from whole numbers as a row keeps them.

    >>> bar(2, 3, strict=False)
    Bar(share=Fraction(2, 3), strict=False)
    """
    return Bar(Fraction(part, whole), strict)
