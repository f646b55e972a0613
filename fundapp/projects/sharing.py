"""分摊 Who pays what: a sum that households bear together, shared equally, by floor area or by floor coefficient.

The sum is shared to the fen: largest remainder, ties to the household that stands earlier in the register. Weights
are whole numbers (one head, cm², or tenths of a coefficient times whole square metres), so rounding happens once.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from moneyed import Money

from fundapp.kernel.errors import Refused
from fundapp.kernel.money import ZERO, fen, from_fen, split

_CM2 = 10_000
_FREE_FLOORS = 2
_FIRST_PAYING = (3, 7)  # the third floor bears seven tenths, each floor above it one tenth more
_SHOWN = 8
BETWEEN = "、"  # between names of buildings, as they are kept and shown


class Sharing(StrEnum):
    """By what households share a sum."""

    EQUAL = "equal"
    AREA = "area"
    FLOOR = "floor"


@dataclass(frozen=True)
class SharedSum:
    """The sum that households bear, by what it is shared, and the buildings that bear it (none: all of the place)."""

    how: Sharing
    amount: Money
    buildings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bearer:
    """A household that may bear a share; an unknown area is ``None``."""

    unit_id: int
    building: str
    room: str
    area_cm2: int | None


@dataclass(frozen=True)
class Share:
    """What one household bears, and the floor it was taken to live on (``None`` where the number tells none)."""

    bearer: Bearer
    floor: int | None
    amount: Money


@dataclass(frozen=True)
class FloorLine:
    """All households of one floor: how many, the coefficient in tenths, the least and the most that one bears."""

    floor: int | None
    households: int
    tenths: int | None
    least: Money
    most: Money
    total: Money


def floor_of(room: str) -> int | None:
    """Read the floor from a room number: its last group of three or more digits without the last two.

    >>> floor_of("301"), floor_of("2-1203"), floor_of("1单元101"), floor_of("7")
    (3, 12, 1, None)
    """
    groups = re.findall(r"\d+", room)
    if not groups or len(groups[-1]) not in (3, 4):
        return None
    return int(groups[-1][:-2]) or None


def tenths_of(floor: int) -> int:
    """Give a floor's coefficient in tenths: floors 1 and 2 bear nothing, floor 3 seven tenths, one tenth more each.

    Source: domain.md section 2 (W34).

    >>> [tenths_of(floor) for floor in (1, 2, 3, 6, 9)]
    [0, 0, 7, 10, 13]
    """
    first, tenths = _FIRST_PAYING
    return 0 if floor <= _FREE_FLOORS else tenths + floor - first


def whole_m2(area_cm2: int) -> int:
    """Round an area to whole square metres, half a metre up.

    >>> whole_m2(853_600), whole_m2(855_000)
    (85, 86)
    """
    return (area_cm2 + _CM2 // 2) // _CM2


def shares_of(shared: SharedSum, place: Sequence[Bearer]) -> list[Share]:
    """Share a sum among the households of a place, in the order in which they are given; the shares sum exactly.

    Raises:
        Refused: on the field ``sharing_how``: an area or a floor that is needed and unknown, nobody who bears
            anything; on ``sharing_buildings``: a building that the place does not have.

    Source: domain.md section 2 and part (b) case 10; docs/rules/sharing.md.

    >>> flats = [Bearer(n, "1栋", f"{n}01", 1_000_000) for n in range(3, 6)]
    >>> [str(share.amount.amount) for share in shares_of(SharedSum(Sharing.FLOOR, from_fen(240_000)), flats)]
    ['700', '800', '900']
    """
    bearers = _bearers(shared, place)
    weights = [_weight(shared.how, bearer) for bearer in bearers]
    if not any(weights):
        raise Refused("projects.share_nobody", "sharing_how")
    amounts = split(fen(shared.amount), weights)
    return [
        Share(bearer, floor_of(bearer.room), from_fen(amount)) for bearer, amount in zip(bearers, amounts, strict=True)
    ]


def floors_of(shared: SharedSum, shares: Sequence[Share]) -> list[FloorLine]:
    """Sum up shares by floor, so that they can be shown to everybody without a door; unknown floors come last."""
    by_floor: dict[int | None, list[Money]] = {}
    for share in shares:
        by_floor.setdefault(share.floor, []).append(share.amount)
    return [
        FloorLine(
            floor=floor,
            households=len(amounts),
            tenths=tenths_of(floor) if shared.how is Sharing.FLOOR and floor is not None else None,
            least=min(amounts),
            most=max(amounts),
            total=sum(amounts, ZERO),
        )
        for floor, amounts in sorted(by_floor.items(), key=lambda item: (item[0] is None, item[0] or 0))
    ]


def check_shared(shared: SharedSum, budget: Money) -> None:
    """Check that the households' sum is above nothing and not above the whole cost.

    Raises:
        Refused: on the field ``sharing_amount``.
    """
    if shared.amount <= ZERO:
        raise Refused("projects.share_needs_amount", "sharing_amount")
    if shared.amount > budget:
        raise Refused("projects.share_over_budget", "sharing_amount", amount=shared.amount, budget=budget)


def check_buildings(shared: SharedSum, known: Collection[str]) -> None:
    """Check that the buildings that bear the sum are there; *known* are the names of the place's buildings.

    Raises:
        Refused: on the field ``sharing_buildings``.
    """
    unknown = [name for name in shared.buildings if name not in known]
    if unknown:
        raise Refused("projects.share_no_such_building", "sharing_buildings", names=_listed(unknown))


def _bearers(shared: SharedSum, place: Sequence[Bearer]) -> list[Bearer]:
    check_buildings(shared, {bearer.building for bearer in place})
    chosen = [bearer for bearer in place if not shared.buildings or bearer.building in shared.buildings]
    if shared.how is not Sharing.EQUAL:
        _check_known(chosen, [bearer.area_cm2 is None for bearer in chosen], "projects.share_needs_area")
    if shared.how is Sharing.FLOOR:
        _check_known(chosen, [floor_of(bearer.room) is None for bearer in chosen], "projects.share_needs_floor")
    return chosen


def _check_known(bearers: Sequence[Bearer], missing: Sequence[bool], code: str) -> None:
    doors = [bearer.building + bearer.room for bearer, lacks in zip(bearers, missing, strict=True) if lacks]
    if doors:
        raise Refused(code, "sharing_how", doors=_listed(doors), count=len(doors))


def _listed(names: Sequence[str]) -> str:
    return BETWEEN.join(names[:_SHOWN]) + ("…" if len(names) > _SHOWN else "")


def _weight(how: Sharing, bearer: Bearer) -> int:
    if how is Sharing.EQUAL:
        return 1
    area = bearer.area_cm2 or 0
    return area if how is Sharing.AREA else tenths_of(floor_of(bearer.room) or 1) * whole_m2(area)
