"""A body decides otherwise than the count: two sign, the computed result stays, the notice runs anew."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from fundapp.council import commands, queries
from fundapp.council.rules import ItemOutcome
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.opendata.queries import votes
from fundapp.voting import checks
from fundapp.voting import commands as voting_commands
from fundapp.voting import queries as voting
from fundapp.voting.after import Bound, Consequence
from tests.voting.noticing import DAY, after, bind, make_noticed, object_to, reply, stages
from tests.voting.polling import CLOSES, Polled, run

HELD = CLOSES + 4 * DAY
BEGUN = SetClock(HELD + timedelta(hours=1))
LATE = SetClock(HELD + 8 * DAY)


@dataclass(frozen=True)
class Sat:
    """A round on notice, and an item that a body of its place passed; residents 0 and 1 were there, 2 was not."""

    polled: Polled
    street: Actor
    item: int


@pytest.fixture
def sat(working):
    """Selected are the first two of four projects (1000 to 4000 yuan) of 5000 yuan; nobody voted for the last two."""
    polled, street = make_noticed()
    return Sat(polled, street, sit(polled))


def sit(polled: Polled, name="居民议事会", place_id=None, outcome=ItemOutcome.PASSED, ahead=0 * DAY) -> int:
    """Let three residents sit in a body, two of whom come, and decide one item, so much earlier; give it."""
    worker, called, begun = polled.worker, SetClock(CLOSES - ahead), SetClock(BEGUN.at - ahead)
    with unit_of_work() as session:
        made = commands.MakeBody(place_id or polled.places.community, name, ("王淑芬",))
        body = commands.make_body(session, worker, made, called).id
        for one in polled.residents:
            commands.add_member(session, worker, commands.AddMember(body, person_id=one.person_id), called)
        cmd = commands.CallSession(body, f"{name}会议", HELD - ahead, ("第一轮表决的异议",))
        held = commands.call_session(session, worker, cmd, called).id
    with reading_session() as session:
        there = tuple(row.id for row in queries.members_of(session, body, called.at))[:3]
        item = queries.items_of_session(session, held)[0].id
    hands = (3, 0, 0) if outcome is ItemOutcome.PASSED else (0, 3, 0)
    with unit_of_work() as session:
        commands.record_attendance(session, worker, commands.RecordAttendance(held, there), begun)
        commands.decide_item(session, worker, commands.DecideItem(item, outcome, *hands), begun)
        commands.write_minutes(session, worker, commands.WriteMinutes(held, "议定。"), begun)
        commands.close_session(session, worker, commands.CloseSession(held), begun)
    return item


def propose(sat: Sat, put_in=(), taken_out=(), actor=None, item=None, clock=BEGUN, reason="轮椅上不去") -> int:
    """Write down what the body decided."""
    chosen = [tuple(sat.polled.projects[one] for one in some) for some in (put_in, taken_out)]
    cmd = commands.ProposeOverride(sat.polled.round, item or sat.item, reason, *chosen)
    with unit_of_work() as session:
        return commands.propose_override(session, actor or sat.polled.worker, cmd, clock).id


def sign(sat: Sat, override: int, actor=None, clock=BEGUN) -> None:
    """Sign it."""
    with unit_of_work() as session:
        commands.sign_override(session, actor or sat.polled.residents[0], commands.SignOverride(override), clock)


def code_of(deed, *values, kind=Refused, **named):
    """Do something that is refused, and give the code."""
    with pytest.raises(kind) as refused:
        deed(*values, **named)
    return refused.value.code


def forge_signature(override: int, person: Actor, clock=BEGUN) -> None:
    """Sign by plain SQL."""
    run(
        "INSERT INTO vote_override_signature (override_id, budget_fen, cost_fen, person_id, at) "
        "VALUES (:override, 500000, 0, :person, :at)",
        override=override, person=person.person_id, at=clock.at,
    )  # fmt: skip


def test_a_signed_decision_binds_beside_the_computed_result(sat):
    """What was counted stays as it was; the notice runs anew, and only then the projects move."""
    override = propose(sat, taken_out=(0,))
    with reading_session() as session:
        assert voting.bound_of_round(session, sat.polled.round) == voting.computed_of_round(session, sat.polled.round)
    sign(sat, override)
    found = after(sat.polled, BEGUN)
    assert (found.state, found.notice.number) == ("notice", 2)
    assert [(row.taken_out, row.signed_by) for row in found.overrides] == [(("装路灯",), "居*")]
    assert code_of(bind, sat.polled, clock=SetClock(CLOSES + 7 * DAY)) == "publicity.still_open"
    bind(sat.polled, clock=LATE)
    assert stages(sat.polled) == ["reserved", "selected", "reserved", "reserved"]
    one, two, three, four = sat.polled.projects
    with reading_session() as session:
        assert voting.computed_of_round(session, sat.polled.round) == Bound((one, two), (three, four))
        assert voting.bound_of_round(session, sat.polled.round) == Bound((two,), (three, four, one))
        told = [(row[2], *row[5:10]) for row in votes(session, LATE.at)]
        assert told[:2] == [(one, 1, 0, 1, 3, "bound"), (two, 1, 1, 2, 1, "bound")]
        assert [check.run(session).first_fault for check in checks.CHECKS] == [None] * len(checks.CHECKS)


def test_an_officer_alone_decides_nothing(sat):
    """Who wrote it down does not sign, nor does anybody who was not there; unsigned it does not count."""
    override = propose(sat, taken_out=(0,))
    for person in (sat.polled.worker, sat.street, sat.polled.residents[2]):
        assert code_of(sign, sat, override, person, kind=Forbidden) == "council.was_not_there"
        with pytest.raises(IntegrityError):
            forge_signature(override, person)
    bind(sat.polled)
    assert stages(sat.polled)[0] == "selected"


def test_who_wrote_a_decision_down_does_not_sign_it_though_she_was_there(sat):
    """Two people, also where the secretary is a member."""
    override = propose(sat, taken_out=(0,))
    with unit_of_work() as session:
        row = voting.override_row(session, override)
        twin = Actor(person_id=row.drafted_by_id)
        with pytest.raises(Forbidden) as refused:
            voting_commands.sign_override(session, twin, row, BEGUN.at)
    assert refused.value.code == "voting.own_override"


def test_an_item_decides_once_and_only_where_it_was_passed(sat):
    """Not an item that failed, nobody but the secretary, and each item once."""
    failed = sit(sat.polled, "联席会", outcome=ItemOutcome.REJECTED)
    assert code_of(propose, sat, item=failed) == "council.not_passed"
    assert code_of(propose, sat, actor=sat.polled.residents[0], kind=Forbidden) == "council.not_secretary"
    assert code_of(propose, sat, actor=sat.street, kind=Forbidden) == "council.not_secretary"
    assert code_of(propose, sat, reason=" ") == "voting.override_needs_reason"
    early = sit(sat.polled, "理事会", ahead=5 * DAY)
    assert code_of(propose, sat, item=early) == "council.before_the_result"
    propose(sat)
    assert code_of(propose, sat) == "council.item_used"


def test_a_body_of_another_place_is_not_competent(sat):
    """The council of one compound does not decide about its community's vote: command and database say so."""
    small = sit(sat.polled, "院落议事会", sat.polled.places.compound)
    assert code_of(propose, sat, item=small, kind=Forbidden) == "council.not_competent"
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO vote_override (round_id, number, item_id, body, reason, drafted_by_id, drafted_at) "
            "VALUES (:round, 1, :item, '院落议事会', '想换一个', :person, :at)",
            round=sat.polled.round, item=small, person=sat.polled.worker.person_id, at=BEGUN.at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("put_in", "taken_out", "code"),
    [
        ((2,), (), "voting.put_in_without_votes"),
        ((0,), (), "voting.not_in_reserve"),
        ((), (3,), "voting.not_selected"),
    ],
)
def test_a_decision_keeps_to_what_was_voted(sat, put_in, taken_out, code):
    """In comes only what waits with a vote, out goes only what was selected."""
    assert code_of(propose, sat, put_in=put_in, taken_out=taken_out) == code


def test_a_decision_keeps_to_the_money_of_the_round(working):
    """What is put in and stays costs no more than the round has, a fen too much is too much."""
    polled, street = make_noticed(also=(2,))
    sat = Sat(polled, street, sit(polled))
    assert code_of(propose, sat, put_in=(2,)) == "voting.override_too_dear"
    sign(sat, propose(sat, put_in=(2,), taken_out=(0,)))
    bind(polled, clock=LATE)
    assert stages(polled) == ["reserved", "selected", "selected", "reserved"]


def test_once_an_outcome_binds_nothing_is_decided_otherwise(sat):
    """Neither written down nor signed, by command or by plain SQL."""
    other = sit(sat.polled, "联席会")
    override = propose(sat, taken_out=(0,))
    bind(sat.polled)
    assert code_of(sign, sat, override, clock=LATE) == "voting.binds_already"
    assert code_of(propose, sat, item=other, clock=LATE) == "voting.binds_already"
    with pytest.raises(IntegrityError):
        forge_signature(override, sat.polled.residents[0], LATE)


def test_what_was_handed_to_the_body_waits_for_it(sat):
    """An upheld objection leads to the body; nothing binds before it decided, be it that all stays as it is."""
    reply(object_to(sat.polled), sat.street, Consequence.BODY)
    assert after(sat.polled).state == "body"
    assert code_of(bind, sat.polled) == "voting.body_waits"
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO vote_binding (round_id, selected, reserve, budget_fen, cost_fen, person_id, at) "
            "VALUES (:round, '[]', '[]', 500000, 0, :person, :at)",
            round=sat.polled.round, person=sat.street.person_id, at=LATE.at,
        )  # fmt: skip
    sign(sat, propose(sat, reason="核对无误，维持原结果"))
    bind(sat.polled, clock=LATE)
    assert stages(sat.polled)[:2] == ["selected", "selected"]


def test_of_two_decisions_that_say_the_same_the_second_is_outdated(sat):
    """Taken out once, a project is not taken out again; and nothing is signed twice."""
    first, second = propose(sat, taken_out=(0,)), propose(sat, taken_out=(0,), item=sit(sat.polled, "联席会"))
    sign(sat, first)
    assert code_of(sign, sat, second) == "voting.override_outdated"
    assert code_of(sign, sat, first, sat.polled.residents[1]) == "voting.override_signed"
