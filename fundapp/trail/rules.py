"""How stages are grouped for readers, and the eight steps of a life."""

from fundapp.projects.rules import Stage

STEP_OF = {
    Stage.FEASIBLE: 2, Stage.CONSENTING: 2, Stage.CONSENTED: 3, Stage.IN_ROUND: 3, Stage.RESERVED: 3,
    Stage.SELECTED: 4, Stage.MATCHED: 5, Stage.DELIVERING: 6, Stage.ACCEPTED: 7, Stage.EVALUATED: 7, Stage.CLOSED: 9,
    Stage.REJECTED: 2, Stage.WITHDRAWN: 1,
}  # fmt: skip
GROUPS: dict[str, tuple[Stage, ...]] = {
    "consent": (Stage.FEASIBLE, Stage.CONSENTING),
    "vote": (Stage.CONSENTED, Stage.IN_ROUND),
    "money": (Stage.SELECTED, Stage.MATCHED),
    "work": (Stage.DELIVERING, Stage.ACCEPTED, Stage.EVALUATED),
    "closed": (Stage.CLOSED,),
    "reserve": (Stage.RESERVED,),
    "rejected": (Stage.REJECTED,),
}


def step_of(stage: Stage) -> int:
    """Give the step from 1 to 8 that a project stands at, 9 where all is done.

    >>> step_of(Stage.CONSENTING), step_of(Stage.CLOSED)
    (2, 9)
    """
    return STEP_OF.get(stage, 1)


def tone_of(stage: Stage) -> str:
    """Give the tone of a stage's badge."""
    if stage in (Stage.REJECTED, Stage.WITHDRAWN):
        return "stop"
    return {Stage.CLOSED: "done", Stage.RESERVED: "wait"}.get(stage, "now")


def is_paid_for(stage: Stage) -> bool:
    """Say whether raising has ended: what is still short of the budget is then no gap.

    >>> is_paid_for(Stage.SELECTED), is_paid_for(Stage.DELIVERING)
    (False, True)
    """
    return stage in (Stage.DELIVERING, Stage.ACCEPTED, Stage.EVALUATED, Stage.CLOSED)
