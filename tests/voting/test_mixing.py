"""A simple round once it is told: who has the living database links no more ballots to households than chance.

Source: reliability.md V10 and §4.1 "simple-secret".
"""

import random
import re
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from fundapp.audit.checks import check_sealed_rows
from fundapp.audit.models import AuditEntry
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session
from fundapp.kernel.errors import Refused
from fundapp.voting import queries
from fundapp.voting.box_models import VoteSlip
from fundapp.voting.checks import CHECKS
from fundapp.voting.mix_models import VoteLoose
from fundapp.voting.mixing import Mark, marks_hash
from fundapp.voting.secrecy import Secrecy
from tests.voting.polling import CLOSES, JUST, OPENS, at, cast, make_polled, paper, publish, run
from tests.voting.test_guards import BALLOT, CHOICE, RESULT, ballot, candidate, refused_by, result

HOUSEHOLDS = 40
ORDERS = {"sqlite": ("rowid", "id"), "postgresql": ("ctid", "xmin::text::bigint", "id")}
OF_BALLOTS = ("at", "unit_id", "receipt_code", "op_key", "person_id", "marks_hash")
LOOSE = (
    "INSERT INTO vote_loose (round_id, ballot_id, candidate_id, points, nonce) "
    "VALUES (:round, :ballot, :candidate, :points, 'n')"
)
MIXING = "INSERT INTO vote_mixing (round_id, ballots, by_id, at) VALUES (:round, :ballots, :person, :at)"
SLIP = "INSERT INTO vote_slip (round_id, channel, code, digits, choices) VALUES (:round, 'phone', :code, :code, :n)"
NAMED = "INSERT INTO vote_slip_choice (round_id, slip_id, candidate_id, points) VALUES (:round, :slip, :candidate, 1)"


@pytest.fixture
def polled_app(sqlite_app):
    """An open round in the app."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return make_polled()


def of_backend(url):
    """Name the kind of database."""
    return make_url(url).get_backend_name()


def kept_bytes(url):
    """Give the bytes of the living database, or on PostgreSQL those of the table that was emptied and of its index."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return Path(made.database).read_bytes()
    files = "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class WHERE relname LIKE 'vote\\_loose%'"
    with bound_engine().connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("CHECKPOINT")
        return b"".join(bytes(row[0]) for row in connection.execute(text(files)))


def vote_all(polled, chance):
    """Let every household choose otherwise than all others; give what each ballot names, by its number."""
    candidates = range(len(polled.projects))
    wishes = [one for size in (1, 2, 3) for one in combinations(candidates, size)]
    chance.shuffle(wishes)
    order = list(range(HOUSEHOLDS))
    chance.shuffle(order)
    with reading_session() as session:
        ids = queries.candidate_ids(session, polled.round)
    told = {}
    for place, number in enumerate(order):
        wish = wishes.pop()
        moment = at(OPENS + timedelta(minutes=3 * place))
        made = cast(polled, number, *wish, clock=moment, key=f"form-{number:02}")
        told[made] = tuple((ids[polled.projects[one]], 1) for one in sorted(wish))
    return told


def guesses(polled, nonces):
    """Give every fingerprint that a ballot could have kept, as far as nonces are known, with what it would name."""
    with reading_session() as session:
        ids = sorted(queries.candidate_ids(session, polled.round).values())
    for one in ids:
        for nonce in ("", *nonces):
            yield marks_hash([Mark(one, 1, nonce)]), ((one, 1),)
    loose = [Mark(one, 1, "") for one in ids]
    for size in (2, 3):
        for some in combinations(loose, size):
            yield marks_hash(some), tuple((one.candidate_id, 1) for one in some)


def found_out(polled, url):
    """Give the most ballots that any way of looking finds out: [(how, {ballot: what it names})]."""
    nonces = sorted(set(re.findall(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", kept_bytes(url))))
    with reading_session() as session:
        rows = {ballot: tuple((m.candidate_id, m.points) for m in sorted(marks))
                for ballot, marks in queries.loose_of(session, polled.round).items()}  # fmt: skip
        prints = {kept: number for number, kept in queries.prints_of(session, polled.round).items()}
        slips = {slip: tuple(sorted((ids, n) for ids, n in marks.items()))
                 for slip, marks in queries.slip_marks(session, polled.round).items()}  # fmt: skip
        projects = {project: one for project, one in queries.candidate_ids(session, polled.round).items()}
    slips = {slip: tuple(sorted((projects[one], n) for one, n in marks)) for slip, marks in slips.items()}
    guessed = {prints[one]: names for one, names in guesses(polled, [n.decode() for n in nonces]) if one in prints}
    yield "rows", rows
    yield "fingerprints", guessed
    if not slips:
        return
    orders = ORDERS[of_backend(url)]
    with bound_engine().connect() as connection:
        for mine in (*orders, *OF_BALLOTS):
            for other in orders:
                ballots = listed(connection, "vote_ballot", mine, polled.round)
                out = listed(connection, "vote_slip", other, polled.round)
                for way, numbers in (("as it stands", out), ("turned", out[::-1])):
                    names = (slips[one] for one in numbers)
                    yield f"{mine}/{other}, {way}", dict(zip(ballots, names, strict=True))


def listed(connection, table, order, round_id):
    """Give the numbers of a table's rows in this order."""
    query = f"SELECT id FROM {table} WHERE round_id = :round ORDER BY {order}"
    return [row[0] for row in connection.execute(text(query), {"round": round_id})]


def test_once_a_simple_round_is_told_nobody_links_a_ballot_to_its_household(working):
    """Rows, fingerprints, what lies in the files, and every order: all before the publication, chance after it."""
    costs = tuple(range(100_000, 900_000, 100_000))
    polled = make_polled(units=HOUSEHOLDS, people=HOUSEHOLDS, costs=costs)
    told = vote_all(polled, random.Random(11))

    def hits():
        return {how: sum(names == told.get(one) for one, names in found.items())
                for how, found in found_out(polled, working)}  # fmt: skip

    before = hits()
    assert before["rows"] == HOUSEHOLDS
    with reading_session() as session:
        nonces = [one.encode() for one in session.scalars(select(VoteLoose.nonce))]
    publish(polled)
    after = hits()
    seen = kept_bytes(working)
    assert [one for one in nonces if one in seen] == []
    assert len(after) > 10
    assert max(after.values()) <= HOUSEHOLDS // 4, after  # by chance one, and more than ten in 10⁻⁸ of orders
    with reading_session() as session:
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        assert [one for _name, one in check_sealed_rows(session) if one.first_fault] == []


def test_what_is_published_on_the_page_is_wiped_too(polled_app, visit, stand):
    """The request that publishes reads the same file: its own reading does not keep what was deleted alive."""
    polled = polled_app
    cast(polled, 0, 0)
    with reading_session() as session:
        nonce = session.scalars(select(VoteLoose.nonce)).one().encode()
    stand(CLOSES)
    file = Path(bound_engine().url.database)
    assert nonce in file.read_bytes() + Path(f"{file}-wal").read_bytes()
    assert visit(polled.worker).post(f"/votes/{polled.round}/result").status_code == 303
    assert nonce not in file.read_bytes() + Path(f"{file}-wal").read_bytes()


def test_no_fingerprint_on_the_trail_can_be_guessed_back_to_a_household(polled):
    """What the trail keeps of the deed of casting is the ballot alone; slips stand in the deed of publishing only."""
    casts = [cast(polled, number, number) for number in range(3)]
    publish(polled)
    with reading_session() as session:
        entries = list(session.scalars(select(AuditEntry)))
        slips = {f"vote_slip:{one}" for one in session.scalars(select(VoteSlip.id))}
        kept = {key for entry in entries if entry.deed == "voting.cast" for key in entry.rows}
        last = set(entries[-1].rows)
    assert kept == {f"vote_ballot:{one}" for one in casts}
    assert slips <= last


def test_what_was_told_stays_told_and_counted(polled):
    """The receipt is found, the form that is sent again gives the same ballot, what was chosen is nobody's any more."""
    made = cast(polled, 0, 0, 2, key="form-0")
    cast(polled, 1, 0)
    paper(polled, 7, 2, valid=False)
    with reading_session() as session:
        before = queries.recount(session, polled.round)
        receipt = queries.receipt_of(session, polled.round, polled.places.units[0], polled.residents[0])
    assert (len(receipt.named), receipt.parted) == (2, False)
    publish(polled)
    with reading_session() as session:
        assert queries.recount(session, polled.round) == before
        after = queries.receipt_of(session, polled.round, polled.places.units[0], polled.residents[0])
        assert queries.receipt_by_code(session, receipt.code).code == receipt.code
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        assert session.scalar(select(func.count()).select_from(VoteLoose)) == 0
        assert sorted(session.scalars(select(VoteSlip.choices))) == [0, 1, 2]
    assert (after.code, after.valid, after.named, after.parted) == (receipt.code, True, (), True)
    assert cast(polled, 0, 0, 2, key="form-0") == made
    with pytest.raises(Refused, match=r"web\.used_key"):
        cast(polled, 1, 0, key="form-0", who=polled.residents[0])


def test_a_choice_changed_behind_the_guards_is_named_and_stops_the_result(polled):
    """An administrator who changes a household's choice while the round runs is found, and nothing is told."""
    made = cast(polled, 0, 0)
    cast(polled, 1, 0)
    unguard("vote_loose_keeps_values")
    run("UPDATE vote_loose SET candidate_id = candidate_id + 1 WHERE ballot_id = :one", one=made)
    with reading_session() as session:
        faults = [check.run(session).first_fault for check in CHECKS if check.name == "voting.loose"]
    assert faults == [f"vote_loose:{made} is not what its ballot was cast with"]
    with pytest.raises(Refused, match=r"voting\.ballot_changed"):
        publish(polled)
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(VoteLoose)) == 2


def unguard(*names):
    """Drop guards."""
    with bound_engine().execution_options(writes=True).begin() as connection:
        for name in names:
            drop_guard(connection, next(one for one in guards() if one.name == name))


def test_what_a_ballot_names_goes_when_the_ballots_are_mixed_and_not_before(polled):
    """Nothing is taken or changed while the round runs; after the publication nothing comes back."""
    made = cast(polled, 0, 0)
    refused_by("vote_loose_keeps_values", "UPDATE vote_loose SET points = points + 1")
    refused_by("vote_loose_goes_when_mixed", "DELETE FROM vote_loose")
    other = make_polled()
    row = cast(other, 0, 0)
    publish(other)
    loose = {"round": other.round, "ballot": row, "candidate": candidate(other), "points": 1}
    refused_by("vote_loose_before_mixing", LOOSE, **loose)
    refused_by(None, "DELETE FROM vote_slip")
    assert made


def says(because, statement, **values):
    """Show that the database refuses for this reason."""
    with pytest.raises(DBAPIError, match=because):
        run(statement, **values)


def test_a_loose_choice_keeps_to_its_round(working):
    """On a valid ballot of a simple round, as many as the round allows, each once; and it has no other choices."""
    polled = make_polled(voting={"choose_by_vote": True, "max_choices": 2, "days": 7})
    made, invalid = cast(polled, 0, 0), paper(polled, 7, 2, valid=False)
    other = make_polled(secrecy=Secrecy.NAMED)
    named, too_many = cast(other, 0, 0), "names no more projects than its round allows"
    values = {"round": polled.round, "ballot": made, "candidate": candidate(polled, 1), "points": 1}
    refused_by(None, LOOSE, **values | {"candidate": candidate(polled, 0)})
    says("no more points than", LOOSE, **values | {"points": 2})
    says(too_many, LOOSE, **values | {"ballot": invalid})
    says(too_many, LOOSE, **values | {"round": other.round, "ballot": named, "candidate": candidate(other, 1)})
    says("no more projects than it says", CHOICE, round=polled.round, ballot=made, candidate=candidate(polled, 1))
    for wrong in ({"marks": None}, {"choices": 2}):
        says("keeps to the frozen rules", BALLOT, **ballot(polled, 1, **wrong))
    run(LOOSE, **values)
    unguard("vote_loose_within_points")
    says(too_many, LOOSE, **values | {"candidate": candidate(polled, 2)})


def laid_out(polled, number):
    """Lay out a slip with one candidate by plain SQL."""
    run(SLIP, round=polled.round, code=None, n=1)
    with reading_session() as session:
        slip = session.scalar(select(func.max(VoteSlip.id)))
    run(NAMED, round=polled.round, slip=slip, candidate=candidate(polled, number))


def test_ballots_are_mixed_into_the_same_ballots_after_the_close_only(working):
    """Slips of other projects, too few or too early: refused; and no result while a household's choice is there."""
    polled, other = make_polled(), make_polled()
    for one in (polled, other):
        cast(one, 0, 0)
    same = "the slips of a simple round are its ballots"
    mixing = {"round": polled.round, "ballots": 1, "person": polled.worker.person_id, "at": CLOSES}
    says(same, MIXING, **mixing)
    says("or is mixed", SLIP, round=polled.round, code="A", n=1)
    laid_out(other, 1)
    says(same, MIXING, **mixing | {"round": other.round})
    laid_out(polled, 0)
    for wrong in ({"at": CLOSES - JUST}, {"ballots": 2}):
        says(same, MIXING, **mixing | wrong)
    told = "no household's choice is there any more"
    says(told, RESULT, **result(polled, ballots=1))
    run(MIXING, **mixing)
    says(told, RESULT, **result(polled, ballots=1))
    says("once the ballots are mixed", BALLOT, **ballot(polled, 1))
    says("once the ballots are mixed", SLIP, round=polled.round, code=None, n=1)
    unguard("vote_slip_choice_fits")
    says("once the ballots are mixed", NAMED, round=polled.round, slip=2, candidate=candidate(polled, 1))
    run("DELETE FROM vote_loose WHERE round_id = :round", round=polled.round)
    run(RESULT, **result(polled, ballots=1))
