"""Two at once at the 议事厅 and after a count: real processes; one deed stands, the other is told why not."""

import pytest
from sqlalchemy import func, select

from fundapp.audit.models import AuditEntry
from fundapp.council import commands
from fundapp.council.models import CouncilConfirmation, CouncilItem, CouncilMotion, CouncilSession, CouncilSpeech
from fundapp.council.rules import ItemOutcome, Side
from fundapp.db.work import reading_session, unit_of_work
from fundapp.voting.after_models import VoteBinding
from fundapp.voting.override_models import VoteOverrideSignature
from tests.council.conftest import BEGUN, attend, close, decide, make_called, write
from tests.council.test_floor import confirm, move, with_chair
from tests.council.test_overriding import Sat, propose, sign, sit
from tests.support.races import told_of
from tests.voting.noticing import OVER, bind, make_noticed, stages
from tests.voting.polling import BY_VOTE
from tests.voting.test_races import at_once, patiently


def count(table):
    """Count the rows of a table."""
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(table))


def deeds_of(what):
    """Count the recorded deeds of a kind."""
    with reading_session() as session:
        return session.scalar(select(func.count()).where(AuditEntry.deed == what))


def codes(ended):
    """Tell how each of some ended: done, or the code of its refusal."""
    return sorted("done" if kind == "done" else str(what) for kind, what in ended)


def test_two_officers_let_an_outcome_bind_at_once(working):
    """It binds once, and its projects move once."""
    polled, street = make_noticed()
    who = (polled.worker, street, polled.officer)
    ended = at_once(working, [lambda one=one: patiently(lambda: bind(polled, one, OVER)) for one in who])
    assert codes(ended) == ["done", "voting.binds_already", "voting.binds_already"]
    assert (count(VoteBinding), stages(polled)) == (1, ["selected", "selected", "reserved", "reserved"])


def test_a_decision_is_signed_by_two_members_at_once(working):
    """One signature stands, and the notice runs anew once."""
    polled, street = make_noticed()
    sat = Sat(polled, street, sit(polled))
    override = propose(sat, taken_out=(0,))
    who = polled.residents[:2]
    ended = at_once(working, [lambda one=one: patiently(lambda: sign(sat, override, one)) for one in who])
    assert codes(ended) == ["done", "voting.override_signed"]
    assert (count(VoteOverrideSignature), deeds_of("publicity.restart")) == (1, 1)


def test_a_decision_is_signed_while_the_outcome_binds(working):
    """Whichever comes first holds: never both, for what binds is what was announced for the whole period."""
    polled, street = make_noticed()
    sat = Sat(polled, street, sit(polled))
    override = propose(sat, taken_out=(0,))
    both = [
        lambda: patiently(lambda: sign(sat, override, clock=OVER)),
        lambda: patiently(lambda: bind(polled, clock=OVER)),
    ]
    ended = codes(at_once(working, both))
    assert ended in (["done", "voting.binds_already"], ["done", "publicity.still_open"])
    assert count(VoteBinding) + count(VoteOverrideSignature) == 1


@pytest.fixture
def ready(working):
    """A session that lacks nothing but its close."""
    called = make_called(BY_VOTE)
    attend(called)
    decide(called, 0, ItemOutcome.PASSED, 4, 1, 0)
    decide(called, 1, ItemOutcome.REJECTED, 1, 3, 1)
    write(called)
    return called


def shut(called):
    """Close the session."""
    with unit_of_work() as session:
        commands.close_session(session, called.worker, commands.CloseSession(called.session), BEGUN)


def test_a_session_is_closed_twice_at_once(ready, working):
    """It is closed once."""
    ended = at_once(working, [lambda: patiently(lambda: shut(ready))] * 3)
    assert codes(ended) == ["council.closed", "council.closed", "done"]
    assert deeds_of("council.close") == 1


def test_a_session_is_closed_while_an_outcome_is_put_right(ready, working):
    """What is noted after the close is refused; what stands when it is closed is what was noted last."""

    def put_right():
        decide(ready, 1, ItemOutcome.PASSED, 3, 1, 1)
        return "noted"

    ended = at_once(working, [lambda: patiently(lambda: shut(ready)), lambda: patiently(put_right)])
    noted = ("done", "noted") in ended
    assert codes(ended) in (["done", "done"], ["council.closed", "done"])
    assert noted == (codes(ended) == ["done", "done"])
    with reading_session() as session:
        held = session.get_one(CouncilSession, ready.session)
        assert held.closed_at is not None
    assert deeds_of("council.decide") == 2 + noted


@pytest.fixture
def chaired(working):
    """A session with a chair that lacks nothing but her word; and the chair."""
    called, chair = with_chair(make_called(BY_VOTE))
    attend(called, 4)
    decide(called, 0, ItemOutcome.REJECTED, 1, 3, 0)
    decide(called, 1, ItemOutcome.PASSED, 3, 1, 0)
    write(called)
    return called, chair


def test_the_chair_confirms_on_two_phones_at_once(chaired, working):
    """Both say the same of the same papers, and the session closes."""
    called, chair = chaired
    ended = at_once(working, [lambda: patiently(lambda: confirm(called, chair) and "confirmed")] * 2)
    assert codes(ended) == ["done", "done"]
    with reading_session() as session:
        assert len(set(session.scalars(select(CouncilConfirmation.papers)))) == 1
    close(called)


def test_the_chair_confirms_while_the_minutes_are_changed(chaired, working):
    """What closes is what she confirmed: her word from before the change does not cover it."""
    called, chair = chaired
    both = [
        lambda: patiently(lambda: confirm(called, chair) and "confirmed"),
        lambda: patiently(lambda: write(called, "改过的纪要。")),
    ]
    assert codes(at_once(working, both)) == ["done", "done"]
    with reading_session() as session:
        confirmed = session.scalars(select(CouncilConfirmation.minutes)).one()
    if confirmed == "改过的纪要。":
        close(called)
    else:
        assert codes([told_of(lambda: close(called))]) == ["council.not_confirmed"]


def test_two_taps_on_the_next_speaker_skip_nobody(working):
    """Two phones press the same button: one speaks, and whoever stands behind her has not been passed over."""
    called = make_called(BY_VOTE)
    attend(called)
    with unit_of_work() as session:
        for place in range(3):
            cmd = commands.AskToSpeak(called.items[0], called.members[place], Side.FOR)
            commands.ask_to_speak(session, called.worker, cmd, BEGUN)

    def press(after):
        with unit_of_work() as session:
            one = commands.next_speaker(session, called.worker, called.items[0], BEGUN, after)
            return one.member_id if one else 0

    speaks = 0
    for place in range(3):
        ended = at_once(working, [lambda after=speaks: patiently(lambda: press(after))] * 2)
        assert ended == [("done", called.members[place])] * 2
        with reading_session() as session:
            heard = session.scalars(select(CouncilSpeech).where(CouncilSpeech.started_at.is_not(None))).all()
            assert len(heard) == place + 1
            speaks = heard[-1].id


def test_an_amendment_is_decided_both_ways_at_once(working):
    """One outcome stands whole, with its own hands, and both deeds are on record; the item waited for it."""
    called = make_called(BY_VOTE)
    attend(called)
    move(called)
    change = move(called, 1, 2, "改为三层")

    def say(outcome, *hands):
        with unit_of_work() as session:
            cmd = commands.DecideAmendment(change, outcome, *hands)
            return commands.decide_amendment(session, called.worker, cmd, BEGUN).outcome.value

    both = [
        lambda: patiently(lambda: say(ItemOutcome.PASSED, 4, 1)),
        lambda: patiently(lambda: say(ItemOutcome.REJECTED, 2, 3)),
    ]
    assert at_once(working, both) == [("done", "passed"), ("done", "rejected")]
    with reading_session() as session:
        row = session.get_one(CouncilMotion, change)
        stands = (row.outcome, row.votes_for, row.votes_against)
    assert stands in ((ItemOutcome.PASSED, 4, 1), (ItemOutcome.REJECTED, 2, 3))
    assert deeds_of("council.amend") == 2


def test_the_same_member_is_put_on_the_list_twice_at_once(working):
    """She stands there once; the other secretary reads why."""
    called = make_called(BY_VOTE)
    attend(called)

    def ask():
        with unit_of_work() as session:
            cmd = commands.AskToSpeak(called.items[0], called.members[0], Side.FOR)
            return commands.ask_to_speak(session, called.worker, cmd, BEGUN).member_id

    ended = at_once(working, [lambda: patiently(ask)] * 3)
    assert codes(ended) == ["council.on_the_list", "council.on_the_list", "done"]
    assert count(CouncilSpeech) == 1


def test_two_motions_are_noted_at_once(working):
    """One is the motion, the other amends it."""
    called = make_called(BY_VOTE)
    attend(called)
    both = [lambda: patiently(lambda: move(called)), lambda: patiently(lambda: move(called, 1, 2, "改为三层"))]
    assert codes(at_once(working, both)) == ["done", "done"]
    with reading_session() as session:
        rows = session.scalars(select(CouncilMotion).order_by(CouncilMotion.number)).all()
        assert [(row.number, row.amends_id) for row in rows] == [(1, None), (2, rows[0].id)]


def test_an_amendment_is_noted_while_the_item_is_decided(working):
    """Whichever comes first holds: an item is never decided over an open amendment."""
    called = make_called(BY_VOTE)
    attend(called)
    move(called)
    both = [
        lambda: patiently(lambda: move(called, 1, 2, "改为三层") and "moved"),
        lambda: patiently(lambda: decide(called, 0, ItemOutcome.PASSED, 4, 1, 0)),
    ]
    ended = codes(at_once(working, both))
    assert ended in (["council.amendments_open", "done"], ["council.item_decided", "done"])
    with reading_session() as session:
        outcome = session.get_one(CouncilItem, called.items[0]).outcome
    assert (outcome is None) == (count(CouncilMotion) == 2) == (ended[0] == "council.amendments_open")
