"""Pages of long lists by key, so that no row is shown twice or skipped while the list grows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
PER_PAGE = 20


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows, and the key from which the next page goes on (``None``: this is the last)."""

    rows: Sequence[Item]
    next_key: str | None


def page_of(rows: Sequence[Item], key: Callable[[Item], object], size: int = PER_PAGE) -> Page[Item]:
    """Cut *size* rows off a list that was read one row further."""
    shown = rows[:size]
    return Page(shown, str(key(shown[-1])) if len(rows) > size else None)
