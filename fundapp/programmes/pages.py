"""What the pages of programmes show."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.places.models import PlaceKind
from fundapp.places.queries import PlaceRow, get_place, places_below
from fundapp.programmes import policy
from fundapp.programmes.queries import PolicyRow, ProgrammeRow, get_programme, policy_versions
from fundapp.programmes.rules import Change, changes


@dataclass(frozen=True)
class VersionView:
    """One version with what it changed against the one before; ``in_force`` at the moment of looking."""

    row: PolicyRow
    changes: list[Change]
    in_force: bool


@dataclass(frozen=True)
class ProgrammePage:
    """A programme with its place and all versions of its policy, the newest first."""

    row: ProgrammeRow
    place: PlaceRow
    versions: list[VersionView]
    may_keep: bool


def programme_page(session: Session, actor: Actor, programme_id: int, now: datetime) -> ProgrammePage:
    """Give a programme: everybody may read its rules.

    Raises:
        NotVisible: there is none of this number.

    Source: 基金会管理条例 30 (programme types, application and review steps are published).
    """
    row = get_programme(session, programme_id)
    versions = policy_versions(session, programme_id)
    begun = [version for version in versions if version.effective_from <= now]
    current = max(begun, key=lambda version: (version.effective_from, version.number), default=None)
    before = [*versions[1:], None]
    return ProgrammePage(
        row=row,
        place=get_place(session, row.place_id),
        versions=[
            VersionView(version, changes(older.parts if older else {}, version.parts), version is current)
            for version, older in zip(versions, before, strict=True)
        ],
        may_keep=policy.may_keep(actor, row.place_path),
    )


def places_to_open(session: Session, actor: Actor) -> list[PlaceRow]:
    """List the districts and streets for which an actor may open a programme."""
    found: dict[int, PlaceRow] = {}
    for grant in actor.grants:
        if grant.role in policy.KEEPERS:
            below = places_below(session, grant.path, PlaceKind.DISTRICT, PlaceKind.STREET)
            found |= {row.id: row for row in below}
    return sorted(found.values(), key=lambda row: row.path)
