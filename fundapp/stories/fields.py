"""The fields of a deed, read one by one with their kind; what is left over is a typo."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from moneyed import Money

from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen_of_text, from_fen
from fundapp.stories.rules import instant

Kind = TypeVar("Kind", bound=StrEnum)
_MISSING: Any = object()


class Fields:
    """Gives a deed's fields. Every reader raises BadInput with the line and the field's name.

    ``known``: all fields that the deed can have. A field outside them is bad input at once, so that a deed that is
    expected to be refused does not hide a typo.

    Raises:
        BadInput: a field that is not known.
    """

    def __init__(self, where: str, values: dict[str, Any], today: date, known: Collection[str]) -> None:
        self.where, self.values, self.today, self.known = where, dict(values), today, known
        self.read: set[str] = set()
        self._check(set(values) - set(known), known)

    def _take(self, name: str, kind: type | tuple[type, ...], said: str, default: Any) -> Any:
        if name not in self.known:
            raise ValueError(f"{name} is read but not registered as a field of this deed")
        self.read.add(name)
        value = self.values.get(name, default)
        if value is _MISSING or (
            value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is int))
        ):
            raise BadInput(f"{self.where}, {name}", "nothing" if value is _MISSING else repr(value), said)
        return value

    def text(self, name: str, default: Any = _MISSING) -> str:
        """Give a text."""
        value: str = self._take(name, str, "a text", default)
        return value

    def whole(self, name: str, default: Any = _MISSING) -> int:
        """Give a whole number."""
        value: int = self._take(name, int, "a whole number", default)
        return value

    def yes(self, name: str, default: Any = _MISSING) -> bool:
        """Give true or false."""
        value: bool = self._take(name, bool, "true or false", default)
        return value

    def listed(self, name: str, default: Any = _MISSING) -> list[Any]:
        """Give a list."""
        value: list[Any] = self._take(name, list, "a list", default)
        return value

    def table(self, name: str, default: Any = _MISSING) -> dict[str, Any]:
        """Give a table."""
        value: dict[str, Any] = self._take(name, dict, "a table {…}", default)
        return value

    def money(self, name: str, default: Any = _MISSING) -> Money:
        """Give an amount, written in yuan with two decimals."""
        value = self._take(name, str, 'yuan with two decimals, like "8600.00"', default)
        return value if value is default else from_fen(fen_of_text(value, f"{self.where}, {name}"))

    def instant(self, name: str, default: Any = _MISSING) -> datetime:
        """Give a moment, absolute or relative to today."""
        value = self._take(name, str, "a date", default)
        return value if value is default else instant(value, self.today, f"{self.where}, {name}")

    def choice(self, name: str, kind: type[Kind], default: Any = _MISSING) -> Kind:
        """Give one of the values of an enum."""
        value = self._take(name, str, "one of " + ", ".join(kind), default)
        if value is default:
            return default  # type: ignore[no-any-return]
        try:
            return kind(value)
        except ValueError:
            raise BadInput(f"{self.where}, {name}", repr(value), "one of " + ", ".join(kind)) from None

    def done(self) -> None:
        """Check that no field is left over: some are known only beside another."""
        self._check(set(self.values) - self.read, self.read)

    def _check(self, left: set[str], known: Collection[str]) -> None:
        if left:
            raise BadInput(f"{self.where}, {min(left)}", "an unknown field", "one of " + ", ".join(sorted(known)))
