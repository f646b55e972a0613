"""Months are closed by who keeps the book, and opened again by two people."""

from datetime import date, timedelta

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Grant, Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.ledger.commands import ask_to_reopen, close_period, reopen_period
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Ledger
from fundapp.ledger.standing import frozen_until, open_day
from fundapp.people.models import Person
from tests.ledger.books import NOW, gift, posted

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
LATER = NOW + timedelta(days=40)


def closed(books, month=FEBRUARY, at=NOW, who=None):
    """Close a month of the committee's book."""
    with unit_of_work() as session:
        return close_period(session, who or books.actor, books.committee, month, at).id


def asked(books, closing, reason="漏记一笔"):
    """Ask that a closed month be opened again."""
    with unit_of_work() as session:
        return ask_to_reopen(session, books.actor, closing, reason, NOW).id


def opened(request, who):
    """Open a month again."""
    with unit_of_work() as session:
        return reopen_period(session, who, request, NOW).id


@pytest.fixture
def watcher(books):
    """Somebody who watches over the committee's book."""
    with unit_of_work() as session:
        person = Person(name="演示·监督员", created_at=NOW)
        session.add(person)
        session.flush()
        return Actor(person.id, grants=(Grant(Role.SUPERVISOR, "/1/"),))


def test_nothing_is_posted_into_a_closed_month_nor_before_it(books):
    """Not on its last day, not a year before; on the first open day it is, and closing again changes nothing."""
    assert closed(books) == closed(books, date(2026, 2, 17))
    for day in (date(2026, 2, 28), date(2025, 2, 28)):
        with pytest.raises(Refused, match=r"ledger\.closed_month") as refused:
            posted(books, gift(books, "g", 700, event_date=day))
        assert refused.value.facts["until"] == date(2026, 2, 28)
    posted(books, gift(books, "g", 700, event_date=MARCH))
    with reading_session() as session:
        assert balance(session, books.committee, Ledger.ACTUAL, "cash:1") == 700
        assert open_day(session, books.committee, date(2026, 2, 14)) == MARCH
        assert open_day(session, books.foundation, date(2026, 2, 14)) == date(2026, 2, 14)


def test_months_are_closed_in_their_order_and_when_they_are_over(books):
    """The month of today is not over; a month behind one with open postings waits for it; nothing is closed below."""
    with pytest.raises(Refused, match=r"ledger\.month_not_over"):
        closed(books, MARCH)
    posted(books, gift(books, "g", 700, event_date=date(2026, 1, 5)))
    with pytest.raises(Refused, match=r"ledger\.earlier_month_open") as refused:
        closed(books)
    assert refused.value.facts["day"] == date(2026, 1, 5)
    closed(books, date(2026, 1, 1))
    closed(books)
    with pytest.raises(Refused, match=r"ledger\.later_month_closed"):
        closed(books, date(2026, 1, 1))


def test_opening_takes_two_people_and_the_last_month_first(books, watcher):
    """Who asked does not open; nor does a stranger; a month is opened once, and can be closed again."""
    first, second = closed(books, FEBRUARY, LATER), closed(books, MARCH, LATER)
    with pytest.raises(Refused, match=r"ledger\.why_reopen"):
        asked(books, second, " ")
    early, late = asked(books, first), asked(books, second)
    assert asked(books, second) == late
    with pytest.raises(Refused, match=r"ledger\.asked_already"):
        asked(books, second, "另一个理由")
    both = Actor(books.actor.person_id, grants=(*books.actor.grants, *watcher.grants))
    with pytest.raises(Forbidden, match=r"ledger\.another_opens"):
        opened(late, both)
    with pytest.raises(Refused, match=r"ledger\.later_month_closed"):
        opened(early, watcher)
    assert opened(late, watcher) == opened(late, watcher)
    with reading_session() as session:
        assert frozen_until(session, books.committee) == date(2026, 2, 28)
    posted(books, gift(books, "g", 700, event_date=MARCH))
    assert closed(books, MARCH, LATER) not in (first, second)
    with pytest.raises(Refused, match=r"ledger\.closed_month"):
        posted(books, gift(books, "h", 700, event_date=MARCH))


@pytest.mark.parametrize(
    "grant",
    [None, Grant(Role.WORKER, "/2/"), Grant(Role.FOUNDATION_OFFICER, "/1/"), Grant(Role.SUPERVISOR, "/1/")],
)
def test_only_who_keeps_the_book_closes_its_months(books, watcher, grant):
    """Not the worker of another place, not the foundation's officer, not the supervisor."""
    stranger = Actor(watcher.person_id, grants=(grant,) if grant else ())
    with pytest.raises(Forbidden, match=r"ledger\.not_keeper"):
        closed(books, who=stranger)
    request = asked(books, closed(books))
    keeper = Actor(watcher.person_id, grants=(Grant(Role.WORKER, "/1/"),))
    with pytest.raises(Forbidden, match=r"ledger\.not_approver"):
        opened(request, keeper)
    for wrong in (lambda: asked(books, 99), lambda: opened(99, watcher)):
        with pytest.raises(NotVisible):
            wrong()
