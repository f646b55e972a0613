"""A policy changes by three people and after its notice; the attacks on that, in both databases."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Refused
from fundapp.people.commands import end_role, grant_role
from fundapp.people.models import RoleGrant
from fundapp.programmes.commands import AddPolicyVersion, add_policy_version, sign_policy
from fundapp.programmes.queries import drafts_waiting_for, get_policy, policy_in_force
from fundapp.programmes.rules import usual_parts
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
    make_programme,
    word_on,
)

APPROVAL = {"second_from": "5000.00", "supervisor_from": "50000.00", "notice_days": 7}
TODAY = local_date(NOW)
DAY = TODAY + timedelta(days=10)


@dataclass
class Office:
    """A programme with seven days of notice, its officer, two approvers and a draft."""

    programme: int
    place: int
    officer: Actor
    approvers: tuple[Actor, Actor]
    draft: int = 0

    def add(self, days=9, day=DAY, clock=CLOCK, base=None, who=None):
        """Draft a policy that asks households for so many days."""
        parts = usual_parts() | {"consent": {"regime": "household:2/3", "days": days}, "approval": APPROVAL}
        with unit_of_work() as session:
            cmd = AddPolicyVersion(self.programme, day, parts, base)
            return add_policy_version(session, who or self.officer, cmd, clock).id

    def sign(self, who, passed=True, clock=CLOCK, draft=None, note="", key=""):
        """Say a word on a draft."""
        draft = draft or self.draft
        with unit_of_work() as session:
            cmd = word_on(session, draft, key or f"{draft}:{who.person_id}", passed, note)
            return sign_policy(session, who, cmd, clock)

    def refused(self, code, deed, *args, **more):
        """Show that a deed is refused by name."""
        with pytest.raises(Refused) as refusal:
            deed(*args, **more)
        assert refusal.value.code == code

    def days(self, at):
        """Give for how many days households are asked at a moment."""
        with reading_session() as session:
            return policy_in_force(session, self.programme, at).parts["consent"]["days"]


@pytest.fixture
def office(app):
    """The office with its draft."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        programme = make_programme(session, places.street, {"approval": APPROVAL})
        officer = make_person(session, "陈经办", Role.FOUNDATION_OFFICER, places.street)
        made = Office(programme.id, places.street, officer, make_approvers(session, places.street))
    made.draft = made.add()
    return made


def test_a_policy_is_in_force_after_two_signatures_and_its_notice(office):
    """One signature changes nothing, two change nothing before the day."""
    office.sign(office.approvers[0])
    assert office.days(NOW + timedelta(days=20)) == 7
    office.sign(office.approvers[1])
    assert office.days(NOW + timedelta(days=5)) == 7
    assert office.days(NOW + timedelta(days=20)) == 9


def test_a_day_before_approval_and_notice_is_refused(office):
    """Seven days must lie between; what cannot be signed in time is no draft."""
    office.refused("programmes.too_early", office.add, 5, TODAY + timedelta(days=7))
    assert office.add(5, TODAY + timedelta(days=8))


def test_a_signature_that_comes_too_late_for_the_notice_is_refused(office):
    """The draft was made in time, the second approver was not."""
    office.sign(office.approvers[0])
    with reading_session() as session:
        last = get_policy(session, office.draft).sign_by
    late = later(seconds=int((last - NOW).total_seconds()) + 1)
    office.refused("programmes.signed_too_late", office.sign, office.approvers[1], clock=late)
    office.sign(office.approvers[1], clock=later(seconds=int((last - NOW).total_seconds())))


def test_nobody_signs_her_own_draft_or_twice(office):
    """Neither an approver who drafted, nor one who has signed, nor somebody else's role."""
    with unit_of_work() as session:
        grant_role(
            session, administrator(session), office.officer.person_id, Role.FOUNDATION_APPROVER, office.place, CLOCK
        )
        officer = again(session, office.officer)
    office.refused("programmes.own_draft", office.sign, officer)
    office.sign(office.approvers[0])
    office.refused("programmes.signed_once", office.sign, office.approvers[0], key="once more")
    with unit_of_work() as session:
        worker = make_person(session, "王社工", Role.WORKER, office.place)
    office.refused("programmes.not_approver", office.sign, worker)


def test_an_approver_whose_role_has_ended_signs_nothing(office):
    """The command asks for the roles of this moment."""
    who = office.approvers[0]
    with unit_of_work() as session:
        for row in session.scalars(select(RoleGrant).where(RoleGrant.person_id == who.person_id)):
            end_role(session, administrator(session), row.id, CLOCK)
    office.refused("programmes.not_approver", office.sign, who)


def test_a_refusal_has_a_reason_and_ends_the_draft(office):
    """One approver's no is enough."""
    first, second = office.approvers
    office.refused("programmes.reason_needed", office.sign, first, passed=False)
    office.sign(first, passed=False, note="起配线太高", key="no")
    office.refused("programmes.not_a_draft", office.sign, second)


def test_a_draft_made_from_an_older_version_is_stale(office):
    """While it waited another one was approved; a form that was opened before that is stale, too."""
    rival = office.add(11)
    for who in office.approvers:
        office.sign(who, draft=rival)
    office.refused("programmes.stale_draft", office.sign, office.approvers[0])
    office.refused("programmes.stale_draft", office.add, 12, DAY, CLOCK, 1)
    with reading_session() as session:
        assert drafts_waiting_for(session, office.approvers[0], NOW) == []


def test_the_same_draft_twice_is_one(office):
    """A button pressed twice."""
    office.refused("programmes.nothing_changed", office.add)


def sign_at_once(office, meeting, draft, who):
    """Sign in a process of its own, and wait for the other one after reading."""
    from fundapp.programmes import commands

    commands.base_now = meeting.after(commands.base_now)
    return office.sign(who, draft=draft).id


def test_two_drafts_approved_at_once_make_one_policy(office):
    """Each has one signature; two people give the second ones at the same moment."""
    rival = office.add(11)
    office.sign(office.approvers[0])
    office.sign(office.approvers[0], draft=rival)
    with unit_of_work() as session:
        third = make_person(session, "周审批", Role.FOUNDATION_APPROVER, office.place)
    meeting = Meeting(2, seconds=0.3)
    deeds = [
        partial(sign_at_once, office, meeting, office.draft, office.approvers[1]),
        partial(sign_at_once, office, meeting, rival, third),
    ]
    ended = at_once(deeds)
    assert sorted(what if kind == "refused" else kind for kind, what in ended) == ["done", "programmes.stale_draft"]


# --- the database itself -------------------------------------------------------------------------------------------

SIGN = (
    "INSERT INTO policy_signature (policy_version_id, parts_hash, passed, note, op_key, signed_by_id, signed_at) "
    "VALUES (:draft, COALESCE(:read, (SELECT parts_hash FROM policy_version WHERE id = :draft)), "
    "TRUE, '', :key, :who, :at)"
)


def attack(guard, statement, **values):
    """Show that plain SQL is refused, and that it is this guard which refuses; nothing of it stays."""
    made = text(statement).bindparams(bindparam("at", type_=Instant()))
    with bound_engine().execution_options(writes=True).connect() as connection:
        with pytest.raises(DBAPIError), connection.begin_nested():
            connection.execute(made, values)
        drop_guard(connection, next(one for one in guards() if one.name == guard))
        connection.execute(made, values)
        connection.rollback()


def test_the_database_refuses_wrong_signatures(office):
    """The author's, a late one, one on a refused draft, a third one, and one on a stale draft."""
    first, second = office.approvers
    usual = {"draft": office.draft, "read": None, "key": "attack", "at": NOW}
    attack("policy_signed_as_read", SIGN, **usual | {"who": first.person_id, "read": "0" * 64})
    attack("policy_author_does_not_sign", SIGN, **usual | {"who": office.officer.person_id})
    attack("policy_signed_in_time", SIGN, **usual | {"who": first.person_id, "at": NOW + timedelta(days=9)})
    attack("policy_signed_while_a_draft", SIGN, **usual | {"draft": 1, "who": first.person_id})
    rival = office.add(11)
    refused = office.add(12)
    office.sign(first, False, draft=refused, note="不行")
    attack("policy_signed_while_a_draft", SIGN, **usual | {"draft": refused, "who": second.person_id})
    office.sign(first, draft=rival)
    office.sign(second, draft=rival)
    attack("policy_signed_on_the_newest", SIGN, **usual | {"who": first.person_id})


@pytest.mark.parametrize("change", ["signers = 0", "signers = 1", "base_id = NULL", "sign_by = :at"])
def test_no_version_comes_with_fewer_signers(office, change):
    """Not even as a row written by hand: two signers, a version that it changes, and a last day to sign."""
    columns = {
        "programme_id": "programme_id", "number": "number + 5", "base_id": "base_id", "signers": "signers",
        "sign_by": "sign_by", "effective_from": "effective_from", "parts": "parts", "parts_hash": "parts_hash",
        "made_by_id": "made_by_id", "made_at": "made_at",
    }  # fmt: skip
    name, value = change.split(" = ")
    written = ", ".join((columns | {name: value}).values())
    made = text(
        f"INSERT INTO policy_version ({', '.join(columns)}) SELECT {written} FROM policy_version WHERE number = 2"
    )
    values = {"at": NOW + timedelta(days=99)} if ":at" in written else {}
    if values:
        made = made.bindparams(bindparam("at", type_=Instant()))
    with pytest.raises(DBAPIError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(made, values)


# --- pages ---------------------------------------------------------------------------------------------------------


def test_the_pages_of_a_draft(office, app):
    """Everybody sees what changes and the hash; approvers sign; the author is told why she may not."""
    app.extensions["clock"] = CLOCK
    with unit_of_work() as session:
        grant_role(
            session, administrator(session), office.officer.person_id, Role.FOUNDATION_APPROVER, office.place, CLOCK
        )
        logins = [make_account(session, who, f"p{n}") for n, who in enumerate((office.officer, *office.approvers))]
        stranger = make_account(
            session, make_person(session, "别处", Role.FOUNDATION_APPROVER, _elsewhere(session)), "far"
        )
    address = f"/programmes/policy/{office.draft}"
    shown = Visitor(app).text(address)
    with reading_session() as session:
        read = get_policy(session, office.draft).parts_hash
    assert read in shown
    assert "征求意见天数" in shown
    assert "草稿，等审批人签" in shown
    assert "陈经办" not in shown
    assert "自己起草的政策不能自己签" in Visitor(app, logins[0]).text(address)
    assert Visitor(app, stranger).get(f"{address}/sign").status_code == 404
    first = Visitor(app, logins[1])
    assert f"{address}/sign" in first.text("/desk/")
    assert f"{address}/sign" in first.text(address)
    assert f'value="{read}"' in first.get(f"{address}/sign").get_data(as_text=True)
    assert first.post(f"{address}/sign", verdict="no", read=read, op_key=str(uuid4())).status_code == 422
    unread = first.post(f"{address}/sign", verdict="yes", op_key=str(uuid4()))
    assert (unread.status_code, "看过以后再签" in unread.get_data(as_text=True)) == (422, True)
    assert first.post(f"{address}/sign", verdict="yes", read=read, op_key=str(uuid4())).status_code == 303
    assert "您已经签过" in first.text(address)
    assert f"{address}/sign" not in first.text("/desk/")
    assert (
        Visitor(app, logins[2]).post(f"{address}/sign", verdict="yes", read=read, op_key=str(uuid4())).status_code
        == 303
    )
    assert "已签，公示中" in Visitor(app).text(f"/programmes/{office.programme}")


def _elsewhere(session):
    return make_place_tree(session).district
