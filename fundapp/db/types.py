"""Column types that lose nothing: money in fen, instants in UTC, enums by value, JSON in one form, names encrypted."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from moneyed import Money
from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Text
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from fundapp.db.crypt import hide, reveal
from fundapp.kernel import money


class MoneyInFen(TypeDecorator[Money]):
    """``Money`` in Python, a whole number of fen in the database; anything else is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:
        """Turn money into fen."""
        if value is None:
            return None
        if not isinstance(value, Money):
            raise TypeError(f"{value!r} is not Money")
        return money.fen(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Money | None:
        """Turn fen into money."""
        if value is None:
            return None
        if int(value) != value:
            raise ValueError(f"{value!r} is not a whole number of fen")
        return money.from_fen(int(value))

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Let a plain integer be compared as fen."""
        return BigInteger() if type(value) is int else self


class Instant(TypeDecorator[datetime]):
    """An aware instant; stored in UTC, read back in UTC. A naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Encrypted(TypeDecorator[str]):
    """A name or a phone: plain in Python, encrypted in the database. A blank one is refused.

    The database sees noise, so nothing can be searched, compared or ordered there: do that on the plain values.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt."""
        if value is None:
            return None
        if not value.strip():
            raise ValueError("an encrypted text may not be blank")
        return hide(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypt."""
        return None if value is None else reveal(value)

    class comparator_factory(TypeDecorator.Comparator[str]):
        """Refuses comparisons that could only be wrong; ``IS NULL`` is fine."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Let nothing but a test for NULL through."""
            if op not in (operators.is_, operators.is_not):
                raise TypeError("an encrypted column cannot be compared or ordered in the database")
            return super().operate(op, *other, **kwargs)

        reverse_operate = operate


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value stored as text with sorted keys, so that its bytes can be hashed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write canonically."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read back."""
        return None if value is None else json.loads(value)


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value with names in it, encrypted in the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write canonically and encrypt."""
        return None if value is None else hide(canonical(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decrypt and read back."""
        return None if value is None else json.loads(reveal(value))


def canonical(value: object) -> str:
    """Write JSON with sorted keys, no spaces, no floats.

    Raises:
        ValueError: a float somewhere in *value*.

    >>> canonical({"b": 1, "a": ["元"]})
    '{"a":["元"],"b":1}'

    """
    _no_float(value)
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _no_float(item: object) -> None:
    if isinstance(item, str | int):
        return
    if isinstance(item, float):
        raise ValueError(f"{item!r} is a float")
    if isinstance(item, dict):
        for part in item.values():
            _no_float(part)
    elif isinstance(item, list | tuple):
        for part in item:
            _no_float(part)


def stored(kind: type[StrEnum], name: str | None = None) -> Enum:
    """Store an enum by its value, with a CHECK named after the enum (or *name*)."""
    snake = "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        name=name or snake,
    )
