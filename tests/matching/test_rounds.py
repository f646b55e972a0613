"""Pools that are shared all at once: collected, planned, published, approved; what is left goes to a later round."""

import json
import random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.app import check_list
from fundapp.cli.main import main
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen, yuan_text
from fundapp.matching.commands import NewFunding, fund_pool
from fundapp.matching.models import Step
from fundapp.matching.queries.rounds import rounds_waiting
from fundapp.matching.round_models import RoundKind
from fundapp.matching.rules import Claim, Demand, Gift, Mode, pairwise, weight
from fundapp.programmes.commands import AddPolicyVersion, add_policy_version
from fundapp.programmes.rules import usual_parts
from fundapp.projects.rules import Task
from tests.matching.samples import HALF, policy
from tests.matching.sharing import PRO_RATA, collected, make_sharing
from tests.support.visitor import Visitor
from tests.support.world import later, make_account, make_person


def verify():
    """Every check of money holds."""
    with reading_session() as session:
        checks = [check for check in check_list() if check.name.startswith(("ledger.", "matching."))]
        assert [fault for check in checks if (fault := check.run(session).first_fault)] == []


def refused(deed, *args):
    """Give the code with which a deed is refused."""
    with pytest.raises((Refused, Forbidden)) as refusal:
        deed(*args)
    return refusal.value.code


def test_three_claims_share_a_pot_to_the_fen(app):
    """40,000, 50,000 and 15,000 out of 60,000 yuan: 22,857.14, 28,571.43 and 8,571.43.

    Source: money.md section 7, R6.
    """
    sharing, number = collected("40000.00", "50000.00", "15000.00")
    assert sharing.granted() == [0, 0, 0]
    plan = sharing.plan(number)
    assert sharing.shares(number) == [2_285_714, 2_857_143, 857_143]
    assert sharing.granted() == [0, 0, 0]
    sharing.days = 13
    sharing.approve(plan)
    assert sharing.granted() == [2_285_714, 2_857_143, 857_143]
    assert sharing.pool() == (0, 6_000_000, 0, 0)
    for step in (Step.PROPOSAL, Step.APPROVAL):
        sharing.step(0, step)
    assert sharing.pool() == (0, 3_714_286, 2_285_714, 0)
    verify()


def test_what_comes_back_waits_for_a_supplementary_round(app):
    """A refused claim's share is nobody's until a round of its own shares it among what the others still lack."""
    sharing, number = collected("40000.00", "50000.00", "15000.00")
    plan = sharing.plan(number)
    sharing.days = 13
    sharing.approve(plan)
    sharing.step(2, Step.PROPOSAL, passed=False)
    assert sharing.pool() == (857_143, 5_142_857, 0, 0)
    extra = sharing.open(RoundKind.SUPPLEMENTARY, closes=None, notice=0)
    sharing.approve(sharing.plan(extra))
    # 8,571.43 by 17,142.86 to 21,428.57: 3,809.5244 and 4,761.9055, the spare fen goes to the larger remainder
    assert sharing.shares(extra) == [380_952, 476_191]
    assert sharing.granted()[:2] == [2_285_714 + 380_952, 2_857_143 + 476_191]
    assert sharing.pool()[0] == 0
    verify()


def test_a_pot_that_suffices_gives_everybody_all(app):
    """100 and 50 yuan out of 1,000: both whole, 850 stay."""
    sharing, number = collected("100.00", "50.00", funding="1000.00")
    plan = sharing.plan(number)
    sharing.days = 13
    sharing.approve(plan)
    assert sharing.granted() == [10_000, 5_000]
    assert sharing.pool() == (85_000, 15_000, 0, 0)
    with_all = sharing.open
    assert refused(with_all, RoundKind.SUPPLEMENTARY, None) == "matching.nothing_left_to_share"


def test_claims_are_taken_while_a_round_collects_and_never_else(app):
    """Before the first round, and from its deadline on: no claim. In time: a ticket, and no money yet."""
    sharing = make_sharing("100.00", "50.00")
    assert refused(sharing.claim, 0) == "matching.no_round"
    assert refused(sharing.open, RoundKind.SUPPLEMENTARY, None) == "matching.collected_first"
    assert refused(sharing.open, RoundKind.COLLECTED, 0) == "matching.round_too_short"
    number = sharing.open()
    assert sharing.claim(0).ticket == 1
    assert refused(sharing.open) == "matching.round_running"
    assert refused(sharing.plan, number) == "matching.round_collecting"
    sharing.days = 10
    assert refused(sharing.claim, 1) == "matching.no_round"
    assert refused(sharing.plan, number) == "matching.review_first"
    sharing.step(0, Step.STREET_REVIEW)
    assert refused(sharing.step, 0, Step.PROPOSAL) == "matching.nothing_held"
    sharing.plan(number)
    assert refused(sharing.plan, number) == "matching.planned"


def test_a_plan_stands_in_public_before_another_person_approves_it(app):
    """Three days, not a second less; by an approver; sent back only with a reason, and then planned anew."""
    sharing, number = collected("100.00")
    officer, street = sharing.town.staff[Role.FOUNDATION_OFFICER][0], sharing.town.staff[Role.STREET_OFFICER][0]
    assert refused(sharing.plan, number, street) == "matching.not_your_step"
    plan = sharing.plan(number)
    assert refused(sharing.approve, plan) == "matching.notice_runs"
    assert refused(sharing.approve, plan, officer) == "matching.not_your_step"
    assert refused(sharing.approve, plan, None, False) == "matching.reason_needed"
    sharing.approve(plan, None, False, "有一份申请漏了")
    again = sharing.plan(number)
    assert again != plan
    sharing.days = 13
    assert refused(sharing.approve, plan) == "matching.decided"
    sharing.approve(again)
    assert refused(sharing.plan, number) == "matching.round_done"
    assert sharing.granted() == [10_000]


def test_who_plans_does_not_approve_whatever_her_roles(app):
    """One person with both roles needs another one."""
    sharing, number = collected("100.00")
    street = sharing.town.places.street
    with unit_of_work() as session:
        both = make_person(
            session, "两职", None, None, (Role.FOUNDATION_OFFICER, street), (Role.FOUNDATION_APPROVER, street)
        )
    plan = sharing.plan(number, both)
    sharing.days = 13
    assert refused(sharing.approve, plan, both) == "matching.planned_by_you"


def test_a_plan_that_no_longer_fits_is_not_approved(app):
    """New money came after the plan: it is worked out again, so that nobody loses by the day of a signature."""
    sharing, number = collected("40000.00", "50000.00")
    plan = sharing.plan(number)
    sharing.days = 13
    officer = sharing.town.staff[Role.FOUNDATION_OFFICER][0]
    sharing.do(fund_pool, officer, NewFunding(sharing.town.programme, "more", from_fen(1_000_000), "演示捐赠"))
    assert sharing.granted() == [0, 0]
    assert refused(sharing.approve, plan) == "matching.plan_outdated"
    plan = sharing.plan(number)
    sharing.days = 16
    sharing.approve(plan)
    assert sum(sharing.granted()) == 7_000_000


def test_a_pool_keeps_its_way_of_sharing(app):
    """A later policy may change the rates, not from a queue to shares: half of both would be fair to nobody."""
    sharing = make_sharing("100.00")
    officer = sharing.town.staff[Role.FOUNDATION_OFFICER][0]
    cmd = AddPolicyVersion(sharing.town.programme, later(days=3).at.date(), usual_parts())
    with pytest.raises(Refused) as refusal, unit_of_work() as session:
        add_policy_version(session, officer, cmd, later(days=1))
    assert refusal.value.code == "programmes.mode_stays"


def test_the_desk_names_what_a_round_waits_for(app):
    """The officer when the deadline has passed, the approver when the plan has stood long enough, nobody else."""
    sharing, number = collected("100.00")
    officer, approver = (sharing.town.staff[role][0] for role in (Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER))

    def waits(who, day):
        with reading_session() as session:
            return [row.id for row in rounds_waiting(session, who, later(days=day).at)]

    assert (waits(officer, 9), waits(officer, 10), waits(approver, 10)) == ([], [number], [])
    sharing.plan(number)
    assert (waits(officer, 20), waits(approver, 12), waits(approver, 13)) == ([], [], [number])
    assert waits(sharing.town.groups[0][Task.LEAD], 20) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_the_page_and_the_command_agree_on_any_round(app, tmp_path, monkeypatch, capsys, seed):
    """What a round grants is what ``fundapp matching plan`` says of the two files that its page offers."""
    dice = random.Random(seed)
    gifts = [f"{dice.randint(1, 60_000)}.{dice.randint(0, 99):02d}" for _ in range(3)]
    sharing, number = collected(*gifts, funding=f"{dice.randint(1, 60_000)}.{dice.randint(0, 99):02d}")
    sharing.plan(number)
    visitor = Visitor(app)
    assert "policy.toml" in visitor.text(f"/matches/rounds/{number}")
    for name in ("policy.toml", "claims.json"):
        (tmp_path / name).write_bytes(visitor.get(f"/matches/rounds/{number}/{name}").data)
    files = ["--policy", str(tmp_path / "policy.toml"), "--claims", str(tmp_path / "claims.json")]
    monkeypatch.setattr("sys.argv", ["fundapp", "matching", "plan", *files, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    awards = json.loads(capsys.readouterr().out)["awards"]
    assert [award["granted"] for award in awards] == [yuan_text(amount) for amount in sharing.shares(number)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            "INSERT INTO match_round (programme_id, number, kind, op_key, closes_at, notice_days, opened_by_id, "
            "opened_at) SELECT programme_id, 2, kind, 'x', closes_at, 0, opened_by_id, opened_at FROM match_round",
            "one round at a time",
        ),
        (
            "INSERT INTO match_plan_decision (plan_id, passed, note, op_key, decided_by_id, decided_at) "
            "SELECT id, true, '', 'x', planned_by_id, planned_at FROM match_plan",
            "does not approve it",
        ),
        ("UPDATE match_plan SET pool_fen = pool_fen + 1", "append-only"),
        ("DELETE FROM match_round", "append-only"),
    ],
)
def test_the_database_refuses_it_too(app, rows, says):
    """A second round beside the first, a plan approved by who made it, a plan that is changed afterwards."""
    sharing, number = collected("100.00")
    sharing.plan(number)
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match=says):
            connection.execute(text(rows))
        connection.rollback()


def test_breadth_weighs_households_and_not_money():
    """100 households of 100 yuan weigh 495,000.00, one of 10,000 nothing, 200 of 50 weigh 1,326,666.66.

    Source: money.md section 7, R7.
    """
    by_breadth = policy(HALF, mode=Mode.PAIRWISE, bound=10_000)

    def weighs(households, amount):
        gifts = tuple(Gift(f"h{number}", amount) for number in range(households))
        return weight(by_breadth, Claim(1, "A", 10**9, 200, 0, 0, 0, gifts))

    assert (weighs(100, 10_000), weighs(1, 1_000_000), weighs(200, 5_000)) == (49_500_000, 0, 132_666_666)
    assert weighs(3, 0) == 0


def test_sharing_by_breadth_keeps_to_the_pot_and_to_what_is_owed():
    """However the weights fall: nobody over the claim, never over the pot, and the pot goes out while anybody lacks."""
    dice = random.Random(7)
    for _ in range(500):
        demands = [Demand(dice.randint(0, 900), weight=dice.randint(0, 5)) for _ in range(dice.randint(1, 6))]
        pool = dice.randint(0, 2_000)
        got = [grant.amount for grant in pairwise(demands, pool)]
        assert all(0 <= amount <= one.owed for amount, one in zip(got, demands, strict=True))
        weighty = sum(one.owed for one in demands if one.weight)
        if sum(one.owed for one in demands) > pool:
            assert sum(got) == min(pool, weighty)
        else:
            assert got == [one.owed for one in demands]


def test_a_round_by_breadth_gives_many_households_more(app):
    """Two households against one with the same money: the pot goes to the two; policy and files carry the bound."""
    shared = PRO_RATA | {"allocation": {"mode": "pairwise", "pairwise_bound": "100.00"}}
    sharing, number = collected("400.00", "400.00", funding="300.00", parts={"matching": shared})
    sharing.plan(number)
    assert sharing.shares(number) == [0, 0]  # one giver each: no weight, the pot stays


def test_an_officer_opens_a_round_by_its_form(app):
    """By the form: bad input stays beside its field, what is good opens the round, an approver finds no such page."""
    sharing = make_sharing("100.00")
    officer, approver = (sharing.town.staff[role][0] for role in (Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER))
    with unit_of_work() as session:
        logins = [make_account(session, who, f"r{n}") for n, who in enumerate((officer, approver))]
    visitor = Visitor(app, logins[0])
    key = "3f2a9c41-0000-4000-8000-00000000000{}"
    address = f"/matches/rounds/new/{sharing.town.programme}"
    wrong = visitor.post(address, op_key=key.format(1), kind="collected", notice_days="0", closes_at="2001-01-01T10:00")
    assert wrong.status_code == 422
    assert "2001-01-01T10:00" in wrong.text
    good = visitor.post(address, op_key=key.format(1), kind="collected", notice_days="0", closes_at="2099-01-01T10:00")
    assert good.status_code == 303
    assert "正在收申请" in visitor.text(good.location)
    assert Visitor(app, logins[1]).post(address, op_key=key.format(2), kind="collected").status_code == 404
