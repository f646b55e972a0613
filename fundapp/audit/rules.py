"""Fingerprints and the chain, as pure functions of values."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from moneyed import Money

from fundapp.db.types import canonical
from fundapp.kernel.money import fen

START = "0" * 64
FORMAT = 1


def plain(value: Any) -> Any:
    """Turn a column's value into what canonical JSON can carry: fen, UTC text, an enum's value."""
    if isinstance(value, Money):
        return fen(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return f"0x{value.hex()}"  # an empty text is not an empty heap of bytes
    return value


def fingerprint(values: Mapping[str, Any]) -> str:
    """Hash a row's values by column name.

    >>> fingerprint({"id": 1, "amount_fen": 5})[:12]
    'a43ef290b2a7'
    """
    text = canonical({"v": FORMAT, "row": {name: plain(value) for name, value in values.items()}})
    return text_hash(text)


def text_hash(text: str) -> str:
    """Hash a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def chain_hash(entry: Mapping[str, Any]) -> str:
    """Hash an entry's values, ``prev_hash`` among them, its own ``hash`` not."""
    return fingerprint({name: value for name, value in entry.items() if name != "hash"})


def chain_pieces(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Write the text whose hash an entry gets in three pieces: between them come the hash before it, and its number.

    >>> chain_pieces({"about": "x", "rows": "{}"})
    ('{"row":{"about":"x","prev_hash":"', '","rows":"{}","seq":', '},"v":1}')
    """
    text = canonical({"v": FORMAT, "row": {name: plain(value) for name, value in entry.items()} | _OPEN})
    first, _, rest = text.partition(_NO_LINK)
    second, _, third = rest.rpartition(_NO_NUMBER)
    return first + _NO_LINK[:-1], f'"{second}{_NO_NUMBER[:-2]}', "}" + third


_OPEN = {"prev_hash": "", "seq": 0}
_NO_LINK, _NO_NUMBER = '"prev_hash":""', '"seq":0}'
"""How the two stand in the text. Within a value every quotation mark has a stroke before it."""
