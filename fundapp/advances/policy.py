"""Who records and confirms advances and what goes back of them."""

from collections.abc import Mapping

from fundapp.fundraising.policy import check_may_confirm, check_may_record
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Forbidden
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Task

check_may_advance = check_may_record
"""The treasurer records advances, repayments and waivers, as she records gifts."""


def check_may_confirm_advance(
    actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], recorded_by_id: int, unit_id: int | None
) -> None:
    """Let another member of the group or the community's worker confirm, who is not of the household that lent.

    Raises:
        Forbidden: see :func:`fundapp.fundraising.policy.check_may_confirm`; the lender (``advances.own_household``).
    """
    check_may_confirm(actor, project, tasks, recorded_by_id)
    if unit_id is not None and unit_id in actor.unit_ids:
        raise Forbidden("advances.own_household")
