"""Two books with a few accounts, for the tests of the ledger."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from fundapp import tables  # noqa: F401 - fills the metadata
from fundapp.audit.commands import record, seal
from fundapp.db.engine import tuned_engine
from fundapp.db.work import bind, unit_of_work
from fundapp.kernel.actor import Actor, Grant, Role
from fundapp.ledger.commands import ensure_account, open_book, post
from fundapp.ledger.models import Journal
from fundapp.ledger.rules import Holder, Ledger, Leg, Posting
from fundapp.people.models import Person
from fundapp.places.models import Place, PlaceKind

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)


@dataclass(frozen=True)
class Books:
    """The numbers of what was made; ``actor`` posts."""

    actor: Actor
    committee: int
    foundation: int


@contextmanager
def bound(url):
    """Let units of work go to the database at *url*."""
    engine = tuned_engine(url)
    bind(engine, (seal,))
    try:
        yield engine
    finally:
        engine.dispose()


def make_books(pool_fen=100_000, floor_fen=0):
    """Open a committee's and a foundation's book; the foundation's pool of programme 1 gets *pool_fen*.

    ``floor_fen`` is the floor of what is available in it.
    """
    with unit_of_work() as session:
        place = Place(kind=PlaceKind.DISTRICT, name="演示区", parent_id=None, path="/1/", created_at=NOW)
        person = Person(name="演示·出纳", created_at=NOW)
        session.add_all([place, person])
        session.flush()
        roles = (Role.WORKER, Role.FOUNDATION_OFFICER)
        actor = Actor(person.id, grants=tuple(Grant(role, place.path) for role in roles))
        committee = open_book(session, actor, Holder.COMMITTEE, "演示社区居委会", place.id, NOW).id
        foundation = open_book(session, actor, Holder.FOUNDATION, "演示基金会", place.id, NOW).id
        for code, name, floor, ceiling in (
            ("cash:1", "项目现金", 0, None),
            ("gift:1:residents", "居民自筹", None, 0),
            ("spend:1", "项目支出", 0, None),
        ):
            ensure_account(session, committee, Ledger.ACTUAL, code, name, floor, ceiling, "project:1")
        for part, floor in (
            ("source", None),
            ("available", floor_fen),
            ("held:1", 0),
            ("committed:1", 0),
            ("paid:1", 0),
        ):
            name = f"配捐池 {part}"
            ensure_account(session, foundation, Ledger.COMMIT, f"pool:1:{part}", name, floor, fund="programme:1")
        books = Books(actor, committee, foundation)
        if pool_fen:
            legs = (Leg("pool:1:available", pool_fen), Leg("pool:1:source", -pool_fen))
            post(session, actor, commitment(books, "fund:1", legs), NOW)
    return books


def gift(books, key, amount_fen, **changed):
    """Make the posting of a resident's gift of cash."""
    legs = (Leg("cash:1", amount_fen), Leg("gift:1:residents", -amount_fen))
    values = {
        "book_id": books.committee, "ledger": Ledger.ACTUAL, "key": key, "purpose": "居民捐款", "source": "gift:1",
        "subject": "project:1", "event_date": DAY, "legs": legs,
    }  # fmt: skip
    return Posting(**{**values, **changed})


def commitment(books, key, legs):
    """Make a posting in the pool."""
    return Posting(books.foundation, Ledger.COMMIT, key, "额度变动", "matching:1", "project:1", DAY, tuple(legs))


def posted(books, posting):
    """Post in a unit of work of its own and give the journal."""
    with unit_of_work() as session:
        return session.get_one(Journal, post(session, books.actor, posting, NOW).id)


def noted(session, books):
    """Note some deed, for rows written without one of the ledger's."""
    record(session, books.actor, "test.deed", "test:1", NOW)
