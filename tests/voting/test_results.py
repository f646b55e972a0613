"""Counting, publishing, and what nobody is told before the close."""

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.models import StageChange
from fundapp.projects.queries import history, projects_by_id
from fundapp.projects.rules import Stage
from fundapp.voting import commands, queries
from fundapp.voting.models import VoteResult, VoteStanding
from fundapp.voting.rounds import Channel
from fundapp.voting.rules import Why
from tests.support.world import NOW, make_compound, make_person
from tests.voting.polling import (
    CLOSES,
    JUST,
    OPENS,
    SHUT,
    at,
    cast,
    draft,
    make_polled,
    make_project,
    paper,
    publish,
)


@pytest.fixture
def busy(working):
    """A round over fourteen households, twelve of which have a phone."""
    return make_polled(units=14, people=12)


def vote(polled):
    """Let all vote: project 1 gets 8, project 2 gets 8, project 0 gets 4, project 3 none; two on paper."""
    for number in range(8):
        cast(polled, number, 1, 2)
    for number in range(8, 12):
        cast(polled, number, 0)
    paper(polled, 1, 12, valid=False)


def test_votes_choose_and_every_project_is_told_why(busy):
    """Equal votes go by lower cost; what does not fit waits in the reserve list, ranked by votes.

    Money: 5000 yuan. 2000 and 3000 are selected with eight votes each, 1000 does not fit any more, 4000 has no vote.
    """
    vote(busy)
    publish(busy)
    with reading_session() as session:
        page = queries.result_page(session, busy.round, CLOSES)
        told = [(line.project_id, line.rank, line.votes, line.why) for line in (*page.selected, *page.reserve)]
        assert told == [
            (busy.projects[1], 1, 8, Why.SELECTED),
            (busy.projects[2], 2, 8, Why.SELECTED),
            (busy.projects[0], 1, 4, Why.DOES_NOT_FIT),
            (busy.projects[3], 2, 0, Why.NO_VOTES),
        ]
        assert (page.ballots, page.invalid, page.cost.amount, page.left.amount) == (13, 1, 5000, 0)
        assert page.ties == ((("修雨棚", "铺路面"), "修雨棚"),)


def test_the_selected_move_on_and_the_others_wait_with_their_rank(busy):
    """Every candidate leaves the ballot, and its history says how."""
    vote(busy)
    publish(busy)
    with reading_session() as session:
        stages = {one: row.stage for one, row in projects_by_id(session, list(busy.projects)).items()}
        assert [stages[one] for one in busy.projects] == [
            Stage.RESERVED, Stage.SELECTED, Stage.SELECTED, Stage.RESERVED,
        ]  # fmt: skip
        assert history(session, busy.projects[0])[-1].reason == "第一轮表决：未入选，列入备选库第 1 位"
        assert history(session, busy.projects[1])[-1].reason == "第一轮表决：入选"
        assert session.query(StageChange).filter_by(to_stage=Stage.IN_ROUND).count() == 4


def test_the_stored_result_is_what_the_ballots_say(busy):
    """Outcome, reasons and standings are kept with the result."""
    vote(busy)
    publish(busy)
    with reading_session() as session:
        row = session.query(VoteResult).one()
        assert (row.ballots, row.invalid, row.households) == (13, 1, 14)
        assert row.outcome["selected"] == [str(busy.projects[1]), str(busy.projects[2])]
        assert [verdict["why"] for verdict in row.outcome["verdicts"]] == [
            "selected", "selected", "does_not_fit", "no_votes",
        ]  # fmt: skip
        assert session.query(VoteStanding).count() == 4


def test_a_round_nobody_voted_in_selects_nothing(polled):
    """Nothing is chosen without a vote; all wait in the reserve list."""
    publish(polled)
    with reading_session() as session:
        page = queries.result_page(session, polled.round, CLOSES)
        assert (page.selected, len(page.reserve), page.cost.amount) == ((), 4, 0)


@pytest.mark.parametrize("moment", [NOW, OPENS, CLOSES - JUST])
def test_nothing_is_published_or_counted_before_the_close(busy, moment):
    """Not by the worker, the officer, nor an administrator."""
    vote(busy)
    with unit_of_work() as session:
        admin = make_person(session, "管理员甲", Role.ADMINISTRATOR, busy.places.district)
    for who in (busy.worker, busy.officer):
        with pytest.raises(Refused) as refused:
            publish(busy, who, at(moment))
        assert refused.value.code == "voting.still_open"
    for clock in (at(moment), SHUT):
        with pytest.raises(Forbidden):
            publish(busy, admin, clock)
    with reading_session() as session, pytest.raises(Refused) as refused:
        queries.result_page(session, busy.round, moment)
    assert refused.value.code == "voting.still_open"


def test_anybody_may_count_after_the_close_and_before_the_publication(busy):
    """The count is the engine's, not the officer's."""
    vote(busy)
    with reading_session() as session:
        before = queries.result_page(session, busy.round, CLOSES)
    publish(busy)
    with reading_session() as session:
        assert queries.result_page(session, busy.round, CLOSES) == before


def test_a_result_is_published_once(polled):
    """A second publication is refused and changes nothing."""
    publish(polled)
    with pytest.raises(Refused) as refused:
        publish(polled, polled.officer)
    assert refused.value.code == "voting.already_published"


def test_turnout_is_the_same_rounded_number_for_everybody_while_the_round_is_open(busy):
    """Thirteen households read as ten, for staff as for strangers, and no channel is told."""
    vote(busy)
    with reading_session() as session:
        for who in (busy.worker, busy.officer, busy.residents[0]):
            told = queries.round_page(session, busy.round, who, CLOSES - JUST).turnout
            assert (told.households, told.cast, told.exact, told.channels) == (14, 10, False, {})
        told = queries.round_page(session, busy.round, busy.worker, CLOSES).turnout
        assert (told.cast, told.channels) == (13, {None: 13})


def test_channels_add_up_and_are_told_apart_from_ten_on(working):
    """Ten and more of each kind are told; fewer are merged."""
    polled = make_polled(units=22, people=11)
    for number in range(11):
        cast(polled, number, 0)
        paper(polled, number + 1, number + 11, 1)
    with reading_session() as session:
        told = queries.round_page(session, polled.round, polled.worker, CLOSES).turnout
        assert told.channels == {Channel.PHONE: 11, Channel.PAPER: 11}


def test_with_fewer_than_ten_ballots_no_votes_are_told(polled):
    """The choice is published, the votes of each project are not: three ballots are three neighbours."""
    for number in range(3):
        cast(polled, number, 0)
    publish(polled)
    with reading_session() as session:
        page = queries.result_page(session, polled.round, CLOSES)
        assert page.votes_told is False
        assert {line.votes for line in (*page.selected, *page.reserve)} == {None}
        mark = queries.place_of(session, polled.projects)[polled.projects[0]]
        assert (mark.selected, mark.rank, mark.votes) == (True, 1, None)


def test_marks_of_projects_say_nothing_before_the_publication(busy):
    """Lists name the round and its close, and no votes until the result stands."""
    vote(busy)
    with reading_session() as session:
        marks = queries.place_of(session, [*busy.projects, 999])
        assert set(marks) == set(busy.projects)
        assert {(mark.selected, mark.rank, mark.votes) for mark in marks.values()} == {(None, None, None)}
    publish(busy)
    with reading_session() as session:
        marks = queries.place_of(session, busy.projects)
        assert [(marks[one].selected, marks[one].rank, marks[one].votes) for one in busy.projects] == [
            (False, 1, 4), (True, 1, 8), (True, 2, 8), (False, 2, 0),
        ]  # fmt: skip


def test_what_waits_is_told_to_those_it_waits_for(polled):
    """The household while the round is open, the publishers after the close, nobody once it is published."""
    cast(polled, 0, 0)
    with reading_session() as session:
        open_now = OPENS
        assert [row.cast for row in queries.rounds_open_for(session, polled.residents[0], open_now)] == [True]
        assert [row.cast for row in queries.rounds_open_for(session, polled.residents[1], open_now)] == [False]
        assert queries.rounds_open_for(session, polled.residents[1], CLOSES) == []
        assert queries.rounds_open_for(session, polled.worker, open_now) == []
        for who, moment, count in (
            (polled.worker, CLOSES - JUST, 0), (polled.worker, CLOSES, 1), (polled.officer, CLOSES, 1),
            (polled.residents[0], CLOSES, 0),
        ):  # fmt: skip
            assert len(queries.rounds_waiting_to_publish(session, who, moment)) == count
    publish(polled)
    with reading_session() as session:
        assert queries.rounds_waiting_to_publish(session, polled.worker, CLOSES) == []


def test_projects_are_ranked_inside_their_own_pool_only(working):
    """A street's round and a community's have their own money, ballots and order.

    Source: domain.md (b) case 5.
    """
    polled = make_polled(units=12, people=12, costs=(100_000, 200_000), budget=150_000)
    with unit_of_work() as session:
        compound, _units = make_compound(session, polled.places.community, "二期")
        others = [
            make_project(session, polled.worker, compound, (polled.programme, 1), f"二期{n}", 150_000) for n in (1, 2)
        ]
    second = draft(polled.places, polled.worker, polled.programme, others, budget=300_000, title="二期表决")
    with unit_of_work() as session:
        commands.open_round(session, polled.worker, commands.OpenRound(second), at(NOW))
    for number in range(12):
        cast(polled, number, 0)
    with unit_of_work() as session:
        cmd = commands.CastBallot(second, polled.places.units[0], tuple(others), "b" * 36)
        commands.cast_ballot(session, polled.residents[0], cmd, at(OPENS))
    publish(polled)
    with unit_of_work() as session:
        commands.publish_result(session, polled.worker, commands.PublishResult(second), SHUT)
    with reading_session() as session:
        marks = queries.place_of(session, [*polled.projects, *others])
        assert [(marks[one].selected, marks[one].rank) for one in polled.projects] == [(True, 1), (False, 1)]
        assert sorted((marks[one].selected, marks[one].rank) for one in others) == [(True, 1), (True, 2)]


def test_a_ballot_with_eleven_of_ten_ticks_is_returned_but_invalid(working):
    """Twelve projects, ten ticks allowed: eleven on paper count as a returned ballot without a vote.

    Source: domain.md (b) case 6.
    """
    costs = tuple(10_000 * (n + 1) for n in range(12))
    polled = make_polled(units=3, people=1, costs=costs, budget=500_000, voting={
        "choose_by_vote": True, "max_choices": 10, "days": 7,
    })  # fmt: skip
    with pytest.raises(Refused) as refused:
        paper(polled, 1, 1, *range(11))
    assert (refused.value.code, refused.value.facts["most"]) == ("voting.too_many", 10)
    paper(polled, 1, 1, valid=False)
    cast(polled, 0, *range(10))
    publish(polled)
    with reading_session() as session:
        row = session.query(VoteResult).one()
        assert (row.ballots, row.invalid) == (2, 1)


def test_places_of_many_projects_take_one_statement(busy, count_statements):
    """A list of projects does not ask project by project."""
    with reading_session() as session, count_statements(session) as seen:
        queries.place_of(session, list(range(1, 500)))
    assert len(seen) == 1
