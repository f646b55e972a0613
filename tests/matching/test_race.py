"""The last money of a pool, claimed by many projects at once: real processes, real commits."""

import multiprocessing
import uuid

import pytest

from fundapp.db.work import Busy, bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewContribution, decide_contribution, record_contribution
from fundapp.fundraising.rules import Means, Source
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import NewClaim, claim_match
from fundapp.matching.queries import queue_of
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import picture
from tests.support.world import (
    CLOCK,
    NOW,
    make_group,
    make_place_tree,
    make_programme,
    make_project,
    make_resident,
    make_text,
)

FORK = multiprocessing.get_context("fork")
CLAIMS, ENOUGH_FOR = 10, 4
GIFT = 200000  # 2,000 yuan of one household: 1:0.5 gives 1,000 yuan


@pytest.fixture
def ready(app):
    """Ten chosen projects with confirmed money, and a pool with money for four."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        programme = make_programme(session, places.street, funding=f"{ENOUGH_FOR * 1000}.00")
        proposer = make_resident(session, "李提案", places.units[0])
        group = None
        leads = []
        for number in range(CLAIMS):
            text = make_text(f"第{number}件", budget="20000.00")
            project = make_project(session, places, proposer, programme=programme, text=text)
            group = make_group(session, places, project.id)
            for stage in (Stage.CONSENTING, Stage.CONSENTED, Stage.SELECTED):
                move_on(session, group[Task.LEAD], project.id, stage, NOW)
            _give(session, places, project.id, group)
            leads.append((project.id, group[Task.LEAD]))
    return programme.id, leads


def _give(session, places, project_id, group):
    proof = picture(session, group[Task.TREASURER], places.compound, CLOCK)
    cmd = NewContribution(
        project_id, str(uuid.uuid4()), Source.RESIDENTS, places.units[1], "住户", False, False, from_fen(GIFT),
        Means.CASH, local_date(NOW), proof,
    )  # fmt: skip
    made = record_contribution(session, group[Task.TREASURER], cmd, CLOCK)
    decide_contribution(session, group[Task.MEMBER], made.id, True, "", CLOCK)


def claim_at_once(ready):
    """Let every project claim in a process of its own, all started together."""
    gate, answers = FORK.Barrier(CLAIMS), FORK.Queue()

    def one(project_id, lead):
        bound_engine().dispose(close=False)
        gate.wait(60)
        try:
            with unit_of_work() as session:
                claim_match(session, lead, NewClaim(project_id, str(uuid.uuid4()), from_fen(100000)), CLOCK)
            answers.put("claimed")
        except Busy:
            answers.put("busy")
        except Exception as error:
            answers.put(repr(error))

    processes = [FORK.Process(target=one, args=pair) for pair in ready[1]]
    for process in processes:
        process.start()
    told = [answers.get(timeout=90) for _ in processes]
    for process in processes:
        process.join(30)
    return told


def test_ten_claims_at_once_share_what_is_there_and_no_more(ready):
    """Nobody is granted too much, nobody too little, tickets are gapless and served in their order."""
    told = claim_at_once(ready)
    assert told == ["claimed"] * CLAIMS
    with reading_session() as session:
        queue, pool = queue_of(session, ready[0]), pool_state(session, ready[0])
    assert [claim.ticket for claim in queue] == list(range(1, CLAIMS + 1))
    granted = [fen(claim.granted) for claim in queue]
    assert granted == [100000] * ENOUGH_FOR + [0] * (CLAIMS - ENOUGH_FOR)
    assert (pool.available, pool.held) == (0, ENOUGH_FOR * 100000)
