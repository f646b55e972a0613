"""Drafting a round and opening it: from then on everything is frozen."""

from datetime import timedelta

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.rules import Leg
from fundapp.matching.pool import book_of, pool_account, shift
from fundapp.programmes.queries import get_programme
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Stage
from fundapp.voting import commands, queries
from fundapp.voting.checks import CHECKS
from fundapp.voting.rounds import RoundState
from tests.support.world import NOW, make_compound, make_person, make_place_tree
from tests.voting.polling import (
    BY_VOTE,
    CLOSES,
    FUNDING,
    OPENS,
    at,
    cast,
    draft,
    make_polled,
    make_programme,
    make_project,
    publish,
)


@pytest.fixture
def drafted(working):
    """A round that is still a draft."""
    return make_polled(opened=False)


def wish(polled, **changes):
    """A draft that would be taken."""
    values = {
        "programme_id": polled.programme, "place_id": polled.places.community, "title": "又一轮", "opens_at": OPENS,
        "closes_at": CLOSES, "budget": from_fen(100_000),
    }  # fmt: skip
    return commands.DraftRound(**(values | changes))


def refusal_of(polled, cmd, who=None):
    """Draft, and give the code of the refusal."""
    with pytest.raises(Refused) as refused, unit_of_work() as session:
        commands.draft_round(session, who or polled.worker, cmd, at(NOW))
    return refused.value.code


def open_it(polled, round_id=None, who=None, clock=None):
    """Open the draft."""
    with unit_of_work() as session:
        cmd = commands.OpenRound(round_id or polled.round)
        return commands.open_round(session, who or polled.worker, cmd, clock or at(NOW)).id


def stage(project_id):
    """Where a project stands."""
    with reading_session() as session:
        return get_project(session, project_id).stage


def test_a_draft_takes_the_number_of_choices_from_the_policy(drafted):
    """What the worker leaves open the policy says."""
    with unit_of_work() as session:
        row = commands.draft_round(session, drafted.worker, wish(drafted), at(NOW))
        assert row.max_choices == BY_VOTE["max_choices"]


def test_a_round_spends_no_more_than_its_pool_has(drafted):
    """The whole pool may be voted on and not a fen more; a pool that shrinks before the opening stops the opening."""
    refused = refusal_of(drafted, wish(drafted, budget=from_fen(FUNDING + 1)))
    assert refused == "voting.over_pool"
    with unit_of_work() as session:
        whole = commands.draft_round(session, drafted.worker, wish(drafted, budget=from_fen(FUNDING)), at(NOW)).id
        commands.set_candidates(session, drafted.worker, commands.SetCandidates(whole, drafted.projects), at(NOW))
    with unit_of_work() as session:
        programme = get_programme(session, drafted.programme)
        book = book_of(session, drafted.officer, programme, NOW)
        held, free = (pool_account(session, book, programme, part) for part in ("held", "available"))
        legs = (Leg(held, 1), Leg(free, -1))
        shift(session, drafted.officer, book, "test", "先占一分", ("test:1", None), legs, NOW)
    with pytest.raises(Refused, match="over_pool"):
        open_it(drafted, whole)
    assert open_it(drafted)


def test_a_draft_outside_the_rules_is_refused(drafted):
    """More choices than the policy allows, a window too short or too long, and other people's places."""
    assert refusal_of(drafted, wish(drafted, max_choices=4)) == "voting.more_than_policy"
    assert refusal_of(drafted, wish(drafted, closes_at=OPENS + timedelta(hours=23))) == "voting.too_short"
    assert refusal_of(drafted, wish(drafted, closes_at=OPENS + timedelta(days=61))) == "voting.too_long"
    assert refusal_of(drafted, wish(drafted, programme_id=999)) == "voting.other_programme"
    assert refusal_of(drafted, wish(drafted), drafted.officer) == "voting.not_worker"


def test_a_policy_that_chooses_by_the_council_knows_no_rounds(drafted):
    """Where the council confirms the choice nobody is asked to vote."""
    with unit_of_work() as session:
        voting = BY_VOTE | {"choose_by_vote": False}
        other, _policy = make_programme(session, drafted.places.street, drafted.officer, voting)
    assert refusal_of(drafted, wish(drafted, programme_id=other)) == "voting.not_by_vote"


def test_only_agreed_projects_and_the_reserve_list_may_stand(drafted):
    """A project on its way, one of another programme and one from elsewhere are refused by number."""
    with unit_of_work() as session:
        own = (drafted.programme, 1)
        elsewhere = make_place_tree(session).compound
        other = make_programme(session, drafted.places.street, drafted.officer)
        wrong = [
            make_project(session, drafted.worker, drafted.places.compound, own, stage=Stage.CONSENTING),
            make_project(session, drafted.worker, drafted.places.compound, other),
            make_project(session, drafted.worker, elsewhere, own),
        ]
        fine = make_project(session, drafted.worker, drafted.places.compound, own, stage=Stage.RESERVED)
    for project in wrong:
        cmd = commands.SetCandidates(drafted.round, (fine, project))
        with pytest.raises(Refused) as refused, unit_of_work() as session:
            commands.set_candidates(session, drafted.worker, cmd, at(NOW))
        assert refused.value.code == "voting.cannot_stand"
        assert refused.value.facts["project"] == project
    with unit_of_work() as session:
        cmd = commands.SetCandidates(drafted.round, (fine,))
        assert len(commands.set_candidates(session, drafted.worker, cmd, at(NOW))) == 1


def test_opening_freezes_the_electorate_the_lots_and_the_rules(drafted):
    """All households of the place, every candidate once in the lots, one fingerprint; the projects move on."""
    open_it(drafted)
    with reading_session() as session:
        opening = queries.opening_of(session, drafted.round)
        assert opening.households == len(drafted.places.units)
        assert sorted(opening.lots) == sorted(drafted.projects)
        assert len(opening.rules_hash) == 64
    assert {stage(project) for project in drafted.projects} == {Stage.IN_ROUND}


def test_the_lots_are_drawn_by_the_given_chance(working):
    """The order comes from the random source, not from the order of the projects."""
    orders = set()
    for _ in range(12):
        polled = make_polled()
        with reading_session() as session:
            orders.add(tuple(queries.opening_of(session, polled.round).lots) == polled.projects)
    assert orders == {False}


def test_a_household_that_moves_in_later_is_not_on_the_roster(polled):
    """Who may vote was frozen at the opening."""
    with unit_of_work() as session:
        _compound, units = make_compound(session, polled.places.community, "新小区")
    with reading_session() as session:
        snapshot = queries.opening_of(session, polled.round).snapshot_id
        assert not queries.on_roster(session, snapshot, units[0])
        assert queries.on_roster(session, snapshot, polled.places.units[0])


def test_a_round_opens_once_and_then_never_changes(polled):
    """Opening again, another budget, other candidates: all refused."""
    for deed in (
        lambda session: commands.open_round(session, polled.worker, commands.OpenRound(polled.round), at(NOW)),
        lambda session: commands.change_draft(session, polled.worker, polled.round, wish(polled), at(NOW)),
        lambda session: commands.set_candidates(
            session, polled.worker, commands.SetCandidates(polled.round, ()), at(NOW)
        ),
    ):
        with pytest.raises(Refused) as refused, unit_of_work() as session:
            deed(session)
        assert refused.value.code == "voting.frozen"


def test_a_round_without_candidates_does_not_open(drafted):
    """There must be something to choose from."""
    with unit_of_work() as session:
        empty = commands.draft_round(session, drafted.worker, wish(drafted), at(NOW))
    with pytest.raises(Refused) as refused:
        open_it(drafted, empty.id)
    assert refused.value.code == "voting.no_candidates"


def test_a_candidate_that_went_elsewhere_stops_the_opening(drafted):
    """Two drafts may name a project; only the first to open gets it."""
    second = draft(drafted.places, drafted.worker, drafted.programme, drafted.projects[:1])
    open_it(drafted)
    with pytest.raises(Refused) as refused:
        open_it(drafted, second)
    assert refused.value.code == "voting.cannot_stand"


def test_a_draft_that_waited_too_long_starts_now_or_not_at_all(drafted):
    """A start that has passed becomes the present moment; a close that has passed is refused."""
    with pytest.raises(Refused) as refused:
        open_it(drafted, clock=at(CLOSES))
    assert refused.value.code == "voting.closes_in_the_past"
    open_it(drafted, clock=at(OPENS + timedelta(hours=5)))
    with reading_session() as session:
        page = queries.round_page(session, drafted.round, drafted.worker, OPENS + timedelta(hours=5))
        assert (page.opens_at, page.state) == (OPENS + timedelta(hours=5), RoundState.OPEN)


def test_only_the_worker_of_the_place_drafts_and_opens(drafted):
    """Not the officer, not an administrator, not the worker of another community."""
    with unit_of_work() as session:
        admin = make_person(session, "管理员甲", Role.ADMINISTRATOR, drafted.places.district)
        other = make_person(session, "张社工", Role.WORKER, drafted.places.buildings[0])
    for who in (drafted.officer, admin, other):
        with pytest.raises(Forbidden):
            open_it(drafted, who=who)


def test_a_draft_is_seen_by_its_workers_only(drafted):
    """Neither residents nor officers know of it, and no list names it."""
    with reading_session() as session:
        for who in (drafted.residents[0], drafted.officer):
            with pytest.raises(NotVisible):
                queries.round_page(session, drafted.round, who, NOW)
            assert queries.list_rounds(session, who, NOW) == []
        assert [row.id for row in queries.list_rounds(session, drafted.worker, NOW)] == [drafted.round]
        assert [row.round_id for row in queries.drafts_of(session, drafted.worker)] == [drafted.round]
        assert queries.drafts_of(session, drafted.officer) == []


def test_a_project_of_the_reserve_list_may_stand_again(polled):
    """What was not selected comes back in a later round, and its newest place is the one that is told."""
    cast(polled, 0, 0)
    publish(polled)
    left = polled.projects[3]
    assert stage(left) is Stage.RESERVED
    second = draft(
        polled.places, polled.worker, polled.programme, [left], title="第二轮表决", opens=CLOSES + timedelta(days=1)
    )
    open_it(polled, second, clock=at(CLOSES + timedelta(hours=1)))
    assert stage(left) is Stage.IN_ROUND
    with reading_session() as session:
        marks = queries.place_of(session, polled.projects)
        assert (marks[left].round_id, marks[left].selected, marks[left].rank) == (second, None, None)
        assert marks[polled.projects[0]].selected is True


def test_the_checks_of_an_honest_round_find_nothing(polled):
    """Fingerprint, ballots, receipts and result all fit."""
    cast(polled, 0, 0, 1)
    publish(polled)
    with reading_session() as session:
        assert [(check.name, check.run(session).first_fault) for check in CHECKS] == [
            ("voting.rules", None),
            ("voting.ballots", None),
            ("voting.loose", None),
            ("voting.one_each", None),
            ("voting.box", None),
            ("voting.results", None),
            ("voting.overrides", None),
            ("voting.bound", None),
            ("voting.moves", None),
        ]
