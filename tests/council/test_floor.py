"""In the room: invitation, sign-in by code, motions and amendments, who speaks next, the draft and the chair's word."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy.exc import DBAPIError

from fundapp.council import commands, queries
from fundapp.council.calendar import calendar_of
from fundapp.council.rules import ItemOutcome, Seat, Side
from fundapp.council.speaking import Asked, order
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.notify.queries import unread_count
from tests.council.conftest import BEGUN, HELD, attend, close, decide, hold, write
from tests.council.test_bodies import code_of, do, found, recuse
from tests.support.world import NOW, again, make_person
from tests.voting.polling import run

PASSED, REJECTED = ItemOutcome.PASSED, ItemOutcome.REJECTED


def move(called, mover=0, seconder=1, text="楼顶做两层防水", item=0, who=None, clock=BEGUN, budget=None):
    """Note a motion."""
    members = called.members
    cmd = commands.Move(called.items[item], members[mover], members[seconder], text, budget)
    return do(commands.move, called, cmd, clock, who)


def stranger():
    """Somebody with no role."""
    with unit_of_work() as session:
        return make_person(session, "过路人")


def test_a_notice_becomes_a_calendar_entry():
    """Start, place and agenda, readable by any calendar program; no name of a member."""
    made = calendar_of("https://x/council/1", "三月会", "议事会", HELD, "活动室", ("停车", "防水"), NOW)
    event = next(iter(Calendar.from_ical(made).walk("VEVENT")))
    assert (event.decoded("dtstart"), str(event["location"]), str(event["summary"])) == (
        HELD,
        "活动室",
        "议事会：三月会",
    )
    assert str(event["description"]) == "1. 停车\n2. 防水"


def test_a_motion_is_seconded_by_another_who_is_there(called):
    """Two members who are present and whom it does not concern; the second motion amends the first."""
    assert code_of(commands.move, called, commands.Move(called.items[0], *called.members[:2], "x"), BEGUN) == (
        "council.not_there"
    )
    attend(called, 5)
    recuse(called, 4)
    for mover, seconder, code in ((0, 0, "council.seconded_by_herself"), (0, 5, "council.not_there")):
        with pytest.raises(Refused) as refused:
            move(called, mover, seconder)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        move(called, 0, 4)
    assert refused.value.code == "council.not_there"
    move(called, budget=from_fen(3_000_000))
    move(called, 1, 2, "改为三层")
    with reading_session() as session:
        rows = queries.motions_of_item(session, called.items[0])
        assert [(row.number, row.amends_id) for row in rows] == [(1, None), (2, rows[0].id)]


def test_amendments_are_decided_before_the_motion(called):
    """By the same bars; the motion waits for them, and nothing is moved once it is decided."""
    attend(called, 5)
    move(called)
    change = move(called, 1, 2, "改为三层")
    with pytest.raises(Refused) as refused:
        decide(called, 0, PASSED, 3, 2, 0)
    assert refused.value.code == "council.amendments_open"
    wrong = commands.DecideAmendment(change, PASSED, 2, 3)
    assert code_of(commands.decide_amendment, called, wrong, BEGUN) == "council.not_a_majority"
    do(commands.decide_amendment, called, commands.DecideAmendment(change, PASSED, 3, 2), BEGUN)
    decide(called, 0, PASSED, 3, 2, 0)
    with pytest.raises(Refused) as refused:
        move(called)
    assert refused.value.code == "council.item_decided"


def test_only_the_secretary_moves_and_only_while_it_is_open(called):
    """Not a stranger, not before it begins, not after the close."""
    attend(called, 5)
    with pytest.raises(Forbidden):
        move(called, who=stranger())
    with pytest.raises(Refused) as refused:
        move(called, clock=SetClock(HELD - timedelta(seconds=1)))
    assert refused.value.code == "council.not_held_yet"
    hold(called)
    for deed, cmd in (
        (commands.move, commands.Move(called.items[0], *called.members[:2], "x")),
        (commands.ask_to_speak, commands.AskToSpeak(called.items[0], called.members[0], Side.FOR)),
    ):
        assert code_of(deed, called, cmd, BEGUN) == "council.closed"
    with pytest.raises(NotVisible):
        do(commands.decide_amendment, called, commands.DecideAmendment(99, PASSED), BEGUN)


SIDES = st.sampled_from(list(Side))


@given(
    st.lists(st.tuples(st.integers(1, 5), SIDES), max_size=12),
    st.lists(st.tuples(st.integers(1, 5), SIDES), max_size=4),
)
def test_everybody_waiting_speaks_once_and_newcomers_first(waiting, spoken):
    """No one is lost or doubled; nobody speaks again while one who has not spoken waits."""
    asked = [Asked(number, *who) for number, who in enumerate(waiting)]
    before = [Asked(100 + number, *who) for number, who in enumerate(spoken)]
    turns = order(asked, before)
    assert sorted(one.number for one in turns) == [one.number for one in asked]
    heard = {one.member_id for one in before}
    for place, one in enumerate(turns):
        assert one.member_id not in heard or all(other.member_id in heard for other in turns[place:])
        heard.add(one.member_id)


def test_sides_alternate_and_a_question_breaks_no_turn():
    """For, against, for; three on one side wait for the other as long as it has somebody."""
    asked = [Asked(n, n, side) for n, side in enumerate((Side.FOR, Side.FOR, Side.ASKS, Side.AGAINST, Side.AGAINST))]
    assert [one.number for one in order(asked, [])] == [0, 2, 3, 1, 4]


def test_the_floor_goes_from_one_to_the_next(called):
    """Whoever speaks ends when the next begins; nobody stands on the list twice."""
    attend(called, 5)
    ask = [commands.AskToSpeak(called.items[0], called.members[n], Side.FOR) for n in range(2)]
    for cmd in ask:
        do(commands.ask_to_speak, called, cmd, BEGUN)
    assert code_of(commands.ask_to_speak, called, ask[0], BEGUN) == "council.on_the_list"
    for expected in (called.members[0], called.members[1], None):
        with unit_of_work() as session:
            one = commands.next_speaker(session, called.worker, called.items[0], BEGUN)
            assert (one.member_id if one else None) == expected


def with_chair(called):
    """Call a session of a body whose chair has an account; give it in place of the first."""
    with unit_of_work() as session:
        chair = make_person(session, "孙主持")
    body = found(called, name="有主持人的")
    seat = commands.AddMember(body, person_id=chair.person_id, seat=Seat.CHAIR)
    do(commands.add_member, called, seat)
    cmd = commands.CallSession(body, "会", HELD, ("停车", "晾晒"))
    held = do(commands.call_session, called, cmd)
    with reading_session() as session:
        members = tuple(row.id for row in queries.members_of(session, body, NOW))
        items = tuple(row.id for row in queries.items_of_session(session, held))
        chair = again(session, chair)
    return replace(called, body=body, session=held, members=members, items=items), chair


def test_members_sign_in_themselves_once_and_only_members(called):
    """From an hour before it begins until it is closed; the invitation came to the member's messages."""
    called, chair = with_chair(called)
    cmd = commands.SignIn(called.session)
    with reading_session() as session:
        assert unread_count(session, chair.person_id) == 1
    early = SetClock(HELD - timedelta(hours=1, seconds=1))
    assert code_of(commands.sign_in, called, cmd, early, chair) == "council.not_held_yet"
    with pytest.raises(Forbidden):
        do(commands.sign_in, called, cmd, BEGUN, stranger())
    first = do(commands.sign_in, called, cmd, SetClock(HELD - timedelta(hours=1)), chair)
    assert do(commands.sign_in, called, cmd, BEGUN, chair) == first
    with reading_session() as session:
        assert [(row.present, row.by_herself) for row in queries.attendance_of(session, called.session)] == [
            (True, True)
        ]


def confirm(called, who, photo=None):
    """Confirm the minutes."""
    return do(commands.confirm_minutes, called, commands.ConfirmMinutes(called.session, photo), BEGUN, who)


def test_the_chair_confirms_and_a_change_has_to_be_confirmed_again(called):
    """Nobody else may; without her word nothing is closed, by page or by SQL; a changed outcome voids it."""
    called, chair = with_chair(called)
    attend(called, 4)
    decide(called, 0, REJECTED, 1, 3, 0)
    assert code_of(commands.confirm_minutes, called, commands.ConfirmMinutes(called.session), BEGUN, chair) == (
        "council.items_undecided"
    )
    decide(called, 1, PASSED, 3, 1, 0)
    write(called)
    for who in (called.worker, stranger()):
        with pytest.raises(Forbidden):
            confirm(called, who)
    with pytest.raises(Refused) as refused:
        close(called)
    assert refused.value.code == "council.not_confirmed"
    with pytest.raises(DBAPIError):
        run("UPDATE council_session SET closed_at = :at, closed_by_id = 1 WHERE id = 2", at=BEGUN.at)
    confirm(called, chair)
    decide(called, 1, PASSED, 4, 0, 0)
    with pytest.raises(Refused):
        close(called)
    confirm(called, chair)
    close(called)
    with pytest.raises(Refused):
        confirm(called, chair)


def test_a_draft_tells_what_happened(called):
    """Attendance, motion, amendment, budget, speaker, hands and outcome stand in it before a word was typed."""
    attend(called, 5)
    move(called, budget=from_fen(3_000_000))
    change = move(called, 1, 2, "改为三层")
    do(commands.decide_amendment, called, commands.DecideAmendment(change, REJECTED, 2, 3), BEGUN)
    do(commands.ask_to_speak, called, commands.AskToSpeak(called.items[0], called.members[3], Side.AGAINST), BEGUN)
    with unit_of_work() as session:
        commands.next_speaker(session, called.worker, called.items[0], BEGUN)
    decide(called, 0, PASSED, 4, 1, 0)
    with reading_session() as session:
        draft = queries.draft_minutes(session, called.session)
    for words in (
        "应到成员 6 人，到会 5 人（成员 2/3 以上到会，即 4 人），列席 2 人。",
        "动议：楼顶做两层防水（动议人 王淑芬，附议人 李明）",
        "预算：¥30000.00。",
        "改为三层（李明 提出，赵强 附议）：未通过，赞成 2，反对 3，弃权 0。",
        "周敏（反对方）：",
        "举手表决：赞成 4，反对 1，弃权 0。结果：通过。",
    ):
        assert words in draft


MOTION = (
    "INSERT INTO council_motion (item_id, number, amends_id, mover_id, seconder_id, text, votes_for, votes_against, "
    "votes_abstain, noted_by_id, at) SELECT i.id, {number}, {amends}, {mover}, {seconder}, 'x', 0, 0, 0, 1, s.held_at "
    "FROM council_item i JOIN council_session s ON s.id = i.session_id WHERE i.position = 1"
)


@pytest.mark.parametrize(
    "statement",
    [
        MOTION.format(number=2, amends=1, mover=1, seconder=1),
        MOTION.format(number=2, amends="NULL", mover=1, seconder=2),
        MOTION.format(number=2, amends=1, mover=1, seconder=6),  # the sixth is not there
        "UPDATE council_motion SET text = 'x'",
        "DELETE FROM council_motion",
        "UPDATE council_motion SET outcome = 'passed'",  # the motion itself goes with its item
        "UPDATE council_item SET from_item_id = 1",
    ],
)
def test_the_database_keeps_motions(called, statement):
    """Whoever writes the row."""
    attend(called, 5)
    move(called)
    with pytest.raises(DBAPIError):
        run(statement)
