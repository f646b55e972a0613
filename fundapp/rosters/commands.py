"""The deeds on rosters: take a file in, freeze a snapshot."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.commands import AddBuildings, UnitData, add_buildings, add_units, change_unit
from fundapp.places.models import Place, PlaceKind
from fundapp.places.queries import PlaceRow, get_place
from fundapp.rosters import policy, rules
from fundapp.rosters.freezing import freeze_roster
from fundapp.rosters.models import RosterImport, RosterUpload
from fundapp.rosters.queries import buildings_of, kept_units
from fundapp.rosters.sheets import read_sheet

__all__ = ["freeze_roster"]


@dataclass(frozen=True)
class ImportRoster:
    """Take in the rows of one file; ``file_hash`` is the SHA-256 of its bytes."""

    compound_id: int
    rows: tuple[rules.SheetRow, ...]
    file_name: str
    file_hash: str


@dataclass(frozen=True)
class KeepUpload:
    """Look at a file before it is taken in."""

    compound_id: int
    file_name: str
    data: bytes


def keep_upload(session: Session, actor: Actor, cmd: KeepUpload, clock: Clock) -> RosterUpload:
    """Read a file and keep its rows until they are taken in; columns that are not needed are not kept.

    Raises:
        Forbidden: the actor does not work for the community.
        NotVisible: there is no such compound.
        Refused: the file cannot be read.
    """
    sheet = read_sheet(cmd.data, cmd.file_name)
    compound = lock_compound(session, cmd.compound_id)
    now = clock.now(session)
    policy.check_may_keep_roster(actor, compound.path)
    session.execute(delete(RosterUpload).where(RosterUpload.made_at < now - rules.UPLOAD_LIFETIME))
    kept = RosterUpload(
        compound_id=compound.id,
        file_name=cmd.file_name[:200],
        file_hash=hashlib.sha256(cmd.data).hexdigest(),
        rows=[[row.number, row.building, row.room, row.area, row.use] for row in sheet.rows],
        ignored=[heading[:40] for heading in sheet.ignored[:40]],
        made_by_id=actor.person_id,
        made_at=now,
    )
    session.add(kept)
    session.flush()
    record(session, actor, "rosters.look_at", f"place:{compound.id}", now, rows=len(sheet.rows))
    return kept


def import_upload(session: Session, actor: Actor, upload_id: int, clock: Clock) -> RosterImport:
    """Take in the file that was looked at; its rows are compared afresh with the register.

    Raises:
        Forbidden: the actor does not work for the community.
        Refused: it was taken in already, is too old, or has a wrong row.
    """
    kept = lock(session, RosterUpload, upload_id)
    if kept is None or kept.made_at < clock.now(session) - rules.UPLOAD_LIFETIME:
        raise Refused("rosters.gone")
    rows = tuple(rules.SheetRow(*row) for row in kept.rows)
    done = import_roster(session, actor, ImportRoster(kept.compound_id, rows, kept.file_name, kept.file_hash), clock)
    session.delete(kept)
    return done


def import_roster(session: Session, actor: Actor, cmd: ImportRoster, clock: Clock) -> RosterImport:
    """Take a roster in, wholly or not at all; buildings that are not there yet are made.

    The same file again changes nothing. Units that the file does not name stay as they are.

    Raises:
        Forbidden: the actor does not work for the community.
        NotVisible: there is no such compound.
        Refused: a row is wrong, or there is none.
    """
    compound = lock_compound(session, cmd.compound_id)
    now = clock.now(session)
    policy.check_may_keep_roster(actor, compound.path)
    plan = make_plan(session, compound, cmd.rows)
    if plan.wrong:
        first = plan.wrong[0]
        raise Refused("rosters.wrong_rows", "file", count=len(plan.wrong), number=first.number)
    if plan.total == 0:
        raise Refused("rosters.no_rows", "file")
    _carry_out(session, actor, compound, plan, clock)
    done = RosterImport(
        compound_id=compound.id,
        file_name=cmd.file_name[:200],
        file_hash=cmd.file_hash,
        rows_new=len(plan.new),
        rows_changed=len(plan.changed),
        imported_by_id=actor.person_id,
        imported_at=now,
    )
    session.add(done)
    session.flush()
    about = f"place:{compound.id}"
    record(session, actor, "rosters.import", about, now, new=done.rows_new, changed=done.rows_changed)
    return done


def make_plan(session: Session, compound: PlaceRow, rows: tuple[rules.SheetRow, ...]) -> rules.Plan:
    """Say what taking in *rows* would do; nothing is written."""
    return rules.make_plan(rows, kept_units(session, compound.id), buildings_of(session, compound))


def lock_compound(session: Session, compound_id: int) -> PlaceRow:
    """Hold a compound, so that two imports do not cross.

    Raises:
        NotVisible: there is none of this number.
    """
    place = lock(session, Place, compound_id)
    if place is None or place.kind is not PlaceKind.COMPOUND:
        raise NotVisible
    return get_place(session, compound_id)


def _carry_out(session: Session, actor: Actor, compound: PlaceRow, plan: rules.Plan, clock: Clock) -> None:
    if plan.new_buildings:
        add_buildings(session, actor, AddBuildings(compound.id, plan.new_buildings), clock)
    ids = buildings_of(session, compound)
    add_units(session, compound.id, [UnitData(ids[one.building], one.room, one.area_cm2, one.use) for one in plan.new])
    for change in plan.changed:
        read, before = change.household, change.before
        change_unit(
            session,
            before.unit_id,
            read.area_cm2 if read.area_cm2 is not None else before.area_cm2,
            read.use,
            before.state,
        )
