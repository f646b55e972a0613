"""How pages and papers print money, days and shares."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_compact_currency
from moneyed import Money

from fundapp.kernel.clock import SHANGHAI
from fundapp.kernel.money import fen, percents, yuan_text


def yuan(amount: Money | int) -> str:
    """Print money (or fen) with all its fen.

    >>> yuan(57050000)
    '¥570,500.00'
    """
    whole = amount if isinstance(amount, int) else fen(amount)
    text = yuan_text(abs(whole))
    return f"{'-' if whole < 0 else ''}¥{int(text[:-3]):,}{text[-3:]}"


def wan(amount: Money | int) -> str:
    """Print money (or fen) short, for headings; exact figures stand beside it.

    >>> wan(57050000)
    '¥57.05万'
    """
    whole = amount if isinstance(amount, int) else fen(amount)
    return str(format_compact_currency(Decimal(whole) / 100, "CNY", locale="zh_CN", fraction_digits=2))


def day(at: datetime | date | None) -> str:
    """Print the day in China.

    >>> day(date(2026, 11, 24))
    '2026年11月24日'
    """
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI).date() if isinstance(at, datetime) else at
    return f"{local.year}年{local.month}月{local.day}日"


def moment(at: datetime | None) -> str:
    """Print day and minute in China."""
    return f"{day(at)} {at.astimezone(SHANGHAI):%H:%M}" if at else ""


def until(at: datetime | None) -> str:
    """Print an end: midnight is 24:00 of the day that ends, which nobody reads as the day after.

    >>> until(datetime.fromisoformat("2026-11-28T16:00Z"))
    '2026年11月28日 24:00'
    """
    before = at - timedelta(minutes=1) if at else None
    return f"{day(before)} 24:00" if before and f"{before.astimezone(SHANGHAI):%H:%M}" == "23:59" else moment(at)


def share(part: int, whole: int) -> str:
    """Print a share with two decimals, half up; whether a bar is reached is never read off this figure.

    >>> share(163, 193)
    '84.46%'
    """
    if whole <= 0:
        return "—"
    hundredths = (part * 20000 + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def fraction(value: Fraction) -> str:
    """Print a fraction as P/Q."""
    return f"{value.numerator}/{value.denominator}"


FILTERS = {
    "yuan": yuan, "fen": fen, "wan": wan, "day": day, "moment": moment, "until": until, "share": share,
    "fraction": fraction, "percents": percents,
}  # fmt: skip
