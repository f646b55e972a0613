"""What the database itself refuses of notices: each attack with plain SQL succeeds once its guard is dropped."""

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.types import Instant
from fundapp.db.work import bound_engine, unit_of_work
from fundapp.publicity import commands
from tests.publicity.posting import DAY, ENDS, NOW, SOURCE, object_to, prove, reply

REVISION = (
    "INSERT INTO publicity_revision (notice_id, number, title, body, media, starts_at, ends_at, reason, made_by_id, "
    "made_at) SELECT notice_id, :number, title, body, media, starts_at, ends_at, :reason, made_by_id, made_at "
    "FROM publicity_revision WHERE number = 1"
)
POSTING = (
    "INSERT INTO publicity_posting (notice_id, number, medium, spot, stays_until, photo_id, person_id, at) "
    "VALUES (:notice, 1, 'board', :spot, :until, :photo, :person, :at)"
)
OBJECTION = (
    "INSERT INTO publicity_objection (notice_id, number, unit_id, on_paper, text, photo_id, op_key, person_id, at, "
    "reply_due_at) VALUES (:notice, 1, :unit, :paper, 'x', :photo, 'k', :person, :at, :until)"
)
REPLY = (
    "INSERT INTO publicity_reply (objection_id, verdict, summary, reason, person_id, at) "
    "VALUES (:objection, :verdict, 'x', 'y', :person, :at)"
)
TABLES = ("notice", "revision", "posting", "objection", "reply", "withdrawal")


def run(statement, values):
    """Run one statement with instants written as the house writes them."""
    made = text(statement)
    for name in ("at", "until"):
        if f":{name}" in statement:
            made = made.bindparams(bindparam(name, type_=Instant()))
    with bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(made, values)


def refused_by(guard, statement, **values):
    """Show that the database refuses, and that it is this guard which does."""
    with pytest.raises(DBAPIError):
        run(statement, values)
    if guard is None:
        return
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
    run(statement, values)


def objection(posted, **changes):
    """The values of an objection that would be taken."""
    usual = {
        "notice": posted.notice, "unit": posted.places.units[0], "paper": False, "photo": None,
        "person": posted.residents[0].person_id, "at": NOW + DAY, "until": NOW + 5 * DAY,
    }  # fmt: skip
    return usual | changes


@pytest.fixture
def answered(posted):
    """Every table has a row."""
    prove(posted)
    number = object_to(posted)
    reply(posted, number)
    with unit_of_work() as session:
        commands.withdraw(session, SOURCE, None, "作废", NOW + 3 * DAY)
    return posted


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM publicity_{t}", "UPDATE publicity_{t} SET id = id"])
def test_nothing_of_a_notice_is_changed_or_deleted(answered, table, statement):
    """What was announced, hung, objected and answered stands."""
    kind = "rows" if statement.startswith("DELETE") else "values"
    with pytest.raises(DBAPIError):
        run(statement.format(t=table), {})
    assert any(one.name == f"publicity_{table}_keeps_{kind}" for one in guards())


def test_a_revision_follows_the_one_before(posted):
    """A number cannot be passed over."""
    refused_by("publicity_revision_next", REVISION, number=3, reason="x")


def test_a_change_has_its_reason(posted):
    """A second revision without a reason is no revision."""
    refused_by(None, REVISION, number=2, reason="")


def test_a_withdrawn_notice_says_nothing_more(answered):
    """A withdrawal ends it."""
    refused_by("publicity_revision_stands", REVISION, number=2, reason="x")


def test_a_proof_belongs_to_its_period(posted):
    """Who writes a proof after the end has none; a proof names a spot."""
    values = {"notice": posted.notice, "photo": posted.photo, "person": posted.worker.person_id, "until": ENDS + DAY}
    refused_by(None, POSTING, spot=" ", at=NOW + DAY, **values)
    refused_by("publicity_posting_in_period", POSTING, spot="x", at=ENDS, **values)


def test_an_objection_belongs_to_its_period(posted):
    """Neither before the start nor at the end."""
    late = objection(posted, at=ENDS, until=ENDS + DAY)
    refused_by("publicity_objection_in_period", OBJECTION, **late)


def test_only_the_household_itself_objects_by_phone(posted):
    """The worker writes no objection in a household's name without paper."""
    refused_by("publicity_objection_by_household", OBJECTION, **objection(posted, person=posted.worker.person_id))


def test_paper_without_a_photo_is_refused(posted):
    """The sheet is seen, or it is not taken."""
    refused_by(None, OBJECTION, **objection(posted, paper=True, person=posted.worker.person_id))


def test_a_household_elsewhere_does_not_object(posted):
    """The notice is for its place."""
    theirs = objection(posted, unit=next(iter(posted.stranger.unit_ids)), person=posted.stranger.person_id)
    refused_by("publicity_objection_of_the_place", OBJECTION, **theirs)


def test_nobody_answers_her_own_objection(posted):
    """A household never judges what it said itself; an answer has one of three words."""
    number = object_to(posted)
    values = {"objection": number, "at": NOW + 2 * DAY}
    refused_by(None, REPLY, verdict="maybe", person=posted.worker.person_id, **values)
    own = posted.residents[0].person_id
    refused_by("publicity_reply_not_by_objector", REPLY, verdict="upheld", person=own, **values)
