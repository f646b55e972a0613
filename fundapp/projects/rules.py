"""What a project is, and how it may move from stage to stage."""

from enum import StrEnum


class Kind(StrEnum):
    """工程 / 货物 / 服务."""

    WORKS = "works"
    GOODS = "goods"
    SERVICE = "service"


class Theme(StrEnum):
    """The five themes of Panlong."""

    SAFETY = "safety"
    ENVIRONMENT = "environment"
    CULTURE = "culture"
    CARE = "care"
    VOLUNTEERING = "volunteering"


class Task(StrEnum):
    """What a member of a project group does."""

    LEAD = "lead"
    TREASURER = "treasurer"
    MEMBER = "member"
    SUPERVISOR = "supervisor"


class Stage(StrEnum):
    """Where a project stands. The order of the first thirteen is the order of a life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    FEASIBLE = "feasible"
    CONSENTING = "consenting"
    CONSENTED = "consented"
    IN_ROUND = "in_round"
    SELECTED = "selected"
    RESERVED = "reserved"
    MATCHED = "matched"
    DELIVERING = "delivering"
    ACCEPTED = "accepted"
    EVALUATED = "evaluated"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.DRAFT: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.SUBMITTED: frozenset({Stage.FEASIBLE, Stage.RETURNED, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.RETURNED: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.FEASIBLE: frozenset({Stage.CONSENTING, Stage.RETURNED, Stage.WITHDRAWN}),
    Stage.CONSENTING: frozenset({Stage.CONSENTED, Stage.REJECTED, Stage.FEASIBLE}),
    Stage.CONSENTED: frozenset({Stage.IN_ROUND, Stage.SELECTED, Stage.FEASIBLE}),
    Stage.IN_ROUND: frozenset({Stage.SELECTED, Stage.RESERVED}),
    Stage.RESERVED: frozenset({Stage.IN_ROUND, Stage.SELECTED}),
    Stage.SELECTED: frozenset({Stage.MATCHED, Stage.DELIVERING}),
    Stage.MATCHED: frozenset({Stage.DELIVERING, Stage.SELECTED}),
    Stage.DELIVERING: frozenset({Stage.ACCEPTED}),
    Stage.ACCEPTED: frozenset({Stage.EVALUATED}),
    Stage.EVALUATED: frozenset({Stage.CLOSED}),
    Stage.CLOSED: frozenset(),
    Stage.REJECTED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}
PUBLIC_STAGES = frozenset(Stage) - {Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.WITHDRAWN}
RAISING_STAGES = frozenset({Stage.CONSENTED, Stage.IN_ROUND, Stage.SELECTED, Stage.MATCHED, Stage.DELIVERING})
MATERIAL_COST = (11, 10)


def may_move(stage: Stage, to: Stage) -> bool:
    """Tell whether a project may go from *stage* to *to* in one deed.

    >>> may_move(Stage.DRAFT, Stage.SUBMITTED), may_move(Stage.DRAFT, Stage.CLOSED)
    (True, False)
    """
    return to in MOVES[stage]


def is_material(old: dict[str, object], new: dict[str, object]) -> bool:
    """Tell whether an edit changes what was agreed to: what, where, who pays, or the cost by more than a tenth.

    Both are version contents; ``budget_fen`` is a whole number of fen.

    Source: peers.md failure 17.

    >>> is_material({"title": "A", "budget_fen": 100}, {"title": "A", "budget_fen": 111})
    True
    """
    if any(old.get(name) != new.get(name) for name in ("title", "location", "kind", "payers")):
        return True
    up, down = MATERIAL_COST
    return int(str(new["budget_fen"])) * down > int(str(old["budget_fen"])) * up
