"""The last money of a pool, claimed by many projects at once: real processes, real commits."""

import uuid

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.fundraising.commands import NewContribution, decide_contribution, record_contribution
from fundapp.fundraising.rules import Means, Source
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import NewClaim, claim_match
from fundapp.matching.queries import queue_of
from fundapp.projects.commands import FormGroup, form_group, move_on
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import picture
from tests.support.races import at_once, patiently
from tests.support.world import (
    CLOCK,
    NOW,
    make_account,
    make_person,
    make_place_tree,
    make_programme,
    make_project,
    make_resident,
    make_text,
)

CLAIMS, ENOUGH_FOR = 50, 31
GIFT = 200000  # 2,000 yuan of one household: 1:0.5 gives 1,000 yuan


@pytest.fixture
def ready(app):
    """Fifty chosen projects with confirmed money, and a pool with money for thirty-one and a half."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        programme = make_programme(session, places.street, funding=f"{ENOUGH_FOR * 1000 + 500}.00")
        proposer = make_resident(session, "李提案", places.units[0])
        worker = make_person(session, "周社工", Role.WORKER, places.community)
        group = {task: make_person(session, task.value) for task in Task}
        logins = {task: make_account(session, actor, task.value) for task, actor in group.items()}
        leads = []
        for number in range(CLAIMS):
            text = make_text(f"第{number}件", budget="20000.00")
            project = make_project(session, places, proposer, programme=programme, text=text)
            cmd = FormGroup(
                project.id, logins[Task.LEAD], logins[Task.TREASURER], (logins[Task.MEMBER],),
                (logins[Task.SUPERVISOR],),
            )  # fmt: skip
            form_group(session, worker, cmd, CLOCK)
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


def claiming(project_id, lead):
    """A project's claim; however often it is sent, it carries one key."""
    asked = NewClaim(project_id, str(uuid.uuid4()), from_fen(100000))

    def once():
        with unit_of_work() as session:
            return bool(claim_match(session, lead, asked, CLOCK).id)

    return lambda: patiently(once)


def test_fifty_claims_at_once_share_what_is_there_and_no_more(ready):
    """Nobody is granted too much, nobody too little, tickets are gapless and served in their order."""
    told = at_once([claiming(*pair) for pair in ready[1]])
    assert told == [("done", True)] * CLAIMS
    with reading_session() as session:
        queue, pool = queue_of(session, ready[0]), pool_state(session, ready[0])
    assert [claim.ticket for claim in queue] == list(range(1, CLAIMS + 1))
    granted = [fen(claim.granted) for claim in queue]
    assert granted == [100000] * ENOUGH_FOR + [0] * (CLAIMS - ENOUGH_FOR)
    assert (pool.available, pool.held) == (50000, ENOUGH_FOR * 100000)
