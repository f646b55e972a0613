"""Reasons for and against a project and questions: by its place, without names, hidden only with a reason."""

import random
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from fundapp.council import commands, queries
from fundapp.council.rules import Side, terms_of
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY, Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import BadInput, Forbidden, NotVisible, Refused
from fundapp.notify.queries import unread_count
from fundapp.voting.commands import OpenRound, open_round
from tests.council.conftest import Called, make_called
from tests.council.test_pages import visit as visit
from tests.support.world import NOW, make_person, make_place_tree, make_resident
from tests.voting.polling import BY_VOTE, CLOSES, OPENS, draft, make_programme, make_project, run

CLOCK = SetClock(NOW)


@pytest.fixture
def talked(working):
    """A project that households may talk about, and somebody who lives there."""
    called = make_called(BY_VOTE)
    with unit_of_work() as session:
        resident = make_resident(session, "李居民", called.places.units[0])
    return called, resident


@pytest.fixture
def talked_app(sqlite_app, visit):
    """The same in the app, with browsers."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sqlite_app.extensions["clock"] = CLOCK
    called = make_called(BY_VOTE)
    with unit_of_work() as session:
        resident = make_resident(session, "李居民", called.places.units[0])
    return called, resident, visit


def say(called, who, key="k", side=Side.FOR, text="老人多，路太黑", unit=None, at=NOW):
    """Say something."""
    cmd = commands.Say(called.project, unit or called.places.units[0], side, text, key)
    with unit_of_work() as session:
        return commands.say(session, who, cmd, SetClock(at)).id


def answer(called, point, text):
    """Answer as the worker."""
    with unit_of_work() as session:
        commands.answer_point(session, called.worker, commands.AnswerPoint(point, text), CLOCK)


def read(called, who=NOBODY, at=NOW):
    """Give what somebody reads."""
    with reading_session() as session:
        return [
            (row.side, row.text, row.hidden) for row in queries.points_page(session, called.project, who, at).points
        ]


def test_a_household_of_the_place_says_it_once_however_often_it_is_sent(talked):
    """Two columns and questions; no name and no door; the fourth is refused, other words under one key too."""
    called, resident = talked
    assert say(called, resident) == say(called, resident)
    with pytest.raises(Refused):
        say(called, resident, text="别的话")
    say(called, resident, "k2", Side.AGAINST, "灯太亮")
    say(called, resident, "k3", Side.ASKS, "谁交电费？")
    with pytest.raises(Refused) as refused:
        say(called, resident, "k4")
    assert refused.value.code == "council.said_enough"
    assert [side for side, _text, _hidden in read(called)] == [Side.FOR, Side.AGAINST, Side.ASKS]


def test_who_lives_elsewhere_or_speaks_for_another_says_nothing(talked):
    """Not a stranger, not the worker, not with a neighbour's household."""
    called, resident = talked
    with unit_of_work() as session:
        other = make_resident(session, "外人", make_place_tree(session, name="别处").units[0])
    for who, unit in ((NOBODY, None), (called.worker, None), (other, None), (resident, called.places.units[1])):
        with pytest.raises(Forbidden):
            say(called, who, unit=unit)
    with pytest.raises(Forbidden):
        say(called, other, unit=min(other.unit_ids))


def test_what_is_hidden_is_told_to_its_author_with_the_reason(talked):
    """The public does not read it, the author does, with why; shown again it is public; only the worker may."""
    called, resident = talked
    point = say(called, resident)
    hide = commands.HidePoint(point, True, "写了邻居的门牌")
    with unit_of_work() as session:
        officer = make_person(session, "干部", Role.STREET_OFFICER, called.places.street)
    for who in (officer, resident):
        with pytest.raises(Forbidden), unit_of_work() as session:
            commands.hide_point(session, who, hide, CLOCK)
    with pytest.raises(Refused), unit_of_work() as session:
        commands.hide_point(session, called.worker, commands.HidePoint(point, True, " "), CLOCK)
    with unit_of_work() as session:
        commands.hide_point(session, called.worker, hide, CLOCK)
    assert read(called) == []
    assert [reason for _side, _text, reason in read(called, resident)] == ["写了邻居的门牌"]
    with reading_session() as session:
        assert unread_count(session, resident.person_id) == 1
    with unit_of_work() as session:
        commands.hide_point(session, called.worker, commands.HidePoint(point, False, "已核对，没有门牌"), CLOCK)
    assert len(read(called)) == 1
    with pytest.raises(DBAPIError):
        run("UPDATE council_point SET text = 'x'")


def test_a_question_has_a_deadline_and_one_official_answer(talked):
    """Three whole days after the day it was asked; a reason is no question."""
    called, resident = talked
    question, reason = say(called, resident, side=Side.ASKS, text="谁交电费？"), say(called, resident, "k2")
    answer(called, question, "社区交")
    for point, text, code in (
        (reason, "社区", "council.no_question"),
        (question, " ", "council.reason_needed"),
        (question, "居民交", "council.answered_already"),
    ):
        with pytest.raises(Refused) as refused:
            answer(called, point, text)
        assert refused.value.code == code
    with reading_session() as session:
        row = queries.points_page(session, called.project, NOBODY, NOW).points[0]
    assert row.answer == "社区交"
    assert timedelta(days=3) < row.due_at - NOW <= timedelta(days=4)
    with pytest.raises(NotVisible):
        answer(called, 99, "x")


@pytest.mark.parametrize(("quiet", "shown"), [(True, 0), (False, 1)])
def test_reasons_are_out_of_sight_while_a_vote_goes_on_where_its_policy_says_so(working, quiet, shown):
    """The policy that the round pins; nothing new is said meanwhile, and afterwards all is there again."""
    council = {"quorum": "2/3", "notice_days": 3, "quiet_voting": quiet}
    with unit_of_work() as session:
        places = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        resident = make_resident(session, "李居民", places.units[0])
        programme = make_programme(session, places.street, worker, council=council)
        project = make_project(session, worker, places.compound, programme)
    called = Called(places, worker, 0, (), 0, (), project)
    say(called, resident)
    round_id = draft(places, worker, programme[0], (project,))
    with unit_of_work() as session:
        open_round(session, worker, OpenRound(round_id), CLOCK, random.Random(7))
    assert len(read(called)) == 1
    assert len(read(called, at=OPENS)) == shown
    if quiet:
        with pytest.raises(Refused) as refused:
            say(called, resident, "k2", at=OPENS)
        assert refused.value.code == "council.quiet_now"
    assert len(read(called, at=CLOSES)) == 1


def test_a_word_that_is_neither_true_nor_false_does_not_open_the_mouth(working):
    """A typo in a policy is bad input."""
    with pytest.raises(BadInput, match="quiet_voting"):
        terms_of({"council": {"quorum": "2/3", "notice_days": 3, "quiet_voting": "yes"}})


def test_the_pages_of_a_project_s_reasons(talked_app):
    """Two columns for everybody, a form for the household, hiding and answering for the worker."""
    called, resident, visit = talked_app
    path = f"/council/projects/{called.project}"
    hers, office = visit(resident), visit(called.worker)
    form = hers.get(f"{path}/say").get_data(as_text=True)
    key = form.split('name="op_key"')[1].split('value="')[1].split('"')[0]
    told = {"unit_id": called.places.units[0], "side": "asks", "text": "谁交电费？", "op_key": key}
    assert hers.post(f"{path}/say", data=told | {"text": ""}).status_code == 422
    assert hers.post(f"{path}/say", data=told).status_code == 303
    assert "谁交电费？" in visit().get(path).get_data(as_text=True)
    assert office.post(f"{path}/points/1/answer", data={"text": "社区交。"}).status_code == 303
    assert "社区交。" in visit().get(path).get_data(as_text=True)
    assert office.post(f"{path}/points/1/hide", data={"reason": "重复"}).status_code == 303
    assert "谁交电费？" not in visit().get(path).get_data(as_text=True)
    assert "重复" in hers.get(path).get_data(as_text=True)
    assert hers.post(f"{path}/points/1/hide", data={"reason": "x"}).status_code == 404
    assert "只有项目所在地的住户" in office.get(f"{path}/say").get_data(as_text=True)
