"""What one row of a roster file says: its columns by their headings, its door, area, holders, state and groups."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from fundapp.places.doors import door_key, split_door
from fundapp.places.rules import UnitState, UnitUse, clean_name, clean_room
from fundapp.rosters.heads import HolderData, HolderKind, clean_phone, clean_words

Kind = TypeVar("Kind")
MAX_AREA_CM2 = 1_000_000 * 10_000
MOST_HOLDERS = 10
USES = {
    "住宅": UnitUse.HOME, "住房": UnitUse.HOME, "居住": UnitUse.HOME, "商铺": UnitUse.SHOP, "商业": UnitUse.SHOP,
    "门面": UnitUse.SHOP, "店铺": UnitUse.SHOP, "车位": UnitUse.PARKING, "车库": UnitUse.PARKING,
}  # fmt: skip
STATES = {
    "已交付": UnitState.DELIVERED, "已交房": UnitState.DELIVERED, "是": UnitState.DELIVERED,
    "未交付": UnitState.UNDELIVERED, "未交房": UnitState.UNDELIVERED, "未售": UnitState.UNDELIVERED,
    "否": UnitState.UNDELIVERED,
}  # fmt: skip
KINDS = {
    "个人": HolderKind.PERSON, "自然人": HolderKind.PERSON, "单位": HolderKind.FIRM, "公司": HolderKind.FIRM,
    "开发商": HolderKind.DEVELOPER, "建设单位": HolderKind.DEVELOPER,
}  # fmt: skip


class Column(StrEnum):
    """The columns of a roster file that are read."""

    BUILDING = "building"
    ENTRANCE = "entrance"
    ROOM = "room"
    AREA = "area"
    USE = "use"
    HOLDER = "holder"
    PHONE = "phone"
    KIND = "kind"
    CO_HOLDERS = "co_holders"
    STATE = "state"
    TEN = "ten"
    GRID = "grid"
    DOOR = "door"


HEADINGS = {
    Column.BUILDING: ("楼栋", "楼号", "栋号", "楼幢", "幢号", "楼栋号"),
    Column.ENTRANCE: ("单元", "单元号"),
    Column.ROOM: ("房号", "室号", "房间号", "门牌号", "房屋编号"),
    Column.AREA: ("建筑面积", "面积", "建筑面积m2", "建筑面积(m2)", "建筑面积(平方米)", "专有面积", "专有部分面积"),
    Column.USE: ("用途", "房屋用途", "性质"),
    Column.HOLDER: ("业主姓名", "业主", "户主", "户主姓名", "姓名", "产权人", "权利人", "房主"),
    Column.PHONE: ("电话", "业主电话", "联系电话", "手机", "手机号", "手机号码", "联系方式"),
    Column.KIND: ("业主类型", "业主性质"),
    Column.CO_HOLDERS: ("共有人", "其他共有人", "共有产权人"),
    Column.STATE: ("交付状态", "是否交付", "交付", "交房状态"),
    Column.TEN: ("十户", "十户组", "十户长组"),
    Column.GRID: ("网格", "网格名称", "所属网格"),
    Column.DOOR: ("坐落", "房屋坐落", "地址", "房屋地址", "门牌", "房屋"),
}


@dataclass(frozen=True)
class SheetRow:
    """One row as it stands in the file; ``number`` is the row's number there."""

    number: int
    building: str = ""
    room: str = ""
    area: str = ""
    use: str = ""
    entrance: str = ""
    door: str = ""
    holder: str = ""
    phone: str = ""
    kind: str = ""
    co_holders: str = ""
    state: str = ""
    ten: str = ""
    grid: str = ""


@dataclass(frozen=True)
class Household:
    """One row that could be read; ``None`` and empty mean that the file says nothing. The first holder votes."""

    number: int = field(compare=False)
    building: str = field(compare=False)
    room: str = field(compare=False)
    area_cm2: int | None
    use: UnitUse
    key: str = ""
    printed: str | None = field(default=None, compare=False)
    state: UnitState | None = None
    holders: tuple[HolderData, ...] = ()
    ten: str = ""
    grid: str = ""


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken in: a code of ``texts.FAULTS`` and what was found."""

    number: int
    code: str
    found: str = ""


class _Wrong(Exception):
    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(code)
        self.code, self.found = code, found


def columns_of(heading: Iterable[str]) -> tuple[dict[Column, int], tuple[str, ...]]:
    """Find the columns by their headings; give also the headings that are not read.

    >>> columns_of(["楼栋", "房号*", "身份证号"])
    ({<Column.BUILDING: 'building'>: 0, <Column.ROOM: 'room'>: 1}, ('身份证号',))
    """
    found: dict[Column, int] = {}
    ignored = []
    for position, typed in enumerate(heading):
        name = re.sub(r"[*(](必填|选填|可空)\)?|\*|:$", "", clean_name(typed).replace("㎡", "m2"))
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
    try:
        building, room, printed = _door(row)
        return Household(
            row.number,
            building,
            room,
            _area(row.area),
            _choice(USES, row.use or "住宅", "unknown_use"),
            door_key(building, room),
            printed,
            _choice(STATES, row.state, "unknown_state") if row.state else None,
            _holders(row),
            _group(row.ten),
            _group(row.grid),
        )
    except _Wrong as wrong:
        return Fault(row.number, wrong.code, wrong.found)


def _door(row: SheetRow) -> tuple[str, str, str | None]:
    """Give building, room, and what was printed where that was more than the two."""
    building, room = clean_name(row.building), clean_room(row.room)
    entrance = re.sub(r"单元$", "", clean_name(row.entrance))
    printed = None
    if not building and (row.door or row.room):
        whole = row.door or row.room
        split = split_door(whole)
        if split is None and row.door:
            raise _Wrong("door_unreadable", whole)
        if split is not None:
            building, room, printed = split.building, split.room, " ".join(whole.split())[:80]
    if entrance and room and "单元" not in room and not re.match(rf"0*{re.escape(entrance)}-", room):
        room = f"{entrance}单元{room}"
    _check_names(building, room)
    return building, room, printed


def _check_names(building: str, room: str) -> None:
    if not building:
        raise _Wrong("no_building")
    if not room:
        raise _Wrong("no_room")
    if len(building) > 40 or len(room) > 20:
        raise _Wrong("too_long", building + room)
    if not (building + room).isprintable() or building[0] in "=+@" or room[0] in "=+@":
        raise _Wrong("odd_signs", building + room)


def _area(typed: str) -> int | None:
    try:
        return area_of(typed)
    except ValueError:
        raise _Wrong("bad_area", typed) from None


def _choice(words: dict[str, Kind], typed: str, code: str) -> Kind:
    found = words.get(clean_name(typed))
    if found is None:
        raise _Wrong(code, typed)
    return found


def _holders(row: SheetRow) -> tuple[HolderData, ...]:
    """Read the holders of a row: who votes first, then those who hold with her."""
    first = clean_words(row.holder)
    others = [clean_words(name) for name in re.split(r"[、,，;；/\n]", row.co_holders) if name.strip()]
    if not first:
        if others or row.phone.strip():
            raise _Wrong("no_holder", row.co_holders or row.phone)
        return ()
    phone = clean_phone(row.phone)
    if phone is None:
        raise _Wrong("bad_phone", row.phone)
    kind = _choice(KINDS, row.kind, "unknown_kind") if row.kind else HolderKind.PERSON
    names = [first, *others]
    if len({clean_name(name) for name in names}) < len(names) or len(names) > MOST_HOLDERS:
        raise _Wrong("holder_twice", row.co_holders)
    if any(len(name) > 60 or not name.isprintable() or name[0] in "=+@" for name in names):
        raise _Wrong("odd_name")
    return (HolderData(first, phone, kind), *(HolderData(name) for name in others))


def _group(typed: str) -> str:
    name = clean_name(typed)
    if len(name) > 40 or not name.isprintable() or name[:1] in tuple("=+@"):
        raise _Wrong("odd_signs", typed)
    return name
