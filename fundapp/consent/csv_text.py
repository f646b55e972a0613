"""Read a roster and answers from CSV, strictly: every fault is told with its file and line."""

import csv
import io
import re
from collections.abc import Collection, Iterator

from fundapp.consent.rules import Answer, Unit
from fundapp.kernel.errors import BadInput

_ROSTER = ["unit", "holder", "area_m2"]
_ANSWERS = ["unit", "answer"]
_AREA = re.compile(r"(\d{1,9})(?:\.(\d{1,4}))?", re.ASCII)
_LONGEST_SHOWN = 80


def roster_of_csv(raw: bytes, where: str) -> list[Unit]:
    """Read a roster; an empty area is unknown.

    Raises:
        BadInput: not UTF-8 CSV with exactly those columns, a unit twice or without name, an area that is not a
            decimal above 0 with at most four decimals, or no unit at all.
    """
    units: dict[str, Unit] = {}
    for place, (unit, holder, area) in _rows(raw, where, _ROSTER):
        if unit in units:
            raise BadInput(f"{place}, unit", f"{_shown(unit)} again", "each unit once")
        units[_named(unit, f"{place}, unit")] = Unit(unit, holder.strip(), _area_cm2(area, f"{place}, area_m2"))
    if not units:
        raise BadInput(where, "no unit", "at least one unit")
    return list(units.values())


def answers_of_csv(raw: bytes, where: str, units: Collection[str], allow_follow: bool = False) -> dict[str, Answer]:
    """Read the answers of known *units*; ``follow`` only where it is allowed.

    Raises:
        BadInput: not UTF-8 CSV with exactly those columns, an unknown unit, a unit twice, an unknown answer.
    """
    known = [answer for answer in Answer if allow_follow or answer is not Answer.FOLLOW]
    answers: dict[str, Answer] = {}
    for place, (unit, said) in _rows(raw, where, _ANSWERS):
        if unit in answers:
            raise BadInput(f"{place}, unit", f"{_shown(unit)} again", "each unit once")
        if unit not in units:
            raise BadInput(f"{place}, unit", _shown(unit), "a unit of the roster")
        if said not in known:
            raise BadInput(f"{place}, answer", _shown(said), " or ".join(known))
        answers[unit] = Answer(said)
    return answers


def _rows(raw: bytes, where: str, header: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Give place and cells of each row under exactly this *header*; blank lines are passed over."""
    expected = f"{len(header)} columns, {','.join(header)}"
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
    except UnicodeDecodeError as bad:
        raise BadInput(where, str(bad), "a CSV file in UTF-8") from None
    try:
        first = next(reader, [])
        if first != header:
            raise BadInput(f"{where} line 1", _shown(",".join(first)), f"the header {','.join(header)}")
        for cells in reader:
            place = f"{where} line {reader.line_num}"
            if cells and len(cells) != len(header):
                raise BadInput(place, f"{len(cells)} columns", expected)
            if cells:
                yield place, cells
    except csv.Error as bad:
        raise BadInput(f"{where} line {reader.line_num}", str(bad), expected) from None


def _named(text: str, place: str) -> str:
    """Refuse an empty name, and blanks around one: they would make two units of one."""
    if not text or text != text.strip():
        raise BadInput(place, _shown(text), "the name of a unit, without blanks around it")
    return text


def _area_cm2(text: str, place: str) -> int | None:
    if not text:
        return None
    found = _AREA.fullmatch(text)
    area = int(found[1] + (found[2] or "").ljust(4, "0")) if found else 0
    if not area:
        raise BadInput(place, _shown(text), "m² above 0 with at most four decimals, or nothing")
    return area


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]!r}..."
