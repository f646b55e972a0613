"""Work with a chosen supplier is ended in public, and another is chosen; nothing is deleted, in both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.parties.rules import Bond
from fundapp.procurement.commands import NewQuote, choose_supplier, end_supplier, record_quote
from fundapp.procurement.insiders import suppliers_of
from fundapp.procurement.models import Quote, SupplierChoice
from fundapp.procurement.queries import quotes_of
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import made_up_code
from tests.db.sending import make_claims
from tests.parties.relating import FIRMS, make_relating
from tests.parties.test_blocked import attacked
from tests.support.races import at_once
from tests.support.visitor import Visitor

WHY = "停业了，不再施工"


@pytest.fixture
def relating(app):
    """Three firms have quoted; the first is chosen and work has begun."""
    made = make_relating()
    made.choose(0)
    return made


def end(relating, who=None, reason=WHY):
    """End the work with the chosen firm; by default the lead."""
    return relating.do(end_supplier, who or relating.group[Task.LEAD], relating.town.projects[0], reason)


def code_of(deed, *args, **named):
    """Give the code of a refusal."""
    with pytest.raises((Refused, Forbidden)) as refused:
        deed(*args, **named)
    return refused.value.code


def state(relating):
    """Give, of each quote in order, whether it is chosen and whether work with it was ended."""
    with reading_session() as session:
        return [(row.chosen, row.ended_at is not None) for row in quotes_of(session, relating.town.projects[0])]


def counted(relating):
    """Give the firms that the project pays or may come to pay."""
    with reading_session() as session:
        numbers = suppliers_of(session, relating.town.projects[0])
        rows = session.query(Quote).where(Quote.counterparty_id.in_(numbers)).order_by(Quote.id)
        return [row.supplier for row in rows]


def test_another_is_chosen_after_an_end_that_is_told(relating):
    """The dearer second is the lowest that is left, so it needs no reason; work goes on; the old quote stays."""
    assert counted(relating) == [FIRMS[0]]
    assert end(relating).choice_id == end(relating).choice_id
    assert state(relating) == [(False, True), (False, False), (False, False)]
    assert counted(relating) == [FIRMS[1], FIRMS[2]]
    assert code_of(relating.choose, 0) == "procurement.ended_before"
    assert code_of(relating.choose, 2, reason="") == "procurement.dearer_needs_reason"
    relating.choose(1, reason="")
    assert state(relating) == [(False, True), (True, False), (False, False)]
    assert counted(relating) == [FIRMS[1]]
    with reading_session() as session:
        assert get_project(session, relating.town.projects[0]).stage is Stage.DELIVERING
        assert [row.ended_because for row in quotes_of(session, relating.town.projects[0])] == [WHY, "", ""]
    assert code_of(relating.choose, 2) == "procurement.chosen"
    end(relating, reason="做了一半不做了")
    relating.choose(2)
    assert state(relating) == [(False, True), (False, True), (True, False)]


@pytest.fixture
def paying(app):
    """The same where money lies ready, and street and foundation had their part."""
    made = make_relating(town=make_claims()[0])
    made.choose(0)
    return made


def test_a_firm_that_was_paid_counts_on(paying):
    """Its bill stands, so who decides and pays stays apart from it."""
    relating = paying
    bill = relating.bill()
    end(relating)
    relating.approve(bill)
    relating.choose(1)
    assert counted(relating) == [FIRMS[0], FIRMS[1]]


def test_new_quotes_come_in_only_while_nobody_is_chosen(relating):
    """During the work a quote is taken between the end and the next choice; by the database's word too."""
    late = NewQuote(
        relating.town.projects[0], "late", "丁建筑公司", from_fen(80_000), relating.town.scan, made_up_code("丁")
    )
    assert code_of(relating.do, record_quote, relating.group[Task.LEAD], late) == "procurement.not_now"
    end(relating)
    number = relating.do(record_quote, relating.group[Task.LEAD], late).id
    relating.do(choose_supplier, relating.group[Task.LEAD], number, "")
    assert state(relating)[0] == (True, False)


def test_what_turns_out_related_is_left_for_another(paying):
    """Its bills are not paid any more; the group ends it and goes on with a firm that is not related."""
    relating = paying
    relating.declare(relating.group[Task.MEMBER], Bond.OWNER, FIRMS[0])
    assert code_of(relating.approve, relating.bill()) == "parties.related"
    end(relating, reason="组员是这家的股东")
    relating.choose(1, reason="")
    relating.approve(relating.bill(FIRMS[1]))


def test_only_the_lead_ends_it_during_the_work_and_says_why(relating):
    """Others of the group, staff and strangers do not; nor before a choice, nor without a reason."""
    for who in (
        relating.group[Task.MEMBER], relating.group[Task.TREASURER], relating.group[Task.SUPERVISOR],
        relating.officer(), relating.officer(role=Role.STREET_OFFICER), Actor(4711),
    ):  # fmt: skip
        assert code_of(end, relating, who) == "procurement.only_lead"
    assert code_of(end, relating, reason=" 不好  ") == "procurement.end_needs_reason"
    assert state(relating)[0] == (True, False)
    end(relating)
    assert code_of(end, relating, reason="另一个理由") == "procurement.nobody_chosen"
    with pytest.raises(NotVisible):
        relating.do(end_supplier, relating.group[Task.LEAD], 4711, WHY)


def test_before_a_choice_there_is_nothing_to_end(app):
    """And nobody is told that it worked."""
    assert code_of(end, make_relating()) == "procurement.nobody_chosen"


REPLACE = (
    "INSERT INTO supplier_choice (project_id, quote_id, reason, replaces_id, chosen_by_id, chosen_at) "
    "SELECT q.project_id, q.id, 'x', s.id, q.recorded_by_id, :at FROM quote q "
    "JOIN supplier_choice s ON s.project_id = q.project_id WHERE q.id = :quote AND s.quote_id = :old"
)
LATE = (
    "INSERT INTO quote (project_id, op_key, supplier, counterparty_id, amount_fen, paper_id, recorded_by_id, "
    "recorded_at) SELECT project_id, 'x', 'x', (SELECT min(c.id) FROM counterparty c WHERE c.id NOT IN "
    "(SELECT counterparty_id FROM quote)), 1, paper_id, recorded_by_id, :at FROM quote WHERE id = :quote"
)


def refused_by(statement, words, **values):
    """Try plain SQL in a transaction of its own, which must end with these words."""
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match=words), connection.begin_nested():
            connection.execute(text(statement), values)
        connection.rollback()


def test_the_database_replaces_only_what_was_ended_and_once(relating):
    """Plain SQL: a second choice beside the first, one in the place of a standing one, two in the place of one."""
    first, second, third = relating.quotes
    attacked(REPLACE, quote=second, old=first, guard="supplier_replaces_ended", says="once work with it was ended")
    relating.bill("戊")
    attacked(LATE, quote=first, guard="quote_before_choice", says="the supplier has been chosen")
    beside = REPLACE.replace("s.id, q.recorded", "NULL, q.recorded").replace(":at", "'2026-03-09 00:00:00'")
    refused_by(beside, "(?i)unique|keeps its rows", quote=second, old=first)
    end(relating)
    relating.choose(1)
    again = REPLACE.replace(":at", "'2026-03-09 00:00:00'")
    refused_by(again, "(?i)unique|keeps its rows", quote=third, old=first)
    for statement, words in (
        ("UPDATE supplier_end SET reason = '五个字以上'", "supplier_end"),
        ("DELETE FROM supplier_end", "supplier_end"),
    ):
        refused_by(statement, words)


def test_two_choices_at_once_after_an_end_leave_one(relating):
    """Two of the group, each with another firm: one is chosen, the other is told."""
    end(relating)
    lead, member = relating.group[Task.LEAD], relating.group[Task.MEMBER]
    ended = at_once([
        lambda: relating.do(choose_supplier, lead, relating.quotes[1], "按规定不能选更低的").id,
        lambda: relating.do(choose_supplier, member, relating.quotes[2], "按规定不能选更低的").id,
    ])  # fmt: skip
    assert [how for how, _ in ended] == ["done", "refused"]
    assert ended[1][1] == "procurement.chosen"
    with reading_session() as session:
        assert session.query(SupplierChoice).count() == 2


def test_the_page_ends_it_and_the_public_page_tells_why(sqlite_app):
    """What was typed stays beside an error; the lead's room offers the deed, and afterwards the choice."""
    relating = make_relating()
    relating.choose(0)
    project, lead = relating.town.projects[0], Visitor(sqlite_app, relating.logins["lead"])
    path = f"/procurement/{project}/end"
    assert FIRMS[0] in lead.text(path)
    wrong = lead.post(path, reason="不好")
    assert wrong.status_code == 422
    assert "至少五个字" in wrong.text
    assert ">不好</textarea>" in wrong.text.replace("\r\n", "").replace("\n", "")
    assert lead.post(path, reason=WHY).status_code == 303
    told = Visitor(sqlite_app).text(f"/projects/{project}/works")
    assert WHY in told
    assert "终止合作" in told
    assert f"/procurement/{project}/choose" in lead.text(f"/desk/projects/{project}")
    assert FIRMS[0] not in lead.text(f"/procurement/{project}/choose")
    assert Visitor(sqlite_app, relating.logins["street_officer"]).get(path).status_code in (403, 404)
