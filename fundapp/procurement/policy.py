"""Who may record quotes and choose."""

from collections.abc import Mapping

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage, Task

WORKING = frozenset({Task.LEAD, Task.TREASURER, Task.MEMBER})
CHOICE_STAGES = frozenset({Stage.SELECTED, Stage.MATCHED})


def check_may_procure(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], ended: bool = False) -> None:
    """Let the group's working members act between choice of the project and the start of work.

    ``ended``: work with the chosen supplier was ended and no other is chosen, so that they act during the work too.

    Raises:
        Forbidden: not one of them (``procurement.only_group``).
        Refused: another moment (``procurement.not_now``).
    """
    if tasks.get(actor.person_id or 0) not in WORKING:
        raise Forbidden("procurement.only_group")
    if project.stage not in CHOICE_STAGES and not (ended and project.stage is Stage.DELIVERING):
        raise Refused("procurement.not_now")


def check_may_end(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], chosen: bool) -> None:
    """Let the lead end the work with the chosen supplier, during the work.

    Raises:
        Forbidden: another (``procurement.only_lead``).
        Refused: another moment, or nobody is chosen (``procurement.nobody_chosen``).
    """
    if tasks.get(actor.person_id or 0) is not Task.LEAD:
        raise Forbidden("procurement.only_lead")
    if project.stage is not Stage.DELIVERING or not chosen:
        raise Refused("procurement.nobody_chosen")
