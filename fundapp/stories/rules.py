"""Read a story: shape, dates, lines. Nothing here touches a database."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from fundapp.kernel.clock import SHANGHAI
from fundapp.kernel.errors import BadInput

_RELATIVE = re.compile(r"today(?:([+-])(\d{1,5}))?(?:\s+(\d{1,2}):(\d{2}))?")
_ABSOLUTE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}):(\d{2}))?")
NOON = time(9, 0)


@dataclass(frozen=True)
class Deed:
    """One dated deed: who does what with which fields, and what is expected of it."""

    line: int
    at: datetime
    by: str
    do: str
    fields: dict[str, Any]
    expect: str
    then: dict[str, Any]
    handle: str | None


@dataclass(frozen=True)
class Story:
    """A whole story; ``file`` is its name in messages."""

    file: str
    title: str
    source: str
    invented: bool
    deeds: tuple[Deed, ...] = field(repr=False)


def parse(text: str, file: str, today: date) -> Story:
    """Read a story's TOML.

    Raises:
        BadInput: broken TOML, an unknown key or a date that cannot be read; with the line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(file, str(error), "TOML") from None
    unknown = set(data) - {"title", "source", "invented", "deed"}
    if unknown:
        raise BadInput(f"{file}, {sorted(unknown)[0]}", "an unknown key", "title, source, invented or [[deed]]")
    if not isinstance(data.get("title"), str) or not isinstance(data.get("deed"), list):
        raise BadInput(file, "no title or no deed", 'title = "…" and at least one [[deed]]')
    lines = [number for number, row in enumerate(text.splitlines(), 1) if row.strip().startswith("[[deed]]")]
    if len(lines) != len(data["deed"]):
        raise BadInput(file, f"{len(data['deed'])} deeds in {len(lines)} tables", "each deed as a [[deed]] table")
    deeds = tuple(_deed(file, line, table, today) for line, table in zip(lines, data["deed"], strict=True))
    _in_order(file, deeds)
    return Story(file, data["title"], str(data.get("source", "")), bool(data.get("invented", True)), deeds)


def _deed(file: str, line: int, table: dict[str, Any], today: date) -> Deed:
    where = f"{file}:{line}"
    fields = dict(table)
    for name in ("at", "by", "do"):
        if not isinstance(fields.get(name), str):
            raise BadInput(f"{where}, {name}", repr(fields.get(name)), "a text")
    expect = fields.pop("expect", "ok")
    if not isinstance(expect, str) or not re.fullmatch(r"ok|(refused|forbidden):[a-z_]+\.[a-z_]+|not_visible", expect):
        raise BadInput(f"{where}, expect", repr(expect), '"ok", "refused:<code>", "forbidden:<code>" or "not_visible"')
    then, handle = fields.pop("then", {}), fields.pop("as", None)
    if not isinstance(then, dict) or not (handle is None or isinstance(handle, str)):
        raise BadInput(where, "then or as of another kind", "then = {…} and as = a text")
    at = instant(fields.pop("at"), today, f"{where}, at")
    return Deed(line, at, fields.pop("by"), fields.pop("do"), fields, expect, then, handle)


def _in_order(file: str, deeds: tuple[Deed, ...]) -> None:
    for before, after in pairwise(deeds):
        if after.at < before.at:
            raise BadInput(f"{file}:{after.line}, at", after.at.isoformat(), "a moment not before the deed above")


def instant(text: str, today: date, where: str) -> datetime:
    """Read "2026-03-01", "2026-03-01 18:00", "today", "today-3" or "today+2 08:30", in China's time.

    A day without a time is 9 o'clock.

    Raises:
        BadInput: none of these.

    >>> instant("today-1 18:00", date(2026, 3, 2), "at").isoformat()
    '2026-03-01T10:00:00+00:00'
    """
    relative, absolute = _RELATIVE.fullmatch(text), _ABSOLUTE.fullmatch(text)
    try:
        if relative:
            sign, days, hour, minute = relative.groups()
            on = today + timedelta(days=int(days or 0) * (-1 if sign == "-" else 1))
        elif absolute:
            day, hour, minute = absolute.groups()
            on = date.fromisoformat(day)
        else:
            raise ValueError
        clock = time(int(hour), int(minute)) if hour else NOON
    except (ValueError, OverflowError):
        raise BadInput(where, repr(text), 'a date like "2026-03-01 18:00" or "today-3 18:00"') from None
    return datetime.combine(on, clock, SHANGHAI).astimezone(UTC)
