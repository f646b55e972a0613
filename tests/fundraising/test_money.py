"""Self-raised money: recorded by one, confirmed by another, posted once."""

import uuid
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.fundraising.commands import NewContribution, decide_contribution, record_contribution
from fundapp.fundraising.models import Contribution
from fundapp.fundraising.queries import raised
from fundapp.fundraising.rules import Means, Source
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.models import Journal
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import picture
from tests.support.world import CLOCK, NOW, make_group, make_place_tree, make_project


@pytest.fixture
def asked(app):
    """A project that its households agreed to, with its group and a proof."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        project = make_project(session, places)
        group = make_group(session, places, project.id)
        for stage in (Stage.CONSENTING, Stage.CONSENTED):
            move_on(session, group[Task.LEAD], project.id, stage, NOW)
        proof = picture(session, group[Task.TREASURER], places.compound, CLOCK)
    return places, project.id, group, proof


def gift(asked, fen=10000, **other):
    """A gift of the first household."""
    places, project_id, _, proof = asked
    told = {
        "project_id": project_id, "op_key": str(uuid.uuid4()), "source": Source.RESIDENTS, "unit_id": places.units[0],
        "giver": "住户", "anonymous": False, "related": False, "amount": from_fen(fen), "means": Means.CASH,
        "received_on": date(2026, 3, 1), "proof_id": proof,
    }  # fmt: skip
    return NewContribution(**(told | other))


def record(asked, cmd):
    """Record as the treasurer."""
    with unit_of_work() as session:
        return record_contribution(session, asked[2][Task.TREASURER], cmd, CLOCK).id


def confirmed(asked):
    """The residents' confirmed fen."""
    with reading_session() as session:
        return raised(session, [asked[1]])[asked[1]].get(Source.RESIDENTS, 0)


def test_money_counts_once_a_second_person_confirmed_it(asked):
    """Recorded money is not there yet; confirming twice posts once."""
    number = record(asked, gift(asked))
    assert confirmed(asked) == 0
    for _ in range(2):
        with unit_of_work() as session:
            decide_contribution(session, asked[2][Task.MEMBER], number, True, "", CLOCK)
    assert confirmed(asked) == 10000
    with reading_session() as session:
        posted = select(func.count()).select_from(Journal).where(Journal.source == f"contribution:{number}")
        assert session.scalar(posted) == 1


def test_who_records_does_not_confirm(asked):
    """The command refuses, and so does the database."""
    number = record(asked, gift(asked))
    treasurer = asked[2][Task.TREASURER]
    with pytest.raises(Forbidden, match="second_person"), unit_of_work() as session:
        decide_contribution(session, treasurer, number, True, "", CLOCK)
    plain = (
        "INSERT INTO contribution_decision (contribution_id, confirmed, reason, decided_by_id, decided_at) "
        f"VALUES ({number}, true, '', {treasurer.person_id}, '2026-03-01 00:00:00')"
    )
    with pytest.raises(DBAPIError, match="does not confirm"), bound_engine().connect() as connection:
        connection.execute(text(plain))


def test_the_same_key_twenty_times_is_one_gift(asked):
    """A double tap or a lost answer makes no second gift; another amount under the key is refused."""
    cmd = gift(asked)
    assert len({record(asked, cmd) for _ in range(20)}) == 1
    with pytest.raises(Refused, match="used_key"):
        record(asked, gift(asked, 20000, op_key=cmd.op_key))
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(Contribution)) == 1


def test_only_the_treasurer_records_and_only_for_households_of_the_compound(asked):
    """Neither the lead nor a made-up household gets in."""
    with pytest.raises(Forbidden, match="only_treasurer"), unit_of_work() as session:
        record_contribution(session, asked[2][Task.LEAD], gift(asked), CLOCK)
    with pytest.raises(Refused, match="not_our_household"):
        record(asked, gift(asked, unit_id=999))
    with pytest.raises(Refused, match="not_yet"):
        record(asked, gift(asked, received_on=date(2026, 3, 2)))
