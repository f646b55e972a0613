"""Read who keeps a project's money."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.custody.models import ProjectKeeper
from fundapp.custody.texts import committee_name
from fundapp.db.wiring import ask
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.queries import money_moved
from fundapp.ledger.rules import Holder
from fundapp.places.models import Place, PlaceKind
from fundapp.programmes.queries import get_programme
from fundapp.projects.queries import ProjectRow


@dataclass(frozen=True)
class Keeper:
    """A legal holder: the name under which it keeps its book, and the place that the book is for.

    ``reason`` is empty where nobody named a keeper and the committee keeps the money as usual.
    """

    kind: Holder
    name: str
    place_id: int
    reason: str = ""


def newest_keepers(session: Session, project_ids: Collection[int]) -> dict[int, ProjectKeeper]:
    """Give the keeper that counts of each project that named one."""
    newest = (
        select(func.max(ProjectKeeper.id))
        .where(ProjectKeeper.project_id.in_(project_ids))
        .group_by(ProjectKeeper.project_id)
    )
    rows = session.scalars(select(ProjectKeeper).where(ProjectKeeper.id.in_(newest)))
    return {row.project_id: row for row in rows}


def keeper_of(session: Session, project: ProjectRow) -> Keeper:
    """Give who keeps a project's money: whom the project named last, else the committee of its community.

    Raises:
        NotVisible: the project lies in no community.
    """
    newest = select(func.max(ProjectKeeper.id)).where(ProjectKeeper.project_id == project.id).scalar_subquery()
    above = [int(part) for part in project.place_path.strip("/").split("/")]
    row = session.execute(
        select(Place.id, Place.name, ProjectKeeper)
        .outerjoin(ProjectKeeper, ProjectKeeper.id == newest)
        .where(Place.id.in_(above), Place.kind == PlaceKind.COMMUNITY)
    ).first()
    if row is None:
        raise NotVisible
    community_id, community, named = row
    if named is None or named.holder_kind is Holder.COMMITTEE:
        return Keeper(Holder.COMMITTEE, committee_name(community), community_id, named.reason if named else "")
    programme = get_programme(session, project.programme_id)
    name = named.name if named.holder_kind is Holder.CHARITY else programme.foundation_name
    return Keeper(named.holder_kind, name, programme.place_id, named.reason)


def has_moved(session: Session, project_id: int) -> bool:
    """Tell whether money of a project was posted or waits to be confirmed: its keeper stays from then on."""
    return money_moved(session, f"project:{project_id}") or bool(ask("custody.money_waits", session, project_id))
