"""A programme's first policy needs two signatures as well; until then nothing rests on it, in both databases."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen
from fundapp.matching.funding import NewFunding, fund_pool
from fundapp.matching.round_models import RoundKind
from fundapp.matching.rounds import NewRound, open_round
from fundapp.people.commands import grant_role
from fundapp.pools.commands import NewMove, propose_move
from fundapp.pools.rules import Way
from fundapp.programmes.commands import (
    AddPolicyVersion,
    OpenProgramme,
    SignPolicy,
    add_policy_version,
    open_programme,
    sign_policy,
)
from fundapp.programmes.queries import policy_in_force, policy_versions
from fundapp.programmes.rules import usual_parts
from fundapp.projects.commands import BeginProposal, begin_proposal
from fundapp.voting.commands import DraftRound, draft_round
from tests.support.races import Meeting, at_once
from tests.support.visitor import Visitor
from tests.support.world import (
    CLOCK,
    NOW,
    administrator,
    again,
    later,
    make_account,
    make_approvers,
    make_person,
    make_place_tree,
    make_resident,
    word_on,
)


class Opened:
    """A programme whose first policy nobody has signed, its author, and two approvers."""

    def __init__(self, session):
        self.places = make_place_tree(session)
        self.officer = make_person(session, "陈经办", Role.FOUNDATION_OFFICER, self.places.street)
        self.approvers = make_approvers(session, self.places.street)
        cmd = OpenProgramme(self.places.street, 2026, "小实事", "社区基金会", from_fen(100_000_00), usual_parts())
        self.programme = open_programme(session, self.officer, cmd, CLOCK).id
        self.draft = policy_versions(session, self.programme)[0].id

    def do(self, deed, who, cmd, clock=CLOCK):
        """Do one deed."""
        with unit_of_work() as session:
            return deed(session, who, cmd, clock).id

    def sign(self, who, draft=None, passed=True, note="", clock=CLOCK):
        """Say a word on a draft."""
        draft = draft or self.draft
        with unit_of_work() as session:
            cmd = word_on(session, draft, f"{draft}:{who.person_id}", passed, note)
            return sign_policy(session, who, cmd, clock).id

    def another(self, days=9):
        """Draft another first policy."""
        parts = usual_parts() | {"consent": {"regime": "household:2/3", "days": days}}
        return self.do(add_policy_version, self.officer, AddPolicyVersion(self.programme, None, parts))

    def in_force(self, at):
        """Give the number of the version in force."""
        with reading_session() as session:
            found = policy_in_force(session, self.programme, at)
            return found.number if found else None


@pytest.fixture
def opened(app):
    """The programme as it was opened."""
    with unit_of_work() as session:
        return Opened(session)


def refused(code, deed, *args, **more):
    """Show that a deed is refused by name."""
    with pytest.raises(Refused) as refusal:
        deed(*args, **more)
    assert refusal.value.code == code


def test_a_first_policy_is_in_force_with_its_second_signature(opened):
    """Not with the first, not before the moment of the second, and without any notice."""
    opened.sign(opened.approvers[0])
    assert opened.in_force(NOW + timedelta(days=9)) is None
    opened.sign(opened.approvers[1], clock=later(hours=1))
    assert [opened.in_force(NOW + timedelta(minutes=m)) for m in (59, 60)] == [None, 1]


def test_who_drafted_a_first_policy_does_not_sign_it(opened):
    """Not even as an approver; and one approver does not sign for two."""
    with unit_of_work() as session:
        grant_role(
            session, administrator(session), opened.officer.person_id, Role.FOUNDATION_APPROVER,
            opened.places.street, CLOCK,
        )  # fmt: skip
        officer = again(session, opened.officer)
    refused("programmes.own_draft", opened.sign, officer)
    opened.sign(opened.approvers[0])
    with reading_session() as session:
        again_she = word_on(session, opened.draft, "x")
    refused("programmes.signed_once", opened.do, sign_policy, opened.approvers[0], again_she)


def test_what_is_signed_is_what_was_read(opened):
    """A page that showed another draft, or none, signs nothing."""
    rival = opened.another()
    with reading_session() as session:
        other = word_on(session, rival, "x").read
    for read in (other, ""):
        cmd = SignPolicy(opened.draft, read, "x", True)
        refused("programmes.read_another", opened.do, sign_policy, opened.approvers[0], cmd)


def test_nothing_is_decided_under_an_unsigned_policy(opened):
    """No proposal, no vote, no round of matching and no move of its money; one signature is still not enough."""
    opened.sign(opened.approvers[0])
    places, programme, ends = opened.places, opened.programme, NOW + timedelta(days=9)
    with unit_of_work() as session:
        resident = make_resident(session, "李阿姨", places.units[0])
        worker = make_person(session, "王社工", Role.WORKER, places.community)
    refused("projects.no_programme", opened.do, begin_proposal, resident, BeginProposal(places.compound, "长椅", None))
    ballot = DraftRound(programme, places.community, "选一选", NOW + timedelta(hours=1), ends, from_fen(100))
    refused("programmes.unsigned", opened.do, draft_round, worker, ballot)
    shared = NewRound(programme, "r", RoundKind.COLLECTED, ends, 0)
    refused("programmes.unsigned", opened.do, open_round, opened.officer, shared)
    refused(
        "programmes.unsigned", opened.do, fund_pool, opened.officer, NewFunding(programme, "f", from_fen(1), "街道")
    )
    move = NewMove(programme, places.community, Way.DOWN, "m", from_fen(100), "年初安排")
    refused("programmes.unsigned", opened.do, propose_move, opened.officer, move)
    opened.sign(opened.approvers[1])
    assert opened.do(begin_proposal, resident, BeginProposal(places.compound, "长椅", None))
    assert opened.do(draft_round, worker, ballot)
    assert opened.do(propose_move, opened.officer, move)


def test_a_refused_first_policy_is_drafted_anew(opened):
    """The programme is not lost with it; of two drafts the one that is signed first is the policy."""
    opened.sign(opened.approvers[0], passed=False, note="起配线太高")
    newer, newest = opened.another(9), opened.another(11)
    for who in opened.approvers:
        opened.sign(who, newer)
    refused("programmes.stale_draft", opened.sign, opened.approvers[0], newest)
    assert opened.in_force(NOW) == 2


def sign_together(opened, meeting, draft, who):
    """Sign in a process of its own, and wait for the other one after reading."""
    from fundapp.programmes import commands

    commands.base_now = meeting.after(commands.base_now)
    return opened.sign(who, draft)


def test_two_first_policies_signed_at_once_make_one(opened):
    """Each has one signature; two people give the second ones at the same moment."""
    rival = opened.another()
    for draft in (opened.draft, rival):
        opened.sign(opened.approvers[0], draft)
    with unit_of_work() as session:
        third = make_person(session, "周审批", Role.FOUNDATION_APPROVER, opened.places.street)
    meeting, second = Meeting(2, seconds=0.3), opened.approvers[1]
    ended = at_once([
        partial(sign_together, opened, meeting, draft, who) for draft, who in ((opened.draft, second), (rival, third))
    ])  # fmt: skip
    assert sorted(what if kind == "refused" else kind for kind, what in ended) == ["done", "programmes.stale_draft"]


ROWS = {
    "vote_round": "INSERT INTO vote_round (policy_version_id) VALUES (:version)",
    "project": "INSERT INTO project (policy_version_id) VALUES (:version)",
    "match_claim": "INSERT INTO match_claim (policy_version_id) VALUES (:version)",
    "pool_funding": "INSERT INTO pool_funding (programme_id) VALUES (:programme)",
    "match_round": "INSERT INTO match_round (programme_id) VALUES (:programme)",
    "pool_move": "INSERT INTO pool_move (programme_id) VALUES (:programme)",
}


def named(name):
    """Give a guard."""
    return next(one for one in guards() if one.name == name)


GUARDS = {"project": "project_begun_under_signed_policy"}
PIN = text("UPDATE project SET policy_version_id = :version")


def test_no_claim_is_made_under_an_unsigned_policy(app):
    """The database pins a project to no draft; even where it did, the claim is refused by name."""
    from tests.db.sending import match_claim

    sending = match_claim()
    with unit_of_work() as session:
        parts = policy_versions(session, 1)[0].parts | {"consent": {"regime": "household:2/3", "days": 9}}
        cmd = AddPolicyVersion(1, local_date(later(days=9).at), parts)
        values = {"version": add_policy_version(session, administrator(session), cmd, CLOCK).id}
    with pytest.raises(DBAPIError, match="signed by two people yet"), unit_of_work() as session:
        session.execute(PIN, values)

    def pinned_all_the_same():
        with unit_of_work() as session:
            drop_guard(session.connection(), named("project_kept_under_signed_policy"))
            session.execute(PIN, values)
            sending.send(session, sending.who, "key", False)

    refused("programmes.unsigned", pinned_all_the_same)


@pytest.mark.parametrize("table", ROWS)
def test_the_database_refuses_what_rests_on_an_unsigned_policy(opened, table):
    """It is this guard that refuses; without it the row fails only for what it leaves out."""
    opened.sign(opened.approvers[0])
    values = {"version": opened.draft, "programme": opened.programme}
    values = {name: value for name, value in values.items() if f":{name}" in ROWS[table]}
    said = "signed by two people yet"
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError, match=said), connection.begin_nested():
            connection.execute(text(ROWS[table]), values)
        drop_guard(connection, named(GUARDS.get(table, f"{table}_under_signed_policy")))
        with pytest.raises(DBAPIError) as other, connection.begin_nested():
            connection.execute(text(ROWS[table]), values)
        assert said not in str(other.value)
        connection.rollback()


def test_the_pages_of_a_programme_that_is_not_signed(opened, app):
    """Everybody reads that it waits; the next approver finds it on her desk, and it needs no day."""
    app.extensions["clock"] = CLOCK
    opened.sign(opened.approvers[0])
    with unit_of_work() as session:
        make_account(session, opened.approvers[1], "second")
        make_account(session, opened.officer, "officer")
    assert "要等两位审批人都签署" in Visitor(app).text(f"/programmes/{opened.programme}")
    assert "要等两位审批人都签署" in Visitor(app).text(f"/pools/{opened.programme}")
    second, officer = Visitor(app, "second"), Visitor(app, "officer")
    assert f"/programmes/policy/{opened.draft}/sign" in second.text("/desk/")
    assert "两位审批人签完立即生效" in second.text(f"/programmes/policy/{opened.draft}/sign")
    assert 'name="effective_from"' not in officer.text(f"/programmes/{opened.programme}/policy/new")
    assert "现在还不能办理" in officer.text(f"/matches/pools/{opened.programme}/fund")
    typed = officer.post(f"/pools/{opened.programme}/move", place_id="", way="down", amount="1", reason="x", op_key="k")
    assert typed.status_code == 422
