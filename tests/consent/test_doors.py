"""Visits beside answers, and who may see which doors."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from fundapp.consent import commands, queries
from fundapp.consent.commands import Named
from fundapp.consent.models import ConsentAnswer, ConsentRound
from fundapp.consent.paper_models import ConsentVisit
from fundapp.consent.papers import VisitResult
from fundapp.consent.policy import Channel, Choice
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.places.commands import AssignUnits, MakeGroup, NameHead, assign_units, make_group, name_head
from fundapp.places.rules import GroupKind
from tests.consent.asking import KEYED, OPENS, account, at, make_asked, paper, phone, publish
from tests.support.world import CLOCK, NOW, administrator, later, make_person, make_place_tree


def visit(asked, actor, number, result=VisitResult.ABSENT, when=None, key=None, clock=None):
    """Keep a visit to a door."""
    cmd = commands.RecordVisit(
        asked.round, asked.places.units[number], result, when or OPENS, key or str(uuid4()), Named(name="演示·楼长")
    )
    with unit_of_work() as session:
        return commands.record_visit(session, actor, cmd, clock or later(hours=2)).id


def doors(asked, actor):
    """The doors that somebody sees, by door; ``None`` where none is hers."""
    with reading_session() as session:
        round_ = session.get_one(ConsentRound, asked.round)
        charge = queries.charge_of(session, actor, round_, NOW)
        return charge and {row.door: row for row in queries.doors_in(session, round_, charge)}


@pytest.fixture
def head(asked):
    """The head of the second building."""
    with unit_of_work() as session:
        return make_person(session, "赵楼长", Role.BUILDING_HEAD, asked.places.buildings[1])


def test_a_visit_is_no_answer(asked, head):
    """Refused, absent, unreachable and moved are kept in order; the household stays silent."""
    for hours, result in enumerate(VisitResult, start=1):
        visit(asked, head, 3, result, OPENS + timedelta(minutes=hours))
    row = doors(asked, head)["2栋101"]
    assert [one.result for one in row.visits] == list(VisitResult)
    assert row.last.visitor == "演示·楼长"
    assert row.channel is None
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(ConsentAnswer)) == 0
        assert queries.bar_of_round(session, asked.round, OPENS).silent == 6


def test_a_visit_is_kept_once_and_in_its_time(asked, head):
    """The same form has one effect; nobody went before the round, tomorrow, or after the result."""
    key = str(uuid4())
    assert visit(asked, head, 3, key=key) == visit(asked, head, 3, key=key)
    with pytest.raises(Refused, match=r"web\.used_key"):
        visit(asked, head, 4, key=key)
    for wrong in (NOW - timedelta(days=1), NOW + timedelta(days=2)):
        with pytest.raises(Refused, match=r"consent\.visit_outside"):
            visit(asked, head, 3, when=wrong)
    account(asked)
    publish(asked, at(KEYED))
    with pytest.raises(Refused, match=r"consent\.already_published"):
        visit(asked, head, 3, clock=at(KEYED))


def test_a_building_head_sees_her_own_building_and_no_choice(asked, head):
    """By which channel a door answered, never what; other buildings are not there for her."""
    paper(asked, 1, 3, Choice.OPPOSE)
    phone(asked, 0)
    seen = doors(asked, head)
    assert sorted(seen) == ["2栋101", "2栋102", "2栋103"]
    assert seen["2栋101"].channel is Channel.PAPER
    assert "oppose" not in repr(seen)
    with pytest.raises(Forbidden, match=r"consent\.not_your_doors"):
        visit(asked, head, 0)


def test_the_contact_of_ten_households_sees_them_only(working):
    """Who keeps in touch with a group goes to its doors, as they stood when the round opened."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=6)
        who, contact = administrator(session), make_person(session, "钱十户长")
        group = make_group(session, who, MakeGroup(places.compound, GroupKind.TEN, "第一组"), CLOCK)
        assign_units(session, who, AssignUnits(group.id, "1栋102、1栋103"), CLOCK)
        name_head(session, who, NameHead(group.id, "钱十户长", person_id=contact.person_id), CLOCK)
    asked = make_asked(places=places)
    seen = doors(asked, contact)
    assert sorted(seen) == ["1栋102", "1栋103"]
    assert {row.group for row in seen.values()} == {"第一组"}
    assert [part.name for part in queries.parts_of(list(seen.values()), "group")] == ["第一组"]


def test_others_see_no_door(asked):
    """A resident, an administrator and a head from elsewhere have no doors in this round."""
    with unit_of_work() as session:
        elsewhere = make_place_tree(session, units=2)
        others = (
            asked.residents[0],
            make_person(session, "某管理员", Role.ADMINISTRATOR, asked.places.district),
            make_person(session, "别处楼长", Role.BUILDING_HEAD, elsewhere.buildings[0]),
        )
    for actor in others:
        assert doors(asked, actor) is None
        with pytest.raises(Forbidden):
            visit(asked, actor, 0)
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(ConsentVisit)) == 0
