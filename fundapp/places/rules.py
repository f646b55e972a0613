"""How the tree may grow, and how names and rooms are written."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

_ROOM_TAIL = re.compile(r"(室|号|房|户)+$")


class PlaceKind(StrEnum):
    """The five levels above the unit."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    COMPOUND = "compound"
    BUILDING = "building"


class UnitUse(StrEnum):
    """What a unit is used for."""

    HOME = "home"
    SHOP = "shop"
    PARKING = "parking"


class UnitState(StrEnum):
    """Whether the developer has handed a unit over to its buyer; an undelivered one counts as the developer's."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class GroupKind(StrEnum):
    """The groups that stand beside the tree."""

    TEN = "ten_households"
    GRID = "grid"


LEVELS = tuple(PlaceKind)


def fits_under(kind: str, parent: str | None) -> bool:
    """Tell whether a place of *kind* belongs directly under one of kind *parent* (``None``: at the top).

    >>> fits_under("street", "district"), fits_under("compound", "street"), fits_under("district", None)
    (True, False, True)
    """
    position = LEVELS.index(PlaceKind(kind))
    return (LEVELS[position - 1] if position else None) == parent


def clean_name(typed: str) -> str:
    """Write a name with half-width digits and letters and without blanks.

    >>> clean_name(" １ 栋 ")
    '1栋'
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed))


def clean_room(typed: str) -> str:
    """Write a room number the one way in which it is kept: half width, no blanks, no 室/号 at its end.

    A room that is called 室 and nothing else keeps its name. Letters are capitals.

    >>> clean_room(" １０１ 室"), clean_room("2-a号")
    ('101', '2-A')
    """
    plain = clean_name(typed).upper().replace("—", "-").replace("–", "-")
    return _ROOM_TAIL.sub("", plain) or plain


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Order names as people do: numbers by value.

    >>> sorted(["10栋", "2栋"], key=natural_key)
    ['2栋', '10栋']
    """
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def split_names(typed: str) -> list[str]:
    r"""Read several names, one per line or between commas, each once and in order; ranges like 1-6栋 are spelt out.

    >>> split_names("1-3栋\n东楼，西楼\n2栋")
    ['1栋', '2栋', '3栋', '东楼', '西楼']
    """
    given = (clean_name(part) for part in re.split(r"[\n,，、;；]", typed))
    return list(dict.fromkeys(name for part in given for name in _spelt(part) if name))


def _spelt(part: str) -> Iterable[str]:
    span = re.fullmatch(r"(\d{1,3})[-~至到](\d{1,3})(\D+)", part)
    if not span or not 0 <= int(span[2]) - int(span[1]) < 200:
        return [part]
    return [f"{number}{span[3]}" for number in range(int(span[1]), int(span[2]) + 1)]
