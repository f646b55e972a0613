"""人民币大写: an amount in the capital numerals that papers about money carry.

Written here because the one library for it on the index installs packages called ``build``, ``example`` and ``src``
beside itself. Source: the banks' rules for filling in bills (支付结算办法, 附一): 元 or 角 at the end is closed by 整.
"""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))
MOST_FEN = 10**15


def capitals(amount_fen: int) -> str:
    """Write whole fen in capital numerals.

    Raises:
        ValueError: below 0, or more than :data:`MOST_FEN`.

    >>> capitals(140950), capitals(1640902), capitals(10700053), capitals(5)
    ('壹仟肆佰零玖元伍角整', '壹万陆仟肆佰零玖元零贰分', '壹拾万柒仟元伍角叁分', '伍分')
    """
    if not 0 <= amount_fen <= MOST_FEN:
        raise ValueError(f"{amount_fen} fen cannot be written in capitals")
    yuan, small = divmod(amount_fen, 100)
    jiao, single = divmod(small, 10)
    text = _whole(yuan) + "元" if yuan or not small else ""
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif single and yuan:
        text += "零"
    return text + (_DIGITS[single] + "分" if single else "整")


def _whole(number: int) -> str:
    """Write a whole number; a gap between its parts is one 零."""
    for unit, name in _UNITS:
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _whole(high) + name + gap + (_whole(low) if low else "")
    return _DIGITS[number]
