"""One effect per form: what carries a key is sent twenty times at once, sent otherwise, sent by somebody else."""

from functools import partial

import pytest
from sqlalchemy import func, select

from fundapp.app import check_list
from fundapp.db import once
from fundapp.db.base import Base
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor
from tests.db.sending import SENDINGS
from tests.support.races import at_once, patiently, told_of

KEY = "3f2a9c41-0000-4000-8000-000000000000"
EVERY = pytest.mark.parametrize("name", SENDINGS)


def sent(sending, who, otherwise=False):
    """Send the form in a unit of work; give the number of the row that it wrote or found."""
    with unit_of_work() as session:
        return sending.send(session, who, KEY, otherwise).id


def count(name):
    """Count the rows; money and trail must verify."""
    with reading_session() as session:
        checks = [check for check in check_list() if check.name.startswith(("audit.", "ledger.", "matching."))]
        assert len(checks) > 5
        assert [check.name for check in checks if check.run(session).first_fault] == []
        return session.scalar(select(func.count()).select_from(Base.metadata.tables[name]))


@EVERY
def test_a_form_sent_twenty_times_at_once_has_one_effect(app, name):
    """Everybody is given the same row; nobody sees an error.

    Source: reliability.md B5.
    """
    sending = SENDINGS[name]()
    before = count(name)
    ended = at_once([partial(patiently, partial(sent, sending, sending.who)) for _ in range(20)])
    assert len(set(ended)) == 1
    assert ended[0][0] == "done"
    assert count(name) == before + 1


@EVERY
def test_a_used_key_that_says_something_else_is_refused(app, name):
    """Another amount, another answer, another claim: never taken for the first, and nothing is written."""
    sending = SENDINGS[name]()
    sent(sending, sending.who)
    stands = count(name)
    assert told_of(lambda: sent(sending, sending.who, otherwise=True)) == ("refused", "web.used_key")
    assert count(name) == stands


@EVERY
def test_the_same_key_of_another_person_is_another_form(app, name):
    """She is given her own row or her own refusal, never the first one's."""
    sending = SENDINGS[name]()
    first = sent(sending, sending.who)
    kind, what = told_of(lambda: sent(sending, sending.other, otherwise=True))
    assert kind in ("done", "refused")
    assert what not in (first, "web.used_key")


def test_every_table_with_a_key_is_sent_here():
    """A new form with a key is raced without anybody remembering to."""
    assert {table.name for table in Base.metadata.sorted_tables if "op_key" in table.columns} == set(SENDINGS)


def test_without_the_comparison_another_amount_would_pass(app, monkeypatch):
    """What the second test rests on: a key alone does not tell a retry from another deed."""
    sending = SENDINGS["contribution"]()
    first = sent(sending, sending.who)

    def any_row(session, kind, key, **_said):
        return session.scalar(select(kind).where(kind.op_key == key))

    monkeypatch.setattr("fundapp.fundraising.commands.giving.done_before", any_row)
    assert sent(sending, sending.who, otherwise=True) == first


def test_a_key_is_of_one_person():
    """The same key of two people is stored as two, of one person always as the same."""
    keys = [once.own_key(Actor(number), KEY) for number in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]
    assert all(len(key) == 36 for key in keys)
