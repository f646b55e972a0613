"""The tree of pools: one proposes, another decides, never more than is there; shares are used as residents decided."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.app import check_list
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import fen
from fundapp.matching.facts import claim_facts
from fundapp.matching.models import Step
from fundapp.matching.queries import queue_of
from fundapp.pools.queries import moves_waiting, uses_waiting
from fundapp.pools.rules import Way
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Task
from fundapp.trail.queries import sources_of
from tests.db.sending import make_claims
from tests.pools.treeing import Tree, make_tree
from tests.support.races import at_once, patiently
from tests.support.visitor import Visitor
from tests.support.world import make_account


def verify():
    """Every check of money holds."""
    with reading_session() as session:
        checks = [check for check in check_list() if check.name.startswith(("ledger.", "matching.", "pools."))]
        assert [fault for check in checks if (fault := check.run(session).first_fault)] == []


def refused(deed, *args, **more):
    """Give the code with which a deed is refused."""
    with pytest.raises((Refused, Forbidden)) as refusal:
        deed(*args, **more)
    return refusal.value.code


@pytest.fixture
def grown(app):
    """A programme with 100,000 yuan of its own."""
    return make_tree()


def test_money_goes_down_the_tree_and_back(grown):
    """50,000 in the common pool; 30,000 to the programme, 20,000 of its money to the community; then some back."""
    grown.common(50_000)
    grown.move(30_000, place=None)
    assert (grown.left(), grown.pool()) == (20_000, (130_000, 130_000, 0, 0))
    grown.move(20_000)
    assert grown.pool() == (130_000, 110_000, 20_000, 0)
    grown.move(5_000, Way.BACK)
    grown.move(10_000, Way.BACK, place=None)
    assert (grown.left(), grown.pool()) == (30_000, (120_000, 105_000, 15_000, 0))
    verify()


def test_never_more_than_is_there(grown):
    """One yuan too much is refused with what there is: of the common pool, the programme, the share."""
    grown.common(100)
    assert refused(grown.propose, 101, place=None) == "pools.not_enough"
    assert refused(grown.propose, 100_001) == "pools.not_enough"
    assert refused(grown.propose, 1, Way.BACK) == "pools.not_enough"
    grown.move(100_000)
    assert grown.pool() == (100_000, 0, 100_000, 0)


def test_no_more_goes_back_to_the_common_pool_than_came_from_it(grown):
    """What was given for the programme itself stays there: the common pool is not filled with it."""
    grown.common(100)
    grown.move(60, place=None)
    assert refused(grown.propose, 61, Way.BACK, None) == "pools.not_enough"
    grown.move(60, Way.BACK, None)
    assert grown.left() == 100


def test_two_proposals_for_the_same_money_move_it_once(grown):
    """The second is told what is left; it can still be refused."""
    first, second = grown.propose(70_000), grown.propose(70_000)
    grown.decide(first)
    assert refused(grown.decide, second) == "pools.not_enough"
    grown.decide(second, passed=False, note="没有那么多了")
    assert grown.pool() == (100_000, 30_000, 70_000, 0)
    verify()


def test_a_move_takes_two_people_of_the_foundation(grown):
    """The proposer never decides; street and group do neither; a refusal says why, and stands."""
    street, lead = grown.town.staff[Role.STREET_OFFICER][0], grown.town.groups[0][Task.LEAD]
    for who in (street, lead, grown.approver):
        assert refused(grown.propose, 100, who=who) == "pools.not_yours"
    assert refused(grown.propose, 100, reason="  ") == "pools.reason_needed"
    assert refused(grown.propose, 100, place="compound") == "pools.not_below"
    move = grown.propose(100)
    for who in (street, lead, grown.officer):
        assert refused(grown.decide, move, who=who) == "pools.not_yours"
    assert refused(grown.decide, move, False) == "pools.reason_needed"
    grown.decide(move, False, "今年不分")
    assert refused(grown.decide, move) == "pools.decided"
    assert grown.pool() == (100_000, 100_000, 0, 0)


def test_a_decision_sent_by_many_moves_the_money_once(grown):
    """Eight at once: one move."""
    move = grown.propose(1_000)
    ended = at_once([lambda: patiently(lambda: grown.decide(move).id) for _ in range(8)])
    assert {kind for kind, _what in ended} == {"done"}
    assert grown.pool() == (100_000, 99_000, 1_000, 0)


def test_money_from_above_serves_the_queue_at_once(app):
    """A ticket that waited for money is granted it in the same transaction."""
    town, _claims = make_claims(1, Step.STREET_REVIEW, funding="100.00")
    officer, approver = (town.staff[role][0] for role in (Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER))
    tree = Tree(town, officer, approver, officer, 0)
    tree.common(5_000)
    tree.move(5_000, place=None)
    with reading_session() as session:
        row = queue_of(session, town.programme)[0]
    assert row.granted == row.entitled
    verify()


def test_a_share_is_used_as_the_residents_decided(grown):
    """2,000 yuan of the community's share: the worker records the council's item, the foundation confirms and pays."""
    grown.move(3_000)
    use = grown.use(2_000)
    assert grown.pool() == (100_000, 97_000, 3_000, 0)
    grown.pay(use)
    assert grown.pool() == (100_000, 97_000, 1_000, 2_000)
    with reading_session() as session:
        project = get_project(session, grown.town.projects[0])
        facts, _claim = claim_facts(session, project, 1, 0, ())
        assert facts["other"] == 200_000  # the match fills no gap that the share has filled
        assert sources_of(session, [project.id])[project.id].total == 200_000
    grown.pay(use)
    assert grown.pool()[3] == 2_000
    verify()


def test_a_share_is_not_used_without_a_decision_or_beyond_need(app):
    """Another project, more than the share, more than the project lacks, the wrong person: refused."""
    grown = make_tree(2)
    grown.move(90_000)
    assert refused(grown.use, 100, number=1) == "pools.no_decision"
    assert refused(grown.use, 20_001) == "pools.beyond_need"
    for who in (grown.officer, grown.town.groups[0][Task.LEAD]):
        assert refused(grown.use, 100, who=who) == "pools.only_worker"
    use = grown.use(100)
    for who in (grown.approver, grown.worker):
        assert refused(grown.pay, use, who=who) == "pools.not_yours"
    assert refused(grown.pay, use, False) == "pools.reason_needed"
    grown.pay(use, False, "金额与会议记录不符")
    assert refused(grown.pay, use) == "pools.decided"
    grown.move(89_950, Way.BACK)
    assert refused(grown.use, 51) == "pools.not_enough"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            "INSERT INTO pool_move_decision (move_id, passed, note, decided_by_id, decided_at) "
            "SELECT id, true, '', proposed_by_id, proposed_at FROM pool_move m WHERE NOT EXISTS "
            "(SELECT 1 FROM pool_move_decision d WHERE d.move_id = m.id)",
            "does not decide it",
        ),
        (
            "INSERT INTO share_use_decision (use_id, passed, note, decided_by_id, decided_at) "
            "SELECT id, true, '', recorded_by_id, recorded_at FROM share_use",
            "does not decide it",
        ),
        (
            "INSERT INTO share_use (programme_id, place_id, project_id, council_item_id, op_key, amount_fen, "
            "recorded_by_id, recorded_at) SELECT programme_id, place_id, (SELECT max(id) FROM project), "
            "council_item_id, 'x', 1, recorded_by_id, recorded_at FROM share_use",
            "as the residents decided",
        ),
        ("UPDATE share_use SET amount_fen = 1", "append-only"),
    ],
)
def test_the_database_refuses_it_too(app, words, says):
    """One person for both, a share for a project that nobody decided on, an amount changed afterwards."""
    grown = make_tree(2)
    grown.move(1_000)
    grown.propose(10)
    grown.use(100)
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match=says):
            connection.execute(text(words))
        connection.rollback()


def test_everybody_reads_the_tree_and_its_record(grown, app):
    """Amounts at every node, each move with its reason, each use with its session; the desks name the rest."""
    grown.common(500)
    grown.move(3_000)
    grown.use(2_000)
    grown.propose(10)
    visitor = Visitor(app)
    page = visitor.text("/pools")
    assert "公共资金还有" in page
    assert "社区的份额" in page
    record = visitor.text(f"/pools/{grown.town.programme}/record")
    for words in ("按年初安排", "三月议事会", "等待另一个人办理"):
        assert words in record
    with reading_session() as session:
        assert [row.project_id for row in uses_waiting(session, grown.officer)] == [grown.town.projects[0]]
        assert [fen(row.amount) for row in moves_waiting(session, grown.approver)] == [1_000]
        assert moves_waiting(session, grown.officer) == []


def test_an_officer_proposes_a_move_by_its_form(grown, app):
    """The form says how much lies where; too much stays beside its field with what was typed; good is recorded."""
    grown.common(500)
    grown.move(3_000)
    with unit_of_work() as session:
        login = make_account(session, grown.officer, "tree")
    officer, community = Visitor(app, login), grown.town.places.community
    address = f"/pools/{grown.town.programme}/move"
    page = officer.text(address)
    assert "公共资金 ¥500.00，本计划可用 ¥97,000.00" in page
    key = "3f2a9c41-0000-4000-8000-000000000001"
    wrong = officer.post(address, op_key=key, route=f"back-{community}", amount="3001", reason="收回没用的")
    assert wrong.status_code == 422
    assert "只有 ¥3,000.00" in wrong.text
    assert "收回没用的" in wrong.text
    good = officer.post(address, op_key=key, route=f"back-{community}", amount="3000", reason="收回没用的")
    assert good.status_code == 303
    assert "等待另一个人办理" in officer.text(good.location)
