"""Money is whole fen in the database and ``Money`` in CNY in Python; never a float.

``Money`` is py-moneyed's type. All arithmetic that divides goes through :func:`split`.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from moneyed import CNY, Money

from fundapp.kernel.errors import BadInput

ZERO = Money(0, CNY)
_TYPED = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?(万)?")
_PLAIN = re.compile(r"-?\d{1,13}\.\d{2}")


def from_fen(fen: int) -> Money:
    """Make money of a whole number of fen.

    >>> from_fen(5705000)
    Money('57050', 'CNY')
    """
    return Money(Decimal(fen) / 100, CNY)


def fen(money: Money) -> int:
    """Give the whole number of fen; a fraction of a fen or another currency is refused.

    Raises:
        ValueError: not CNY, not finite, or finer than one fen.

    >>> fen(Money("0.29", CNY))
    29

    """
    if money.currency != CNY:
        raise ValueError(f"{money.currency} is not CNY")
    amount = money.amount * 100
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise ValueError(f"{money.amount} yuan is not a whole number of fen")
    return int(amount)


def yuan_text(amount_fen: int) -> str:
    """Print fen as yuan with two decimals, the form of every command's output.

    >>> yuan_text(5705000), yuan_text(-5)
    ('57050.00', '-0.05')
    """
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def fen_of_text(text: object, where: str) -> int:
    """Read a yuan string with exactly two decimals, as commands and policy files carry it.

    Raises:
        BadInput: not a string, or not of that form.

    >>> fen_of_text("57050.00", "pool")
    5705000

    """
    if not isinstance(text, str) or not _PLAIN.fullmatch(text) or not text.isascii():
        raise BadInput(where, repr(text), 'yuan as a string with two decimals, like "57050.00"')
    return int(text.replace(".", ""))


def typed_fen(text: str) -> int | None:
    """Read an amount the way people type it; ``None`` where it is no amount.

    Full-width digits, ¥, 元, 万 and thousands commas are understood; signs, exponents and anything
    finer than a fen are not.

    >>> typed_fen("￥１,２００元"), typed_fen("57.05万"), typed_fen("1e5"), typed_fen("12.345")
    (120000, 57050000, None, None)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"[¥元,\s]", "", plain)
    found = _TYPED.fullmatch(plain)
    if not found or not plain.isprintable():
        return None
    whole, part, wan = found.groups()
    exact = Decimal(f"{whole}.{part or 0}") * (1_000_000 if wan else 100)
    return int(exact) if exact == exact.to_integral_value() else None


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share *total* by *weights* in whole units: largest remainder, ties to the earlier share.

    The shares sum to *total* exactly and each is less than one unit from its exact share.

    Raises:
        ValueError: a negative total or weight, or weights that are all zero.

    >>> split(10000, [8000, 4000, 8600, 10000])
    [2614, 1307, 2811, 3268]

    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("split needs a total >= 0 and weights >= 0, not all zero")
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def percents(parts: Sequence[int]) -> list[str]:
    """Write parts of one whole as percentages with two decimals that sum to 100.00 exactly; none of nothing.

    The spare hundredths go to the largest remainders, ties to the earlier part.

    >>> percents([1, 1, 1])
    ['33.34%', '33.33%', '33.33%']
    >>> percents([163, 2, 0, 28])
    ['84.45%', '1.04%', '0.00%', '14.51%']
    """
    if not sum(parts):
        return [""] * len(parts)
    return [f"{points // 100}.{points % 100:02d}%" for points in split(10_000, parts)]
