"""One whole life of a small project, from an empty installation to its closing, on phones."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from fundapp.checking import all_results
from fundapp.consent.commands import AnswerByPhone, answer_by_phone
from fundapp.consent.policy import Choice
from fundapp.db.work import reading_session, unit_of_work
from fundapp.delivery.models import Expense
from fundapp.fundraising.models import Contribution
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from fundapp.people.codes import IssueCodes, Scope
from fundapp.people.commands import Found, found, issue_codes
from fundapp.people.models import Person
from fundapp.people.queries import actor_of
from fundapp.places.queries import units_of_compound
from fundapp.procurement.models import Quote
from fundapp.stories.props import made_up_code
from tests.journeys.walker import Walker, photo
from tests.support.world import NOW, PASSWORD, make_account, make_person, make_resident

pytestmark = pytest.mark.browser
DOORS = 6
ROSTER = "楼栋,房号\n" + "".join(f"{1 + n // 3}栋,{101 + n % 3}\n" for n in range(DOORS))
TITLE = "院里添两张长椅"


class Life:
    """The people with their phones, the numbers of what they make, and the clock that the test moves."""

    def __init__(self, app, address, open_phone) -> None:
        self.app, self.address, self.open_phone = app, address, open_phone
        self.clock = SetClock(NOW)
        self.phones: dict[str, Walker] = {}
        self.persons: dict[str, int] = {}
        self.made: dict[str, int] = {}
        app.extensions["clock"] = self.clock

    def phone(self, login: str = "") -> Walker:
        """Give a person's phone, signed in; without a login a stranger's."""
        if login not in self.phones:
            self.phones[login] = Walker(self.open_phone(), self.address)
            if login:
                self.phones[login].sign_in(login)
        return self.phones[login]

    def later(self, **by: int) -> None:
        """Let time pass."""
        self.clock = SetClock(self.clock.at + timedelta(**by))
        self.app.extensions["clock"] = self.clock

    def newest(self, column) -> int:
        """Give the number of the row that was made last."""
        with reading_session() as session:
            found_row = session.scalar(select(column).order_by(column.desc()).limit(1))
        assert found_row is not None
        return found_row


@pytest.fixture
def life(sqlite_app, live_server, open_page):
    """An empty installation with its first administrator."""
    with unit_of_work() as session:
        found(session, Found("演示区", "管理员", "admin", PASSWORD), SetClock(NOW))
    return Life(
        sqlite_app, live_server, lambda: open_page({"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    )


def _last_number(path: str) -> int:
    found_number = re.findall(r"/(\d+)", path)
    assert found_number, path
    return int(found_number[-1])


def test_a_small_project_lives_from_the_first_idea_to_its_closing_on_phones(life):
    """Every deed has a page that works on a phone, the trail shows all of it, and no check finds a fault."""
    _set_up(life)
    _bring_in_the_households(life)
    _propose(life)
    _ask_the_households(life)
    _meet_and_vote(life)
    _raise_and_match(life)
    _buy_build_and_pay(life)
    _grade_and_close(life)
    _read_it_all(life)


def _set_up(life: Life) -> None:
    admin, made = life.phone("admin"), life.made
    admin.open("/setup")
    made["district"] = 1
    above = made["district"]
    for kind, name in (("street", "演示街道"), ("community", "演示社区"), ("compound", "演示小区")):
        above = made[kind] = _last_number(admin.send(f"/setup/places/{above}/new", name=name))
    admin.send(f"/setup/places/{made['compound']}/buildings", names="1栋\n2栋")
    admin.send("/setup/people/new", name="王社工", login="worker")
    password = admin.page.inner_text("main code")
    with reading_session() as session:
        worker = next(one.id for one in session.scalars(select(Person)) if one.name == "王社工")
    admin.send(f"/setup/people/{worker}", role="worker", place=made["community"])
    life.phones["worker"] = Walker(life.open_phone(), life.address).sign_in("worker", password)
    life.persons["worker"] = worker or 0
    _appoint_the_rest(life)
    made["programme"] = _last_number(
        admin.send(
            "/programmes/new",
            axe=True,
            place_id=made["district"],
            year=2026,
            name="民生小实事",
            foundation_name="演示社区基金会",
            funding="100000",
            publicity_days=0,
            vote_notice_days=0,
            terms="free",  # what is decided before raising has tests of its own
            basis="",  # all at once; tranches and settlement have tests of their own
        )
    )
    for login in ("approver", "cosigner"):
        life.phone(login).send("/programmes/policy/1/sign", axe=True, verdict="yes")


def _appoint_the_rest(life: Life) -> None:
    with unit_of_work() as session:
        for login, role, place in (
            ("head", Role.BUILDING_HEAD, "compound"),
            ("second", Role.WORKER, "community"),
            ("street", Role.STREET_OFFICER, "street"),
            ("officer", Role.FOUNDATION_OFFICER, "district"),
            ("approver", Role.FOUNDATION_APPROVER, "district"),
            ("cosigner", Role.FOUNDATION_APPROVER, "district"),
        ):
            make_account(session, make_person(session, f"演示{login}", role, life.made[place]), login)


def _bring_in_the_households(life: Life) -> None:
    worker, compound = life.phone("worker"), life.made["compound"]
    roster = {"name": "名册.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}
    look = worker.send(f"/rosters/{compound}", file=roster)
    assert "/uploads/" in look
    assert "新增" in worker.page.inner_text("main")
    worker.press("main button.main-action", look)
    worker.open(f"/codes/{compound}")
    with unit_of_work() as session:
        units = units_of_compound(session, compound)
        actor = actor_of(session, life.persons["worker"], life.clock.at)
        cmd, secret = IssueCodes(compound, Scope.WITHOUT_CODE), life.app.extensions["settings"].secret_key
        printed = issue_codes(session, actor, cmd, secret, life.clock)
        for login, unit in zip(("treasurer", "member", "supervisor"), units[1:], strict=False):
            person = make_resident(session, f"演示{login}", unit.id)
            make_account(session, person, login)
            life.persons[login] = person.person_id or 0
    assert len(printed) == DOORS
    code = next(one.code for one in printed if one.unit_id == units[0].id)
    resident = life.phones["resident"] = Walker(life.open_phone(), life.address)
    account = {"name": "李居民", "login": "resident", "password": PASSWORD, "again": PASSWORD}
    resident.send(f"/join?code={code}", axe=True, **account)
    assert units[0].door in resident.open("/account")
    life.made |= {f"unit{number}": unit.id for number, unit in enumerate(units)}


def _propose(life: Life) -> None:
    resident = life.phone("resident")
    project = life.made["project"] = _last_number(resident.send("/proposals/new", title=TITLE))
    resident.send(
        f"/proposals/{project}/edit",
        press='main button[value="submit"]',
        why="老人没有地方坐。",
        location="院子东侧",
        kind="goods",
        theme="care",
        lines__0__name="长椅",
        lines__0__amount="4000",
        lines__1__name="运费",
        lines__1__amount="500.50",
        payers="居民集资，其余申请配捐",
        beneficiaries=DOORS,
        origin="居民提议",
        confirmed=True,
    )
    life.phone("head").send(f"/proposals/{project}/check", finding="pass")
    group = {"lead": "resident", "treasurer": "treasurer", "members": "member", "supervisors": "supervisor"}
    life.phone("worker").send(f"/proposals/{project}/group", **group)
    life.phone("resident").open(f"/desk/projects/{project}", axe=True)


def _ask_the_households(life: Life) -> None:
    worker, project = life.phone("worker"), life.made["project"]
    asked = life.made["round"] = _last_number(worker.send(f"/consent/open/{project}"))
    worker.send(f"/consent/{asked}/papers", press="main form.form button", count=2)
    life.later(hours=2)
    for name in ("resident", "treasurer"):
        life.phone(name).send(f"/consent/{asked}/answer", axe=True, answer="agree")
        life.phone(name).press("main button.main-action")
    with unit_of_work() as session:
        for number, login in ((2, "member"), (3, "supervisor")):
            actor = actor_of(session, life.persons[login], life.clock.at)
            key = f"00000000-0000-4000-8000-{number:012}"
            cmd = AnswerByPhone(asked, life.made[f"unit{number}"], Choice.AGREE, key)
            answer_by_phone(session, actor, cmd, life.clock)
    paper = {"serial": 1, "door": "2栋102", "answer": "oppose", "scan": photo(1)}
    worker.send(f"/consent/{asked}/papers/new", **paper)
    assert "4" in life.phone().open(f"/consent/{asked}")
    life.phone("head").open(f"/consent/{asked}/doors", axe=True)
    second = {"door-1": "2栋102", "line-1": "oppose"}
    life.phone("second").send(f"/consent/{asked}/second", axe=True, **second)
    worker.send(f"/consent/{asked}/ends", axe=True, serials="2", how="missing")
    life.later(days=8)
    worker.send(f"/consent/{asked}/result", keying_complete=True)
    assert "通过" in life.phone().open(f"/consent/{asked}")


def _meet_and_vote(life: Life) -> None:
    worker, project, community = life.phone("worker"), life.made["project"], life.made["community"]
    members = "张三\n李四\n王五"
    body = _last_number(
        worker.send("/council/bodies/new?kind=community", place_id=community, name="演示议事会", members=members)
    )
    held = _local(life, days=4)
    called = {"title": "长椅放哪里", "held_at": held, "projects": [project]}
    session_id = _last_number(worker.send(f"/council/bodies/{body}/call", **called))
    life.later(days=4, hours=1)
    worker.open(f"/council/{session_id}/attendance")
    present = [box.get_attribute("value") for box in worker.page.locator('main [name="present"]').all()]
    worker.send(f"/council/{session_id}/attendance", present=present, guests=1)
    worker.open(f"/council/{session_id}")
    item = worker.page.locator('main a[href^="/council/items/"]').first.get_attribute("href").removesuffix("/floor")
    worker.send(item, votes_for=3, votes_against=0, votes_abstain=0, outcome="passed")
    worker.send(f"/council/{session_id}/minutes", minutes="到会三人，都同意放在东侧。")
    worker.send(f"/council/{session_id}/close", sure=True)
    _vote(life, worker, project, community)


def _vote(life: Life, worker: Walker, project: int, community: int) -> None:
    drafted = {"programme_id": life.made["programme"], "place_id": community, "title": "第一轮表决"}
    vote = _last_number(
        worker.send("/votes/new", **drafted, budget="10000", max_choices=1, secrecy="simple", rivals="exclude")
    )
    worker.send(f"/votes/{vote}/candidates", projects=[project])
    worker.send(f"/votes/{vote}/open", sure=True)
    life.later(hours=2)
    resident = life.phone("resident")
    receipt = resident.send(f"/votes/{vote}/ballot", axe=True, choices=[project])
    assert "/receipt/" in receipt
    life.phone("treasurer").send(f"/votes/{vote}/ballot", choices=[project])
    life.later(days=8)
    worker.send(f"/votes/{vote}/result")
    assert TITLE in life.phone().open(f"/votes/{vote}")


def _raise_and_match(life: Life) -> None:
    project, today = life.made["project"], _today(life).isoformat()
    money = {"source": "residents", "unit_id": life.made["unit2"], "giver": "王居民", "amount": "3000"}
    life.phone("treasurer").send(
        f"/fundraising/{project}/new", **money, means="cash", received_on=today, proof=photo(2)
    )
    gift = life.newest(Contribution.id)
    life.phone("member").send(f"/fundraising/contributions/{gift}", found="yes")
    shown = life.phone("resident").send(f"/matches/claim/{project}", viable="0")
    claim = life.made["claim"] = _last_number(shown)
    for login in ("street", "officer", "approver"):
        life.phone(login).send(f"/matches/{claim}/decide", verdict="yes")
    life.phone("officer").send(f"/matches/{claim}/pay")


def _buy_build_and_pay(life: Life) -> None:
    project, member = life.made["project"], life.phone("member")
    for number, (supplier, amount) in enumerate((("甲木器厂", "4200"), ("乙家具店", "4300"), ("丙商行", "4400"))):
        paper = photo(3 + number)
        quote = {"supplier": supplier, "code": made_up_code(supplier), "amount": amount}
        member.send(f"/procurement/{project}/quotes/new", **quote, paper=paper)
    first = life.newest(Quote.id) - 2
    life.phone("resident").send(f"/procurement/{project}/choose", quote_id=first)
    life.phone("resident").send(f"/delivery/{project}/reports/new", told="长椅已经装好。", percent=100, photos=photo(7))
    bill = {"purpose": "长椅两张", "payee": "甲木器厂", "amount": "3800", "invoice_no": "演-1"}
    life.phone("resident").send(
        f"/delivery/{project}/expenses/new", **bill, spent_on=_today(life).isoformat(), invoice=photo(8)
    )
    life.phone("treasurer").send(f"/delivery/expenses/{life.newest(Expense.id)}", verdict="yes")
    life.phone("supervisor").send(f"/delivery/{project}/accept", told="与方案一致。", sure=True)


def _grade_and_close(life: Life) -> None:
    project, worker = life.made["project"], life.phone("worker")
    life.phone("resident").send(f"/evaluation/{project}/grade", grade="satisfied")
    for number, party in enumerate(("community", "party_members")):
        count = {"base": 5, "satisfied": 4, "basically": 1, "unsatisfied": 0}
        worker.send(f"/evaluation/{project}/sheet", party=party, scan=photo(9 + number), **count)
    worker.send(f"/evaluation/{project}/publish", sure=True)
    told = re.findall(r"：¥([0-9,.]+)", worker.open(f"/delivery/{project}/close"))
    worker.send(f"/delivery/{project}/close", sure=True)
    returned = life.phone().open(f"/projects/{project}")
    assert told, "the page before the closing does not say who gets what back"
    assert [amount for amount in told if f"-¥{amount}" not in returned] == []


def _read_it_all(life: Life) -> None:
    stranger, project = life.phone(), life.made["project"]
    stranger.open("/", axe=True)
    assert TITLE in stranger.open("/projects", axe=True)
    page = stranger.open(f"/projects/{project}", axe=True)
    page += stranger.open(f"/projects/{project}/works", axe=True)
    for told in (TITLE, "3,000.00", "3,800.00", "甲木器厂", "长椅已经装好", "满意", "已办结"):
        assert told in page, f"the public pages do not say {told}"
    for path in ("/ledger", f"/pools/{life.made['programme']}", "/open", "/communities"):
        stranger.open(path)
    stranger.open(f"/matches/{life.made['claim']}")
    life.phone("worker").open("/desk/", axe=True)
    with reading_session() as session:
        faults = [f"{name}: {result.first_fault}" for name, result in all_results(session) if result.first_fault]
    assert faults == []


def _today(life: Life) -> date:
    return life.clock.at.date()


def _local(life: Life, **by: int) -> str:
    return (life.clock.at + timedelta(hours=8, **by)).strftime("%Y-%m-%dT%H:%M")
