"""The pages of sheets as visitor, worker and member see them."""

import re

import pytest

from fundapp.db.work import unit_of_work
from tests.scoring.conftest import make_scored
from tests.support.world import NOW, make_account
from tests.voting.polling import CLOSES, OPENS, at


@pytest.fixture
def house(sqlite_app):
    """The app with an open sheet; gives the sheet and a function that opens a browser at a moment."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    made = make_scored()
    with unit_of_work() as session:
        make_account(session, made.worker, "worker")
        make_account(session, made.stranger, "stranger")

    def visit(actor=None, moment=OPENS):
        sqlite_app.extensions["clock"] = at(moment)
        client = sqlite_app.test_client()
        if actor is not None:
            with client.session_transaction() as kept:
                kept["_user_id"] = str(actor.person_id)
        return client

    return made, visit


def typed(made, client, **otherwise):
    """What a member types in: 7 everywhere."""
    form = client.get(f"/scorings/{made.sheet}/paper").get_data(as_text=True)
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', form)[1]
    points = {f"points-{one}-{n}": "7" for one in made.projects for n in range(5)}
    return {"op_key": key, "sure": "y", **points, **otherwise}


def test_a_member_scores_on_her_page_and_sees_it_published(house):
    """The desk leads to the paper; what is missing is asked for on its box; afterwards there is no way back."""
    made, visit = house
    client, path = visit(made.members[1]), f"/scorings/{made.sheet}/paper"
    assert "给项目打分：第一轮评选" in client.get("/desk/").get_data(as_text=True)
    wrong = client.post(path, data=typed(made, client, **{f"points-{made.projects[0]}-2": "11"}))
    assert wrong.status_code == 422
    assert f'href="#points-{made.projects[0]}-2"' in wrong.get_data(as_text=True)
    short = client.post(path, data=typed(made, client, **{f"points-{made.projects[0]}-2": ""}))
    assert "每个项目的每一条都要打分" in short.get_data(as_text=True)
    assert 'value="7"' in short.get_data(as_text=True), "nothing typed is lost"
    assert client.post(path, data=typed(made, client)).status_code == 303
    assert "您已经交过打分卷" in client.get(path).get_data(as_text=True)
    page = visit().get(f"/scorings/{made.sheet}").get_data(as_text=True)
    assert "1 / 4 位已交卷" in page
    assert "每位评委打的分" not in page
    assert visit().get(f"/scorings/{made.sheet}/papers.csv").status_code == 404
    after = visit(moment=CLOSES).get(f"/scorings/{made.sheet}").get_data(as_text=True)
    assert "演示·评委1（物业）" in after
    csv = visit(moment=CLOSES).get(f"/scorings/{made.sheet}/papers.csv").get_data(as_text=True)
    assert csv.count("演示·评委1") == 15


def test_only_members_open_a_paper(house):
    """A neighbour and the worker meet nothing; a visitor is asked to sign in."""
    made, visit = house
    path = f"/scorings/{made.sheet}/paper"
    assert [visit(who).get(path).status_code for who in (made.stranger, made.worker, None)] == [404, 404, 303]


def test_the_worker_drafts_opens_and_publishes(house):
    """A wrong line of members is told at its field; the draft is nobody else's; the result needs the close."""
    made, visit = house
    client = visit(made.worker, NOW)
    assert "惠及面广 20" in client.get("/scorings/new").get_data(as_text=True)
    wish = {
        "programme_id": made.wish.programme_id, "place_id": made.places.community, "title": "第二轮评选",
        "opens_at": "2026-03-02T08:00", "closes_at": "2026-03-09T18:00", "budget": "100", "most": "10", "least": "0",
        "criteria": "惠及面广 60\n自筹多 40", "members": "pingwei0 甲",
    }  # fmt: skip
    wrong = client.post("/scorings/new", data=wish)
    assert "第 1 行看不懂" in wrong.get_data(as_text=True)
    sent = client.post("/scorings/new", data=wish | {"members": "pingwei0 甲 居民\npingwei1 乙 居民"})
    assert sent.status_code == 303
    assert visit(made.stranger, NOW).get(sent.location).status_code == 404
    assert "pingwei1 乙 居民" in visit(made.worker, NOW).get(f"{sent.location}/edit").get_data(as_text=True)
    opened = visit(made.worker, NOW).post(f"{sent.location}/open", data={"sure": "y"})
    assert "请至少选一个项目" in opened.get_data(as_text=True)
    early = visit(made.worker).post(f"/scorings/{made.sheet}/result")
    assert early.status_code == 303
    assert "公布评选结果" in visit(made.worker, CLOSES).get("/desk/").get_data(as_text=True)
    assert visit(made.worker, CLOSES).post(f"/scorings/{made.sheet}/result").status_code == 303
    assert "已公布" in visit(moment=CLOSES).get("/scorings/").get_data(as_text=True)
