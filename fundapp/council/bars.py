"""When a body may decide: the share of its members that must be there, and the share that carries an item."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fundapp.kernel.bars import Bar, fraction_of_text
from fundapp.kernel.errors import Refused

TWO_THIRDS = Bar(Fraction(2, 3))
MORE_THAN_HALF = Bar(Fraction(1, 2), strict=True)


@dataclass(frozen=True)
class Passing:
    """What carries an item: a share of those present, or of all members whom it does not concern."""

    bar: Bar
    of_members: bool = False

    def needed(self, present: int, members: int) -> int:
        """Give the smallest number of hands that carries.

        >>> Passing(MORE_THAN_HALF).needed(14, 20), Passing(TWO_THIRDS, of_members=True).needed(14, 20)
        (8, 14)
        """
        return self.bar.needed(members if self.of_members else present)

    def carried(self, hands: int, present: int, members: int) -> bool:
        """Tell whether so many hands carry."""
        return self.bar.reached(hands, members if self.of_members else present)


USUAL_PASSING = Passing(MORE_THAN_HALF)


@dataclass(frozen=True)
class Charter:
    """How a body works: quorum, what carries, and how many days ahead its sessions are announced."""

    quorum: Bar
    passing: Passing
    notice_days: int


def stricter(one: Charter, other: Charter) -> Charter:
    """Join two sets of bars: of each the higher one holds; "more than" is higher than "at least".

    Source: docs/rules/council.md.

    >>> body = Charter(MORE_THAN_HALF, Passing(TWO_THIRDS), 1)
    >>> joined = stricter(body, Charter(TWO_THIRDS, USUAL_PASSING, 3))
    >>> joined.quorum.needed(20), joined.passing.needed(14, 20), joined.notice_days
    (14, 10, 3)
    """
    passing = Passing(_higher(one.passing.bar, other.passing.bar), one.passing.of_members or other.passing.of_members)
    return Charter(_higher(one.quorum, other.quorum), passing, max(one.notice_days, other.notice_days))


def check_floor(charter: Charter, floor: Charter | None) -> None:
    """Check that a body's own bars do not fall below those that the law names for its kind.

    Raises:
        Refused: ``council.below_law`` on the field that is too low.
    """
    if floor is None:
        return
    if _higher(charter.quorum, floor.quorum) != charter.quorum:
        raise Refused("council.below_law", field="quorum")
    if _higher(charter.passing.bar, floor.passing.bar) != charter.passing.bar:
        raise Refused("council.below_law", field="passing")


def bar_of_text(text: object, where: str) -> Bar:
    """Read "2/3" as at least that share, ">1/2" as more than it.

    Raises:
        BadInput: no such share.

    >>> bar_of_text(">1/2", "passing") == MORE_THAN_HALF, bar_of_text("2/3", "passing").strict
    (True, False)
    """
    strict = isinstance(text, str) and text.startswith(">")
    return Bar(fraction_of_text(text[1:] if strict and isinstance(text, str) else text, where), strict)


def text_of_bar(bar: Bar) -> str:
    """Write a bar as policies hold it.

    >>> text_of_bar(MORE_THAN_HALF), text_of_bar(TWO_THIRDS)
    ('>1/2', '2/3')
    """
    share: Any = bar.share
    return f"{'>' if bar.strict else ''}{share.numerator}/{share.denominator}"


def _higher(one: Bar, other: Bar) -> Bar:
    return max(one, other, key=lambda bar: (bar.share, bar.strict))
