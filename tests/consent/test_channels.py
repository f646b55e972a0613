"""Phone, code, paper, help, door, correction, sale in any mixture: a household counts once, by its last answer."""

import random
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from fundapp.answering import commands as answering
from fundapp.answering.commands import end_codes
from fundapp.consent import queries
from fundapp.consent.policy import Choice, sayable
from fundapp.consent.rules import Answer
from fundapp.db import wiring
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.people.events import HouseholdLeft
from tests.answering.slips import SECRET, code_of, print_slips
from tests.collecting.walking import make_walking, note
from tests.consent.asking import CLOSES, KEYED, OPENS, at, correct, paper, phone, publish, sold

STEPS = 60
DOORS = ("1栋101", "1栋102", "1栋103", "2栋101", "2栋102", "2栋103")


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    """What the app wires between homes and codes."""
    monkeypatch.setitem(wiring._reactions, HouseholdLeft, [end_codes])


class Story:
    """A round, what was done to it, and the last answer that was taken for each household."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.walking = make_walking()
        self.asked = self.walking.asked
        self.slips = print_slips(self.asked)
        self.moment, self.serial, self.papers = OPENS, 0, {}
        self.stands, self.taken, self.refused = {}, Counter(), Counter()

    def by_phone(self, number, choice):
        """Answer with a household's own account, where it has one."""
        phone(self.asked, min(number, 2), choice, at(self.moment))
        return min(number, 2)

    def by_code(self, number, choice):
        """Answer with a slip."""
        code = code_of(self.slips[self.asked.places.units[number]])
        if code is None:
            raise Refused("answering.code_unknown")
        with unit_of_work() as session:
            answering.answer_by_code(session, answering.AnswerByCode(code, choice, str(uuid4())), at(self.moment))
        return number

    def on_paper(self, number, choice):
        """Key a sheet in; one that is not registered is refused."""
        self.serial += 1
        paper(self.asked, self.serial, number, choice, at(self.moment))
        self.papers[self.serial] = number
        return number

    def corrected(self, _number, choice):
        """Put a sheet right under its own door."""
        if not self.papers:
            raise Refused("consent.not_keyed")
        serial = self.dice.choice(sorted(self.papers))
        correct(self.asked, serial, self.papers[serial], choice, clock=at(self.moment))
        return self.papers[serial]

    def with_help(self, number, choice):
        """Answer with the worker beside."""
        with unit_of_work() as session:
            begin = answering.BeginHelp(self.asked.round, DOORS[number], "", "不会用手机", "李见证")
            helped = answering.begin_help(session, self.asked.worker, begin, SECRET, at(self.moment))
        with unit_of_work() as session:
            cmd = answering.AnswerWithHelp(helped.id, choice, str(uuid4()))
            answering.answer_with_help(session, self.asked.worker, cmd, at(self.moment))
        return number

    def at_door(self, number, choice):
        """Bring what was noted at a door; what the household said later stands."""
        noted = self.moment - timedelta(minutes=self.dice.choice([0, 5, 90]))
        fate, _answer = note(self.walking, number, choice, noted, self.moment)
        if fate.value != "counted":
            raise Refused("collecting.superseded")
        return number

    def sale(self, number, _choice):
        """Sell a home: nothing that was said changes."""
        sold(self.asked, number, self.moment, f"新户主{self.moment:%d%H%M}")
        return None

    def step(self):
        """Do something, and note what it changed."""
        self.moment += timedelta(minutes=self.dice.randint(20, 300))
        deed = self.dice.choice(
            [self.by_phone, self.by_code, self.on_paper, self.corrected, self.with_help, self.at_door] * 4 + [self.sale]
        )
        choice = self.dice.choice(sayable(follow=False))
        try:
            number = deed(self.dice.randrange(6), choice)
        except (Refused, Forbidden):
            self.refused[deed.__name__] += 1
            return
        self.taken[deed.__name__] += 1
        if number is not None:
            self.stands[number] = choice

    def check(self):
        """Compare what the database counts with the last answers that were taken."""
        with reading_session() as session:
            count = queries.bar_of_round(session, self.asked.round, self.moment).count
            said = Counter(self.stands.values())
            told = {answer: getattr(count.heads, answer.value) for answer in Answer}
            assert told == {answer: said[Choice(answer.value)] for answer in Answer}, (self.taken, self.refused)
            assert count.result.value == ("passed" if said[Choice.AGREE] * 3 >= 6 * 2 else "failed")
            for unit in self.asked.places.units:
                trail = queries.trail_of(session, self.asked.round, [unit])
                assert [row.revision for row in trail] == list(range(1, len(trail) + 1))


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_comes_the_last_answer_that_was_taken_counts(working, seed):
    """After each of sixty deeds, before and after the close, nobody is counted twice and the result is counted anew."""
    story = Story(seed)
    for _ in range(STEPS):
        story.step()
        story.check()
    assert story.moment > CLOSES or sum(story.taken.values()) > STEPS // 3
    assert sum(story.taken.values()) > 10
    publish(story.asked, at(max(KEYED, story.moment)))
    story.check()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 43))
def test_forty_more_mixtures_count_the_same(working, seed):
    """Other dice."""
    test_whatever_comes_the_last_answer_that_was_taken_counts(working, seed)
