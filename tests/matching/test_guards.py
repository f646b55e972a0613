"""What the database itself refuses of matched money: each attack with plain SQL succeeds once its guard is dropped."""

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from fundapp.db import wiring, work
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine
from fundapp.projects.rules import Task
from tests.conftest import BACKENDS, running_app
from tests.matching.paying import make_paying
from tests.support.world import NOW

RELEASE = (
    "INSERT INTO match_release (claim_id, programme_id, kind, amount_fen, cut_fen, ticket, told, released_at) "
    "VALUES (:claim, :programme, :kind, :amount, :cut, :ticket, 'x', :at)"
)
GRANT = "INSERT INTO match_grant (claim_id, amount_fen, told, granted_at) VALUES (:claim, :amount, 'x', :at)"
_OF_CLAIM = "matchable_fen, entitled_fen, viable_fen, givers, checkers, supervised, claimed_by_id, claimed_at"
CLAIM = (
    "INSERT INTO match_claim (programme_id, ticket, project_id, policy_version_id, op_key, facts, steps, "
    f"{_OF_CLAIM}) SELECT programme_id, :ticket, project_id, policy_version_id, 'x', facts, steps, {_OF_CLAIM} "
    "FROM match_claim WHERE id = :claim"
)
SETTLEMENT = (
    "INSERT INTO project_settlement (project_id, op_key, cost_fen, promised_fen, due_fen, paid_fen, more_fen, "
    "back_fen, owed_fen, steps, settled_by_id, settled_at) VALUES (:project, 'x', 0, :promised, :due, 0, :more, 0, 0, "
    "'[]', :person, :at)"
)
TABLES = ("match_claim", "match_grant", "match_decision", "disbursement", "match_release", "project_settlement")


@pytest.fixture(scope="module", params=BACKENDS)
def stage(request, tmp_path_factory):
    """Two approved projects, the first begun, paid a tranche, with a bill; made once, nothing is committed to it."""
    source = request.getfixturevalue("sqlite_source" if request.param == "sqlite" else "postgres_source")
    with source.built() as url, pytest.MonkeyPatch.context() as patch:
        for name in ("_reactions", "_providers"):
            patch.setattr(wiring, name, dict(getattr(wiring, name)))
        for name in ("engine", "writer", "before_commit"):
            patch.setattr(work._bound, name, getattr(work._bound, name))
        with running_app(url, tmp_path_factory.mktemp("guards")):
            made = make_paying()
            made.begin()
            made.pay()
            made.bill(500)
            yield made, bound_engine()


@pytest.fixture
def paying(stage):
    """The town with a connection that is rolled back."""
    made, engine = stage
    with engine.execution_options(writes=True).connect() as connection:
        made.connection = connection
        yield made
        connection.rollback()


def run(paying, statement, values):
    """Run one statement with instants written as the house writes them."""
    made = text(statement)
    if ":at" in statement:
        made = made.bindparams(bindparam("at", type_=Instant()))
        values = {"at": NOW} | values
    paying.connection.execute(made, values)


def refused_by(guard, paying, statement, **values):
    """Show that the database refuses, and that it is this guard which does; ``None``: a constraint does."""
    with pytest.raises(DBAPIError), paying.connection.begin_nested():
        run(paying, statement, values)
    if guard is None:
        return
    drop_guard(paying.connection, next(one for one in guards() if one.name == guard))
    run(paying, statement, values)


def release(paying, **changes):
    """The values of a release that would be taken."""
    usual = {
        "claim": paying.claims[1], "programme": paying.town.programme, "kind": "refunded", "amount": 100, "cut": 100,
        "ticket": None,
    }  # fmt: skip
    return usual | changes


def test_nobody_is_granted_more_than_she_is_entitled_to(paying):
    """The first has all she is entitled to."""
    refused_by("match_grants_within_entitlement", paying, GRANT, claim=paying.claims[0], amount=1)


def test_what_was_cut_is_not_granted_again(paying):
    """After a cut of 100 fen there are 100 fen less to be granted; what merely lapsed may be granted anew."""
    run(paying, RELEASE, release(paying, claim=paying.claims[0]))
    refused_by("match_grants_within_entitlement", paying, GRANT, claim=paying.claims[0], amount=1)


def test_no_more_is_released_than_was_granted(paying):
    """The second has 10,000 yuan."""
    refused_by("match_releases_within_grants", paying, RELEASE, **release(paying, amount=1_000_001, cut=1_000_001))


def test_a_lapsed_ticket_goes_behind_everybody(paying):
    """Neither to a place that was given before, nor to one that a lapsed ticket has."""
    run(paying, RELEASE, release(paying, kind="lapsed", ticket=3))
    refused_by("match_lapsed_at_the_tail", paying, RELEASE, **release(paying, kind="lapsed", ticket=2))


def test_a_new_claim_goes_behind_the_lapsed(paying):
    """A lapsed ticket took the third place."""
    run(paying, RELEASE, release(paying, kind="lapsed", ticket=3))
    refused_by("match_claim_at_the_tail", paying, CLAIM, claim=paying.claims[0], ticket=3)


def test_a_settled_ticket_is_over(paying):
    """What is settled is granted nothing more, even where it was entitled to more."""
    run(paying, RELEASE, release(paying, kind="settled", amount=0, cut=0))
    refused_by("match_settled_gets_no_more", paying, GRANT, claim=paying.claims[1], amount=1)


@pytest.mark.parametrize(
    "changes",
    [{"amount": -1}, {"cut": 50}, {"cut": -1, "amount": 0}, {"kind": "lapsed"}, {"ticket": 9}, {"programme": 99}],
    ids=str,
)
def test_a_release_makes_sense(paying, changes):
    """Only what lapsed has a new place, what is settled or refunded is not granted again, and it is of this pool."""
    refused_by(None, paying, RELEASE, **release(paying, **changes))


def settlement(paying, **changes):
    """The values of a settlement that would be taken."""
    officer = paying.officer().person_id
    return {
        "project": paying.town.projects[0], "promised": 500, "due": 300, "more": 300, "person": officer,
    } | changes  # fmt: skip


def test_no_settlement_gives_more_than_was_promised(paying):
    """It adds up, and stays within the promise."""
    refused_by(None, paying, SETTLEMENT, **settlement(paying, due=501, more=501))
    refused_by(None, paying, SETTLEMENT, **settlement(paying, more=299))


def test_the_group_does_not_settle_its_own_match(paying):
    """Whoever has a task in the project is no officer for it."""
    lead = paying.town.groups[0][Task.LEAD].person_id
    refused_by("settled_by_nobody_of_the_group", paying, SETTLEMENT, **settlement(paying, person=lead))


def test_no_bill_comes_after_the_settlement(paying):
    """What it cost is known by then."""
    run(paying, SETTLEMENT, settlement(paying))
    bill = (
        "INSERT INTO expense (project_id, number, op_key, amount_fen, purpose, payee, counterparty_id, invoice_no, "
        "invoice_id, spent_on, claimed_by_id, claimed_at, again) "
        "SELECT project_id, 9, 'x', 1, purpose, payee, counterparty_id, 'F9', invoice_id, "
        "spent_on, claimed_by_id, claimed_at, again FROM expense"
    )
    refused_by("expense_before_settlement", paying, bill)


def test_money_is_paid_on_approved_claims_only(paying):
    """A claim that nobody decided is not approved."""
    run(paying, CLAIM, {"claim": paying.claims[0], "ticket": 3})
    pay = (
        "INSERT INTO disbursement (claim_id, project_id, op_key, amount_fen, tranche, paid_by_id, paid_at) "
        "SELECT id, project_id, 'x', 1, 'whole', :person, :at FROM match_claim WHERE op_key = 'x'"
    )
    refused_by("disbursement_needs_approval", paying, pay, person=paying.officer().person_id)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("attack", ["DELETE FROM {t}", "UPDATE {t} SET id = id"])
def test_nothing_of_a_match_is_changed_or_deleted(paying, table, attack):
    """Claims, grants, what went back, decisions, payments and settlements stand."""
    run(paying, RELEASE, release(paying))
    run(paying, SETTLEMENT, settlement(paying))
    kind = "rows" if attack.startswith("DELETE") else "values"
    with pytest.raises(DBAPIError), paying.connection.begin_nested():
        run(paying, attack.format(t=table), {})
    assert any(one.name == f"{table}_keeps_{kind}" for one in guards())
