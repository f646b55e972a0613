"""What a stranger's and a kiosk's browser do by themselves, in a real one."""

import json
import random
import re
from datetime import timedelta

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.voting import queries
from fundapp.voting.method import BallotType, method_of
from fundapp.voting.rounds import count_votes, outcome_record
from tests.support.browser import DESKTOP, PHONE
from tests.support.server import served
from tests.support.world import PASSWORD, make_account
from tests.voting.coding import print_codes
from tests.voting.polling import CLOSES, OPENS, make_polled
from tests.voting.test_package import METHODS, frozen_of, voted

pytestmark = pytest.mark.browser
SEED, EACH = 20261130, 25


def generated():
    """Small rounds under every rule and option, with ties, exact hits and rounds without a ballot among them."""
    chance = random.Random(SEED)
    for part in METHODS:
        for _ in range(EACH):
            method = method_of({"max_choices": 3} | part)
            costs = dict(enumerate((chance.choice([100, 200, 300, 500, 700, 1200]) for _ in range(5)), start=1))
            chosen = [chance.sample(range(1, 6), chance.randint(1, 3)) for _ in range(chance.randint(0, 12))]
            ranked = method.ballot is BallotType.RANKING
            ballots = [{one: method.most - at if ranked else 1 for at, one in enumerate(row)} for row in chosen]
            lots = chance.sample(range(1, 6), 5)
            budget = chance.randint(1, 60) * 100
            pairs = chance.sample([(1, 2), (1, 3), (2, 3), (4, 5)], chance.randint(0, 2))
            ours = outcome_record(count_votes(method, sorted(costs.items()), ballots, budget, lots, rivals=pairs))
            yield (
                frozen_of(method, costs, budget, lots, pairs),
                ballots,
                {name: ours[name] for name in ("selected", "filled", "cost_fen", "endowment")},
            )


def test_a_browser_counts_a_round_as_we_do(sqlite_app, open_page):
    """Generated rounds under every rule and option: the same projects in the same order, the same share.

    Source: reliability.md V13.
    """
    rounds = list(generated())
    with served(sqlite_app) as address:
        page = open_page(DESKTOP)
        page.goto(f"{address}/votes/")
        found = page.evaluate(
            """async (rounds) => {
                const { tally } = await import("/static/recount/recount.js");
                return rounds.map(([frozen, ballots]) => tally(frozen, ballots));
            }""",
            [[frozen, ballots] for frozen, ballots, _ours in rounds],
        )
        page.context.close()
    wrong = [(one[0], one[1], one[2], got) for one, got in zip(rounds, found, strict=True) if one[2] != got]
    assert wrong == [], f"seed {SEED}: {json.dumps(wrong[0], ensure_ascii=False)}"


def test_a_stranger_counts_a_published_round_with_one_button(sqlite_app, stand, open_page):
    """The page says 一致; with a ballot taken out of what was sent it says what differs. The policy stays strict."""
    stand(CLOSES + timedelta(hours=1))
    polled = voted({"rule": "mes-add1", "step": "10.00"})
    with served(sqlite_app) as address:
        page, loaded = open_page(PHONE), []
        page.on("request", lambda request: loaded.append(request.url))
        page.goto(f"{address}/votes/{polled.round}")
        assert not any("recount.js" in url for url in loaded)
        page.click("[data-recount]")
        page.wait_for_selector("#recounted.done")
        assert "一致：这台设备用 13 张选票重新计票" in page.inner_text("#recounted")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        page.route("**/recount.js*", lambda route: route.fulfill(body=lying(route), content_type="text/javascript"))
        page.goto(f"{address}/votes/{polled.round}/recount")
        page.click("[data-recount]")
        page.wait_for_selector("#recounted.stop")
        told = page.inner_text("#recounted")
        page.context.close()
    assert "不一致" in told
    assert "文件 ballots.csv 被改过" in told
    assert "票数不同：公布的是 13 张，文件里有 12 张" in told


def lying(route):
    """The program of the page, which is given a package without its last ballot."""
    body = route.fetch().text()
    return body.replace(
        "const found = await check(files",
        'files["ballots.csv"] = files["ballots.csv"].replace(/\\n12,.*/s, "\\n"); const found = await check(files',
    )


def become_kiosk(page, address):
    """Let the worker sign in and make this browser a kiosk."""
    page.goto(f"{address}/sign-in?next=/votes/kiosks")
    page.fill("[name=login]", "kiosk-worker")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/votes/kiosks")
    page.fill("[name=seat]", "服务大厅")
    page.click("main button.main-action")
    page.wait_for_url("**/votes/kiosk")


def test_the_back_button_of_a_kiosk_shows_nothing(sqlite_app, stand, open_page):
    """After a ballot neither back nor forward shows a door, a choice or a code; no address ever held the code."""
    stand(OPENS + timedelta(hours=1))
    polled = make_polled()
    with unit_of_work() as session:
        make_account(session, polled.worker, "kiosk-worker")
    slip = print_codes(polled, secret=sqlite_app.extensions["settings"].secret_key)[polled.places.units[4]]
    seen = []
    with served(sqlite_app) as address:
        page = open_page(DESKTOP)
        page.on("framenavigated", lambda frame: seen.append(frame.url))
        page.on("request", lambda request: seen.append(request.url))
        become_kiosk(page, address)
        page.fill("[name=code]", slip.typed)
        page.click("button.main-action")
        page.wait_for_selector("fieldset#choices")
        assert page.url == f"{address}/votes/kiosk"
        assert slip.door in page.inner_text("main")
        page.check(f"[name=choices][value='{polled.projects[1]}']", force=True)
        page.click("button.main-action")
        page.wait_for_selector("[data-print]")
        receipt = re.search(r"\w{4}-\w{4}-\w{4}", page.inner_text("main"))[0]
        for step in (page.go_back, page.go_back, page.go_forward, page.go_back, page.go_back):
            step()
            page.wait_for_load_state()
            shown = page.content()
            assert slip.door not in shown
            assert receipt not in shown
            assert slip.typed not in shown
            assert page.url == f"{address}/votes/kiosk"
        cookies = page.context.cookies()
        page.context.close()
    assert [one["name"] for one in cookies] == ["fundapp"]
    assert not any(slip.typed in url or slip.token in url for url in seen)
    with reading_session() as session:
        assert queries.turnout(session, polled.round) == {"kiosk": 1}
