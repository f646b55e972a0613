"""What the pages of programmes show."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.places.models import PlaceKind
from fundapp.places.queries import PlaceRow, get_place, places_below
from fundapp.programmes import policy
from fundapp.programmes.queries import (
    PolicyRow,
    ProgrammeRow,
    check_signed,
    get_policy,
    get_programme,
    policy_versions,
)
from fundapp.programmes.rules import Change, DraftState, changes
from fundapp.web.refusals import sentence


@dataclass(frozen=True)
class VersionView:
    """One version, where it stands, and what it changed against the one that it was made from."""

    row: PolicyRow
    changes: list[Change]
    state: DraftState
    base: PolicyRow | None

    @property
    def in_force(self) -> bool:
        """Tell whether it is in force at the moment of looking."""
        return self.state is DraftState.IN_FORCE


@dataclass(frozen=True)
class ProgrammePage:
    """A programme with its place and all versions of its policy, the newest first.

    ``newest`` is no draft, unless not even the first is signed: then ``unsigned`` is set.
    """

    row: ProgrammeRow
    place: PlaceRow
    versions: list[VersionView]
    newest: PolicyRow
    unsigned: bool
    may_keep: bool


def programme_page(session: Session, actor: Actor, programme_id: int, now: datetime) -> ProgrammePage:
    """Give a programme: everybody may read its rules, drafts too: that is their notice.

    Raises:
        NotVisible: there is none of this number.

    Source: 基金会管理条例 30 (programme types, application and review steps are published).
    """
    row = get_programme(session, programme_id)
    versions = policy_versions(session, programme_id)
    adopted = [version for version in versions if version.adopted]
    begun = [version for version in adopted if version.begins and version.begins <= now]
    current = max(begun, key=lambda version: (version.effective_from, version.number), default=None)
    by_id = {version.id: version for version in versions}
    views = []
    for version in versions:
        base = by_id.get(version.base_id or 0)
        state = _state(version, current, adopted[0].id if adopted else None, now)
        views.append(VersionView(version, changes(base.parts if base else {}, version.parts), state, base))
    newest = adopted[0] if adopted else versions[0]
    may_keep = policy.may_keep(actor, row.place_path)
    return ProgrammePage(row, get_place(session, row.place_id), views, newest, not adopted, may_keep)


def _state(version: PolicyRow, current: PolicyRow | None, base_id: int | None, now: datetime) -> DraftState:
    if version.adopted:
        begun = DraftState.IN_FORCE if version is current else DraftState.REPLACED
        return begun if version.effective_from <= now else DraftState.COMING
    if version.refused:
        return DraftState.REFUSED
    if version.base_id != base_id:
        return DraftState.STALE
    return DraftState.WAITING if version.in_time(now) else DraftState.EXPIRED


def version_page(session: Session, actor: Actor, policy_version_id: int, now: datetime) -> tuple[ProgrammePage, int]:
    """Give the programme of a version, and the version's place in its list.

    Raises:
        NotVisible: there is none of this number.
    """
    page = programme_page(session, actor, get_policy(session, policy_version_id).programme_id, now)
    return page, [view.row.id for view in page.versions].index(policy_version_id)


def why_not_sign(actor: Actor, path: str, view: VersionView, number: int, now: datetime) -> list[str]:
    """Say why this person may not sign a draft; empty where she may. *number*: the newest version that is no draft."""
    try:
        policy.check_may_sign(actor, path, view.row, now)
    except Refused as refusal:
        return [sentence(refusal)]
    return [sentence(Refused("programmes.stale_draft", number=number))] if view.state is DraftState.STALE else []


def why_not_decided(session: Session, programme_id: int) -> list[str]:
    """Say why no money of a programme is decided on yet; empty once its first policy is signed."""
    try:
        check_signed(session, programme_id)
    except Refused as refusal:
        return [sentence(refusal)]
    return []


def places_to_open(session: Session, actor: Actor) -> list[PlaceRow]:
    """List the districts and streets for which an actor may open a programme."""
    found: dict[int, PlaceRow] = {}
    for grant in actor.grants:
        if grant.role in policy.KEEPERS:
            below = places_below(session, grant.path, PlaceKind.DISTRICT, PlaceKind.STREET)
            found |= {row.id: row for row in below}
    return sorted(found.values(), key=lambda row: row.path)
