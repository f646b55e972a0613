"""The worked examples of the queue through claims, tickets and a pool, not only through the pure rule."""

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.money import from_fen
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import NewClaim, claim_match
from fundapp.matching.queries import queue_of
from fundapp.projects.rules import Task
from tests.matching.sharing import PRO_RATA, make_sharing
from tests.support.world import CLOCK

LEAST = ("20000.00", "30000.00", "10000.00")


def line(kind, partial="viable"):
    """A policy that matches one to one and serves a queue."""
    return {"matching": PRO_RATA | {"allocation": {"mode": "queue", "partial": partial, "line": kind}}}


@pytest.mark.parametrize(
    ("funding", "kind", "granted", "left"),
    [
        ("80000.00", "strict", (40_000, 40_000, 0), 0),
        ("60000.00", "strict", (40_000, 0, 0), 20_000),
        ("60000.00", "skip", (40_000, 0, 15_000), 5_000),
    ],
)
def test_three_tickets_are_served_as_the_worked_example_says(app, funding, kind, granted, left):
    """A asks for 40,000, B for 50,000 (30,000 at least), C for 15,000; the pool holds 80,000 or 60,000.

    Source: money.md section 7, R5.
    """
    sharing = make_sharing("40000.00", "50000.00", "15000.00", funding=funding, parts=line(kind))
    for number, least in enumerate(LEAST):
        lead = sharing.town.groups[number][Task.LEAD]
        asked = NewClaim(sharing.town.projects[number], f"c{number}", from_fen(int(least.replace(".", ""))))
        with unit_of_work() as session:
            claim_match(session, lead, asked, CLOCK)
    with reading_session() as session:
        rows, state = queue_of(session, sharing.town.programme), pool_state(session, sharing.town.programme)
    assert tuple(int(row.granted.amount) for row in rows) == granted
    assert [row.waiting for row in rows] == [row.granted < row.entitled for row in rows]
    assert state.available == left * 100
