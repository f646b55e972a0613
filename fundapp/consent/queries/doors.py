"""Door by door for those who go there: who has answered by which channel and was visited how often, never what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from fundapp.consent.models import ConsentAnswer, ConsentRound
from fundapp.consent.paper_models import ConsentHelper, ConsentVisit
from fundapp.consent.papers import VisitResult
from fundapp.consent.policy import Channel, Choice, works_here
from fundapp.consent.queries.facts import path_of
from fundapp.consent.rules import asks_owners
from fundapp.kernel.actor import Actor, Role
from fundapp.people.queries import names_of
from fundapp.places.models import GroupHead, Place, Unit, UnitGroup
from fundapp.places.rules import natural_key
from fundapp.rosters.models import SnapshotUnit


@dataclass(frozen=True)
class Charge:
    """The doors of a round that somebody may see; ``whole`` for the community's worker."""

    unit_ids: frozenset[int]
    whole: bool


@dataclass(frozen=True)
class Visit:
    """A visit that brought no answer."""

    at: datetime
    result: VisitResult
    visitor: str
    note: str


@dataclass(frozen=True)
class DoorRow:
    """One door: by which channel it answered, how often it was visited. Never what it answered."""

    unit_id: int
    door: str
    building: str
    group: str
    grid: str
    channel: Channel | None
    visits: tuple[Visit, ...]

    @property
    def last(self) -> Visit | None:
        """Give the newest visit."""
        return self.visits[-1] if self.visits else None


@dataclass(frozen=True)
class Part:
    """A building or a group with its doors."""

    name: str
    doors: tuple[DoorRow, ...]

    @property
    def silent(self) -> tuple[DoorRow, ...]:
        """Give the doors that have not answered."""
        return tuple(row for row in self.doors if row.channel is None)


def charge_of(session: Session, actor: Actor, round_: ConsentRound, now: datetime) -> Charge | None:
    """Give the doors of a round that an actor may go to; ``None`` where it is none of hers.

    The worker has all, a building head those of her buildings, the contact of a group those of that group.
    """
    if not actor.signed_in:
        return None
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.group_id, SnapshotUnit.grid_id, Place.path)
        .join(Unit, Unit.id == SnapshotUnit.unit_id)
        .join(Place, Place.id == Unit.building_id)
        .where(SnapshotUnit.snapshot_id == round_.snapshot_id)
    ).all()
    if works_here(actor, path_of(session, round_.place_id)):
        return Charge(frozenset(row.unit_id for row in rows), True)
    groups = set(
        session.scalars(
            select(GroupHead.group_id).where(GroupHead.person_id == actor.person_id, GroupHead.ends_at.is_(None))
        )
    )
    hers = frozenset(
        row.unit_id
        for row in rows
        if actor.has(Role.BUILDING_HEAD, row.path) or row.group_id in groups or row.grid_id in groups
    )
    return Charge(hers, False) if hers else None


def answered_units(session: Session, round_: ConsentRound) -> dict[int, Channel]:
    """Give the households that have an answer, with the channel by which it came; one that was struck has none.

    Where owners are asked, the answer of a holder stands for all her units.
    """
    later = aliased(ConsentAnswer)
    replaced = (
        select(later.id)
        .where(later.round_id == ConsentAnswer.round_id, later.voice == ConsentAnswer.voice)
        .where(later.revision > ConsentAnswer.revision)
        .exists()
    )
    voice = SnapshotUnit.holder_id if asks_owners(round_.regime) else SnapshotUnit.unit_id
    rows = session.execute(
        select(SnapshotUnit.unit_id, ConsentAnswer.channel)
        .join(ConsentAnswer, ConsentAnswer.voice == voice)
        .where(SnapshotUnit.snapshot_id == round_.snapshot_id, ConsentAnswer.round_id == round_.id)
        .where(ConsentAnswer.answer != Choice.NONE, ~replaced)
    )
    return {row.unit_id: row.channel for row in rows}


def visits_of(session: Session, round_id: int) -> dict[int, list[Visit]]:
    """Give the visits of a round by household, the oldest first."""
    rows = session.execute(
        select(ConsentVisit, ConsentHelper)
        .join(ConsentHelper, ConsentHelper.id == ConsentVisit.visitor_id)
        .where(ConsentVisit.round_id == round_id)
        .order_by(ConsentVisit.visited_at, ConsentVisit.id)
    ).all()
    names = names_of(session, [helper.person_id for _, helper in rows if helper.person_id])
    found: dict[int, list[Visit]] = {}
    for visit, helper in rows:
        name = helper.name or names.get(helper.person_id or 0, "")
        found.setdefault(visit.unit_id, []).append(Visit(visit.visited_at, visit.result, name, visit.note))
    return found


def doors_in(session: Session, round_: ConsentRound, charge: Charge) -> list[DoorRow]:
    """List the doors that somebody may see, as a clerk would order them."""
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door, SnapshotUnit.group_id, SnapshotUnit.grid_id, Place.name)
        .join(Unit, Unit.id == SnapshotUnit.unit_id)
        .join(Place, Place.id == Unit.building_id)
        .where(SnapshotUnit.snapshot_id == round_.snapshot_id)
    ).all()
    hers = [row for row in rows if row.unit_id in charge.unit_ids]
    wanted = {number for row in hers for number in (row.group_id, row.grid_id) if number}
    named = session.execute(select(UnitGroup.id, UnitGroup.name).where(UnitGroup.id.in_(wanted)))
    names = {row.id: row.name for row in named}
    said, visits = answered_units(session, round_), visits_of(session, round_.id)
    made = [
        DoorRow(
            unit_id=row.unit_id,
            door=row.door,
            building=row.name,
            group=names.get(row.group_id, ""),
            grid=names.get(row.grid_id, ""),
            channel=said.get(row.unit_id),
            visits=tuple(visits.get(row.unit_id, ())),
        )
        for row in hers
    ]
    return sorted(made, key=lambda row: natural_key(row.door))


def parts_of(doors: list[DoorRow], by: str) -> list[Part]:
    """Sort doors into buildings (``building``), ten households (``group``) or grids (``grid``)."""
    names = sorted({getattr(row, by) for row in doors}, key=natural_key)
    return [Part(name, tuple(row for row in doors if getattr(row, by) == name)) for name in names]
