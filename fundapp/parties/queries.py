"""Read counterparties and the register: what is related to whom now, and the lists of its pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.parties.models import Counterparty, Interest, InterestEnding
from fundapp.parties.policy import KEEPERS, may_read
from fundapp.parties.rules import Bond, Holding, Kind, Relation, Tie, kind_of, relations
from fundapp.people.models import Account, UnitBinding
from fundapp.people.queries import names_of
from fundapp.people.rules import clean_login
from fundapp.places.models import Place
from fundapp.web.paging import PER_PAGE, Page, page_of

_ENDED = select(InterestEnding.interest_id)


@dataclass(frozen=True)
class InterestRow:
    """One entry of the register, for its keepers and for whom it concerns."""

    id: int
    person_id: int
    person: str
    other: str
    counterparty: str
    code: str
    kind_of_counterparty: Kind | None
    bond: Bond
    note: str
    place_path: str
    starts_on: date
    recorded_by: str
    declared: bool
    recorded_at: datetime
    ended_at: datetime | None
    reason: str
    concerned: tuple[int | None, int | None]


def holdings_in(session: Session, counterparty_ids: Collection[int]) -> list[Holding]:
    """List who has a live interest in some counterparties."""
    rows = session.execute(
        select(Interest.person_id, Interest.counterparty_id, Interest.kind)
        .where(Interest.counterparty_id.in_(counterparty_ids), Interest.id.not_in(_ENDED))
        .order_by(Interest.id)
    )
    return [Holding(row.person_id, row.counterparty_id or 0, row.kind) for row in rows]


def ties_of(session: Session, person_ids: Collection[int], at: datetime) -> list[Tie]:
    """List the near people of some people: as the register says, and who speaks for the same household *at* a time."""
    people = list(person_ids)
    said = session.execute(
        select(Interest.person_id, Interest.other_id, Interest.kind)
        .where(Interest.other_id.is_not(None), Interest.id.not_in(_ENDED))
        .where(or_(Interest.person_id.in_(people), Interest.other_id.in_(people)))
        .order_by(Interest.id)
    )
    found = [Tie(row.person_id, row.other_id or 0, row.kind) for row in said]
    mine, theirs = aliased(UnitBinding), aliased(UnitBinding)
    flat = session.execute(
        select(mine.person_id, theirs.person_id.label("other"))
        .join(theirs, and_(theirs.unit_id == mine.unit_id, theirs.person_id != mine.person_id))
        .where(mine.person_id.in_(people), *_bound(mine, at), *_bound(theirs, at))
        .order_by(mine.person_id, theirs.person_id)
    )
    return found + [Tie(row.person_id, row.other, Bond.HOUSEHOLD) for row in flat]


def _bound(one: Any, at: datetime) -> tuple[Any, Any]:
    return one.starts_at <= at, or_(one.ends_at.is_(None), one.ends_at > at)


def related(
    session: Session, insiders: Collection[int], counterparty_ids: Collection[int], at: datetime
) -> list[Relation]:
    """List in which ways some counterparties are related to some people of the house, in three statements."""
    held = holdings_in(session, counterparty_ids)
    return relations(insiders, held, ties_of(session, insiders, at)) if held else []


def near_to(session: Session, person_id: int, others: Collection[int], at: datetime) -> list[Bond]:
    """Give in which ways a person is tied to some others."""
    ties = ties_of(session, [person_id], at)
    return sorted({tie.bond for tie in ties if {tie.one, tie.other} - {person_id} <= set(others)})


def units_near(
    session: Session, insiders: Collection[int], counterparty_ids: Collection[int], at: datetime
) -> frozenset[int]:
    """Give the households of some people, of those near to them, and of those with an interest in counterparties."""
    holders = {held.person_id for held in holdings_in(session, counterparty_ids)}
    ties = ties_of(session, insiders, at)
    people = {*insiders, *holders, *(one for tie in ties for one in (tie.one, tie.other))}
    query = select(UnitBinding.unit_id).where(UnitBinding.person_id.in_(people), *_bound(UnitBinding, at))
    return frozenset(session.scalars(query))


def counterparty_name(session: Session, counterparty_id: int) -> str:
    """Give the name of a counterparty."""
    return session.scalar(select(Counterparty.name).where(Counterparty.id == counterparty_id)) or ""


def counterparty_by_code(session: Session, code: str) -> Counterparty | None:
    """Give the counterparty with a credit code."""
    return session.scalar(select(Counterparty).where(Counterparty.credit_code == code))


def counterparties_named(session: Session, key: str) -> Sequence[Counterparty]:
    """List the counterparties whose names are spelt the same."""
    return session.scalars(select(Counterparty).where(Counterparty.name_key == key).order_by(Counterparty.id)).all()


def person_with_login(session: Session, login: str) -> int | None:
    """Give the person behind a login name in use."""
    return session.scalar(
        select(Account.person_id).where(Account.login == clean_login(login), Account.active.is_(True))
    )


def path_of_place(session: Session, place_id: int) -> str:
    """Give the path of a place."""
    return session.scalar(select(Place.path).where(Place.id == place_id)) or ""


def stands(session: Session, said: dict[str, Any]) -> bool:
    """Tell whether a live entry says the same of the same two; between people the order says nothing."""
    person_id, other_id = said["person_id"], said["other_id"]
    pair = and_(Interest.person_id == person_id, Interest.other_id.is_not_distinct_from(other_id))
    turned = and_(Interest.person_id == other_id, Interest.other_id == person_id)
    same = Interest.counterparty_id.is_not_distinct_from(said["counterparty_id"])
    query = select(Interest.id).where(or_(pair, turned), same, Interest.kind == said["kind"])
    return session.scalar(query.where(Interest.id.not_in(_ENDED)).limit(1)) is not None


def _rows(session: Session, query: Any) -> list[InterestRow]:
    rows = session.execute(query).all()
    people = {number for one, *_ in rows for number in (one.person_id, one.other_id, one.recorded_by_id) if number}
    names = names_of(session, sorted(people))
    return [_row(one, party, ending, path, names) for one, party, ending, path in rows]


def _row(
    one: Interest, party: Counterparty | None, ending: InterestEnding | None, path: str, names: dict[int, str]
) -> InterestRow:
    return InterestRow(
        id=one.id,
        person_id=one.person_id,
        person=names[one.person_id],
        other=names[one.other_id] if one.other_id else "",
        counterparty=party.name if party else "",
        code=(party.credit_code or "") if party else "",
        kind_of_counterparty=kind_of(party.credit_code) if party else None,
        bond=one.kind,
        note=one.note,
        place_path=path,
        starts_on=one.starts_on,
        recorded_by=names[one.recorded_by_id],
        declared=one.recorded_by_id == one.person_id,
        recorded_at=one.recorded_at,
        ended_at=ending.ended_at if ending else None,
        reason=ending.reason if ending else "",
        concerned=(one.person_id, one.other_id),
    )


def _entries() -> Any:
    return (
        select(Interest, Counterparty, InterestEnding, Place.path)
        .outerjoin(Counterparty, Counterparty.id == Interest.counterparty_id)
        .outerjoin(InterestEnding, InterestEnding.interest_id == Interest.id)
        .join(Place, Place.id == Interest.place_id)
        .order_by(Interest.id.desc())
    )


def register(session: Session, actor: Actor, ended: bool = False, after: str = "") -> Page[InterestRow]:
    """List the live (or ended) entries of the actor's registers, the newest first: two statements."""
    mine = [Place.path.startswith(grant.path, autoescape=True) for grant in actor.grants if grant.role in KEEPERS]
    if not mine:
        raise NotVisible
    query = _entries().where(or_(*mine), InterestEnding.interest_id.is_not(None) == ended)
    if after.isdigit():
        query = query.where(Interest.id < int(after))
    return page_of(_rows(session, query.limit(PER_PAGE + 1)), lambda row: row.id)


def own_entries(session: Session, actor: Actor) -> list[InterestRow]:
    """List what the register says of the actor herself."""
    concerned = or_(Interest.person_id == actor.person_id, Interest.other_id == actor.person_id)
    return _rows(session, _entries().where(concerned))


def get_entry(session: Session, interest_id: int, actor: Actor) -> InterestRow:
    """Give one entry to a keeper of its register.

    Raises:
        NotVisible: there is none of this number, or not for this actor.
    """
    found = _rows(session, _entries().where(Interest.id == interest_id))
    if not found or not may_read(actor, found[0].place_path):
        raise NotVisible
    return found[0]
