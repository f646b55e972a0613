"""Two people decide the same thing at the same moment: one deed, one posting, and a friendly word for the other.

Real processes, held together between reading and writing as far as the locks let them. Source: reliability.md B3, B4.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from fundapp.app import check_list
from fundapp.db.work import reading_session, unit_of_work
from fundapp.delivery.commands import NewExpense, claim_expense, decide_expense
from fundapp.fundraising.commands import decide_contribution, record_contribution
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import from_fen
from fundapp.ledger.models import Journal
from fundapp.matching.commands import NewDecision, decide, disburse
from fundapp.matching.models import Step
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from tests.db.sending import gift, make_claims, make_town
from tests.support.races import Meeting, at_once
from tests.support.world import CLOCK, NOW

ROUNDS = 5


@dataclass(frozen=True)
class Pair:
    """What two people do at once in each round; where they meet after reading; how it ends; postings of the one."""

    package: str
    read: str
    rounds: list[tuple[Callable[..., Any], Callable[..., Any]]]
    ended: list[str]
    journals: int


def approval(rounds: int) -> Pair:
    """Two approvers approve one claim."""
    town, claims = make_claims(rounds, Step.PROPOSAL)
    deeds = [
        tuple(
            partial(decide, actor=who, cmd=NewDecision(claim, f"{claim}{n}", Step.APPROVAL, True, ""), clock=CLOCK)
            for n, who in enumerate(town.staff[Role.FOUNDATION_APPROVER])
        )
        for claim in claims
    ]
    return Pair("matching", "_check_step", deeds, ["done", "matching.decided"], 1)


def payment(rounds: int) -> Pair:
    """Two officers pay one claim, each with a form of her own."""
    town, claims = make_claims(rounds, Step.APPROVAL)
    deeds = [
        tuple(
            partial(disburse, actor=who, claim_id=claim, op_key=f"{claim}{n}", clock=CLOCK)
            for n, who in enumerate(town.staff[Role.FOUNDATION_OFFICER])
        )
        for claim in claims
    ]
    return Pair("matching", "due_now", deeds, ["done", "matching.nothing_to_pay"], 3)


def confirmation(rounds: int) -> Pair:
    """Two members say of one gift that it is there, and that it is not."""
    town = make_town(Stage.SELECTED)
    group = town.groups[0]
    with unit_of_work() as session:
        gifts = [
            record_contribution(session, group[Task.TREASURER], gift(town, f"g{n}"), CLOCK).id for n in range(rounds)
        ]
    deeds = [
        tuple(
            partial(
                decide_contribution, actor=group[task], contribution_id=one, confirmed=yes, reason="没有", clock=CLOCK
            )
            for task, yes in ((Task.MEMBER, True), (Task.LEAD, False))
        )
        for one in gifts
    ]
    return Pair("fundraising", "get_project", deeds, ["done", "fundraising.decided"], 1)


def bill(rounds: int) -> Pair:
    """The treasurer pays a bill while the supervisor refuses it."""
    town = make_town(Stage.SELECTED)
    group, project = town.groups[0], town.projects[0]
    with unit_of_work() as session:
        given = record_contribution(session, group[Task.TREASURER], gift(town, "g"), CLOCK)
        decide_contribution(session, group[Task.MEMBER], given.id, True, "", CLOCK)
        for step in (Stage.MATCHED, Stage.DELIVERING):
            move_on(session, group[Task.LEAD], project, step, NOW)
        bills = [
            claim_expense(session, group[Task.LEAD], _bill(project, town.scan, number), CLOCK).id
            for number in range(rounds)
        ]
    deeds = [
        tuple(
            partial(decide_expense, actor=group[task], expense_id=one, approved=yes, reason="不符", clock=CLOCK)
            for task, yes in ((Task.TREASURER, True), (Task.SUPERVISOR, False))
        )
        for one in bills
    ]
    return Pair("delivery", "tasks_of", deeds, ["done", "delivery.decided"], 1)


def _bill(project: int, scan: int, number: int) -> NewExpense:
    return NewExpense(project, f"b{number}", from_fen(100), "材料", "商家", f"F{number}", scan, local_date(NOW))


EVERY = pytest.mark.parametrize("pair", [approval, payment, confirmation, bill], ids=lambda one: one.__name__)


def child(pair, meeting, deed, locked):
    """Do the deed in a process of its own, and wait for the other one after reading."""
    module = sys.modules[deed.func.__module__]  # some packages keep their deeds in several files
    setattr(module, pair.read, meeting.after(getattr(module, pair.read)))
    if not locked:
        take_the_locks_away()
    with unit_of_work() as session:
        if not locked:
            session.connection(execution_options={"writes": False})
        return deed(session).id


def take_the_locks_away():
    """Let nobody wait for anybody in this process."""
    from fundapp.ledger.commands import opening, posting
    from fundapp.matching import commands as matching
    from fundapp.programmes.queries import get_programme

    matching.lock_pool = get_programme
    kept = tuple(f"fundapp.{name}.commands" for name in ("matching", "fundraising", "delivery"))
    for name, module in list(sys.modules.items()):
        if name.startswith(kept) and hasattr(module, "lock_project"):
            module.lock_project = lambda *_args: None
    for module in (opening, posting):
        module.lock_books = lambda session, numbers: {number: session.get(opening.Book, number) for number in numbers}


def journals():
    """Count the postings; money must verify."""
    with reading_session() as session:
        checks = [check for check in check_list() if check.name.startswith(("audit.", "ledger.", "matching."))]
        assert [check.name for check in checks if check.run(session).first_fault] == []
        return session.scalar(select(func.count()).select_from(Journal))


def race(pair, deeds, locked=True):
    """Let both deeds run; tell how they ended and how many postings they made."""
    before, meeting = journals(), Meeting(2, seconds=0.3 if locked else 20)
    ended = at_once([partial(child, pair, meeting, deed, locked) for deed in deeds])
    return [what if kind == "refused" else kind for kind, what in ended], journals() - before, ended


@EVERY
def test_two_who_decide_at_once_make_one_deed(app, pair):
    """One wins, the other is told what was decided; money moves once."""
    made = pair(ROUNDS)
    for deeds in made.rounds:
        how, posted, ended = race(made, deeds)
        assert how == made.ended, ended
        assert posted <= made.journals, ended
        assert posted == made.journals or made.package != "matching"  # where who said no was first, nothing moves


@pytest.mark.long
@EVERY
def test_two_who_decide_at_once_a_hundred_times_make_one_deed_each(app, pair):
    """The same, a hundred times."""
    made = pair(100)
    for deeds in made.rounds:
        how, _posted, ended = race(made, deeds)
        assert how == made.ended, ended


@EVERY
def test_without_the_locks_one_of_the_two_is_not_told_what_was_decided(app, pair):
    """What the tests above rest on: both read before either writes, and the last guard, rule or floor, says its own."""
    made = pair(1)
    how, posted, _ended = race(made, made.rounds[0], locked=False)
    assert how != made.ended
    assert {"error", "ledger.not_enough"} & set(how)
    assert posted <= made.journals
