"""Statements whose text is made once give what the mapper would give, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError

from fundapp.audit.checks import check_sealed_rows
from fundapp.audit.commands import append, append_once, record
from fundapp.audit.models import AuditEntry
from fundapp.consent.models import ConsentAnswer, ConsentRound
from fundapp.consent.policy import Channel, Choice
from fundapp.db.prepared import Prepared
from fundapp.db.work import reading_session, unit_of_work
from fundapp.people.models import Person, RoleGrant
from tests.consent.asking import OPENS, at, make_asked

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def test_cells_pass_through_the_types_of_their_columns(app):
    """An instant, an enum, a JSON value, a name and a truth come back as the mapper gives them."""
    asked = make_asked()
    query = (
        select(Person.id, Person.name, RoleGrant.role, RoleGrant.starts_at, RoleGrant.ends_at, AuditEntry.details)
        .add_columns(RoleGrant.ends_at.is_(None).label("still"))
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(AuditEntry, AuditEntry.person_id == Person.id)
        .where(RoleGrant.starts_at <= bindparam("now"), Person.id == bindparam("person_id"))
        .order_by(RoleGrant.id, AuditEntry.seq)
    )
    said = {"now": at(OPENS).now(None), "person_id": asked.worker.person_id}
    with reading_session() as session:
        mapped = [tuple(row) for row in session.execute(query, said)]
        assert [tuple(row) for row in Prepared(lambda: query).rows(session, **said)] == mapped
        assert mapped, "a comparison of nothing would show nothing"


def test_what_was_added_before_is_seen(app):
    """As with the mapper: a row that waits to be written is written first."""
    everybody = Prepared(lambda: select(func.count().label("number")).select_from(Person))
    with unit_of_work() as session:
        before = everybody.rows(session)[0].number
        session.add(Person(name="演示·后来的", created_at=NOW))
        assert everybody.rows(session)[0].number == before + 1


def test_a_list_of_open_length_is_refused(app):
    """Its text would change with its values."""
    some = Prepared(lambda: select(Person.id).where(Person.id.in_([1, 2])))
    with reading_session() as session, pytest.raises(ValueError, match="open length"):
        some.rows(session)


def test_a_value_that_is_missing_is_not_taken_for_nothing(app):
    """A parameter without a value is a mistake of the program."""
    one = Prepared(lambda: select(Person.id).where(Person.id == bindparam("person_id")))
    with reading_session() as session, pytest.raises(KeyError):
        one.rows(session)


def _answer(asked, **otherwise):
    """A household's first answer, column by column."""
    with reading_session() as session:
        round_ = session.get_one(ConsentRound, asked.round)
        usual = {"round_id": round_.id, "snapshot_id": round_.snapshot_id, "unit_id": asked.places.units[0]}
    usual |= {"voice": asked.places.units[0], "area_cm2": None, "revision": 1, "answer": Choice.AGREE}
    usual |= {"channel": Channel.PHONE, "op_key": "k" * 36, "person_id": asked.residents[0].person_id, "at": OPENS}
    usual |= {"serial": None, "scan_id": None, "reason": "", "objection_id": None}
    return usual | otherwise


def test_a_row_that_stands_already_is_told_and_another_fault_is_raised(app):
    """Under a unique key that is taken nothing is written, and the unit of work goes on and seals what it wrote."""
    asked, table = make_asked(), ConsentAnswer.__table__
    with unit_of_work() as session:
        number = append(session, table, **_answer(asked))
        assert append_once(session, table, **_answer(asked, revision=2)) is None, "the key of the form is used"
        more = append_once(session, table, **_answer(asked, revision=2, op_key="m" * 36))
        record(session, asked.residents[0], "test.answer", f"consent_round:{asked.round}", NOW)
    with reading_session() as session:
        assert list(session.scalars(select(ConsentAnswer.id).order_by(ConsentAnswer.id))) == [number, more]
        assert [result.first_fault for _, result in check_sealed_rows(session) if result.first_fault] == []
    with pytest.raises(IntegrityError), unit_of_work() as session:
        append_once(session, table, **_answer(asked, revision=3, op_key="o" * 36, unit_id=999_999))


def test_a_row_without_a_deed_is_not_committed(app):
    """Around the mapper, too, nothing sealed is written that the trail does not tell."""
    asked = make_asked()
    with pytest.raises(RuntimeError, match="without a recorded deed"), unit_of_work() as session:
        append(session, ConsentAnswer.__table__, **_answer(asked))
