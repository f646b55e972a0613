"""What a roster row must be, what an import would change, and the fingerprint of a snapshot."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from fundapp.places.rules import UnitState, UnitUse, clean_name, clean_room

MAX_ROWS = 5000
UPLOAD_LIFETIME = timedelta(days=1)
MAX_AREA_CM2 = 1_000_000 * 10_000
HOUSEHOLDS = frozenset({UnitUse.HOME, UnitUse.SHOP})
USES = {
    "住宅": UnitUse.HOME, "住房": UnitUse.HOME, "居住": UnitUse.HOME, "商铺": UnitUse.SHOP, "商业": UnitUse.SHOP,
    "门面": UnitUse.SHOP, "店铺": UnitUse.SHOP, "车位": UnitUse.PARKING, "车库": UnitUse.PARKING,
}  # fmt: skip


class Column(StrEnum):
    """The columns of a roster file that are read."""

    BUILDING = "building"
    ROOM = "room"
    AREA = "area"
    USE = "use"


HEADINGS = {
    Column.BUILDING: ("楼栋", "楼号", "栋号", "楼幢"),
    Column.ROOM: ("房号", "室号", "房间号", "门牌号"),
    Column.AREA: ("建筑面积", "面积", "建筑面积m2", "建筑面积(m2)", "建筑面积(平方米)", "建筑面积(㎡)"),
    Column.USE: ("用途", "房屋用途", "性质"),
}


class Fate(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True)
class SheetRow:
    """One row as it stands in the file; ``number`` is the row's number there."""

    number: int
    building: str
    room: str
    area: str = ""
    use: str = ""


@dataclass(frozen=True)
class Household:
    """One row that could be read."""

    number: int
    building: str
    room: str
    area_cm2: int | None
    use: UnitUse


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken in: a code of ``texts.FAULTS`` and what was found."""

    number: int
    code: str
    found: str = ""


@dataclass(frozen=True)
class Kept:
    """What the register holds about a unit."""

    unit_id: int
    area_cm2: int | None
    use: UnitUse
    state: UnitState = UnitState.DELIVERED


@dataclass(frozen=True)
class Change:
    """A row that corrects a unit."""

    household: Household
    before: Kept


@dataclass(frozen=True)
class Plan:
    """What an import would do. It may only be carried out where nothing is wrong."""

    new: tuple[Household, ...]
    changed: tuple[Change, ...]
    unchanged: int
    wrong: tuple[Fault, ...]
    new_buildings: tuple[str, ...]

    @property
    def total(self) -> int:
        """Give the number of rows that were looked at."""
        return len(self.new) + len(self.changed) + self.unchanged + len({fault.number for fault in self.wrong})


def columns_of(heading: Iterable[str]) -> tuple[dict[Column, int], tuple[str, ...]]:
    """Find the columns by their headings; give also the headings that are not read.

    >>> columns_of(["楼栋", "房号", "户主姓名"])
    ({<Column.BUILDING: 'building'>: 0, <Column.ROOM: 'room'>: 1}, ('户主姓名',))
    """
    found: dict[Column, int] = {}
    ignored = []
    for position, typed in enumerate(heading):
        name = re.sub(r"[*(](必填|选填|可空)\)?|\*", "", clean_name(typed).replace("㎡", "m2"))
        kind = next((column for column, names in HEADINGS.items() if name in names), None)
        if kind is not None and kind not in found:
            found[kind] = position
        elif name:
            ignored.append(typed.strip())
    return found, tuple(ignored)


def area_of(typed: str) -> int | None:
    """Read square metres as exact cm²; blank is unknown.

    Raises:
        ValueError: no number, not above 0, too large, or finer than a cm².

    >>> area_of("８５.３６ ㎡"), area_of("")
    (853600, None)
    """
    plain = re.sub(r"(m2|平方米|平米|平)$", "", clean_name(typed).lower()).replace(",", "")
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,7}(\.\d{1,12})?", plain):
        raise ValueError(typed)
    try:
        exact = Decimal(plain) * 10_000
    except InvalidOperation:
        raise ValueError(typed) from None
    if exact != exact.to_integral_value() or not 0 < exact <= MAX_AREA_CM2:
        raise ValueError(typed)
    return int(exact)


def read_row(row: SheetRow) -> Household | Fault:
    """Read one row of a file."""
    building, room = clean_name(row.building), clean_room(row.room)
    fault = _fault_of_names(row.number, building, room)
    if fault is not None:
        return fault
    try:
        area = area_of(row.area)
    except ValueError:
        return Fault(row.number, "bad_area", row.area)
    use = USES.get(clean_name(row.use) or "住宅")
    if use is None:
        return Fault(row.number, "unknown_use", row.use)
    return Household(row.number, building, room, area, use)


def _fault_of_names(number: int, building: str, room: str) -> Fault | None:
    if not building:
        return Fault(number, "no_building")
    if not room:
        return Fault(number, "no_room")
    if len(building) > 40 or len(room) > 20:
        return Fault(number, "too_long", building + room)
    if not (building + room).isprintable() or building[0] in "=+@" or room[0] in "=+@":
        return Fault(number, "odd_signs", building + room)
    return None


def make_plan(rows: Iterable[SheetRow], kept: Mapping[tuple[str, str], Kept], buildings: Iterable[str]) -> Plan:
    """Compare a file with the register: what is new, what changes, what is wrong.

    A household is known by building and room. A row that names one twice is wrong, also where both say the same.
    A blank area leaves a known one as it is.
    """
    new, changed, wrong, unchanged = [], [], [], 0
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        read = read_row(row)
        if isinstance(read, Fault):
            wrong.append(read)
            continue
        door = (read.building, read.room)
        if door in seen:
            wrong.append(Fault(read.number, "twice", str(seen[door])))
            continue
        seen[door] = read.number
        before = kept.get(door)
        if before is None:
            new.append(read)
        elif _differs(read, before):
            changed.append(Change(read, before))
        else:
            unchanged += 1
    known = set(buildings)
    fresh = dict.fromkeys(one.building for one in new if one.building not in known)
    return Plan(tuple(new), tuple(changed), unchanged, tuple(wrong), tuple(fresh))


def _differs(read: Household, before: Kept) -> bool:
    return (read.area_cm2 is not None and read.area_cm2 != before.area_cm2) or read.use is not before.use
