"""The pages of a round, as strangers, residents, workers and officers see them."""

import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.voting.mix_models import VoteLoose
from fundapp.voting.models import VoteBallot, VoteRound
from tests.support.world import NOW, make_person
from tests.voting.polling import CLOSES, JUST, OPENS, at, cast, make_polled, make_project, paper, publish

TOKEN = re.compile(r'<input[^>]*name="(?:csrf_token|op_key)"[^>]*>')


@pytest.fixture
def polled(sqlite_app):
    """A round in the app over fourteen households, one hour after it opened."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = at(OPENS + timedelta(hours=1))
    return make_polled(units=14, people=12)


def page_of(client, path, status=200):
    """The text of a page that answers as expected, without its tokens."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return TOKEN.sub("", answer.get_data(as_text=True))


def send(client, path, **values):
    """Send a form with the key that its page handed out."""
    found = re.search(r'name="op_key"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))
    if found:
        values["op_key"] = found[1]
    return client.post(path, data=values, content_type="multipart/form-data")


def test_a_resident_votes_and_is_given_a_receipt(polled, visit):
    """One page, one button; then a code, the door, and what was chosen for her own eyes."""
    client, path = visit(polled.residents[0]), f"/votes/{polled.round}/ballot"
    page = page_of(client, path)
    assert "投出我的票" in page
    assert "数据库里再也对不上" in page
    unit = polled.places.units[0]
    answer = send(client, path, unit_id=unit, choices=[polled.projects[0], polled.projects[2]])
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/votes/{polled.round}/receipt/{unit}")
    receipt = page_of(client, answer.headers["Location"])
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", receipt)
    assert "铺路面" in receipt.split("<details>")[1]


def test_the_second_of_the_household_sees_when_and_how_it_voted(polled, visit):
    """A friendly page with the receipt, and no button; a form that was open in another tab is refused in words."""
    path, unit = f"/votes/{polled.round}/ballot", polled.places.units[0]
    client = visit(polled.residents[0])
    send(client, path, unit_id=unit, choices=polled.projects[0])
    page = page_of(client, path)
    assert "已于 2026年3月1日 12:00 投票（网上）" in page
    assert "投出我的票</button>" not in page
    late = client.post(path, data={"unit_id": unit, "choices": polled.projects[1], "op_key": str(uuid4())})
    assert late.status_code == 422
    assert "一户一票" in late.get_data(as_text=True)


def test_too_many_ticks_keep_what_was_ticked_and_store_nothing(polled, visit):
    """The page says 已选 4 / 3 个, marks the field, and the ticks are still there."""
    client, path = visit(polled.residents[0]), f"/votes/{polled.round}/ballot"
    answer = send(client, path, unit_id=polled.places.units[0], choices=list(polled.projects))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "已选 4 / 3 个" in text
    assert len(re.findall(r"<input checked", text)) == 4
    with reading_session() as session:
        assert session.query(VoteBallot).count() == session.query(VoteLoose).count() == 0


def test_candidates_stand_in_another_order_for_each_household_and_stay_there(polled, visit):
    """Nobody is first for everyone; coming back shows the same order."""
    orders = []
    for resident in polled.residents:
        pages = [page_of(visit(resident), f"/votes/{polled.round}/ballot") for _ in range(2)]
        first, again = ([int(value) for value in re.findall(r'name="choices"[^>]*value="(\d+)"', one)] for one in pages)
        assert first == again
        orders.append(tuple(first))
        assert sorted(first) == sorted(polled.projects)
    assert len(set(orders)) > 3


@pytest.mark.parametrize("role", [Role.WORKER, Role.FOUNDATION_OFFICER, Role.ADMINISTRATOR])
def test_staff_see_why_they_have_no_ballot(polled, visit, role):
    """The page says that the vote belongs to the household; a form sent all the same stores nothing."""
    with unit_of_work() as session:
        staff = make_person(session, "工作人员", role, polled.places.community)
    client, path = visit(staff), f"/votes/{polled.round}/ballot"
    assert "表决权属于户" in page_of(client, path)
    answer = send(client, path, unit_id=polled.places.units[0], choices=polled.projects[0])
    assert answer.status_code == 422
    with reading_session() as session:
        assert session.query(VoteBallot).count() == 0


EXITS = (
    "/votes/",
    "/votes/{round}",
    "/votes/{round}/ballot",
    "/votes/receipt",
    "/projects",
    "/projects/{project}",
    "/",
)


def test_nothing_on_any_page_depends_on_choices_before_the_close(polled, visit, stand):
    """Ten ballots and twelve, for other projects, give the same pages to strangers, staff and neighbours.

    Source: reliability.md V14; peers.md failures 8 and 9.
    """
    with unit_of_work() as session:
        admin = make_person(session, "管理员甲", Role.ADMINISTRATOR, polled.places.district)
        street = make_person(session, "干部", Role.STREET_OFFICER, polled.places.street)
    watchers = (None, polled.worker, polled.officer, admin, street, polled.residents[11])
    paths = [path.format(round=polled.round, project=polled.projects[0]) for path in EXITS]

    def seen():
        told = {}
        for number, who in enumerate(watchers):
            for path in paths:
                answer = visit(who).get(path, follow_redirects=True)
                told[number, path] = TOKEN.sub("", answer.get_data(as_text=True))
        return told

    for number in range(9):
        cast(polled, number, 0)
    paper(polled, 1, 12, 0)
    stand(CLOSES - JUST)
    before = seen()
    cast(polled, 9, 1, 2)
    paper(polled, 2, 13, 3)
    after = seen()
    assert {key: after[key] for key in before if before[key] != after[key]} == {}
    stand(CLOSES)
    assert "得票 10" in page_of(visit(), f"/votes/{polled.round}")


def test_after_the_close_everybody_sees_the_count_and_an_officer_publishes_it(polled, visit, stand):
    """Before the publication the page says so; a resident has no button, the officer has, and it works once."""
    for number in range(12):
        cast(polled, number, 1)
    stand(CLOSES)
    path = f"/votes/{polled.round}"
    assert "待工作人员公布后生效" in page_of(visit(), path)
    assert "公布结果</a>" not in page_of(visit(polled.residents[0]), path)
    officer = visit(polled.officer)
    assert "公布结果</a>" in page_of(officer, path)
    assert "没有公示期" in page_of(officer, f"{path}/result")
    assert officer.post(f"{path}/result").status_code == 303
    assert "结果已生效" in page_of(visit(), path)
    assert officer.post(f"{path}/result").status_code == 422
    assert "结果已经公布。" in page_of(officer, f"{path}/result")


def test_a_result_tells_every_project_why(polled, visit, stand):
    """Selected, reserve list with rank, what was left when a project did not fit, and how a tie was decided."""
    for number in range(12):
        cast(polled, number, 1, 2)
    stand(CLOSES)
    publish(polled)
    page = page_of(visit(), f"/votes/{polled.round}")
    for words in ("入选（2 个）", "备选库（2 个）", "第 1 位 · 修雨棚", "得票 12", "没有得票。", "票数相同"):
        assert words in page


def test_a_round_with_few_ballots_names_no_numbers_of_votes(polled, visit, stand):
    """Under ten ballots the choice is told, the votes are not."""
    cast(polled, 0, 0)
    stand(CLOSES)
    publish(polled)
    page = page_of(visit(), f"/votes/{polled.round}")
    assert "选票不足 10 张" in page
    assert "得票 " not in page


def test_a_receipt_is_found_by_code_and_shows_no_door_to_strangers(polled, visit):
    """Whoever has the slip sees that the ballot came in; guessing is slowed down."""
    cast(polled, 0, 0)
    with reading_session() as session:
        code = session.scalars(select(VoteBallot.receipt_code)).one()
    stranger = visit()
    answer = stranger.post("/votes/receipt", data={"code": code.lower()})
    text = answer.get_data(as_text=True)
    assert "这张票已经收到" in text
    assert "1栋" not in text
    assert "装路灯" not in text
    assert stranger.post("/votes/receipt", data={"code": "AAAA"}).status_code == 422
    assert "1栋101" in page_of(visit(polled.residents[0]), "/votes/receipt")
    for _ in range(25):
        last = stranger.post("/votes/receipt", data={"code": code})
    assert "尝试次数过多" in last.get_data(as_text=True)


def test_receipts_of_other_households_are_not_known(polled, visit):
    """A neighbour and the worker get 404."""
    cast(polled, 0, 0)
    path = f"/votes/{polled.round}/receipt/{polled.places.units[0]}"
    for who in (polled.residents[1], polled.worker, polled.officer):
        page_of(visit(who), path, 404)
    assert visit().get(path).status_code == 303


def test_a_worker_drafts_chooses_and_opens_by_pages(polled, visit, stand):
    """Draft, candidates, check, publish; then nothing of it can be edited."""
    stand(NOW)
    with unit_of_work() as session:
        fresh = make_project(session, polled.worker, polled.places.compound, (polled.programme, 1), "无障碍坡道")
    client = visit(polled.worker)
    draft = send(
        client, "/votes/new", programme_id=polled.programme, place_id=polled.places.community, title="第二轮",
        opens_at="2026-03-02T08:00", closes_at="2026-03-09T18:00", budget="5万", max_choices="2", secrecy="simple",
        rivals="exclude",
    )  # fmt: skip
    path = draft.headers["Location"].removesuffix("/candidates")
    page_of(visit(), path, 404)
    assert "无障碍坡道" in page_of(client, f"{path}/candidates")
    assert send(client, f"{path}/candidates", projects=fresh).headers["Location"] == path
    kept = {"programme_id": polled.programme, "place_id": polled.places.community, "title": "第二轮表决"}
    times = {"opens_at": "2026-03-02T08:00", "closes_at": "2026-03-09T18:00"}
    assert (
        send(client, f"{path}/edit", **kept, **times, budget="60000", secrecy="simple", rivals="exclude").status_code
        == 303
    )
    assert send(client, f"{path}/open").status_code == 422
    assert send(client, f"{path}/open", sure="y").status_code == 303
    assert "第二轮表决" in page_of(visit(), path)
    with reading_session() as session:
        row = session.get_one(VoteRound, int(path.rsplit("/", 1)[1]))
        assert (row.budget_fen.amount, row.closes_at.hour) == (60000, 10)
    assert (
        send(client, f"{path}/edit", **kept, **times, budget="1", secrecy="simple", rivals="exclude").status_code == 422
    )


def test_a_wrong_draft_marks_its_field(polled, visit):
    """A close that is too early is said at the close."""
    client = visit(polled.worker)
    answer = send(
        client, "/votes/new", programme_id=polled.programme, place_id=polled.places.community, title="x",
        opens_at="2026-03-02T08:00", closes_at="2026-03-02T18:00", budget="100", secrecy="simple", rivals="exclude",
    )  # fmt: skip
    assert answer.status_code == 422
    assert 'href="#closes_at"' in answer.get_data(as_text=True)


def sheet():
    """A photo of a paper ballot."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "PNG")
    out.seek(0)
    return out, "sheet.png"


def test_the_worker_keys_paper_in_and_the_next_number_is_ready(polled, visit):
    """Serial, door, ticks, photo; a wrong door is marked, and the household cannot vote by phone any more."""
    client, path = visit(polled.worker), f"/votes/{polled.round}/papers/new"
    values = {"serial": 1, "valid": "yes", "choices": polled.projects[1]}
    assert send(client, path, **values, door="9栋999", scan=sheet()).status_code == 422
    assert "第一个录入的人请拍照" in send(client, path, **values, door="1栋 101").text
    done = send(client, path, **values, door="1栋 101", scan=sheet())
    assert done.headers["Location"].endswith("papers/new?serial=2")
    assert "等您录第二遍" not in page_of(client, path)
    second = visit(polled.officer)
    assert "等您录第二遍的编号：1" in page_of(second, path)
    assert send(second, path, **values, door="1栋 101").status_code == 303
    assert "已计入：编号 1" in page_of(second, path)
    text = page_of(visit(polled.residents[0]), f"/votes/{polled.round}/ballot")
    assert "（纸面）" in text
    assert send(visit(polled.residents[1]), path, **values, door="1栋102", scan=sheet()).status_code == 404


def test_pages_take_few_statements(polled, visit, count_statements):
    """The list and the page of a round ask the database a handful of times, whatever the number of projects."""
    for path, most in (("/votes/", 2), (f"/votes/{polled.round}", 8)):
        with reading_session() as session, count_statements(session) as seen:
            page_of(visit(), path)
        assert 0 < len(seen) <= most, (path, seen)
