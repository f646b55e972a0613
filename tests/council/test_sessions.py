"""Sessions: called ahead, decided with a quorum, closed when complete, and then for good."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from fundapp.audit.commands import record
from fundapp.council import commands, queries
from fundapp.council.bars import USUAL_PASSING, Charter
from fundapp.council.rules import Hands, ItemOutcome, SessionState, check_outcome, terms_of
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY, Role
from fundapp.kernel.bars import Bar
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import BadInput, Forbidden, Refused
from fundapp.places.queries import get_place
from fundapp.programmes.models import PolicySignature, PolicyVersion, Programme
from fundapp.programmes.queries import newest_adopted
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Stage
from fundapp.voting.rounds import Option
from tests.council.conftest import BEGUN, HELD, attend, close, decide, hold, make_called, write
from tests.support.world import NOW, make_approvers, make_person, make_place_tree, sign_version
from tests.voting.polling import BY_VOTE, make_programme, make_project

PASSED, REJECTED, ADJOURNED = ItemOutcome.PASSED, ItemOutcome.REJECTED, ItemOutcome.ADJOURNED


def code_of(deed, *values, **named):
    """Do something that is refused, and give the code."""
    with pytest.raises(Refused) as refused:
        deed(*values, **named)
    return refused.value.code


def call(called, **changes):
    """Call another session."""
    values = {"body_id": called.body, "title": "四月议事会", "held_at": HELD, "items": ("停车",)} | changes
    with unit_of_work() as session:
        return commands.call_session(session, called.worker, commands.CallSession(**values), SetClock(NOW)).id


@pytest.mark.parametrize(
    ("outcome", "hands", "present", "code"),
    [
        (PASSED, (8, 6, 0), 14, None),
        (PASSED, (7, 6, 1), 14, "council.not_a_majority"),
        (REJECTED, (7, 7, 0), 14, None),
        (REJECTED, (8, 6, 0), 14, "council.is_a_majority"),
        (PASSED, (8, 6, 1), 14, "council.more_hands_than_present"),
        (PASSED, (13, 0, 0), 13, "council.no_quorum"),
        (REJECTED, (0, 13, 0), 13, "council.no_quorum"),
        (ADJOURNED, (0, 0, 0), 13, None),
    ],
)
def test_twenty_members_decide_with_fourteen_present_and_more_than_half_of_them(outcome, hands, present, code):
    """Two thirds of twenty are fourteen; more than half of fourteen are eight.

    Source: domain.md section 4.
    """
    if code is None:
        check_outcome(outcome, Hands(*hands), present, 20, terms_of({}).quorum)
    else:
        assert code_of(check_outcome, outcome, Hands(*hands), present, 20, terms_of({}).quorum) == code


def test_a_session_is_called_three_days_ahead_with_its_agenda(called):
    """Members must be able to prepare; a session without an item is none."""
    assert code_of(call, called, held_at=NOW + timedelta(days=3) - timedelta(seconds=1)) == "council.notice_too_short"
    assert code_of(call, called, items=(" ",)) == "council.no_items"
    assert call(called, held_at=NOW + timedelta(days=3))


def test_quorum_and_notice_are_those_of_the_policy_on_the_day_of_the_call(called):
    """Half of six is enough where the policy says so, five days' notice is needed; a later policy changes neither.

    The programme of the fixture has no part on the council: its sessions go by two thirds and three days. The body asks
    for no more than half itself: of its own bars and the policy's the higher one holds.
    """
    with unit_of_work() as session:
        lax = Charter(Bar(Fraction(1, 2)), USUAL_PASSING, 0)
        commands.change_charter(
            session, called.worker, commands.ChangeCharter(called.body, lax, None, "改"), SetClock(NOW)
        )
        own = get_place(session, called.places.community).path
        assert queries.terms_at(session, own, NOW) == terms_of({})
        programme = Programme(
            place_id=called.places.street, year=2027, name="明年", foundation_name="演示基金会",
            opened_by_id=called.worker.person_id, opened_at=NOW,
        )  # fmt: skip
        session.add(programme)
        session.flush()
        first = version(called, programme.id, 1, {"quorum": "1/2", "notice_days": 5})
        session.add(first)
        session.flush()
        sign_version(session, first.id)
        record(session, called.worker, "tests.programme", f"programme:{programme.id}", NOW)
    assert code_of(call, called, held_at=NOW + timedelta(days=5) - timedelta(seconds=1)) == "council.notice_too_short"
    later = replace(called, session=call(called, held_at=HELD + timedelta(days=1)))
    with unit_of_work() as session:
        items = queries.items_of_session(session, later.session)
        later = replace(later, items=tuple(row.id for row in items))
        newer = version(called, programme.id, 2, {"quorum": "1/1", "notice_days": 5})
        newer.base_id = newest_adopted(session, programme.id).id
        session.add(newer)
        session.flush()
        for number, who in enumerate(make_approvers(session, called.places.street)):
            word = {"passed": True, "signed_by_id": who.person_id, "signed_at": NOW, "op_key": f"sign{number}"}
            session.add(PolicySignature(policy_version_id=newer.id, parts_hash=newer.parts_hash, **word))
        record(session, called.worker, "tests.programme", f"programme:{programme.id}", NOW)
    begun = SetClock(HELD + timedelta(days=1, hours=1))
    attend(later, 3, begun)
    decide(later, 0, PASSED, 2, 1, 0, clock=begun)
    attend(called, 3)
    assert code_of(decide, called, 0, PASSED, 3, 0, 0) == "council.no_quorum"


def version(called, programme_id, number, council):
    """A policy version about the council."""
    return PolicyVersion(
        programme_id=programme_id, number=number, signers=2, sign_by=None if number == 1 else NOW,
        effective_from=NOW, parts={"council": council, "voting": BY_VOTE},
        parts_hash=f"{number}" * 64, made_by_id=called.worker.person_id, made_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    "part",
    [
        {"quorum": "2/3"},
        {"quorum": "3/2", "notice_days": 3},
        {"quorum": "0/1", "notice_days": 3},
        {"quorum": "2/3", "notice_days": -1},
        {"quorum": "2/3", "notice_days": True},
        {"quorum": "2/3", "notice_days": 3, "qourum": "1/2"},
    ],
)
def test_a_part_on_the_council_that_cannot_be_read_is_bad_input(part):
    """A typo must not turn a bar off."""
    with pytest.raises(BadInput, match="council"):
        terms_of({"council": part})


def test_a_project_from_elsewhere_is_not_on_the_agenda(called):
    """The body speaks for its own place."""
    with unit_of_work() as session:
        other = make_place_tree(session)
        programme = make_programme(session, other.street, called.worker)
        elsewhere = make_project(session, called.worker, other.compound, programme)
    assert code_of(call, called, project_ids=(elsewhere,)) == "council.project_elsewhere"


def test_nothing_is_noted_before_the_session_begins(called):
    """Neither attendance nor outcome."""
    early = SetClock(HELD - timedelta(seconds=1))
    assert code_of(attend, called, clock=early) == "council.not_held_yet"
    assert code_of(write, called, clock=early) == "council.not_held_yet"


def test_outcomes_need_attendance_and_a_quorum(called):
    """Three of six cannot decide; four can."""
    assert code_of(decide, called, 0, PASSED, 3, 0, 0) == "council.attendance_missing"
    attend(called, 3)
    assert code_of(decide, called, 0, PASSED, 3, 0, 0) == "council.no_quorum"
    decide(called, 0, ADJOURNED)
    attend(called, 4)
    decide(called, 0, PASSED, 3, 1, 0)


def test_attendance_cannot_fall_below_the_hands_that_were_raised(called):
    """A list that contradicts an outcome is refused; nobody present, and strangers too."""
    attend(called, 5)
    decide(called, 0, PASSED, 4, 1, 0)
    assert code_of(attend, called, 4) == "council.more_hands_than_present"
    assert code_of(attend, called, 0) == "council.nobody_present"
    with unit_of_work() as session:
        other = commands.make_body(
            session, called.worker, commands.MakeBody(called.places.community, "楼栋议事会", ("甲",)), BEGUN
        )
        stranger = queries.members_of(session, other.id, BEGUN.at)[0].id
    cmd = commands.RecordAttendance(called.session, (stranger,))
    with pytest.raises(Refused) as refused, unit_of_work() as session:
        commands.record_attendance(session, called.worker, cmd, BEGUN)
    assert refused.value.code == "council.not_a_member"


def test_a_session_is_closed_only_when_it_is_complete(called):
    """Attendance, an outcome for each item, minutes: each is asked for by name."""
    assert code_of(close, called, SetClock(HELD - timedelta(hours=1))) == "council.not_held_yet"
    assert code_of(close, called) == "council.attendance_missing"
    attend(called)
    decide(called, 0, PASSED, 4, 1, 0)
    assert code_of(close, called) == "council.items_undecided"
    decide(called, 1, REJECTED, 0, 5, 0)
    assert code_of(close, called) == "council.minutes_missing"
    write(called)
    close(called)
    assert code_of(close, called) == "council.closed"


def test_a_closed_session_never_changes(called):
    """No other list, outcome or minutes."""
    hold(called)
    assert code_of(attend, called) == "council.closed"
    assert code_of(decide, called, 0, PASSED, 5, 0, 0) == "council.closed"
    assert code_of(write, called) == "council.closed"


def test_only_the_worker_of_the_place_keeps_the_papers(called):
    """Not an officer, not an administrator."""
    with unit_of_work() as session:
        others = [
            make_person(session, "干部", Role.STREET_OFFICER, called.places.street),
            make_person(session, "管理员甲", Role.ADMINISTRATOR, called.places.district),
        ]
    attend(called)
    for who in others:
        with pytest.raises(Forbidden):
            decide(called, 0, PASSED, 4, 1, 0, who=who)


def test_the_public_sees_the_notice_and_after_the_close_the_outcome_without_names(called):
    """Counts and minutes, no member's name; before the close neither outcome nor minutes."""
    attend(called)
    decide(called, 0, PASSED, 4, 1, 0)
    write(called)
    with reading_session() as session:
        page = queries.session_page(session, called.session, NOBODY, BEGUN.at)
        assert (page.state, page.minutes, page.present, page.roll) == (SessionState.HELD, "", 0, ())
        assert {(item.outcome, item.votes_for) for item in page.items} == {(None, 0)}
        assert queries.items_of(session, [called.project]) == {}
    decide(called, 1, REJECTED, 1, 3, 1)
    close(called)
    with reading_session() as session:
        page = queries.session_page(session, called.session, NOBODY, BEGUN.at)
        assert page.minutes == "王某主持，李某不同意。"
        assert (page.members, page.needed, page.present, page.guests, page.roll) == (6, 4, 5, 2, ())
        assert [(item.outcome, item.votes_for) for item in page.items] == [(PASSED, 4), (REJECTED, 1)]
        mark = queries.items_of(session, [called.project])[called.project][0]
        assert (mark.outcome, mark.votes_for, mark.title) == (PASSED, 4, "三月议事会")


def test_the_secretary_sees_names_and_what_waits_for_her(called):
    """Sessions that were held and not closed wait for the worker of the place."""
    with reading_session() as session:
        page = queries.session_page(session, called.session, called.worker, BEGUN.at)
        assert [(member.name, here) for member, here in page.roll][:2] == [("王淑芬", None), ("李明", None)]
        assert queries.sessions_waiting(session, called.worker, NOW) == []
        assert [row.id for row in queries.sessions_waiting(session, called.worker, BEGUN.at)] == [called.session]
        assert queries.sessions_waiting(session, NOBODY, BEGUN.at) == []
    hold(called)
    with reading_session() as session:
        assert queries.sessions_waiting(session, called.worker, BEGUN.at) == []


def test_a_member_who_left_still_counts_for_a_session_called_before(called):
    """The whole that the quorum is a share of was fixed with the notice."""
    with unit_of_work() as session:
        commands.end_membership(session, called.worker, called.members[0], SetClock(NOW + timedelta(days=1)))
    assert attend(called, 4) == 4
    with pytest.raises(Refused) as refused, unit_of_work() as session:
        commands.end_membership(session, called.worker, called.members[0], BEGUN)
    assert refused.value.code == "council.member_left"


def test_members_are_persons_or_plain_names(called):
    """One of the two, and a person once."""
    with unit_of_work() as session:
        person = make_person(session, "孙丽")
        member = commands.AddMember(called.body, person_id=person.person_id)
        commands.add_member(session, called.worker, member, BEGUN)
    with reading_session() as session:
        assert queries.members_of(session, called.body, BEGUN.at)[-1].name == "孙丽"
    for cmd, code in (
        (member, "council.member_already"),
        (commands.AddMember(called.body), "council.person_or_name"),
        (commands.AddMember(called.body, "甲", person.person_id), "council.person_or_name"),
    ):
        with pytest.raises(Refused) as refused, unit_of_work() as session:
            commands.add_member(session, called.worker, cmd, BEGUN)
        assert refused.value.code == code


def confirm(called, item=0, who=None):
    """Confirm a selection."""
    with unit_of_work() as session:
        cmd = commands.ConfirmSelection(called.items[item])
        commands.confirm_selection(session, who or called.worker, cmd, BEGUN)


def test_where_the_policy_says_so_a_passed_item_selects_the_project(called):
    """The project moves on, and its history names the session."""
    hold(called)
    confirm(called)
    with reading_session() as session:
        assert get_project(session, called.project).stage is Stage.SELECTED
    assert code_of(confirm, called) == "council.not_consented"


def test_an_item_selects_nothing_that_was_not_passed_or_is_not_closed(called):
    """Rejected, still open, without a project, by somebody else: refused."""
    assert code_of(confirm, called) == "council.not_closed"
    hold(called, REJECTED)
    assert code_of(confirm, called) == "council.not_passed"
    assert code_of(confirm, called, 1) == "council.item_without_project"
    with unit_of_work() as session:
        officer = make_person(session, "干部", Role.STREET_OFFICER, called.places.street)
    assert code_of(confirm, called, who=officer) == "council.not_secretary"


def test_where_the_policy_chooses_by_vote_the_council_cannot_select(working):
    """The households are asked."""
    called = make_called()
    hold(called)
    assert code_of(confirm, called) == "council.chosen_by_vote"


def test_the_council_tells_rounds_which_projects_may_stand(called):
    """The exact version, its budget, its words; programmes by the worker's place."""
    with reading_session() as session:
        programme = get_project(session, called.project).programme_id
        options = queries.round_options(session, programme, "/")
        assert [(type(one), one.project_id, one.reserve) for one in options] == [(Option, called.project, False)]
        assert options[0].cost.amount == 1000
        assert [number for number, _name in queries.programmes_of_worker(session, called.worker)] == [programme]
        assert queries.programmes_of_worker(session, NOBODY) == []
        assert queries.programme_facts(session, programme, NOW - timedelta(days=1)) is None
        assert queries.programme_facts(session, 999, NOW) is None
