"""Any sequence of gifts, payments, holds, reversals and closings: model, SQLite and PostgreSQL say the same.

Source: reliability.md B8.
"""

from contextlib import ExitStack
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text

from fundapp.audit.commands import seal
from fundapp.db.engine import tuned_engine
from fundapp.db.work import bind, reading_session, unit_of_work
from fundapp.kernel.errors import Refused
from fundapp.ledger.checks import CHECKS
from fundapp.ledger.commands import close_period, post, reverse
from fundapp.ledger.models import Journal
from fundapp.ledger.queries import balances
from fundapp.ledger.rules import Ledger, Leg, Posting, ReversalReason
from fundapp.people.models import Person
from tests.ledger.books import NOW, make_books
from tests.ledger.model import CASH, GIFT, POOL, SPEND, Model

DAYS = st.sampled_from([date(2026, 1, 15), date(2026, 2, 10), date(2026, 3, 1)])
FEN = st.integers(1, 900_000)
SOURCE, AVAILABLE, HELD, COMMITTED, PAID = POOL


def number_again(engine):
    """Close the gaps in PostgreSQL's numbers that refusals leave: both databases are to hold the same ones."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            last = "SELECT setval('ledger_journal_id_seq', coalesce(max(id), 0) + 1, false) FROM ledger_journal"
            connection.execute(text(last))


class Both(RuleBasedStateMachine):
    """One request to three ledgers."""

    sources = ()

    def __init__(self):
        super().__init__()
        self.model, self.number, self.stack, self.engines = Model(), 0, ExitStack(), []
        for source in self.sources:
            engine = tuned_engine(self.stack.enter_context(source.built()))
            self.stack.callback(engine.dispose)
            self.engines.append(engine)
        for engine in self.engines:
            bind(engine, (seal,))
            self.books = make_books(pool_fen=0)
            with unit_of_work() as session:
                session.add(Person(name="演示·批准人", created_at=NOW))

    def everywhere(self, expected, deed):
        """Do a deed on both databases; both end as the model said."""
        for engine in self.engines:
            bind(engine, (seal,))
            try:
                with unit_of_work() as session:
                    deed(session)
                ended = "done"
            except Refused as refused:
                ended = refused.code
            number_again(engine)
            assert ended == expected, f"{engine.dialect.name}: {ended}, the model says {expected}"

    def send(self, legs, day=date(2026, 3, 1), by_two=True, key=None):
        """Post to all three."""
        self.number += 1
        key, real = key or f"k{self.number}", legs[0][0] in (CASH, GIFT, SPEND)
        book, ledger = (self.books.committee, Ledger.ACTUAL) if real else (self.books.foundation, Ledger.COMMIT)
        two = (1, 2) if by_two else (None, None)
        posting = Posting(book, ledger, key, "用途", "test:1", None, day, tuple(Leg(*leg) for leg in legs), (), *two)
        expected = self.model.post(key, legs, day, by_two)
        self.everywhere(expected, lambda session: post(session, self.books.actor, posting, NOW))

    @rule(fen=FEN, day=DAYS)
    def give(self, fen, day):
        """Somebody gives."""
        self.send(((CASH, fen), (GIFT, -fen)), day)

    @rule(fen=FEN, day=DAYS, by_two=st.booleans())
    def pay(self, fen, day, by_two):
        """A bill is paid."""
        self.send(((SPEND, fen), (CASH, -fen)), day, by_two)

    @rule(fen=FEN, by_two=st.booleans())
    def refund(self, fen, by_two):
        """Money goes back to its giver."""
        self.send(((GIFT, fen), (CASH, -fen)), by_two=by_two)

    @rule(fen=FEN, way=st.sampled_from([
        (SOURCE, AVAILABLE), (AVAILABLE, HELD), (HELD, AVAILABLE), (HELD, COMMITTED), (COMMITTED, AVAILABLE),
        (COMMITTED, PAID), (PAID, AVAILABLE),
    ]))  # fmt: skip
    def promise(self, fen, way):
        """Promised money is put in, held, committed, paid, released, taken back."""
        self.send(((way[1], fen), (way[0], -fen)))

    @rule(data=st.data())
    def send_again(self, data):
        """A posting is sent a second time, or its key is used for something else."""
        if self.model.journals:
            key, legs = data.draw(st.sampled_from(self.model.journals))
            if not key.startswith("reverse:"):
                doubled = tuple((code, 2 * amount) for code, amount in legs)
                self.send(data.draw(st.sampled_from([legs, doubled])), self.day_of(key), key=key)

    def day_of(self, key):
        """Give the day of a posting that was made."""
        with reading_session() as session:
            return session.scalar(select(Journal.event_date).where(Journal.key == key))

    @rule(data=st.data(), told=st.sampled_from(["重复", "退回"]))
    def take_back(self, data, told):
        """Any journal is reversed, reversals and reversed ones too."""
        if self.model.journals:
            number = data.draw(st.integers(1, len(self.model.journals)))
            expected = self.model.reverse(number, told, date(2026, 3, 2))

            def deed(session):
                reverse(session, self.books.actor, number, ReversalReason.DUPLICATE, told, NOW, approved_by=2)

            self.everywhere(expected, deed)

    @rule(month=st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)]))
    def close(self, month):
        """A month of the committee's book is closed, where it may be: what was posted before decides."""
        engines, ended = self.engines, []
        for engine in engines:
            bind(engine, (seal,))
            try:
                with unit_of_work() as session:
                    ended.append(close_period(session, self.books.actor, self.books.committee, month, NOW).last_day)
            except Refused as refused:
                ended.append(refused.code)
        assert ended[0] == ended[1]
        if isinstance(ended[0], date):
            self.model.frozen = max(ended[0], self.model.frozen or ended[0])

    @invariant()
    def balances_agree(self):
        """Kept balances are those of the model."""
        for engine in self.engines:
            bind(engine, (seal,))
            with reading_session() as session:
                kept = balances(session, self.books.committee, Ledger.ACTUAL, "")
                kept |= balances(session, self.books.foundation, Ledger.COMMIT, "")
            assert kept == self.model.balances

    def teardown(self):
        """In the end every check passes, and both databases hold the same chain, hash for hash."""
        try:
            chains = []
            for engine in self.engines:
                bind(engine, (seal,))
                with reading_session() as session:
                    assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
                    chains.append(session.scalars(select(Journal.hash).order_by(Journal.id)).all())
            assert chains[0] == chains[1]
            assert len(chains[0]) == len(self.model.journals)
        finally:
            self.stack.close()


def run_machine(sources, examples, steps):
    """Play that many histories of that many steps."""
    machine = type("Machine", (Both,), {"sources": sources})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.pg
def test_model_and_both_databases_agree_on_any_history(sqlite_source, postgres_source):
    """A few short histories on every push."""
    run_machine((sqlite_source, postgres_source), 5, 15)


@pytest.mark.pg
@pytest.mark.long
def test_model_and_both_databases_agree_on_five_hundred_histories(sqlite_source, postgres_source):
    """500 histories of 50 steps."""
    run_machine((sqlite_source, postgres_source), 500, 50)
