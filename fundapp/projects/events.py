"""What others may want to know about projects."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ProjectSubmitted:
    """A proposal was handed in and waits for the first check."""

    project_id: int
    version_id: int
    place_id: int
    at: datetime


@dataclass(frozen=True)
class ProjectMaterialEdit:
    """What households were asked about has changed: what they said no longer counts."""

    project_id: int
    version_id: int
    person_id: int | None
    reason: str
    at: datetime
