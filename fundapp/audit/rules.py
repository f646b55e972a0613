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
    return hashlib.sha256(text.encode()).hexdigest()


def chain_hash(entry: Mapping[str, Any]) -> str:
    """Hash an entry's values, ``prev_hash`` among them, its own ``hash`` not."""
    return fingerprint({name: value for name, value in entry.items() if name != "hash"})
