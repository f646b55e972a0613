"""Who acts: a person with roles by place and the households she speaks for."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person may be in a place; the place's whole subtree is included."""

    RESIDENT = "resident"
    BUILDING_HEAD = "building_head"
    WORKER = "worker"
    GROUP_MEMBER = "group_member"
    SUPERVISOR = "supervisor"
    STREET_OFFICER = "street_officer"
    FOUNDATION_OFFICER = "foundation_officer"
    FOUNDATION_APPROVER = "foundation_approver"
    FOUNDATION_SUPERVISOR = "foundation_supervisor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Grant:
    """One role in one place; ``path`` is the place's path, like ``/1/4/9/``."""

    role: Role
    path: str


@dataclass(frozen=True)
class Actor:
    """The person behind a deed, as far as rules need to know her.

    ``person_id`` is ``None`` for somebody who has not signed in. ``unit_ids`` are the households
    that the person's account is bound to; ``unit_paths`` the places in which they lie.
    """

    person_id: int | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    unit_paths: tuple[str, ...] = ()

    @property
    def signed_in(self) -> bool:
        """Tell whether somebody is there."""
        return self.person_id is not None

    def has(self, role: Role, path: str) -> bool:
        """Tell whether the actor holds *role* at the place *path* or above it."""
        return any(grant.role is role and path.startswith(grant.path) for grant in self.grants)

    def has_any(self, *roles: Role) -> bool:
        """Tell whether the actor holds one of *roles* anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def lives_in(self, path: str) -> bool:
        """Tell whether one of the actor's households lies in the place *path*."""
        return any(unit_path.startswith(path) for unit_path in self.unit_paths)


NOBODY = Actor()
