"""Who may be named for a project group: picked from a list by the worker, named by door and name by neighbours.

Nobody learns from the form who has an account: a neighbour who names somebody must know the door and the whole name,
and what does not fit is refused with one and the same sentence. Only the worker, who knows from the page of codes who
has joined, gets a list; there names are shown as on rosters, by their first sign.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.people.queries import speakers_with_account
from fundapp.people.rules import clean_login
from fundapp.places.queries import unit_of_door, units_below
from fundapp.projects.queries import persons_by_login


@dataclass(frozen=True)
class Candidate:
    """Somebody with an account who lives in a compound."""

    login: str
    door: str
    name: str


def candidates(session: Session, path: str, at: datetime) -> list[Candidate]:
    """List who speaks for a household below *path* by account, in the order of the doors; for the worker alone."""
    units = {unit.id: unit for unit in units_below(session, path)}
    order = {number: place for place, number in enumerate(units)}
    rows = sorted(speakers_with_account(session, units, at), key=lambda row: (order[row.unit_id], row.login))
    return [Candidate(row.login, units[row.unit_id].door, row.name) for row in rows]


def persons_named(session: Session, typed: list[str], compound_id: int, at: datetime) -> dict[str, int]:
    """Give the persons behind what was typed: a login name, or a door and a whole name like 1栋101 李居民.

    What names nobody, or several, is left out: the caller refuses all of it alike.
    """
    known = persons_by_login(session, [clean_login(words) for words in typed])
    found = {words: known[clean_login(words)] for words in typed if clean_login(words) in known}
    for words in typed:
        person = None if words in found else _behind_door(session, words, compound_id, at)
        if person is not None:
            found[words] = person
    return found


def _behind_door(session: Session, words: str, compound_id: int, at: datetime) -> int | None:
    door, _blank, name = words.strip().rpartition(" ")
    unit = unit_of_door(session, compound_id, door) if door else None
    if unit is None:
        return None
    found = {row.person_id for row in speakers_with_account(session, [unit.id], at) if row.name == name}
    return found.pop() if len(found) == 1 else None
