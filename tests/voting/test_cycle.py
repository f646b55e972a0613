"""Several pools vote together: a whole cycle of the shape of 海口, and what must not happen on the way."""

import io
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.projects.models import Project, ProjectVersion
from fundapp.projects.rules import Kind, Stage
from fundapp.voting import commands, queries
from fundapp.voting.checks import CHECKS
from fundapp.voting.cycle_forms import CycleDeedForm
from fundapp.voting.models import VoteRound
from fundapp.voting.rounds import RoundState
from tests.support.world import NOW, make_person
from tests.voting.haikou import CLOSES, OPENS, make_haikou, open_haikou, vote
from tests.voting.polling import at, make_polled, run
from tests.voting.test_sealed import code_of


def rounds_of(made):
    """Give the round of each pool by its name."""
    with reading_session() as session:
        rows = session.scalars(select(VoteRound).where(VoteRound.cycle_id == made.cycle).order_by(VoteRound.id))
        return {pool.name: row.id for pool, row in zip(made.pools, rows, strict=True)}


@pytest.fixture
def voted(sqlite_app, stand):
    """The whole vote after its close, on the pages: 15 pools, 136 candidates, ten households in each community."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    made = make_haikou(households=10)
    open_haikou(made)
    rounds = rounds_of(made)
    phones, papers = vote(made, rounds)
    stand(CLOSES)
    return made, rounds, phones, papers


def test_a_whole_cycle_of_fifteen_pools_is_counted_again_by_a_stranger(voted, visit, count_statements, tmp_path):
    """61 works and 75 services stand, 74 are selected, each within its pool; the public zip agrees.

    Source: domain.md (b) 5.
    """
    made, _rounds, phones, papers = voted
    assert (phones + papers, papers) == (2 * 130, 2 * 26)
    client, path = visit(made.worker), f"/votes/cycles/{made.cycle}"
    assert 'data-budgets="{' in client.get("/votes/cycles/new").text
    assert client.post(f"{path}/result").status_code == 303
    with reading_session() as session:
        with count_statements(session) as seen:
            page = queries.cycle_page(session, made.cycle, next(iter(made.residents.values())), CLOSES)
        assert len(seen) <= 9
        kinds = Counter(session.scalars(select(ProjectVersion.kind)))
        won = Counter(
            session.scalars(
                select(ProjectVersion.kind).join(Project, Project.id == ProjectVersion.project_id)
                .where(Project.stage == Stage.SELECTED)
            )
        )  # fmt: skip
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
    assert (len(page.pools), fen(page.budget)) == (15, 600_000_000)
    assert kinds == {Kind.WORKS: 61, Kind.SERVICE: 75}
    assert won == {Kind.WORKS: 48, Kind.SERVICE: 26}
    assert [len(row.selected) for row in page.pools] == [2, 5, *[5] * 11, 6, 6]
    assert all(fen(row.cost) <= fen(row.budget) for row in page.pools)
    told = visit().get(path)
    assert len(told.data) < 120_000
    assert "入选项目" in told.text
    packed = visit().get(f"{path}/recount.zip").data
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    done = subprocess.run([sys.executable, "-I", "retally.py"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, "一致：重新计出的结果和公布的相同" in done.stdout) == (0, True), done.stdout
    assert done.stdout.count("入选 selected") == 15
    ballots = next(tmp_path.glob("round-*")) / "ballots.csv"
    ballots.write_text(ballots.read_text("utf-8").replace(",1\n", ",2\n", 1), "utf-8")
    done = subprocess.run([sys.executable, "-I", "retally.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1


@pytest.fixture
def small(working):
    """The same with its candidates, not drafted yet."""
    made = make_haikou(households=1, quick=True)
    made.pools = made.pools[:1] + made.pools[2:4]
    return made


def pools(made, **other):
    """Give the pools as they are drafted."""
    return tuple(commands.Pool(pool.place_id, from_fen(pool.budget), pool.projects) for pool in made.pools)


def draft(made, wanted, who=None, clock=NOW):
    """Draft a cycle of these pools."""
    wish = commands.DraftCycle(made.programme, made.district, "三份资金", OPENS, CLOSES, wanted)
    with unit_of_work() as session:
        return commands.draft_cycle(session, who or made.worker, wish, at(clock)).id


def open_it(made, number, who=None):
    """Open a cycle."""
    with unit_of_work() as session:
        return commands.open_cycle(session, who or made.worker, number, at(NOW))


def publish_it(made, number, who=None, clock=CLOSES):
    """Publish all of its results."""
    with unit_of_work() as session:
        return commands.publish_cycle(session, who or made.worker, number, at(clock))


def test_pools_are_opened_and_published_all_or_none(small):
    """A pool without candidates, a project in two, money twice, a stranger: refused, and no round of it is open."""
    wanted = pools(small)
    twice = (wanted[0], replace(wanted[1], place_id=wanted[0].place_id))
    for wrong in ((), twice):
        assert code_of(draft, small, wrong) == "voting.pools_wrong"
    dear = tuple(replace(pool, budget=from_fen(300_000_000)) for pool in wanted)
    assert code_of(draft, small, dear) == "voting.over_pool"
    with pytest.raises(Forbidden):
        draft(small, wanted, who=small.second)
    empty = draft(small, (*wanted[:2], replace(wanted[2], project_ids=())))
    assert code_of(open_it, small, empty) == "voting.pool_empty"
    shared = draft(small, (wanted[0], replace(wanted[1], project_ids=wanted[1].project_ids)))
    with unit_of_work() as session:
        rounds = session.scalars(select(VoteRound.id).where(VoteRound.cycle_id == shared).order_by("id")).all()
        both = commands.SetCandidates(rounds[0], wanted[1].project_ids)
        commands.set_candidates(session, small.worker, both, at(NOW))
    assert code_of(open_it, small, shared) == "voting.in_two_pools"
    with reading_session() as session:
        for number in (empty, shared):
            assert queries.cycle_page(session, number, small.worker, NOW).state is RoundState.DRAFT
            with pytest.raises(NotVisible):
                queries.cycle_page(session, number, small.second, NOW)
    whole = draft(small, wanted)
    assert open_it(small, whole) == 3
    assert code_of(open_it, small, whole) == "voting.frozen"
    with pytest.raises(Refused, match="still_open") as refused:
        publish_it(small, whole, clock=OPENS)
    assert refused.value.facts["pool"] == f"三份资金 · {small.pools[0].name}"
    with pytest.raises(Forbidden):
        publish_it(small, whole, who=next(iter(small.residents.values())))
    assert publish_it(small, whole) == 3
    assert code_of(publish_it, small, whole) == "voting.already_published"


def test_rivals_in_two_pools_are_not_opened(small):
    """Each pool is counted alone and could not know of the other."""
    wanted = pools(small)
    one, other = sorted((wanted[0].project_ids[0], wanted[1].project_ids[0]))
    about = {"one": one, "other": other, "person": small.second.person_id, "at": NOW}
    run(
        "INSERT INTO project_link (project_id, other_id, kind, reason, made_by_id, at) "
        "VALUES (:one, :other, 'rivals', '同一块空地', :person, :at)",
        **about,
    )
    run(
        "INSERT INTO project_link_step (link_id, step, reason, person_id, at) "
        "SELECT max(id), 'stands', '', :person, :at FROM project_link",
        person=small.second.person_id,
        at=NOW,
    )
    assert code_of(open_it, small, draft(small, wanted)) == "voting.rivals_in_two_pools"


def test_a_refusal_of_several_pools_names_the_one_that_refuses(sqlite_app):
    """So that nobody has to open fifteen pages to find it."""
    with sqlite_app.test_request_context("/", method="POST"):
        form = CycleDeedForm()
        form.take(Refused("voting.no_candidates", pool="2026 表决 · 演丰社区"))
    assert form.refused[0].startswith("2026 表决 · 演丰社区：")


def test_a_household_votes_in_the_pools_of_its_own_places_only(small):
    """In its street's and its community's; another community's round does not know its door."""
    whole = draft(small, pools(small))
    open_it(small, whole)
    unit, street, community = small.homes[0]
    with reading_session() as session:
        page = queries.cycle_page(session, whole, small.residents[unit], OPENS)
        rounds = session.scalars(select(VoteRound.id).where(VoteRound.cycle_id == whole).order_by("id")).all()
    assert [row.place for row in page.mine] == [street.name, community.name]
    other = commands.CastBallot(rounds[2], unit, small.pools[2].projects[:1], "k" * 36)
    with pytest.raises(Forbidden) as refused, unit_of_work() as session:
        commands.cast_ballot(session, small.residents[unit], other, at(OPENS))
    assert refused.value.code == "voting.not_on_roster"


def test_a_place_elsewhere_has_no_pool(small):
    """A pool lies below the place of the vote."""
    elsewhere = make_polled(opened=False)
    with pytest.raises(Refused) as refused:
        draft(small, (replace(pools(small)[0], place_id=elsewhere.places.community),))
    assert refused.value.code == "voting.pools_wrong"
    with unit_of_work() as session:
        nobody = make_person(session, "别处社工")
    with pytest.raises(Forbidden):
        draft(small, pools(small), who=nobody)


def test_the_list_tells_where_a_vote_of_several_pools_stands(small):
    """Before it opens, while it is open, after its close, and once its results are told."""
    whole = draft(small, pools(small))
    open_it(small, whole)

    def told(moment):
        with reading_session() as session:
            return [row.state for row in queries.newest_cycles(session, moment)]

    assert told(NOW) == [RoundState.WAITING]
    assert told(OPENS) == [RoundState.OPEN]
    assert told(CLOSES) == [RoundState.CLOSED]
    publish_it(small, whole)
    assert told(CLOSES) == [RoundState.PUBLISHED]
    with reading_session() as session:
        page = queries.cycle_page(session, whole, small.worker, CLOSES)
    assert page.kept_back == tuple(pool.name for pool in small.pools)  # nobody voted: fewer than ten
