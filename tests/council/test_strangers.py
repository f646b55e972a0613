"""Who tries the deeds of the floor without keeping the papers: chair, member, observer, another body's, other staff."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from fundapp.audit.models import AuditEntry
from fundapp.council import commands, queries
from fundapp.council.rules import ItemOutcome, Seat, Side
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden
from tests.council.conftest import BEGUN, HELD, attend
from tests.council.test_bodies import do, found
from tests.council.test_floor import move
from tests.support.world import NOW, again, make_person

SEATS = {"chair": Seat.CHAIR, "member": Seat.MEMBER, "observer": Seat.OBSERVER}
OTHERS = ("elsewhere", "officer", "neighbour")
"""A member of another body of the place, the officer of the street above, the worker of the compound below."""


@pytest.fixture
def room(called):
    """A session with a motion, an amendment and two who wait to speak; its people by name."""
    with unit_of_work() as session:
        people = {name: make_person(session, name) for name in (*SEATS, "elsewhere")}
        people["officer"] = make_person(session, "officer", Role.STREET_OFFICER, called.places.street)
        people["neighbour"] = make_person(session, "neighbour", Role.WORKER, called.places.compound)
    body, other = found(called, name="有观察员的"), found(called, name="另一个")
    do(commands.add_member, called, commands.AddMember(other, person_id=people["elsewhere"].person_id))
    for name, seat in SEATS.items():
        do(commands.add_member, called, commands.AddMember(body, person_id=people[name].person_id, seat=seat))
    held = do(commands.call_session, called, commands.CallSession(body, "会", HELD, ("停车", "晾晒")))
    with reading_session() as session:
        members = tuple(row.id for row in queries.members_of(session, body, NOW))
        items = tuple(row.id for row in queries.items_of_session(session, held))
        people = {name: again(session, one) for name, one in people.items()}
    called = replace(called, body=body, session=held, members=members, items=items)
    attend(called, 4)
    move(called)
    change = move(called, 1, 2, "改为三层")
    for member in members[:2]:
        do(commands.ask_to_speak, called, commands.AskToSpeak(items[0], member, Side.FOR), BEGUN)
    return called, change, people


def entries():
    """Count what is on record."""
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry))


@pytest.mark.parametrize("name", [*SEATS, *OTHERS])
def test_only_the_secretary_keeps_the_floor(room, name):
    """Not one deed of hers is done for anybody else, whatever seat that person has; nothing is put on record."""
    called, change, people = room
    item, (first, second, third, *_rest) = called.items[0], called.members
    deeds = (
        (commands.move, commands.Move(item, first, second, "另一个")),
        (commands.decide_amendment, commands.DecideAmendment(change, ItemOutcome.PASSED, 3, 1)),
        (commands.ask_to_speak, commands.AskToSpeak(item, third, Side.AGAINST)),
        (commands.next_speaker, item),
        (commands.recuse, commands.Recuse(item, third, "亲属")),
        (commands.record_attendance, commands.RecordAttendance(called.session, called.members, 0)),
        (commands.decide_item, commands.DecideItem(called.items[1], ItemOutcome.PASSED, 4)),
        (commands.write_minutes, commands.WriteMinutes(called.session, "记录")),
        (commands.close_session, commands.CloseSession(called.session)),
    )
    before = entries()
    for deed, cmd in deeds:
        with pytest.raises(Forbidden) as refused:
            do(deed, called, cmd, BEGUN, people[name])
        assert refused.value.code == "council.not_secretary", deed
    assert entries() == before
    for deed, cmd in deeds[:4]:
        do(deed, called, cmd, BEGUN)


@pytest.mark.parametrize("name", ["observer", *OTHERS])
def test_only_a_member_of_this_body_signs_herself_in(room, name):
    """An observer counts for no quorum, and a seat elsewhere is none here."""
    called, _change, people = room
    before = entries()
    with pytest.raises(Forbidden) as refused:
        do(commands.sign_in, called, commands.SignIn(called.session), BEGUN, people[name])
    assert (refused.value.code, entries()) == ("council.not_your_seat", before)
