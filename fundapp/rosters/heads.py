"""Who counts as one head, as functions of values.

One unit one head; who holds several is one head with the areas summed; the developer's unsold and undelivered
units together are one head. Source: Civil Code 278, SPC interpretation art. 8-9 (docs/rules/rosters.md).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fundapp.places.rules import UnitState, clean_name


class HolderKind(StrEnum):
    """What a holder is."""

    PERSON = "person"
    FIRM = "firm"
    DEVELOPER = "developer"


class HoldingReason(StrEnum):
    """Why a holding began."""

    FIRST = "first"
    SALE = "sale"
    INHERITANCE = "inheritance"
    GIFT = "gift"
    COURT = "court"
    VOTER = "voter"
    REBUILT = "rebuilt"
    CORRECTION = "correction"


class Purpose(StrEnum):
    """What somebody needs names or phones for."""

    HOLDERS = "holders"
    CONTACT = "contact"
    OBJECTION = "objection"
    LISTS = "lists"
    AUDIT = "audit"


@dataclass(frozen=True)
class HolderData:
    """A holder as a file or a form names her."""

    name: str
    phone: str = ""
    kind: HolderKind = HolderKind.PERSON

    @property
    def identity(self) -> tuple[str, ...] | None:
        """Give what tells this holder from others; ``None`` for a person without a phone, who may have a namesake."""
        if self.kind is not HolderKind.PERSON:
            return (self.kind.value, clean_name(self.name).upper())
        return (self.kind.value, clean_name(self.name).upper(), self.phone) if self.phone else None

    def same_as(self, other: "HolderData") -> bool:
        """Tell whether this is the other at the same door: the same name, and no other phone where both have one."""
        same_name = self.kind is other.kind and clean_name(self.name).upper() == clean_name(other.name).upper()
        return same_name and (not self.phone or self.phone == other.phone)


def clean_words(typed: str) -> str:
    """Write a name with half-width letters and single blanks, none between Chinese signs.

    >>> clean_words(" 王　 芳 "), clean_words("Ｊohn  Smith")
    ('王芳', 'John Smith')
    """
    words = " ".join(unicodedata.normalize("NFKC", typed).split())
    return words if words.isascii() else words.replace(" ", "")


def clean_phone(typed: str) -> str | None:
    """Write a phone number as digits; empty stays empty, ``None`` where it cannot be one.

    >>> clean_phone("１３８-0000 0000"), clean_phone("不详"), clean_phone("")
    ('13800000000', None, '')
    """
    plain = re.sub(r"[\s\-()+]", "", unicodedata.normalize("NFKC", typed))
    return plain if not plain or (plain.isascii() and plain.isdigit() and 5 <= len(plain) <= 20) else None


def masked(name: str) -> str:
    """Show the first sign of a name only.

    >>> masked("欧阳小明"), masked("王芳")
    ('欧***', '王*')
    """
    return name[:1] + "*" * (len(name) - 1)


HOUSEHOLD_STAYS = frozenset({HoldingReason.VOTER, HoldingReason.REBUILT, HoldingReason.CORRECTION, HoldingReason.FIRST})


@dataclass(frozen=True)
class SnapshotLine:
    """One household of a snapshot. Lines with one ``head_key`` are one head; no ``holder_id`` is a blank holder."""

    unit_id: int
    door: str
    area_cm2: int | None = None
    holder_id: int | None = None
    group_id: int | None = None
    grid_id: int | None = None

    @property
    def head_key(self) -> str:
        """Give the key of the head: its holder, or the unit itself where the roster knows none."""
        return f"unit:{self.unit_id}" if self.holder_id is None else f"holder:{self.holder_id}"


def head_of(state: UnitState, voter_id: int | None, developer_id: int | None) -> int | None:
    """Give the holder who is the head of a unit; ``None`` where the roster does not know.

    An undelivered unit counts with the developer's, also where it is sold already.

    >>> head_of(UnitState.UNDELIVERED, 7, 1), head_of(UnitState.DELIVERED, 7, 1)
    (1, 7)
    """
    return developer_id if state is UnitState.UNDELIVERED else voter_id


def roster_hash(lines: Iterable[SnapshotLine]) -> str:
    """Hash the households of a snapshot: one line each, sorted; numbers and doors, never a name.

    >>> roster_hash([SnapshotLine(2, "1栋102"), SnapshotLine(1, "1栋101", 853600, 7)])[:12]
    '0f321cbe6408'
    """
    told = sorted(
        "\t".join(
            "" if value is None else str(value)
            for value in (line.unit_id, line.door, line.area_cm2, line.head_key, line.group_id, line.grid_id)
        )
        for line in lines
    )
    return hashlib.sha256("".join(f"{line}\n" for line in told).encode()).hexdigest()
