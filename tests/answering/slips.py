"""Slips of a round, and answers by them: for the tests of this folder."""

import re
from uuid import uuid4

from fundapp.answering import commands
from fundapp.answering.rules import SlipScope
from fundapp.consent import queries
from fundapp.consent.policy import Choice
from fundapp.db.work import reading_session, unit_of_work
from fundapp.settings import Settings
from tests.consent.asking import at
from tests.support.world import NOW, later

SECRET = Settings.for_tests(database_url="sqlite://", instance=".").secret_key


def print_slips(asked, scope=SlipScope.WITHOUT_CODE, door="", clock=None):
    """Let the worker print; give the slips by household."""
    cmd = commands.PrintSlips(asked.round, scope, door)
    with unit_of_work() as session:
        made = commands.print_slips(session, asked.worker, cmd, SECRET, clock or at(NOW))
    return {slip.unit_id: slip for slip in made}


def code_of(slip) -> int | None:
    """The number of a slip's code, where it lives."""
    with reading_session() as session:
        by_token = commands.code_of_token(session, slip.token, SECRET)
        by_typed = commands.code_of_typed(session, slip.typed.lower(), SECRET)
    assert by_token == by_typed
    return by_token


def by_code(slip, answer=Choice.AGREE, clock=None, key=None, code_id=None) -> int:
    """Answer with a slip; give the answer's number."""
    cmd = commands.AnswerByCode(code_id or code_of(slip), answer, key or str(uuid4()))
    with unit_of_work() as session:
        return commands.answer_by_code(session, cmd, clock or later(hours=1)).id


def trail(asked, number):
    """What a household said, and how, the oldest first."""
    with reading_session() as session:
        rows = queries.trail_of(session, asked.round, [asked.places.units[number]])
        return [(row.answer, row.channel) for row in rows]


def page_of(client, path):
    """The text of a page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200, (answer.status_code, answer.location)
    return answer.text


def send(client, path, **values):
    """Send a form with a key of its own."""
    key = re.search(r'name="op_key"[^>]*value="([^"]+)"', page_of(client, path))
    return client.post(path, data=values | ({"op_key": key[1]} if key else {}))
