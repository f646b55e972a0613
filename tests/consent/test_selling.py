"""Homes are sold and walls are moved while a round runs: who is asked stays who was asked."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fundapp.answering.commands import end_codes
from fundapp.audit.checks import check_sealed_rows
from fundapp.consent import commands, queries
from fundapp.consent.models import ConsentAnswer
from fundapp.consent.policy import Channel, Choice
from fundapp.db import wiring
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Refused
from fundapp.people.events import HouseholdLeft
from fundapp.places.commands import MakePlace, make_place
from fundapp.places.models import PlaceKind
from fundapp.rosters.commands import HoldingReason, ImportRoster, NewRoom, RebuildUnits, import_roster, rebuild_units
from fundapp.rosters.sheets import read_sheet
from tests.answering.slips import by_code, code_of, print_slips
from tests.collecting.walking import make_walking, note
from tests.consent.asking import (
    CLOSES,
    KEYED,
    OPENS,
    at,
    correct,
    make_asked,
    make_project,
    paper,
    phone,
    publish,
    sold,
)
from tests.consent.test_guards import refused_by
from tests.support.world import NOW, make_person, make_place_tree

HOUR = timedelta(hours=1)
SOLD = OPENS + 2 * HOUR
SPLIT = (NewRoom("101甲"), NewRoom("101乙"))


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    """What the app wires between homes and rounds."""
    monkeypatch.setitem(wiring._providers, "rosters.rounds_standing_on", queries.rounds_standing_on)
    monkeypatch.setitem(wiring._reactions, HouseholdLeft, [end_codes])


def rebuild(asked, number, doors=(), rooms=SPLIT, moment=SOLD):
    """Let the worker move walls; give the new units."""
    with unit_of_work() as session:
        cmd = RebuildUnits(asked.places.units[number], doors, rooms)
        return rebuild_units(session, asked.worker, cmd, at(moment))


def standing(asked, number):
    """Give what stands for a household: the answer and its channel."""
    with reading_session() as session:
        row = queries.current_answer(session, asked.round, asked.places.units[number])
        return (row.answer, row.channel) if row else None


def faults(session):
    """List what ``fundapp check`` finds in the rows that the trail has sealed."""
    return [(name, found.first_fault) for name, found in check_sealed_rows(session)]


def code_of_refusal(deed, *values, **named):
    """Give the code with which a deed is refused."""
    with pytest.raises(Refused) as refusal:
        deed(*values, **named)
    return refusal.value.code


def test_no_unit_is_split_or_merged_before_its_round_is_over(asked):
    """Neither while households answer nor while paper is keyed in; once the result is out, walls may be moved."""
    phone(asked, 0)
    for moment in (OPENS, CLOSES, KEYED):
        assert code_of_refusal(rebuild, asked, 0, moment=moment) == "rosters.round_running"
        merged = {"doors": ("1栋101",), "rooms": (NewRoom("102甲"),), "moment": moment}
        assert code_of_refusal(rebuild, asked, 1, **merged) == "rosters.round_running"
    with reading_session() as session:
        assert queries.bar_of_round(session, asked.round, KEYED).households == 6
    publish(asked, at(KEYED))
    assert len(rebuild(asked, 0, moment=KEYED)) == 2


def test_plain_sql_splits_no_unit_that_a_round_asks(asked):
    """The database holds it too: with its guard a unit of the round cannot end, without it could."""
    refused_by("unit_stands_in_consent", "UPDATE unit SET ended_at = :at WHERE id = 1", at=SOLD)


def test_a_slip_dies_with_the_sale_and_not_with_a_corrected_name(asked):
    """Who moved out keeps a dead slip; who moved in asks for one of her own."""
    slips = print_slips(asked)
    first, second = asked.places.units[4], asked.places.units[5]
    sold(asked, 4, SOLD)
    sold(asked, 5, SOLD, "更正的姓名", HoldingReason.CORRECTION)
    former = slips[first]
    assert code_of(former) is None
    assert code_of(slips[second]) is not None
    fresh = print_slips(asked, clock=at(SOLD + HOUR))
    assert list(fresh) == [first]
    by_code(fresh[first], clock=at(SOLD + 2 * HOUR))
    assert standing(asked, 4) == (Choice.AGREE, Channel.CODE)


def test_a_slip_that_was_opened_before_the_sale_is_dead_too(asked):
    """The page may still be open on the seller's phone; what it sends is refused."""
    slip = print_slips(asked)[asked.places.units[4]]
    opened = code_of(slip)
    sold(asked, 4, SOLD)
    assert code_of_refusal(by_code, slip, code_id=opened, clock=at(SOLD + HOUR)) == "answering.code_unknown"
    assert standing(asked, 4) is None


def test_no_paper_of_the_new_household_overturns_the_former_answer(asked):
    """What was said before the sale stands, whichever way the new household tries; not by a correction either."""
    phone(asked, 0, Choice.OPPOSE)
    paper(asked, 1, 1)
    sold(asked, 0, SOLD)
    later_on = at(SOLD + HOUR)
    assert code_of_refusal(paper, asked, 2, 0, clock=later_on) == "consent.former_holder"
    assert code_of_refusal(correct, asked, 1, 0, Choice.AGREE, clock=later_on) == "consent.former_holder"
    assert standing(asked, 0) == (Choice.OPPOSE, Channel.PHONE)
    sold(asked, 3, SOLD)
    paper(asked, 2, 3, clock=later_on)
    assert standing(asked, 3) == (Choice.AGREE, Channel.PAPER), "nobody had answered for it"


def test_at_the_door_the_former_answer_stands_from_the_sale_on(working):
    """Signed by the new household: refused. Signed before the sale and sent after it: the seller's last word."""
    walking = make_walking()
    phone(walking.asked, 0, Choice.OPPOSE)
    sold(walking.asked, 0, SOLD)
    new = {"noted": SOLD, "received": SOLD + HOUR}
    assert code_of_refusal(note, walking, 0, **new) == "consent.former_holder"
    note(walking, 0, noted=SOLD - HOUR / 2, received=SOLD + HOUR)
    assert standing(walking.asked, 0) == (Choice.AGREE, Channel.DOOR)


def test_a_room_in_three_spellings_is_asked_once_and_found_in_each(working):
    """Three rows of the file name one room; it is one household, and a sheet finds it however the door is written."""
    rows = [("1栋", "101"), ("1号楼", "101室"), ("第一栋", "１０１")]
    with unit_of_work() as session:
        tree = make_place_tree(session, units=1)
        other = make_place(
            session, make_person(session, "管", Role.ADMINISTRATOR, tree.district),
            MakePlace(PlaceKind.COMPOUND, "二院", tree.community), at(NOW),
        )  # fmt: skip
        worker = make_person(session, "王社工", Role.WORKER, tree.community)
        read = read_sheet(("楼栋,房号\n" + "\n".join(",".join(row) for row in rows)).encode(), "名册.csv").rows
        done = import_roster(session, worker, ImportRoster(other.id, tuple(read), "名册.csv", "h" * 64), at(NOW))
        assert done.rows_new == 1
        project = make_project(session, worker, other.id)
        opened = commands.open_round(session, worker, commands.OpenRound(project), at(NOW))
        assert opened.households == 1
        spelt = [queries.unit_of_door(session, opened.snapshot_id, "".join(row)) for row in rows]
        assert len(set(spelt)) == 1
        assert spelt[0] is not None
        assert queries.unit_of_door(session, opened.snapshot_id, "1栋102") is None


def test_a_sale_changes_nothing_of_what_was_counted(working):
    """Six were asked and six are: the roster of the round is the one it opened with."""
    asked = make_asked(regime="household:1/2")
    for number in range(3):
        phone(asked, number)
    for number in range(4):
        sold(asked, number, SOLD, f"新户主{number}")
    assert publish(asked, at(KEYED)).value == "passed"
    with reading_session() as session:
        assert [fault for name, fault in faults(session) if fault] == []
        assert session.scalar(select(func.count()).select_from(ConsentAnswer)) == 3


def test_who_moves_in_sees_that_the_former_household_answered_and_not_what(working):
    """The answer stands, its moment and way are told, its content is the former household's own affair."""
    asked = make_asked()
    phone(asked, 0, Choice.OPPOSE)
    newcomer = sold(asked, 0, SOLD + timedelta(days=1))
    with reading_session() as session:
        page = queries.round_page(session, asked.round, newcomer, SOLD + timedelta(days=2))
        assert [(row.answer, row.channel) for row in page.own[0].trail] == [(None, Channel.PHONE)]
