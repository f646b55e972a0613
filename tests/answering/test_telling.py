"""What households are told: of their own answers, of struck rounds, and that they are still asked."""

import pytest
from sqlalchemy import select

from fundapp.answering import commands
from fundapp.app import create_app, let_go
from fundapp.consent.commands import void_round
from fundapp.consent.policy import Choice
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.notify.models import NotifyMessage
from fundapp.settings import Settings
from tests.answering.slips import by_code, print_slips
from tests.consent.asking import CLOSES, OPENS, at, make_asked, paper, phone
from tests.support.world import later, make_account, make_resident


@pytest.fixture
def told(database_url, tmp_path):
    """A round in a whole app, whose wiring lets packages hear of each other; two accounts in the first household."""
    app = create_app(Settings.for_tests(database_url=database_url, instance=tmp_path))
    made = make_asked()
    with unit_of_work() as session:
        other = make_resident(session, "家里另一位", made.places.units[0])
    yield made, other
    let_go(app)


def messages(person):
    """The titles of a person's messages, the oldest first."""
    with reading_session() as session:
        query = select(NotifyMessage).where(NotifyMessage.person_id == person.person_id).order_by(NotifyMessage.id)
        return [(row.title, row.text) for row in session.scalars(query)]


def remind(asked, clock=None, actor=None):
    """Let the worker remind the silent."""
    with unit_of_work() as session:
        return commands.remind_silent(session, actor or asked.worker, asked.round, clock or at(OPENS))


def test_the_others_at_home_are_told_and_never_what_was_said(told):
    """By phone, by code and on paper; who answered herself is not told."""
    asked, other = told
    slip = print_slips(asked)[asked.places.units[0]]
    phone(asked, 0, Choice.OPPOSE)
    assert messages(asked.residents[0]) == []
    assert [title for title, _ in messages(other)] == ["本户有新的表态：睦邻驿站"]
    by_code(slip, Choice.OPPOSE, later(hours=2))
    paper(asked, 1, 0, Choice.OPPOSE)
    assert len(messages(asked.residents[0])) == 2
    assert len(messages(other)) == 3
    assert "反对" not in "".join(text for _, text in messages(other))
    assert messages(asked.residents[1]) == []


def test_a_struck_round_is_told_to_every_household_that_had_answered(told):
    """With the reason; who had not answered hears of the new round when it comes."""
    asked, _other = told
    phone(asked, 0)
    with unit_of_work() as session:
        void_round(session, asked.project, asked.worker.person_id, "预算增加了。", OPENS)
    title, text = messages(asked.residents[0])[-1]
    assert title == "征求意见作废：睦邻驿站"
    assert "预算增加了。" in text
    assert messages(asked.residents[1]) == []


def test_silent_households_are_reminded_once_a_day(told):
    """Six households, one has answered: five are reminded, two of them have an account; the next day again."""
    asked, _other = told
    phone(asked, 0)
    with unit_of_work() as session:
        for number, resident in enumerate(asked.residents[1:3]):
            make_account(session, resident, f"reader{number}")
    assert remind(asked) == (5, 2)
    with pytest.raises(Refused, match=r"answering\.nobody_silent"):
        remind(asked)
    assert remind(asked, later(days=1)) == (5, 2)
    assert [title for title, _ in messages(asked.residents[1])] == ["请您户表态：睦邻驿站"] * 2
    assert messages(asked.residents[0]) == []


def test_only_the_worker_reminds_and_only_while_it_is_open(told):
    """Nobody is pressed after the close, or by a neighbour."""
    asked, _other = told
    with pytest.raises(Forbidden, match=r"consent\.not_worker"):
        remind(asked, actor=asked.residents[0])
    with pytest.raises(Refused, match=r"answering\.not_open"):
        remind(asked, at(CLOSES))
