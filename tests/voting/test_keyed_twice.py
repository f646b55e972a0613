"""Papers with a door are read by two people before they count."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Refused
from fundapp.voting import commands, queries
from fundapp.voting.models import VoteBallot
from tests.voting.polling import CLOSES, JUST, OPEN, OPENS, SHUT, at, cast, make_polled, publish
from tests.voting.test_guards import BALLOT, ballot, refused_by
from tests.voting.test_races import at_once, patiently, stored_ballots

KEYING = (
    "INSERT INTO vote_keying (round_id, serial, snapshot_id, unit_id, person_id, number, visit, marks, scan_id, at) "
    "VALUES (:round, 1, :snapshot, :unit, :person, 1, :visit, '{}', :scan, :at)"
)


def key(polled, who, serial, number, *chosen, clock=OPEN, valid=True, scan=True, once=None):
    """Let somebody key in a paper; tell whether it counts now."""
    unit, projects = polled.places.units[number], tuple(polled.projects[one] for one in chosen)
    scan_id = polled.scan if scan else None
    cmd = commands.KeyBallot(polled.round, unit, projects, serial, scan_id, once or str(uuid4()), valid=valid)
    with unit_of_work() as session:
        return commands.key_ballot(session, who, cmd, clock) is not None


def waiting(polled):
    """The papers that wait for a reading."""
    with reading_session() as session:
        return list(queries.papers_waiting(session, polled.round))


def test_a_paper_counts_when_two_people_read_the_same(polled):
    """One person twice is one person; the photo is brought once; a form that is sent again changes nothing.

    Source: design.md rule 11.
    """
    with pytest.raises(Refused, match="scan_missing"):
        key(polled, polled.worker, 1, 0, 2, scan=False)
    once = str(uuid4())
    assert not key(polled, polled.worker, 1, 0, 2, once=once)
    assert not key(polled, polled.worker, 1, 0, 2, once=once)
    assert (stored_ballots(polled.round), waiting(polled)) == (0, [1])
    assert key(polled, polled.officer, 1, 0, 2, scan=False)
    assert key(polled, polled.officer, 1, 0, 2, scan=False)
    assert (stored_ballots(polled.round), waiting(polled)) == (1, [])


def test_readings_that_differ_block_until_both_read_the_same(polled):
    """Another project, another door, valid or not: nothing counts and nothing is published meanwhile."""
    key(polled, polled.worker, 1, 0, 2)
    for other in ((0, (3,)), (1, (2,))):
        assert not key(polled, polled.officer, 1, other[0], *other[1])
    assert not key(polled, polled.officer, 1, 0, valid=False)
    with pytest.raises(Refused, match="papers_waiting"):
        publish(polled)
    with reading_session() as session:
        assert not queries.counted(session, polled.round)
    assert key(polled, polled.worker, 1, 0, valid=False)
    publish(polled)


def test_a_paper_that_was_brought_in_time_counts_though_it_is_read_again_late(polled):
    """Its ballot bears the moment of the first reading; nothing is read first after the close, nothing once told."""
    key(polled, polled.worker, 1, 0, 2, clock=at(CLOSES - JUST))
    with pytest.raises(Refused, match=r"voting[.]closed"):
        key(polled, polled.worker, 2, 1, 2, clock=SHUT)
    assert key(polled, polled.officer, 1, 0, 2, clock=at(CLOSES + timedelta(hours=1)))
    with reading_session() as session:
        assert session.scalars(select(VoteBallot.at)).all() == [CLOSES - JUST]
    publish(polled, clock=at(CLOSES + timedelta(hours=2)))
    with pytest.raises(Refused, match=r"voting[.]closed"):
        key(polled, polled.worker, 1, 0, 3, clock=at(CLOSES + timedelta(hours=3)))


def test_a_paper_whose_household_voted_by_phone_meanwhile_waits_for_nobody(polled):
    """The register has one ballot for the household, and the publication goes on."""
    key(polled, polled.worker, 1, 0, 2)
    cast(polled, 0, 1)
    with pytest.raises(Refused, match="already_cast_phone"):
        key(polled, polled.officer, 1, 0, 2)
    assert waiting(polled) == []
    publish(polled)


def test_the_database_counts_no_paper_that_one_person_read(polled):
    """Nor takes a first reading after the close."""
    key(polled, polled.worker, 1, 0, 2)
    values = ballot(polled, channel="paper", serial=1, scan=polled.scan, at=OPENS)
    refused_by("vote_ballot_read_by_two", BALLOT, **values)
    other = {name: values[name] for name in ("round", "snapshot", "unit", "person", "scan")} | {"visit": False}
    late = KEYING.replace(", 1, :snap", ", 9, :snap")
    refused_by("vote_keying_in_time", late, **other, at=CLOSES)


def test_two_people_who_key_at_once_make_one_ballot(working):
    """Each is first or second, never both first."""
    for number in range(3):
        polled = make_polled()
        deeds = [
            partial(patiently, partial(key, polled, who, number + 1, 0, 2)) for who in (polled.worker, polled.officer)
        ]
        assert at_once(working, deeds) == [("done", False), ("done", True)]
        assert stored_ballots(polled.round) == 1
