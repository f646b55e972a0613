"""Who may record quotes and choose."""

from collections.abc import Mapping

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage, Task

WORKING = frozenset({Task.LEAD, Task.TREASURER, Task.MEMBER})
CHOICE_STAGES = frozenset({Stage.SELECTED, Stage.MATCHED})


def check_may_procure(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the group's working members act between choice of the project and the start of work.

    Raises:
        Forbidden: not one of them (``procurement.only_group``).
        Refused: another moment (``procurement.not_now``).
    """
    if tasks.get(actor.person_id or 0) not in WORKING:
        raise Forbidden("procurement.only_group")
    if project.stage not in CHOICE_STAGES:
        raise Refused("procurement.not_now")
