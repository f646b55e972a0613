"""One door, many spellings: "1-1-101", "1栋1单元101室", "1#1-101" and "1号楼1单元101" are the same household.

The **key** of a door is what two spellings of it share: building, entrance if there is one, and room, between
slashes. What was printed is kept beside it for display.
"""

import re
from dataclasses import dataclass

from fundapp.places.rules import clean_name

_SIGNS = "零一二三四五六七八九"
_SPELT = re.compile(f"[{_SIGNS}十]+(?=号楼|栋|幢|座|#|单元|门|层|室|号)")
_BUILDING_TAIL = re.compile(r"(号楼|栋楼?|幢楼?|座|#楼?|楼|号)$")
_WITH_WORD = re.compile(r"([0-9A-Z]+)(号楼|栋楼?|幢楼?|座|#楼?)[-,]?(.+)$")
_WITH_NUMBER = re.compile(r"(?:^|\D)(\d+)(号)(\d.*)$")
_DASHED = re.compile(r"[0-9A-Z]+(-[0-9A-Z]+)+")
_ROOM_TAIL = re.compile(r"(室|号|房|户)+$")
_BETWEEN = re.compile(r"单元|门|层|[-/#.,]")


@dataclass(frozen=True)
class Door:
    """A door that was written in one piece: its building and its room, as they are shown."""

    building: str
    room: str


def building_key(name: str) -> str:
    """Give what the spellings of a building's name share.

    >>> [building_key(name) for name in ("1栋", "１号楼", "1#", "01幢", "十二栋", "东楼")]
    ['1', '1', '1', '1', '12', '东']
    """
    plain = _plain(name).removeprefix("第")
    return _part(_BUILDING_TAIL.sub("", plain) or plain)


def door_key(building: str, room: str) -> str:
    """Give the key of a door; a room that repeats its building is not longer for it.

    >>> door_key("1栋", "1单元101室"), door_key("1号楼", "1-101"), door_key("1栋", "1-1-101"), door_key("2栋", "０１01")
    ('1/1/101', '1/1/101', '1/1/101', '2/101')
    """
    first, plain = building_key(building), _plain(room)
    worded = _WITH_WORD.match(plain)
    if worded and _part(worded[1]) == first:
        plain = worded[3]
    parts = [_part(part) for part in _BETWEEN.split(_ROOM_TAIL.sub("", plain) or plain) if part]
    if len(parts) > 2 and parts[0] == first:
        parts = parts[1:]
    return "/".join([first, *parts])


def split_door(typed: str) -> Door | None:
    """Read a door that stands in one column; ``None`` where no building can be told from it.

    The compound's name or the street before the building is left out. A bare number is the building's.

    >>> split_door("1-1-101"), split_door("幸福里 1号楼１单元101室"), split_door("传达室")
    (Door(building='1栋', room='1-101'), Door(building='1号楼', room='1单元101'), None)
    """
    plain = _plain(typed)
    found = _WITH_WORD.search(plain) or _WITH_NUMBER.search(plain)
    if found:
        word = "栋" if found[2].startswith("#") else found[2]
        return Door(found[1] + word, _ROOM_TAIL.sub("", found[3]) or found[3])
    bare = _ROOM_TAIL.sub("", plain)
    if not _DASHED.fullmatch(bare):
        return None
    first, rest = bare.split("-", 1)
    return Door(f"{first}栋", rest)


def key_of_door(typed: str) -> str:
    """Give what the spellings of a whole door share; nothing where no building can be told from it.

    >>> [key_of_door(typed) for typed in ("1栋101", "1号楼101室", "1-101", "传达室")]
    ['1/101', '1/101', '1/101', '']
    """
    door = split_door(typed)
    return door_key(door.building, door.room) if door else ""


def _plain(typed: str) -> str:
    plain = re.sub("[—–－_~]", "-", clean_name(typed).upper())
    return _SPELT.sub(lambda found: str(_number(found[0])), plain)


def _number(spelt: str) -> int:
    tens, ten, ones = spelt.rpartition("十")
    if not ten:
        return int("".join(str(_SIGNS.index(sign)) for sign in ones))
    return (_SIGNS.index(tens[-1]) if tens and tens[-1] in _SIGNS else 1) * 10 + (_SIGNS.index(ones[0]) if ones else 0)


def _part(text: str) -> str:
    return text.lstrip("0") or "0" if text.isdigit() else text
