"""Rivals in a round: rule and pairs are frozen, one of a pair is selected, every way in is closed to the other."""

import random

import pytest
from sqlalchemy.exc import IntegrityError

from fundapp.council.models import CouncilItem
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.projects.commands import AnswerLink, LinkProjects, answer_link, link_projects
from fundapp.projects.linking import LinkKind, LinkStep
from fundapp.voting import commands, queries
from fundapp.voting.models import VoteResult, VoteRound
from fundapp.voting.queries import counting
from fundapp.voting.rounds import RivalRule
from fundapp.voting.rules import Why
from tests.support.world import NOW, make_person
from tests.voting.noticing import DAY, IN, NOTICED, bind, stages
from tests.voting.polling import CLOSES, at, cast, make_polled, publish, run
from tests.voting.test_moves import FORGE, code, fall_out, faults, let_in
from tests.voting.test_pages import page_of

assert CouncilItem  # the guards of a move name its tables

LATER = at(CLOSES + 8 * DAY)


def make_rivals(rule=RivalRule.EXCLUDE, opened=True, votes=((0, 1, 2, 3), (0, 1), (1,))):
    """Open a round of 5,000 yuan in which the projects for 1,000 and 2,000 are rivals; let three households vote."""
    polled = make_polled(opened=False, voting=NOTICED | {"max_choices": 4})
    with unit_of_work() as session:
        second = make_person(session, "李社工", Role.WORKER, polled.places.community)
        pair = LinkProjects(polled.projects[0], polled.projects[1], LinkKind.RIVALS, "同一块空地")
        link = link_projects(session, second, pair, at(NOW)).id
        session.get_one(VoteRound, polled.round).rivals = rule
    if opened:
        with unit_of_work() as session:
            commands.open_round(session, polled.worker, commands.OpenRound(polled.round), at(NOW), random.Random(7))
        for number, chosen in enumerate(votes):
            cast(polled, number, *chosen)
    return polled, second, link


def result_of(polled):
    """Give the projects that are in, by their place in the list, and the page."""
    with reading_session() as session:
        page = queries.result_page(session, polled.round, IN.at)
    return [polled.projects.index(line.project_id) for line in page.selected], page


def test_of_two_rivals_one_is_selected_and_the_other_told_why(working):
    """2,000 with three votes is in, 1,000 is out, 3,000 takes the rest; an end of the link changes nothing."""
    polled, second, link = make_rivals()
    publish(polled)
    chosen, page = result_of(polled)
    assert chosen == [1, 2]
    first = page.reserve[0]
    assert (first.why, first.rival, first.left) == (Why.RIVAL_SELECTED, "修雨棚", None)
    with unit_of_work() as session:
        answer_link(session, second, AnswerLink(link, LinkStep.ENDED, "空地扩大了"), IN)
        told = session.query(VoteResult).one().outcome
    assert told["rivals"] == [[str(one) for one in sorted(polled.projects[:2])]]
    assert result_of(polled)[0] == [1, 2]
    assert faults() == []


def test_a_round_may_leave_rivals_free(working):
    """The same votes with the other rule: both are in, and 3,000 no longer fits."""
    polled, _second, _link = make_rivals(RivalRule.FREE)
    publish(polled)
    assert result_of(polled)[0] == [1, 0]
    assert faults() == []


def test_the_database_selects_no_two_rivals_and_keeps_the_pairs(working, monkeypatch):
    """Even where the program forgets the pairs; and no pair is changed or added once the round is open."""
    polled, _second, _link = make_rivals()
    for attack in (
        "DELETE FROM vote_rival",
        "UPDATE vote_rival SET rival_id = candidate_id",
        "INSERT INTO vote_rival (round_id, candidate_id, rival_id) "
        "SELECT round_id, rival_id, candidate_id FROM vote_rival",
        "UPDATE vote_round SET rivals = 'free'",
    ):
        with pytest.raises(IntegrityError):
            run(attack)
    monkeypatch.setattr(counting, "excluding", lambda session, round_: [])
    with pytest.raises(IntegrityError, match="of two rivals"):
        publish(polled)


def test_no_decision_puts_two_rivals_in(working):
    """A body may choose the other one, but not both."""
    polled, _second, _link = make_rivals()
    publish(polled)
    cmd = commands.NewOverride(polled.round, 1, "议事会", "先修", (polled.projects[0],), (polled.projects[2],))

    def decide():
        with unit_of_work() as session:
            commands.draft_override(session, polled.officer, cmd, IN.at)

    assert code(decide) == "voting.rivals_together"


def test_a_rival_waits_until_the_other_fell_out(working):
    """It is passed over while the other is in, though the link has ended since; by its rank it comes in afterwards."""
    polled, second, link = make_rivals()
    publish(polled)
    bind(polled)
    with unit_of_work() as session:
        street = make_person(session, "赵街道", Role.STREET_OFFICER, polled.places.street)
        answer_link(session, second, AnswerLink(link, LinkStep.ENDED, "空地扩大了"), LATER)
    fall_out(polled, street, 2)
    assert code(lambda: let_in(polled, 0)) == "voting.nobody_fits"
    with pytest.raises(IntegrityError, match="whose rival is in"):
        run(
            FORGE.format(enters="true", leave="NULL"), round=polled.round, project=polled.projects[0], number=2,
            budget=500_000, cost=300_000, person=street.person_id, at=LATER.at,
        )  # fmt: skip
    fall_out(polled, street, 1)
    let_in(polled, 0)
    assert stages(polled) == ["selected", "consented", "consented", "reserved"]
    assert faults() == []


def test_the_pages_tell_who_excludes_whom(sqlite_app, visit, stand):
    """The worker reads it when she chooses, the voter on the ballot, everybody on the round and beside the result."""
    polled, _second, _link = make_rivals(opened=False)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    worker, path = visit(polled.worker), f"/votes/{polled.round}"
    assert "与“修雨棚”互斥" in page_of(worker, f"{path}/candidates")
    assert "互斥的项目最多入选一个" in page_of(worker, f"{path}/edit")
    stand(NOW)
    assert worker.post(f"{path}/open", data={"sure": "y"}).status_code == 303
    stand(CLOSES - DAY)
    assert page_of(visit(polled.residents[0]), f"{path}/ballot").count("互斥，最多入选一个") == 2
    for number, chosen in enumerate(((0, 1, 2, 3), (0, 1), (1,))):
        cast(polled, number, *chosen)
    stand(CLOSES)
    publish(polled)
    page = page_of(visit(polled.residents[0]), path)
    assert "和它互斥的项目已经入选，只能入选一个。 入选的是“修雨棚”。" in page
    assert "计票时先入选的占位" in page
