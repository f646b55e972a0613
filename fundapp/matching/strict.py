"""Take values out of parsed TOML or JSON without guessing: each has the type it must have, or the input is bad."""

from collections.abc import Mapping

from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen_of_text

_SHOWN_BITS, _SHOWN_LETTERS = 200, 80


def table(data: object, where: str, needs: tuple[str, ...], may: tuple[str, ...] = ()) -> Mapping[str, object]:
    """Take *data* as a table with exactly the keys in *needs* and perhaps those in *may*.

    Raises:
        BadInput: no table, a key missing, or a key unknown.
    """
    if isinstance(data, dict) and data.keys() == set(needs):
        return data
    known = ", ".join((*needs, *may))
    if not isinstance(data, dict):
        raise BadInput(where, shown(data), f"a table with {known}")
    for key in data:
        if key not in needs and key not in may:
            raise BadInput(where, f"unknown key {shown(key)}", f"only {known}")
    for key in needs:
        if key not in data:
            raise BadInput(where, f"no key {key!r}", f"a table with {known}")
    return data


def amount(value: object, where: str, least: int | None = 0) -> int:
    """Take *value* as yuan in a string and give fen, not below *least*.

    Raises:
        BadInput: not yuan with two decimals, or below *least*.
    """
    found = fen_of_text(string(value, where, 'yuan as a string, like "57050.00"'), where)
    if least is not None and found < least:
        raise BadInput(where, repr(value), "0.00 or more" if not least else "0.01 or more")
    return found


def rows(value: object, where: str) -> list[object]:
    """Take *value* as a list.

    Raises:
        BadInput: it is none.
    """
    if not isinstance(value, list):
        raise BadInput(where, shown(value), "a list")
    return value


def string(value: object, where: str, expected: str) -> str:
    """Take *value* as a string.

    Raises:
        BadInput: it is none; a number is no string.
    """
    if not isinstance(value, str):
        raise BadInput(where, shown(value), expected)
    return value


def shown(value: object) -> str:
    """Show what was found, in a few words however large it is."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return "a very large number"
    text = repr(value)
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}..."
