"""The bytes that are hashed: test vectors that any other program can read, and two ways of writing them that agree."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from fundapp.db.work import bound_engine, reading_session
from fundapp.ledger.models import Journal
from fundapp.ledger.raw import rows_of
from fundapp.ledger.rules import (
    Ledger,
    Leg,
    People,
    Posting,
    ReversalReason,
    body_hash,
    body_of,
    digest,
    instant_text,
    journal_text,
)
from fundapp.ledger.writing import written
from tests.ledger.books import gift, posted

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))


def posted_as(given_):
    """Write the text of a vector's journal, and hash its body."""
    posting = Posting(
        given_["book"], Ledger(given_["ledger"]), given_["key"], given_["purpose"], given_["source"],
        given_["subject"], date.fromisoformat(given_["event_date"]),
        tuple(Leg(code, amount) for code, amount in given_["legs"]), tuple(given_["evidence"]),
    )  # fmt: skip
    reason = ReversalReason(given_["reason"]) if given_["reason"] else None
    body = body_of(posting, given_["reverses"], reason)
    people = People(given_["posted_by"], given_["asked_by"], given_["approved_by"])
    at = datetime.fromisoformat(given_["posted_at"])
    return journal_text(body, given_["seq"], given_["prev"], at, people), body_hash(body)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_the_bytes_are_those_of_the_vectors(vector):
    """Whoever changes what is hashed changes the format's version, or breaks every chain that was published."""
    told, hashed = posted_as(vector["given"])
    assert (told, digest(told), hashed) == (vector["canonical"], vector["hash"], vector["body_hash"])


@pytest.mark.pg
@pytest.mark.parametrize("database_source", ["postgresql"], indirect=True)
def test_the_database_hashes_the_same_bytes(books):
    """PostgreSQL's own SHA-256 of each vector is the program's: no word of Chinese is read otherwise there."""
    with bound_engine().connect() as connection:
        for vector in VECTORS:
            query = text("SELECT encode(sha256(convert_to(:told, 'UTF8')), 'hex')")
            assert connection.execute(query, {"told": vector["canonical"]}).scalar() == vector["hash"]


def test_what_is_stored_is_what_is_hashed(books):
    """From the raw columns of a stored journal the same bytes come again."""
    posted(books, gift(books, "x", 7, purpose='居民捐款 "é" \\ 中', evidence=("a" * 32,)))
    with reading_session() as session:
        *_, row = rows_of(session, Journal.__table__, Journal.id)
        legs = '[["cash:1",7],["gift:1:residents",-7]]'
        head, body = written(row, legs)
        assert head == row["canonical"]
        assert digest(row["canonical"]) == row["hash"]
        assert digest(body) == row["body_hash"]


NUMBER, WORDS = st.integers(1, 10**9), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(
    book=NUMBER, key=WORDS, purpose=WORDS, source=WORDS, subject=st.none() | WORDS, seq=NUMBER, who=st.none() | NUMBER,
    reverses=st.none() | NUMBER, reason=st.none() | st.sampled_from(ReversalReason), code=WORDS,
    evidence=st.lists(st.text("0123456789abcdef", min_size=32, max_size=32), max_size=3),
    at=st.datetimes(timezones=st.just(UTC)), ledger=st.sampled_from(Ledger),
)  # fmt: skip
def test_the_quick_way_of_writing_gives_the_same_bytes(
    book, key, purpose, source, subject, seq, who, reverses, reason, code, evidence, at, ledger
):
    """Any words, numbers and moments: what the checks write is what was posted."""
    legs = (Leg(code, 5), Leg(code + "x", -5))
    posting = Posting(book, ledger, key, purpose, source, subject, at.date(), legs, tuple(evidence))
    body = body_of(posting, reverses, reason)
    told = journal_text(body, seq, "p" * 64, at, People(who, who, None))
    row = {
        "book_id": book, "key": key, "purpose": body["purpose"], "source": source, "subject": subject, "seq": seq,
        "posted_by_id": who, "asked_by_id": who, "approved_by_id": None, "reverses_id": reverses, "reason": reason,
        "event_date": at.date().isoformat(), "posted_at": instant_text(at), "prev_hash": "p" * 64, "ledger": ledger,
        "canonical": told,
    }  # fmt: skip
    written_legs = json.dumps(body["legs"], ensure_ascii=False, separators=(",", ":"))
    head, rest = written(row, written_legs)
    assert (head, digest(rest)) == (told, body_hash(body))
