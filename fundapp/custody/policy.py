"""Who may name a project's keeper."""

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage

NAMERS = (Role.FOUNDATION_OFFICER, Role.ADMINISTRATOR)
TOO_EARLY_OR_LATE = frozenset({Stage.DRAFT, Stage.WITHDRAWN, Stage.CLOSED})


def check_may_name(actor: Actor, project: ProjectRow, moved: bool) -> None:
    """Let the foundation's officer or an administrator of the place name the keeper before the first money.

    Raises:
        Forbidden: somebody else (``custody.only_officer``).
        Refused: a draft, or a project that ended (``custody.not_now``); money has come (``custody.money_came``).
    """
    if not any(actor.has(role, project.place_path) for role in NAMERS):
        raise Forbidden("custody.only_officer")
    if project.stage in TOO_EARLY_OR_LATE:
        raise Refused("custody.not_now")
    if moved:
        raise Refused("custody.money_came")
