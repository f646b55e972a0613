"""The desk of chair and secretary: minutes, questions by their limits, matters that were handed up."""

from datetime import timedelta

from fundapp.council import commands, queries
from fundapp.council.rules import ItemOutcome, Seat, Side
from fundapp.db.work import reading_session, unit_of_work
from fundapp.desk.queries import waiting
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from fundapp.people.queries import actor_of
from tests.council.conftest import BEGUN, HELD, attend, close, decide, make_called, write
from tests.support.world import NOW, make_person, make_resident

CLOCK = SetClock(NOW)


def on_desk(actor, now=BEGUN.at):
    """What the council asks of a person: endpoint, words and limit."""
    with reading_session() as session:
        lines = waiting(session, actor_of(session, actor.person_id, now), now)
        return [(one.link.endpoint, one.title, one.text) for one in lines if one.link.endpoint.startswith("council.")]


def endpoints(actor, now=BEGUN.at):
    """The endpoints alone."""
    return [endpoint for endpoint, _title, _text in on_desk(actor, now)]


def test_minutes_wait_for_their_chair_until_she_confirmed_them_as_they_stand(sqlite_app):
    """Not before they are complete, for nobody else, and again after a change."""
    called = make_called()
    with unit_of_work() as session:
        chair = make_person(session, "陈主持", Role.SUPERVISOR, called.places.community)
        member = commands.AddMember(called.body, person_id=chair.person_id, seat=Seat.CHAIR)
        commands.add_member(session, called.worker, member, CLOCK)
        cmd = commands.CallSession(called.body, "四月议事会", HELD, ("停车",))
        made = commands.call_session(session, called.worker, cmd, CLOCK).id
    with reading_session() as session:
        there = tuple(row.id for row in queries.members_of(session, called.body, NOW))
        item = queries.items_of_session(session, made)[0].id
    assert "council.confirm_minutes" not in endpoints(chair)
    with unit_of_work() as session:
        commands.record_attendance(session, called.worker, commands.RecordAttendance(made, there), BEGUN)
        commands.decide_item(session, called.worker, commands.DecideItem(item, ItemOutcome.PASSED, 7, 0, 0), BEGUN)
        commands.write_minutes(session, called.worker, commands.WriteMinutes(made, "议定。"), BEGUN)
    assert "council.confirm_minutes" in endpoints(chair)
    assert "council.confirm_minutes" not in endpoints(called.worker)
    with unit_of_work() as session:
        commands.confirm_minutes(session, chair, commands.ConfirmMinutes(made), BEGUN)
    assert "council.confirm_minutes" not in endpoints(chair)
    with unit_of_work() as session:
        commands.write_minutes(session, called.worker, commands.WriteMinutes(made, "改过。"), BEGUN)
    assert "council.confirm_minutes" in endpoints(chair)


def test_questions_wait_for_the_secretary_by_their_limit(sqlite_app):
    """Answered or hidden they wait no more; a late one says so; nobody of another place sees them."""
    called = make_called()
    with unit_of_work() as session:
        resident = make_resident(session, "李居民", called.places.units[0])
        for key, text in (("a", "灯装几盏？"), ("b", "谁来修？")):
            cmd = commands.Say(called.project, called.places.units[0], Side.ASKS, text, key)
            commands.say(session, resident, cmd, CLOCK)
    found = [line for line in on_desk(called.worker, NOW) if line[0] == "council.answer"]
    assert [text for _endpoint, _title, text in found] == ["", ""]
    late = [text for endpoint, _title, text in on_desk(called.worker, NOW + timedelta(days=5)) if "answer" in endpoint]
    assert late == ["已经超过答复期限"] * 2
    assert "council.answer" not in endpoints(resident)
    with unit_of_work() as session:
        commands.answer_point(session, called.worker, commands.AnswerPoint(1, "六盏。"), CLOCK)
        commands.hide_point(session, called.worker, commands.HidePoint(2, True, "写了姓名"), CLOCK)
    assert "council.answer" not in endpoints(called.worker)


def test_a_matter_that_was_handed_up_waits_for_the_secretary_of_the_body_above(sqlite_app):
    """Until it stands on an agenda there; the body below has nothing to do with it any more."""
    called = make_called()
    with unit_of_work() as session:
        officer = make_person(session, "赵街道", Role.STREET_OFFICER, called.places.street)
        above = commands.make_body(
            session, officer, commands.MakeBody(called.places.street, "街道联席会", ("甲", "乙", "丙")), CLOCK
        ).id
        bars = queries.charter_of(session, called.body).charter
        change = commands.ChangeCharter(called.body, bars, above, "上有街道联席会")
        commands.change_charter(session, called.worker, change, CLOCK)
    assert "council.call" not in endpoints(officer)
    hold_up(called)
    assert [title for endpoint, title, _text in on_desk(officer) if endpoint == "council.call"] == [
        "下级提交的议题：装路灯"
    ]
    assert "council.call" not in endpoints(called.worker)
    with unit_of_work() as session:
        item = queries.comes_back(session, above)[0].id
        cmd = commands.CallSession(above, "街道会", HELD + timedelta(days=9), from_item_ids=(item,))
        commands.call_session(session, officer, cmd, BEGUN)
    assert "council.call" not in endpoints(officer)


def hold_up(called):
    """Hold the session: its first item is handed up."""
    attend(called)
    decide(called, 0, ItemOutcome.REFERRED, 2, 2, 1)
    decide(called, 1, ItemOutcome.REJECTED, 1, 3, 1)
    write(called)
    close(called)
