"""What somebody finds out who has the database, its log of writes and every row, but no key.

Source: reliability.md V9.
"""

import random
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from fundapp.audit.models import AuditEntry
from fundapp.db.work import bound_engine, reading_session
from fundapp.voting.box_models import VoteSlip
from tests.voting.polling import OPENS, at
from tests.voting.sealing import bring_back, counted, drop, make_sealed, shut

HOUSEHOLDS = 40
ORDERS = {
    "sqlite": ("unit_id", "rowid", "at", "sealed", "leaf"),
    "postgresql": ("unit_id", "ctid", "xmin::text::bigint", "at", "sealed", "leaf"),
}


def listed(table, column, orders, round_id):
    """Give a column of a table's rows in each of these orders, and backwards."""
    found = []
    with bound_engine().connect() as connection:
        for order in orders:
            query = f"SELECT {column} FROM {table} WHERE round_id = :round ORDER BY {order}"
            rows = [row[0] for row in connection.execute(text(query), {"round": round_id})]
            found += [rows, rows[::-1]]
    return found


def written_bytes(url):
    """Give the bytes of the database and of what was newly written, as its operator copies them."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        files = [Path(f"{made.database}{end}") for end in ("", "-wal")]
        return b"".join(file.read_bytes() for file in files if file.exists())
    with bound_engine().connect() as connection:
        newest = "SELECT pg_read_binary_file('pg_wal/' || pg_walfile_name(pg_current_wal_lsn()))"
        boxes = connection.scalar(text("SELECT string_agg(sealed || leaf, '') FROM vote_box"))
        return bytes(connection.scalar(text(newest))) + boxes.encode()


def leaf_somewhere(round_id):
    """Give a fingerprint that stands in the box."""
    with bound_engine().connect() as connection:
        return connection.scalar(text("SELECT max(leaf) FROM vote_box WHERE round_id = :r"), {"r": round_id}).encode()


def test_without_a_key_nobody_links_a_ballot_to_its_household(working):
    """Every order of rows, forwards and backwards, finds no more than chance; no code is anywhere before the count."""
    sealed, chance = make_sealed(people=HOUSEHOLDS), random.Random(11)
    order, units, codes = list(range(HOUSEHOLDS)), sealed.polled.places.units, {}
    chance.shuffle(order)
    for place, number in enumerate(order + order[:5]):
        moment = at(OPENS + timedelta(minutes=3 * place))
        codes[units[number]] = drop(sealed, number, chance.randrange(4), clock=moment).code
    shut(sealed)
    seen = written_bytes(working)
    assert leaf_somewhere(sealed.round) in seen, "these are not the bytes that were written"
    assert [code for code in codes.values() if code.encode() in seen] == []
    bring_back(sealed, counted(sealed))
    orders = ORDERS[make_url(working).get_backend_name()]
    doors = listed("vote_box", "unit_id", orders, sealed.round)
    slips = listed(
        "vote_slip", "code", (*(one for one in orders if one in ("rowid", "ctid")), "id", "code"), sealed.round
    )
    hits = [sum(codes[unit] == code for unit, code in zip(door, slip, strict=True)) for door in doors for slip in slips]
    # a chance pairing hits once; eleven of forty happen once in a hundred million tries, and a link hits nearly all
    assert max(hits) <= max(10, HOUSEHOLDS // 100)


def test_the_rows_of_the_trail_name_no_household_and_no_code(working):
    """What the trail keeps of the whole round: nothing that lies between a household and its ballot."""
    sealed = make_sealed()
    codes = {drop(sealed, number, number, clock=at(OPENS + timedelta(hours=number))).code for number in range(4)}
    shut(sealed)
    with reading_session() as session:
        told = [str((one.details, one.about, list(one.rows))) for one in session.scalars(select(AuditEntry))]
    assert not any(code in one for code in codes for one in told)
    assert not any("vote_box:" in one for one in told)
    bring_back(sealed, counted(sealed))
    with reading_session() as session:
        assert list(session.scalars(select(VoteSlip.code).order_by(VoteSlip.id))) == sorted(codes)
