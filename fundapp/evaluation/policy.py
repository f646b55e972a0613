"""Who may grade, record a sheet and publish."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage


def check_may_grade(actor: Actor, project: ProjectRow, unit_id: int) -> None:
    """Let a household of the compound grade an accepted project.

    Raises:
        Forbidden: not hers, or of another compound (``evaluation.not_your_project``).
        Refused: another moment (``evaluation.not_accepted``).
    """
    if unit_id not in actor.unit_ids or not actor.lives_in(project.place_path):
        raise Forbidden("evaluation.not_your_project")
    if project.stage is not Stage.ACCEPTED:
        raise Refused("evaluation.not_accepted")


def check_may_record(actor: Actor, project: ProjectRow) -> None:
    """Let the community's worker record sheets and publish, for an accepted project.

    Raises:
        Forbidden: not a worker here (``evaluation.only_worker``).
        Refused: another moment (``evaluation.not_accepted``).
    """
    if not actor.has(Role.WORKER, project.place_path):
        raise Forbidden("evaluation.only_worker")
    if project.stage is not Stage.ACCEPTED:
        raise Refused("evaluation.not_accepted")
