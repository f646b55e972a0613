"""Which legal holder keeps a project's money: residents' cash is never shown as another's."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fundapp.custody.commands import NameKeeper, name_keeper
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.delivery.closing import close_project
from fundapp.delivery.commands import decide_expense
from fundapp.delivery.queries import cash_of
from fundapp.fundraising.commands import decide_contribution, record_contribution
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.models import Book, Journal
from fundapp.ledger.queries import balance, list_books
from fundapp.ledger.rules import Holder, Ledger
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from tests.db.town import gift, make_town
from tests.matching.paying import make_paying
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, NOW, make_account, make_person

OFFICER = Role.FOUNDATION_OFFICER


def named(town, who, kind=Holder.CHARITY, name="演示慈善会", reason="签有托管协议"):
    """Name who keeps the first project's money."""
    with unit_of_work() as session:
        return name_keeper(session, who, NameKeeper(town.projects[0], kind, name, reason), CLOCK).number


def given(town, key="g"):
    """Give 2,000 yuan to the first project, recorded and confirmed."""
    group = town.groups[0]
    with unit_of_work() as session:
        made = record_contribution(session, group[Task.TREASURER], gift(town, key), CLOCK).id
    with unit_of_work() as session:
        decide_contribution(session, group[Task.MEMBER], made, True, "", CLOCK)


def cash_by_holder(project_id):
    """Give a project's cash by the kind of holder in whose book it lies."""
    with reading_session() as session:
        books = list_books(session)
        return {
            book.holder_kind: amount
            for book in books
            if (amount := balance(session, book.id, Ledger.ACTUAL, f"cash:{project_id}"))
        }


@pytest.mark.parametrize("kind", [None, *Holder])
def test_the_cash_lies_in_the_book_of_the_one_who_keeps_it(app, kind):
    """Nobody named: the committee's. Named: the named one's, and nobody else's."""
    town = make_town(Stage.SELECTED, keeper=kind)
    given(town)
    assert cash_by_holder(town.projects[0]) == {kind or Holder.COMMITTEE: 200_000}


def test_a_book_belongs_to_one_holder(app):
    """Two charities of one place have two books; a community's committee has one, whatever it is called."""
    town = make_town(Stage.SELECTED, projects=2, keeper=Holder.CHARITY)
    other = NameKeeper(town.projects[1], Holder.CHARITY, "另一家慈善会", "协议")
    with unit_of_work() as session:
        name_keeper(session, town.staff[OFFICER][0], other, CLOCK)
    given(town)
    group = town.groups[1]
    with unit_of_work() as session:
        made = record_contribution(session, group[Task.TREASURER], gift(town, "h", number=1), CLOCK).id
        decide_contribution(session, group[Task.MEMBER], made, True, "", CLOCK)
        names = session.scalars(select(Book.holder_name).where(Book.holder_kind == Holder.CHARITY)).all()
    assert set(names) == {"演示慈善会", "另一家慈善会"}


def test_only_an_officer_names_and_only_before_the_first_money(app):
    """Wrong people, a charity without a name, no reason, and a change after money was recorded are refused."""
    town = make_town(Stage.SELECTED)
    officer, group = town.staff[OFFICER][0], town.groups[0]
    for who in (*group.values(), town.staff[Role.STREET_OFFICER][0], town.staff[Role.FOUNDATION_APPROVER][0]):
        with pytest.raises(Forbidden, match=r"custody\.only_officer"):
            named(town, who)
    for changed, code in (({"name": " "}, "custody.charity_name"), ({"reason": " "}, "custody.why")):
        with pytest.raises(Refused, match=code):
            named(town, officer, **changed)
    assert [named(town, officer), named(town, officer), named(town, officer, Holder.FOUNDATION, "")] == [1, 1, 2]
    with unit_of_work() as session:
        record_contribution(session, group[Task.TREASURER], gift(town, "g"), CLOCK)
    with pytest.raises(Refused, match=r"custody\.money_came"):
        named(town, officer, Holder.COMMITTEE, "")


def test_the_database_keeps_the_keeper_once_money_came(app):
    """Plain SQL neither names another keeper afterwards nor changes one."""
    town = make_town(Stage.SELECTED, keeper=Holder.CHARITY)
    given(town)
    late = (
        "INSERT INTO project_keeper (project_id, number, holder_kind, name, reason, named_by_id, named_at) "
        f"VALUES ({town.projects[0]}, 2, 'committee', '', 'x', 1, '2026-03-02 00:00:00.000000')"
    )
    for attack in (late, "UPDATE project_keeper SET name = 'x'", "DELETE FROM project_keeper"):
        with pytest.raises(DBAPIError), bound_engine().execution_options(writes=True).begin() as connection:
            connection.execute(text(attack))


def test_a_project_kept_by_its_foundation_is_paid_settled_and_closed_in_one_book(app):
    """Two sides of one payment lie in one book under keys of their own; the ledger verifies and nothing is left."""
    paying = make_paying(own=10_000, funding="100000.00", projects=1, keeper=Holder.FOUNDATION)
    town = paying.town
    paying.begin()
    paying.report(100)
    bill = paying.bill(30_000)
    paying.accept()
    paid = paying.pay()
    paying.do(decide_expense, town.groups[0][Task.TREASURER], bill, True, "")
    assert cash_by_holder(town.projects[0]) == {Holder.FOUNDATION: (10_000 + paid - 30_000) * 100}
    assert int(paying.settle().back_fen.amount) > 0
    with unit_of_work() as session:
        worker = make_person(session, "王社工", Role.WORKER, town.places.community)
        move_on(session, worker, town.projects[0], Stage.EVALUATED, NOW + timedelta(days=1))
    paying.give(6_000)
    paying.repay()
    paying.do(close_project, worker, town.projects[0])
    with reading_session() as session:
        assert len(session.scalars(select(Journal.book_id).distinct()).all()) == 1
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        assert cash_of(session, town.projects[0]) == 0


def test_the_page_names_the_keeper_and_everybody_reads_it(sqlite_app):
    """The officer's form says what stands; what is wrong is told on its field; the project's page says who keeps."""
    town = make_town(Stage.SELECTED)
    with unit_of_work() as session:
        make_account(session, town.staff[OFFICER][0], "li")
        make_account(session, town.staff[Role.STREET_OFFICER][0], "zhao")
    li, address = Visitor(sqlite_app, "li"), f"/projects/{town.projects[0]}/keeper"
    assert "居民委员会保管" in li.text(address)
    assert Visitor(sqlite_app, "zhao").get(address).status_code in (403, 404)
    wrong = li.post(address, kind="charity", name="", reason="托管协议在册")
    assert wrong.status_code == 422
    assert "登记的全称" in wrong.text
    assert "托管协议在册" in wrong.text
    assert li.post(address, kind="charity", name="演示慈善会", reason="托管协议在册").status_code == 303
    public = Visitor(sqlite_app).text(f"/projects/{town.projects[0]}")
    assert "资金由演示慈善会保管" in public
    assert "托管协议在册" in public
