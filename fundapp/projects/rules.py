"""What a project is, and how it may move from stage to stage."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from moneyed import Money

from fundapp.db.types import canonical
from fundapp.kernel.errors import BadInput, Refused
from fundapp.kernel.money import ZERO, fen, fen_of_text, from_fen, yuan_text
from fundapp.projects.sharing import BETWEEN, SharedSum, check_shared


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


class StageGroup(StrEnum):
    """Stages that a list shows together; the groups cover every stage once."""

    PROPOSAL = "proposal"
    CONSENT = "consent"
    DELIBERATION = "deliberation"
    RESERVE = "reserve"
    RAISING = "raising"
    DELIVERY = "delivery"
    DONE = "done"
    ENDED = "ended"


class Finding(StrEnum):
    """What the first check comes to."""

    PASS = "pass"  # noqa: S105 - no password
    RETURN = "return"
    REJECT = "reject"


MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.DRAFT: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.SUBMITTED: frozenset({Stage.FEASIBLE, Stage.RETURNED, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.RETURNED: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.FEASIBLE: frozenset({Stage.CONSENTING, Stage.RETURNED, Stage.WITHDRAWN}),
    Stage.CONSENTING: frozenset({Stage.CONSENTED, Stage.REJECTED, Stage.FEASIBLE}),
    Stage.CONSENTED: frozenset({Stage.IN_ROUND, Stage.SELECTED, Stage.FEASIBLE}),
    Stage.IN_ROUND: frozenset({Stage.SELECTED, Stage.RESERVED, Stage.CONSENTED}),
    Stage.RESERVED: frozenset({Stage.IN_ROUND, Stage.SELECTED}),
    Stage.SELECTED: frozenset({Stage.MATCHED, Stage.DELIVERING, Stage.CONSENTED}),
    Stage.MATCHED: frozenset({Stage.DELIVERING, Stage.SELECTED}),
    Stage.DELIVERING: frozenset({Stage.ACCEPTED}),
    Stage.ACCEPTED: frozenset({Stage.EVALUATED}),
    Stage.EVALUATED: frozenset({Stage.CLOSED}),
    Stage.CLOSED: frozenset(),
    Stage.REJECTED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}
PUBLIC_STAGES = frozenset(Stage) - {Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.WITHDRAWN}
RAISING_STAGES = frozenset(
    {
        Stage.CONSENTED, Stage.IN_ROUND, Stage.SELECTED, Stage.MATCHED, Stage.DELIVERING, Stage.ACCEPTED,
        Stage.EVALUATED,
    }
)  # fmt: skip
FIRST_TEXT_STAGES = frozenset({Stage.DRAFT, Stage.RETURNED})
CHECKED_STAGES = frozenset({Stage.SUBMITTED, Stage.FEASIBLE, Stage.CONSENTING, Stage.CONSENTED})
EDITABLE_STAGES = FIRST_TEXT_STAGES | CHECKED_STAGES
ASKED_STAGES = frozenset({Stage.CONSENTING, Stage.CONSENTED})
GROUP_STAGES = frozenset(
    {Stage.FEASIBLE, Stage.CONSENTING, Stage.CONSENTED, Stage.IN_ROUND, Stage.SELECTED, Stage.RESERVED}
)
GROUPS: dict[StageGroup, tuple[Stage, ...]] = {
    StageGroup.PROPOSAL: (Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.FEASIBLE),
    StageGroup.CONSENT: (Stage.CONSENTING, Stage.CONSENTED),
    StageGroup.DELIBERATION: (Stage.IN_ROUND,),
    StageGroup.RESERVE: (Stage.RESERVED,),
    StageGroup.RAISING: (Stage.SELECTED, Stage.MATCHED),
    StageGroup.DELIVERY: (Stage.DELIVERING, Stage.ACCEPTED),
    StageGroup.DONE: (Stage.EVALUATED, Stage.CLOSED),
    StageGroup.ENDED: (Stage.REJECTED, Stage.WITHDRAWN),
}
MOST_LINES = 30
TITLE_LENGTH = 80


@dataclass(frozen=True)
class CostItem:
    """One line of the costs."""

    name: str
    amount: Money


@dataclass(frozen=True)
class ProposalText:
    """What a proposal says. ``beneficiaries`` counts households; ``budget`` none: the sum of the lines.

    ``shared``: a sum that the households bear together by a rule, where there is one.
    """

    title: str
    why: str
    location: str
    kind: Kind
    theme: Theme
    beneficiaries: int
    origin: str
    payers: str
    lines: tuple[CostItem, ...]
    budget: Money | None = None
    shared: SharedSum | None = None

    @property
    def total(self) -> Money:
        """Give the sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)


def may_move(stage: Stage, to: Stage) -> bool:
    """Tell whether a project may go from *stage* to *to* in one deed.

    >>> may_move(Stage.DRAFT, Stage.SUBMITTED), may_move(Stage.DRAFT, Stage.CLOSED)
    (True, False)
    """
    return to in MOVES[stage]


def group_of(stage: Stage) -> StageGroup:
    """Give the group in which a list shows a stage.

    >>> group_of(Stage.CONSENTED).value
    'consent'
    """
    return next(group for group, stages in GROUPS.items() if stage in stages)


def check_text(text: ProposalText) -> None:
    """Check that a proposal says everything and that its lines add up.

    Raises:
        Refused: an empty field, no beneficiary, no line or too many, a line without name or amount, or a stated
            budget that is not the sum of the lines.
    """
    for field in ("title", "why", "location", "origin", "payers"):
        if not getattr(text, field).strip():
            raise Refused("projects.text_needed", field)
    if len(text.title) > TITLE_LENGTH:
        raise Refused("projects.title_too_long", "title", most=TITLE_LENGTH)
    if text.beneficiaries < 1:
        raise Refused("projects.nobody_benefits", "beneficiaries")
    _check_lines(text)
    if text.shared is not None:
        check_shared(text.shared, text.total)


def _check_lines(text: ProposalText) -> None:
    if not text.lines:
        raise Refused("projects.no_lines", "lines")
    if len(text.lines) > MOST_LINES:
        raise Refused("projects.too_many_lines", "lines", most=MOST_LINES)
    if any(not line.name.strip() or line.amount.amount <= 0 for line in text.lines):
        raise Refused("projects.line_incomplete", "lines")
    if text.budget is not None and text.budget != text.total:
        raise Refused("projects.lines_do_not_sum", "lines", total=text.total, budget=text.budget)


def content_of(text: ProposalText) -> dict[str, Any]:
    """Give the content of a version as it is hashed and compared: every word, every line, the budget in fen.

    Who shares a sum by a rule stands there only where there is such a sum.
    """
    content: dict[str, Any] = {
        "title": text.title,
        "why": text.why,
        "location": text.location,
        "kind": text.kind.value,
        "theme": text.theme.value,
        "beneficiaries": text.beneficiaries,
        "origin": text.origin,
        "payers": text.payers,
        "budget_fen": fen(text.total),
        "lines": [[line.name, fen(line.amount)] for line in text.lines],
    }
    if text.shared is not None:
        content["shared"] = [text.shared.how.value, fen(text.shared.amount), *text.shared.buildings]
    return content


def typed_of(text: ProposalText) -> dict[str, str]:
    """Give a text as its proposer would have typed it, field by field: what the form shows when it is edited again."""
    typed = {
        "title": text.title,
        "why": text.why,
        "location": text.location,
        "kind": text.kind.value,
        "theme": text.theme.value,
        "beneficiaries": str(text.beneficiaries),
        "origin": text.origin,
        "payers": text.payers,
    }
    for number, line in enumerate(text.lines):
        typed |= {f"lines-{number}-name": line.name, f"lines-{number}-amount": yuan_text(fen(line.amount))}
    if text.shared is not None:
        typed |= {
            "sharing_how": text.shared.how.value,
            "sharing_amount": yuan_text(fen(text.shared.amount)),
            "sharing_buildings": BETWEEN.join(text.shared.buildings),
        }
    return typed


def content_hash(content: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a version's content; consents and ballots name a version by it."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def limits_of(part: object) -> dict[Kind, Money]:
    """Read the part "limits" of a policy: the highest budget of a project by its kind.

    Raises:
        BadInput: not a table of exactly the three kinds with amounts above 0.

    Source: domain.md section 1.1 (珠海 2021).

    >>> limits_of({"works": "500000.00", "goods": "200000.00", "service": "200000.00"})[Kind.GOODS]
    Money('200000', 'CNY')
    """
    if not isinstance(part, Mapping) or set(part) != {kind.value for kind in Kind}:
        raise BadInput("limits", repr(part), "works, goods and service")
    caps = {kind: fen_of_text(part[kind.value], f"limits.{kind.value}") for kind in Kind}
    for kind, cap in caps.items():
        if cap <= 0:
            raise BadInput(f"limits.{kind.value}", repr(part[kind.value]), "an amount above 0")
    return {kind: from_fen(cap) for kind, cap in caps.items()}


def check_cap(text: ProposalText, caps: Mapping[Kind, Money]) -> None:
    """Check a proposal's budget against the highest of its kind; exactly the cap is allowed.

    Raises:
        Refused: the budget is above it.
    """
    if text.total > caps[text.kind]:
        raise Refused("projects.over_cap", "lines", budget=text.total, cap=caps[text.kind])


def check_group(tasks: Iterable[tuple[int, Task]]) -> None:
    """Check a project group: one lead, one treasurer, at least one supervisor, and one task for each person.

    Raises:
        Refused: a task is missing or doubled, or somebody has two (a supervisor above all).

    Source: domain.md section 4 (131: who decides, who executes and who supervises are different people).
    """
    listed = list(tasks)
    people = Counter(person for person, _task in listed)
    supervisors = {person for person, task in listed if task is Task.SUPERVISOR}
    counted = Counter(task for _person, task in listed)
    for person, times in people.items():
        if times > 1 and person in supervisors:
            raise Refused("projects.supervisor_has_task", "supervisors")
        if times > 1:
            raise Refused("projects.two_tasks", "members")
    for task, field in ((Task.LEAD, "lead"), (Task.TREASURER, "treasurer")):
        if counted[task] != 1:
            raise Refused("projects.one_of_task", field)
    if not supervisors:
        raise Refused("projects.no_supervisor", "supervisors")
