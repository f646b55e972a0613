"""Pages of rounds with points, ranks, money within the round, and of counting again."""

import io
import zipfile
from datetime import timedelta

import pytest

from fundapp.db.work import reading_session
from fundapp.voting.mix_models import VoteLoose
from tests.voting.polling import BY_VOTE, CLOSES, OPENS, at, cast, make_polled, publish
from tests.voting.test_pages import page_of, send

POINTS = {"ballot": "points", "points": 6, "each": 4}


@pytest.fixture
def make(sqlite_app):
    """A function that opens a round of this method in the app, one hour after its opening."""

    def made(voting):
        sqlite_app.config["WTF_CSRF_ENABLED"] = False
        sqlite_app.extensions["clock"] = at(OPENS + timedelta(hours=1))
        return make_polled(units=14, people=12, voting=BY_VOTE | voting)

    return made


def marks():
    """Give what was stored, by candidate."""
    with reading_session() as session:
        return [row.points for row in session.query(VoteLoose).order_by(VoteLoose.candidate_id)]


def test_points_are_given_on_the_page_and_told_on_the_receipt(make, visit):
    """A box for each project; what is too much is said, and what was typed stays."""
    polled = make(POINTS)
    client, path = visit(polled.residents[0]), f"/votes/{polled.round}/ballot"
    assert "一共 6 分，最多给 3 个项目，一个项目最多 4 分" in page_of(client, path)
    first, second = (f"marks-{project}" for project in polled.projects[:2])
    unit = polled.places.units[0]
    for typed, words in (("5", "一个项目最多给 4 分"), ("4", "已给 8 分，一共只有 6 分"), ("三", "请填写整数")):
        answer = send(client, path, unit_id=unit, **{first: typed, second: "4"})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert words in page
        assert f'value="{typed}"' in page
    answer = send(client, path, unit_id=unit, **{first: "4", second: "2"})
    receipt = page_of(client, answer.headers["Location"])
    assert "装路灯 · 4 分" in receipt
    assert marks() == [4, 2]


def test_ranks_follow_each_other_from_the_first(make, visit):
    """A rank left out or given twice is said on the field."""
    polled = make({"ballot": "ranking"})
    client, path = visit(polled.residents[0]), f"/votes/{polled.round}/ballot"
    names = [f"marks-{project}" for project in polled.projects]
    unit = polled.places.units[0]
    for typed in (("1", "3"), ("1", "1"), ("2",)):
        answer = send(client, path, unit_id=unit, **dict(zip(names, typed, strict=False)))
        assert answer.status_code == 422
        assert "名次从第 1 位起" in answer.get_data(as_text=True)
    assert send(client, path, unit_id=unit, **{names[2]: "1", names[0]: "2"}).status_code == 303
    assert marks() == [2, 3]


def test_a_ballot_within_the_money_says_what_it_costs(make, visit):
    """4,000 and 2,000 yuan are more than 5,000: said with both sums, ticks kept."""
    polled = make({"ballot": "knapsack"})
    client, path = visit(polled.residents[0]), f"/votes/{polled.round}/ballot"
    assert 'data-budget="500000"' in page_of(client, path)
    answer = send(client, path, unit_id=polled.places.units[0], choices=[polled.projects[1], polled.projects[3]])
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "一共要 6000.00 元，超过本轮的 5000.00 元" in page
    assert page.count("<input checked") == 2


def test_the_rule_and_its_result_are_told_in_words(make, visit, stand):
    """Everybody reads what a share is, who paid, what was missing, and what counting votes would have chosen."""
    polled = make({"rule": "mes-add1", "step": "10.00"})
    for number in range(7):
        cast(polled, number, 1, 2)
    for number in range(7, 12):
        cast(polled, number, 0)
    page = page_of(visit(), f"/votes/{polled.round}")
    assert "一次加 10.00 元重新算，直到再加就超过本轮资金" in page
    stand(CLOSES)
    publish(polled)
    page = page_of(visit(), f"/votes/{polled.round}")
    for words in ("每户的份额怎样用的", "每票最多付", "如果只数票", "剩下的份额一共", "他们的份额付给了：修雨棚"):
        assert words in page


def test_everybody_finds_the_way_to_count_again(make, visit, stand):
    """From the publication on: a page, a zip that opens, the ballots as .pb; before it nothing."""
    polled = make({})
    for number in range(12):
        cast(polled, number, number % 3)
    stand(CLOSES)
    path = f"/votes/{polled.round}"
    for name in ("recount", "recount.zip", "ballots.pb"):
        assert visit().get(f"{path}/{name}").status_code == 404
    publish(polled)
    assert f'href="{path}/recount"' in page_of(visit(), path)
    assert "python retally.py" in page_of(visit(), f"{path}/recount")
    answer = visit().get(f"{path}/recount.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert set(opened.namelist()) == {
            "README.txt", "retally.py", "round.json", "roll.csv", "turnout.csv", "ballots.csv", "result.json",
            "outcome.json", "ballots.pb", "manifest.json",
        }  # fmt: skip
    assert page_of(visit(), f"{path}/ballots.pb").startswith("META\n")


def test_where_few_voted_the_page_says_why_there_is_nothing(make, visit, stand):
    """The button is off with a reason, and the addresses lead to the page."""
    polled = make({})
    cast(polled, 0, 0)
    stand(CLOSES)
    publish(polled)
    path = f"/votes/{polled.round}"
    assert "选票不足 10 张" in page_of(visit(), f"{path}/recount")
    for name in ("recount.zip", "ballots.pb"):
        answer = visit().get(f"{path}/{name}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}/recount")
