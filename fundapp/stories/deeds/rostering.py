"""Rosters made by counting, and changes of holder."""

from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput
from fundapp.rosters.commands import (
    ChangeHolders,
    HolderData,
    HoldingReason,
    ImportRoster,
    change_holders,
    import_roster,
)
from fundapp.rosters.rules import SheetRow
from fundapp.stories.deeds.ground import unit_of_door
from fundapp.stories.engine import Facts, Scene, deed

PER_FLOOR = 4


@deed("rosters.import", "compound buildings households areas holders two_units developer developer_units group_of")
def rosters_import(scene: Scene) -> Facts:
    """Import a roster of rooms made by counting.

    Fields: compound, buildings ([names]), households, areas ([m²], going round), holders (yes: an invented one for
    each household), two_units (how many of them hold two), developer (name), developer_units, group_of.
    """
    compound, households = scene.thing("place", "compound"), scene.fields.whole("households")
    buildings = [str(name) for name in scene.fields.listed("buildings")]
    areas = [str(area) for area in scene.fields.listed("areas", [])]
    size = scene.fields.whole("group_of", 0)
    owners = _owners(scene, households)
    rows, each = [], -(-households // len(buildings))
    for number in range(households):
        building, place = buildings[number // each], number % each
        room = f"{place // PER_FLOOR + 1}{place % PER_FLOOR + 1:02d}"
        ten = f"{building}第{place // size + 1}组" if size else ""
        area = areas[number % len(areas)] if areas else ""
        rows.append(SheetRow(number + 2, building, room, area, ten=ten, **owners[number]))
    made = import_roster(
        scene.session, scene.actor, ImportRoster(compound, tuple(rows), "名册.xlsx", f"{compound:064d}"), scene.clock
    )
    return {"new": made.rows_new, "changed": made.rows_changed}


def _owners(scene: Scene, households: int) -> list[dict[str, str]]:
    """Say who holds each household: first those with two, then those with one, the developer's at the end."""
    wanted, two = scene.fields.yes("holders", False), scene.fields.whole("two_units", 0)
    firm, unsold = scene.fields.text("developer", ""), scene.fields.whole("developer_units", 0)
    if two * 2 + unsold > households or (unsold and not firm) or (two and not wanted):
        raise BadInput(f"{scene.fields.where}, two_units", str(two), "holders, and no more units than households")
    people = [number // 2 if number < two * 2 else number - two for number in range(households - unsold)]
    named = [{"holder": f"演示·业主{n + 1}", "phone": f"000{n + 1:08d}"} if wanted else {} for n in people]
    return [*named, *({"holder": firm, "kind": "开发商", "state": "未交付"} for _ in range(unsold))]


@deed("rosters.change_holders", "compound door holder phone co_holders reason on")
def rosters_change_holders(scene: Scene) -> Facts:
    """Let others hold a household. Fields: compound, door, holder, phone, co_holders ([names]), reason, on (a date)."""
    fields = scene.fields
    unit_id = unit_of_door(scene, scene.thing("place", "compound"), fields.text("door"))
    first = HolderData(fields.text("holder"), fields.text("phone", ""))
    others = tuple(HolderData(str(name)) for name in fields.listed("co_holders", []))
    on = local_date(fields.instant("on", scene.clock.at))
    reason = fields.choice("reason", HoldingReason)
    made = change_holders(scene.session, scene.actor, ChangeHolders(unit_id, (first, *others), on, reason), scene.clock)
    return {"holders": len(made)}
