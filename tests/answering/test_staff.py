"""Nobody on the staff answers for a household, whatever address she sends whatever form to."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from fundapp.answering import commands
from fundapp.consent.models import ConsentAnswer
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from tests.answering.slips import print_slips
from tests.support.world import make_account, make_person

PAPER = {"consent.new_paper", "consent.correct_paper"}


def answers():
    """How many answers there are."""
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(ConsentAnswer))


@pytest.mark.parametrize("who", ["worker", "administrator"])
def test_no_form_of_the_site_lets_staff_answer_for_a_household(sqlite_app, shown, visit, who):
    """Every address that takes a form, with all that an answer is made of; only paper has a way of its own."""
    sqlite_app.testing = False  # a form that breaks is answered, and no answer of a household
    print_slips(shown)
    staff = shown.worker
    if who == "administrator":
        with unit_of_work() as session:
            staff = make_person(session, "管理员", Role.ADMINISTRATOR, shown.places.district)
            make_account(session, staff, "admin")
    client = visit(staff)
    said = {
        "unit_id": shown.places.units[4], "answer": "agree", "confirmed": "1" * 64, "door": "2栋102",
        "person_id": shown.residents[0].person_id, "channel": "phone", "round_id": shown.round, "serial": 1,
    }  # fmt: skip
    tried = 0
    for rule in sqlite_app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in PAPER or rule.endpoint == "people.sign_out":
            continue
        values = {name: {"round_id": shown.round, "project_id": shown.project}.get(name, 1) for name in rule.arguments}
        with sqlite_app.test_request_context():
            address = rule.build(values, append_unknown=False)[1]
        client.post(address, data=said | {"op_key": str(uuid4())})
        tried += 1
    assert tried > 40
    assert answers() == 0


def test_a_worker_without_a_help_cannot_note_an_assisted_answer(shown, visit):
    """There is no such page for her, and another's help is not hers."""
    assert visit(shown.worker).get("/help/1").status_code == 404
    assert visit(shown.worker).post("/help/1", data={"answer": "agree"}).status_code == 404
    assert commands.answer_with_help.__doc__
