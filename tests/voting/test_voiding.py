"""A sealed round whose key lost two shares is declared void by two people, and by nobody else and nothing less."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible
from fundapp.projects.commands import move_on
from fundapp.projects.models import Project
from fundapp.projects.rules import Stage
from fundapp.voting import commands, queries
from fundapp.voting.rounds import RoundState
from fundapp.voting.void_models import VoteShareWord, VoteVoid
from tests.support.world import NOW
from tests.voting.polling import CLOSES, OPEN, OPENS, SHUT, at, draft, make_polled, publish, run
from tests.voting.sealing import (
    Sealed,
    ask_void,
    bring_back,
    confirm,
    confirm_void,
    counted,
    drop,
    hand_in,
    make_sealed,
    say_lost,
    shut,
)
from tests.voting.test_sealed import code_of


@pytest.fixture
def sealed(working):
    """An open sealed round over four households."""
    return make_sealed()


@pytest.fixture
def dead(sealed):
    """The same with a ballot, when two of the three holders have said that their shares are lost."""
    drop(sealed, 0, 1)
    say_lost(sealed, 2)
    say_lost(sealed, 3)
    return sealed


def stage_of(project):
    """Give where a project stands."""
    with reading_session() as session:
        return session.get_one(Project, project).stage


def stages(sealed):
    """Give where the candidates stand."""
    return {stage_of(project) for project in sealed.polled.projects}


def by_hand(sealed, ask, confirming):
    """Declare the round void by plain SQL, as the worker asked."""
    run(
        "INSERT INTO vote_void (round_id, ask_id, asked_by_id, confirmed_by_id, at) "
        "VALUES (:round, :ask, :one, :two, :at)",
        round=sealed.round,
        ask=ask,
        one=sealed.polled.worker.person_id,
        two=confirming.person_id,
        at=OPEN.now(None),
    )


def count(table):
    """Count the rows of a table."""
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_two_people_declare_a_round_void_and_its_projects_stand_in_the_next(dead):
    """Nothing more goes in, nobody publishes anything, and a new round takes the same projects."""
    assert stages(dead) == {Stage.IN_ROUND}
    confirm_void(dead, ask_void(dead))
    assert stages(dead) == {Stage.CONSENTED}
    for late in (drop, hand_in):
        args = (dead, 1, 0) if late is drop else (dead, 1)
        assert code_of(late, *args) == "voting.void"
    assert code_of(shut, dead) == "voting.void"
    assert code_of(publish, dead.polled) == "voting.void"
    assert code_of(say_lost, dead, 1) == "voting.void"
    with reading_session() as session:
        loss = queries.key_loss(session, dead.round)
        assert (loss.void.ask.asked_by, loss.void.confirmed_by) == ("王社工", "李干事")
        assert queries.round_page(session, dead.round, dead.polled.worker, NOW).state is RoundState.VOID
        assert queries.place_of(session, dead.polled.projects) == {}
        assert queries.rounds_standing_on(session, dead.polled.places.units) == []
        assert queries.rounds_open_for(session, dead.polled.residents[0], OPEN.now(None)) == []
        assert queries.rounds_waiting_to_publish(session, dead.polled.worker, CLOSES) == []
    polled = dead.polled
    again = draft(polled.places, polled.worker, polled.programme, polled.projects, opens=OPENS + timedelta(days=1))
    with unit_of_work() as session:
        commands.open_round(session, polled.worker, commands.OpenRound(again), at(OPENS + timedelta(hours=2)))
    assert stages(dead) == {Stage.IN_ROUND}


def test_projects_of_the_reserve_list_go_back_to_it(working):
    """A round that is void puts its candidates where they stood before it."""
    sealed = make_sealed(opened=False)
    worker, projects = sealed.polled.worker, sealed.polled.projects
    with unit_of_work() as session:
        for stage in (Stage.IN_ROUND, Stage.RESERVED):
            move_on(session, worker, projects[0], stage, NOW)
        commands.open_round(session, worker, commands.OpenRound(sealed.round), at(NOW))
    say_lost(sealed, 1)
    say_lost(sealed, 2)
    confirm_void(sealed, ask_void(sealed))
    assert [stage_of(project) for project in projects[:2]] == [Stage.RESERVED, Stage.CONSENTED]


def test_one_officer_alone_voids_nothing(dead):
    """Whoever asked cannot confirm, nor can residents, nor a supervisor who keeps a share, nor the database."""
    ask = ask_void(dead)
    with pytest.raises(Forbidden) as refused:
        confirm_void(dead, ask, who=dead.polled.worker)
    assert refused.value.code == "voting.void_by_another"
    for who in (dead.polled.residents[0], dead.holders[2]):
        for deed in (ask_void, lambda sealed, who: confirm_void(sealed, ask, who=who)):
            with pytest.raises(Forbidden):
                deed(dead, who=who)
    with pytest.raises(DBAPIError, match="two_people"):
        by_hand(dead, ask, dead.polled.worker)
    assert count(VoteVoid) == 0
    drop(dead, 1, 0)


def test_while_two_shares_are_there_nothing_is_void(sealed):
    """One lost, or two of which one was found again, also after it was asked; the database counts as well."""
    for number in (1, 2):
        assert code_of(ask_void, sealed) == "voting.shares_still_there"
        say_lost(sealed, number)
    ask = ask_void(sealed)
    say_lost(sealed, 2, lost=False, reason="在抽屉里找到了")
    assert code_of(confirm_void, sealed, ask) == "voting.shares_still_there"
    with pytest.raises(DBAPIError, match="two shares of its key are lost"):
        by_hand(sealed, ask, sealed.polled.officer)
    assert count(VoteVoid) == 0


def test_a_round_is_void_once(dead):
    """A second ask, a second confirmation, one of an older ask: refused."""
    first = ask_void(dead)
    newest = ask_void(dead, reason="两份都找过了，确实没有")
    assert code_of(confirm_void, dead, first) == "voting.void_asked_anew"
    with pytest.raises(DBAPIError, match="what was asked last"):
        by_hand(dead, first, dead.polled.officer)
    confirm_void(dead, newest)
    assert code_of(confirm_void, dead, newest) == "voting.void"
    assert code_of(ask_void, dead) == "voting.void"
    assert count(VoteVoid) == 1


def test_a_box_that_was_opened_is_never_void(sealed):
    """Two holders open it, and say afterwards that they have lost their shares: the count stands."""
    drop(sealed, 0, 0)
    shut(sealed)
    bring_back(sealed, counted(sealed))
    assert code_of(say_lost, sealed, 1, clock=SHUT) == "voting.counted_already"
    assert code_of(ask_void, sealed, clock=SHUT) == "voting.counted_already"
    for number in (1, 2):
        run(
            "INSERT INTO vote_share_word (round_id, number, lost, reason, person_id, at) "
            "VALUES (:round, :number, true, 'x', :who, :at)",
            round=sealed.round, number=number, who=sealed.polled.worker.person_id, at=CLOSES,
        )  # fmt: skip
    run(
        "INSERT INTO vote_void_ask (round_id, reason, asked_by_id, at) VALUES (:round, 'x', :who, :at)",
        round=sealed.round, who=sealed.polled.worker.person_id, at=CLOSES,
    )  # fmt: skip
    with pytest.raises(DBAPIError, match="was counted is never void"):
        by_hand(sealed, 1, sealed.polled.officer)


def test_who_may_say_that_a_share_is_lost(sealed):
    """Its holder, or for her an officer with a reason; no other holder, no neighbour; said twice it is said once."""
    for who in (sealed.holders[2], sealed.polled.residents[0]):
        with pytest.raises(Forbidden):
            say_lost(sealed, 1, who=who)
    assert code_of(say_lost, sealed, 3, reason="  ") == "voting.void_needs_a_reason"
    assert code_of(say_lost, sealed, 3, lost=False) == "voting.share_not_lost"
    assert code_of(say_lost, sealed, 4, who=sealed.polled.officer) == "voting.no_such_share"
    assert say_lost(sealed, 3, who=sealed.polled.officer) == say_lost(sealed, 3)
    assert count(VoteShareWord) == 1
    with reading_session() as session:
        assert queries.key_loss(session, sealed.round).shares[2].said_by == "李干事"


def test_only_a_sealed_round_has_shares_to_lose(working):
    """A round by door, a draft and an unknown one."""
    by_door = Sealed(make_polled(), (), (), (), "")
    assert code_of(ask_void, by_door) == "voting.not_sealed"
    waiting = make_sealed(opened=False, confirmed=2)
    confirm(waiting, 2)
    with pytest.raises(NotVisible):
        ask_void(waiting)


def test_a_void_round_takes_nothing_by_plain_sql(dead):
    """No ballot, no closing, no result, whoever writes it."""
    confirm_void(dead, ask_void(dead))
    unit = dead.polled.places.units[0]
    for statement in (
        "UPDATE vote_box SET sealed = 'bb' WHERE unit_id = :unit",
        "INSERT INTO vote_box (round_id, unit_id, snapshot_id, channel, at, sealed, seat, leaf) "
        "SELECT round_id, unit_id + 1, snapshot_id, channel, at, 'cc', seat, leaf FROM vote_box WHERE unit_id = :unit",
        "INSERT INTO vote_sheet (round_id, serial, registered_by_id, registered_at) "
        "SELECT round_id, 1, 1, at FROM vote_box WHERE unit_id = :unit",
    ):
        with pytest.raises(DBAPIError, match="takes nothing more"):
            run(statement, unit=unit)


def test_everybody_reads_who_declared_a_round_void_and_why(visit, sqlite_app, stand):
    """From the lost share to the void round, on the pages; a neighbour sees the outcome and no form."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    sealed = make_sealed()
    stand(OPEN.now(None))
    worker, officer, neighbour = visit(sealed.polled.worker), visit(sealed.polled.officer), visit()
    lost, box = f"/votes/{sealed.round}/lost", f"/votes/{sealed.round}/box"
    assert visit(sealed.polled.residents[0]).get(lost).status_code == 404
    assert "钥匙丢了" not in neighbour.get(box).text
    for number in ("2", "3"):
        sent = worker.post(lost, data={"number": number, "lost": "yes", "reason": "搬家时遗失"})
        assert sent.status_code == 303
    again = worker.post(f"/votes/{sealed.round}/void", data={"reason": ""})
    assert (again.status_code, "作废的原因" in again.text) == (422, True)
    assert worker.post(f"/votes/{sealed.round}/void", data={"reason": "二、三号都丢了"}).status_code == 303
    assert "要由另一个人确认" in worker.get(f"/votes/{sealed.round}/void/confirm").text
    page = officer.get(f"/votes/{sealed.round}/void/confirm").text
    assert "二、三号都丢了" in page
    sent = officer.post(f"/votes/{sealed.round}/void/confirm", data={"ask": "1", "sure": "y"})
    assert sent.status_code == 303
    for path in (f"/votes/{sealed.round}", box):
        told = neighbour.get(path).text
        assert "原因：二、三号都丢了（王社工 提出，李干事 确认）" in told
    assert "去投票" not in visit(sealed.polled.residents[0]).get(f"/votes/{sealed.round}").text
