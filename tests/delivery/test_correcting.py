"""A payment that should not have been is taken back by two people; nothing is deleted, in both databases."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.delivery.checks import check_corrections
from fundapp.delivery.commands import NewExpense, claim_expense
from fundapp.delivery.queries import expenses_of, work_of
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.commands import reverse
from fundapp.ledger.models import Journal
from fundapp.ledger.rules import ReversalReason
from fundapp.people.models import Account
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Task
from tests.delivery.paid import paid_town
from tests.support.races import Meeting, at_once
from tests.support.visitor import Visitor
from tests.support.world import NOW, make_resident


@pytest.fixture
def paid(app):
    """The town with its bill."""
    return paid_town()


def refused(code, deed, *args, **more):
    """Show that a deed is refused by name."""
    with pytest.raises(Refused) as refusal:
        deed(*args, **more)
    assert refusal.value.code == code


def invoices(paid):
    """Give what the project's bills come to, in yuan, as its tranches count them."""
    with reading_session() as session:
        return work_of(session, get_project(session, paid.project)).invoices // 100


def test_a_payment_is_taken_back_by_two_people(paid):
    """The money is there again, the bill counts no more, and both its rows and its reversal stay."""
    before = paid.cash()
    number = paid.ask()
    assert (paid.cash(), paid.row().corrected, invoices(paid)) == (before, False, 900)
    paid.decide(number)
    assert (paid.cash(), paid.row().corrected, invoices(paid)) == (before + 900, True, 0)
    assert (paid.row().approved, paid.decide(number)) == (True, 1)
    with reading_session() as session:
        first = session.scalars(select(Journal).where(Journal.source == f"expense:{paid.bill}")).one()
        back = session.scalars(select(Journal).where(Journal.reverses_id == first.id)).one()
        assert (back.reason, back.asked_by_id) == (ReversalReason.WRONG_AMOUNT, paid.who(Task.LEAD).person_id)
        assert back.approved_by_id == paid.who(Task.SUPERVISOR).person_id
        assert check_corrections(session).first_fault is None
    refused("delivery.correction_decided", paid.decide, number, passed=False, why="不对")
    refused("delivery.corrected", paid.ask, key="k2")


def test_who_asks_does_not_approve_and_strangers_do_neither(paid):
    """The treasurer decides what others ask; who claims and members do not decide at all."""
    number = paid.ask(Task.TREASURER)
    refused("delivery.another_corrects", paid.decide, number, Task.TREASURER)
    refused("delivery.only_corrector", paid.decide, number, Task.MEMBER)
    refused("delivery.reason_needed", paid.decide, number, passed=False)
    paid.decide(number, passed=False, why="与合同一致")
    assert paid.row().corrected is False
    with unit_of_work() as session:
        stranger = make_resident(session, "路人", paid.paying.town.places.units[3])
    paid.paying.town.groups[0]["stranger"] = stranger
    with pytest.raises(Forbidden):
        paid.ask("stranger", key="s")
    paid.decide(paid.ask(Task.SUPERVISOR, key="k2"), Task.TREASURER)
    assert paid.row().corrected is True


def test_only_what_was_paid_is_taken_back_and_with_words(paid):
    """An undecided bill has nothing to take back."""
    refused("delivery.not_paid", paid.ask, bill=paid.paying.bill(50))
    refused("delivery.why_correct", paid.ask, told="  ")


def test_nothing_is_settled_while_a_correction_waits_nor_corrected_after(paid):
    """The match is worked out from the bills that stand, once."""
    number = paid.ask()
    paid.paying.report(100)
    paid.paying.accept()
    refused("delivery.correction_waits", paid.paying.settle)
    paid.decide(number, passed=False, why="没有错")
    paid.paying.settle()
    refused("delivery.settled_before", paid.ask, key="k2")


def again(paid, key="again"):
    """Claim the same invoice again, as 90 yuan."""
    with reading_session() as session:
        number = expenses_of(session, paid.project)[0].invoice_no
    cmd = NewExpense(paid.project, key, from_fen(9000), "材料", "商家", number, paid.paying.town.scan, local_date(NOW))
    return paid.paying.do(claim_expense, paid.who(Task.LEAD), cmd)


def test_an_invoice_is_claimed_again_once_its_payment_was_taken_back(paid):
    """Not before, and then once."""
    refused("delivery.invoice_twice", again, paid)
    paid.decide(paid.ask())
    assert again(paid).again == 1
    refused("delivery.invoice_twice", again, paid, "third")


def decide_together(paid, meeting, number, task, passed):
    """Decide in a process of its own, and wait for the other one after reading."""
    from fundapp.delivery import correcting

    correcting.payment_of = meeting.after(correcting.payment_of)
    return paid.decide(number, task, passed, "" if passed else "没有错")


def test_two_who_decide_at_once_make_one_reversal(paid):
    """Supervisor and treasurer agree at the same moment: one decision; who disagrees is told that it was decided."""
    before, number = paid.cash(), paid.ask()
    meeting = Meeting(2, seconds=0.3)
    both = [partial(decide_together, paid, meeting, number, task, True) for task in (Task.SUPERVISOR, Task.TREASURER)]
    assert at_once(both) == [("done", 1), ("done", 1)]
    assert paid.cash() == before + 900


def ask_together(paid, meeting, task):
    """Ask in a process of its own, and wait for the other one after reading."""
    from fundapp.delivery import correcting

    correcting.corrections_of = meeting.after(correcting.corrections_of)
    return paid.ask(task, key=f"k-{task}")


def test_two_who_ask_at_once_make_one_request(paid):
    """A second request would be approved on top of the first."""
    meeting = Meeting(2, seconds=0.3)
    ended = at_once([partial(ask_together, paid, meeting, task) for task in (Task.LEAD, Task.TREASURER)])
    assert [what if kind == "refused" else kind for kind, what in ended] == ["done", "delivery.corrected"]


ASK = (
    "INSERT INTO expense_correction (op_key, expense_id, reason, told, asked_by_id, asked_at) "
    "VALUES ('attack', :bill, 'duplicate', '重复', :who, :at)"
)
DECIDE = (
    "INSERT INTO expense_correction_decision (correction_id, passed, why, decided_by_id, decided_at) "
    "VALUES (:number, :passed, 'x', :who, :at)"
)
SETTLE = (
    "INSERT INTO project_settlement (project_id, op_key, cost_fen, promised_fen, due_fen, paid_fen, more_fen, "
    "back_fen, owed_fen, steps, settled_by_id, settled_at) "
    "VALUES (:project, 'attack', 0, 0, 0, 0, 0, 0, 0, '[]', :other, :at)"
)
CLOSE = (
    "INSERT INTO project_closing (project_id, received_fen, spent_fen, left_fen, closed_by_id, closed_at) "
    "VALUES (:project, 0, 0, 0, :other, :at)"
)
BILL = (
    "INSERT INTO expense (project_id, number, op_key, amount_fen, purpose, payee, counterparty_id, invoice_no, again, "
    "invoice_id, spent_on, claimed_by_id, claimed_at) SELECT project_id, 99, 'attack', amount_fen, purpose, payee, "
    "counterparty_id, invoice_no, 1, invoice_id, spent_on, claimed_by_id, claimed_at FROM expense WHERE id = :bill"
)


ATTACKS = (
    ("correction_once", ASK, {}),
    ("correction_of_a_payment", ASK, {"bill": "unpaid"}),
    ("correction_second_person", DECIDE, {"who": "asker", "passed": False}),
    ("correction_posts_its_reversal", DECIDE, {"passed": True}),
    ("project_settlement_after_corrections", SETTLE, {}),
    ("project_closing_after_corrections", CLOSE, {}),
    ("expense_again_after_correction", BILL, {}),
)


def test_the_database_refuses_wrong_corrections(paid):
    """It is the named guard that refuses; without it the row is taken."""
    usual = {
        "bill": paid.bill, "number": paid.ask(), "project": paid.project, "passed": True, "at": NOW + timedelta(days=1),
        "who": paid.who(Task.SUPERVISOR).person_id, "other": paid.paying.officer().person_id,
    }  # fmt: skip
    named = {"asker": paid.who(Task.LEAD).person_id, "unpaid": paid.paying.bill(50)}
    with bound_engine().execution_options(writes=True).connect() as connection:
        for guard, statement, changes in ATTACKS:
            values = usual | {name: named.get(value, value) for name, value in changes.items()}
            attack(connection, guard, statement, values)


def attack(connection, guard, statement, values):
    """Show that one guard alone stands in the way; nothing stays."""
    made = text(statement)
    if ":at" in statement:
        made = made.bindparams(bindparam("at", type_=Instant()))
    values = {name: value for name, value in values.items() if f":{name}" in statement}
    with pytest.raises(DBAPIError), connection.begin_nested():
        connection.execute(made, values)
    drop_guard(connection, next(one for one in guards() if one.name == guard))
    connection.execute(made, values)
    connection.rollback()


def test_nothing_is_asked_after_the_end_in_the_database_either(paid):
    """The command says so by name; the guard holds it where somebody goes around the command."""
    paid.paying.report(100)
    paid.paying.accept()
    paid.paying.settle()
    made = text(ASK).bindparams(bindparam("at", type_=Instant()))
    values = {"bill": paid.bill, "who": paid.who(Task.LEAD).person_id, "at": NOW}
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match="settled or closed"), connection.begin_nested():
            connection.execute(made, values)
        connection.rollback()


def test_a_reversal_without_its_correction_is_found(paid):
    """Somebody who reverses the payment past the deed leaves a trace that the audit names."""
    with unit_of_work() as session:
        journal = session.scalars(select(Journal.id).where(Journal.source == f"expense:{paid.bill}")).one()
        reverse(session, paid.who(Task.LEAD), journal, ReversalReason.DUPLICATE, "悄悄", NOW)
    with reading_session() as session:
        assert check_corrections(session).first_fault == (
            f"expense:{paid.bill}: its reversal and its correction do not go together"
        )


def test_the_pages_of_a_correction(paid, app):
    """The lead asks, the supervisor finds it on her desk, and everybody reads it beside the bill."""
    app.extensions["clock"] = paid.paying.clock
    with reading_session() as session:
        people = [paid.who(task).person_id for task in (Task.LEAD, Task.SUPERVISOR)]
        logins = [session.scalars(select(Account.login).where(Account.person_id == one)).one() for one in people]
    lead, supervisor = (Visitor(app, login) for login in logins)
    page, form = f"/delivery/{paid.project}/corrections", f"/delivery/expenses/{paid.bill}/correct"
    assert page in lead.text(f"/desk/projects/{paid.project}")
    assert form in lead.text(page)
    said = {"reason": "wrong_amount", "told": "多打了一个零，已退回", "op_key": str(uuid4())}
    assert lead.post(form, **said | {"told": ""}).status_code == 422
    assert lead.post(form, **said).status_code == 303
    assert "已经有人申请更正" in lead.text(form)
    word = "/delivery/corrections/1"
    assert word in supervisor.text("/desk/")
    assert "申请更正的人不能自己核对" in lead.text(word) or "更正由本项目的监督员或财务核对" in lead.text(word)
    assert supervisor.post(word, verdict="no").status_code == 422
    assert supervisor.post(word, verdict="yes").status_code == 303
    works = Visitor(app).text(f"/projects/{paid.project}/works")
    assert "已更正，不算支出" in works
    assert "多打了一个零，已退回" in works
    assert "已更正，已冲销" in works
