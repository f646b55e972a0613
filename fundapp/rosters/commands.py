"""The deeds on rosters: take a file in; those on holders, walls and snapshots are handed on from their own files."""

import hashlib
from dataclasses import astuple, dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.places.commands import hold_compound
from fundapp.places.queries import PlaceRow
from fundapp.rosters import policy, rules
from fundapp.rosters.freezing import freeze_roster
from fundapp.rosters.heads import HolderData, HoldingReason
from fundapp.rosters.holders import ChangeHolders, change_holders
from fundapp.rosters.models import RosterImport, RosterUpload
from fundapp.rosters.queries import buildings_of, kept_units
from fundapp.rosters.rebuilding import NewRoom, RebuildUnits, check_no_round, rebuild_units
from fundapp.rosters.rekeying import rekey
from fundapp.rosters.sheets import read_sheet
from fundapp.rosters.taking_in import carry_out

__all__ = [
    "ChangeHolders",
    "HolderData",
    "HoldingReason",
    "NewRoom",
    "RebuildUnits",
    "change_holders",
    "check_no_round",
    "freeze_roster",
    "rebuild_units",
    "rekey",
]


@dataclass(frozen=True)
class ImportRoster:
    """Take in the rows of one file; ``file_hash`` is the SHA-256 of its bytes.

    ``reason`` says why holders that differ from the register's are others: a correction lets the household stay.
    """

    compound_id: int
    rows: tuple[rules.SheetRow, ...]
    file_name: str
    file_hash: str
    reason: HoldingReason = HoldingReason.CORRECTION


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
    compound = hold_compound(session, cmd.compound_id)
    now = clock.now(session)
    policy.check_may_keep_roster(actor, compound.path)
    session.execute(delete(RosterUpload).where(RosterUpload.made_at < now - rules.UPLOAD_LIFETIME))
    kept = RosterUpload(
        compound_id=compound.id,
        file_name=cmd.file_name[:200],
        file_hash=hashlib.sha256(cmd.data).hexdigest(),
        rows=[list(astuple(row)) for row in sheet.rows],
        ignored=[heading[:40] for heading in sheet.ignored[:40]],
        made_by_id=actor.person_id,
        made_at=now,
    )
    session.add(kept)
    session.flush()
    record(session, actor, "rosters.look_at", f"place:{compound.id}", now, rows=len(sheet.rows))
    return kept


def import_upload(
    session: Session,
    actor: Actor,
    upload_id: int,
    clock: Clock,
    reason: HoldingReason = HoldingReason.CORRECTION,
) -> RosterImport:
    """Take in the file that was looked at; its rows are compared afresh with the register.

    Raises:
        Forbidden: the actor does not work for the community.
        Refused: it was taken in already, is too old, or has a wrong row.
    """
    kept = lock(session, RosterUpload, upload_id)
    if kept is None or kept.made_at < clock.now(session) - rules.UPLOAD_LIFETIME:
        raise Refused("rosters.gone")
    rows = tuple(rules.SheetRow(*row) for row in kept.rows)
    cmd = ImportRoster(kept.compound_id, rows, kept.file_name, kept.file_hash, reason)
    done = import_roster(session, actor, cmd, clock)
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
    compound = hold_compound(session, cmd.compound_id)
    now = clock.now(session)
    policy.check_may_keep_roster(actor, compound.path)
    plan = make_plan(session, compound, cmd.rows)
    if plan.wrong:
        first = plan.wrong[0]
        raise Refused("rosters.wrong_rows", "file", count=len(plan.wrong), number=first.number)
    if plan.total == 0:
        raise Refused("rosters.no_rows", "file")
    carry_out(session, actor, compound, plan, cmd.reason, clock)
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
