"""What others may want to know."""

from dataclasses import dataclass
from datetime import datetime

from fundapp.kernel.actor import Actor


@dataclass(frozen=True)
class ContributionConfirmed:
    """A contribution to a project has been confirmed and posted."""

    project_id: int
    contribution_id: int
    by: Actor
    at: datetime
