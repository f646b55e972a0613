"""A round closes later for a published reason; everything that follows the close follows the new one."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, text

from fundapp.consent import commands, queries
from fundapp.consent.models import ConsentRound, Outcome
from fundapp.consent.policy import Choice, RoundState
from fundapp.db.types import Instant
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, Refused
from tests.consent.asking import CLOSES, JUST, KEYED, OPENS, account, at, extend, make_asked, paper, phone, publish
from tests.consent.test_guards import ANSWER, PAPER, RESULT, VOID, answer, on_paper, refused_by, run, told

LATER = CLOSES + timedelta(days=5)
LATER_KEYED = KEYED + timedelta(days=5)


def test_the_vote_calendar_of_meile_shuian(working):
    """绵阳: open from 07-13, close moved from 08-03 to 08-31: owners' data were not up to date (domain case 4)."""
    day = lambda month, number: datetime(2026, month, number, tzinfo=UTC)  # noqa: E731
    asked = make_asked(units=2, people=2, opens=day(7, 13), closes=day(8, 3))
    extend(asked, day(8, 31), "业主资料没有更新完", at(day(8, 2)))
    phone(asked, 0, clock=at(day(8, 20)))
    with pytest.raises(Refused, match="still_open"):
        publish(asked, at(day(8, 30)), complete=True)
    with reading_session() as session:
        bar = queries.bar_of_round(session, asked.round, day(8, 30))
        page = queries.moves_of(session, session.get_one(ConsentRound, asked.round))
    assert (bar.state, bar.closes_at) == (RoundState.OPEN, day(8, 31))
    assert [(move.before, move.closes_at, move.reason) for move in page] == [
        (day(8, 3), day(8, 31), "业主资料没有更新完")
    ]


def test_answers_and_sheets_follow_the_new_close(asked):
    """Phone, register and keying in go on until the later moments, and not one instant longer."""
    extend(asked, LATER)
    phone(asked, 0, clock=at(LATER - JUST))
    with pytest.raises(Refused, match="closed"):
        phone(asked, 0, Choice.OPPOSE, clock=at(LATER))
    with unit_of_work() as session:
        cmd = commands.RegisterPapers(asked.round, 1)
        assert commands.register_papers(session, asked.worker, cmd, at(LATER - JUST))[0].serial == 5
    paper(asked, 5, 4, clock=at(LATER_KEYED - JUST))
    with pytest.raises(Refused, match="keying_over"):
        paper(asked, 4, 5, clock=at(LATER_KEYED))
    with pytest.raises(Refused, match="paper_outstanding"):
        publish(asked, at(LATER))
    assert publish(asked, at(LATER_KEYED)) is Outcome.FAILED


@pytest.mark.parametrize(
    ("closes", "reason", "moment", "code"),
    [
        (CLOSES, "人少", OPENS, "not_later"),
        (CLOSES - JUST, "人少", OPENS, "not_later"),
        (OPENS + timedelta(days=60) + JUST, "人少", OPENS, "beyond_longest"),
        (LATER, "  ", OPENS, "extension_reason_needed"),
        (LATER, "人少", CLOSES, "closed"),
    ],
)
def test_an_extension_is_refused(asked, closes, reason, moment, code):
    """Not later, longer than sixty days in all, without a reason, or after the close."""
    with pytest.raises(Refused, match=rf"consent\.{code}"):
        extend(asked, closes, reason, at(moment))
    assert extend(asked, OPENS + timedelta(days=60)) == OPENS + timedelta(days=60)


def test_a_second_extension_starts_from_the_first(asked):
    """It must be later than the present close, not than the one at the opening."""
    extend(asked, LATER)
    with pytest.raises(Refused, match="not_later"):
        extend(asked, LATER - JUST)
    assert extend(asked, LATER + JUST, clock=at(LATER - JUST)) == LATER + JUST


def test_only_the_worker_extends(asked):
    """A resident may not, whatever the reason."""
    cmd = commands.ExtendRound(asked.round, LATER, "人少")
    with pytest.raises(Forbidden), unit_of_work() as session:
        commands.extend_round(session, asked.residents[0], cmd, at(OPENS))


EXTENSION = (
    "INSERT INTO consent_extension (round_id, number, closes_at, keying_until, reason, person_id, at) "
    "VALUES (1, :number, :closes, :closes, :reason, 1, :at)"
)


def attempt(guard, **changes):
    """Try to write an extension with plain SQL; the guard refuses, and it alone."""
    values = {"number": 1, "closes": LATER, "reason": "人少", "at": OPENS} | changes
    made = text(EXTENSION).bindparams(bindparam("at", type_=Instant()), bindparam("closes", type_=Instant()))
    refused_by(guard, made, **values)


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("consent_extension_before_close", {"at": CLOSES}),
        ("consent_extension_before_close", {"closes": CLOSES}),
        ("consent_extension_before_close", {"closes": OPENS + timedelta(days=60, seconds=1)}),
        ("consent_extension_next_number", {"number": 2}),
        (None, {"reason": "  "}),
    ],
)
def test_the_database_refuses_an_extension(asked, guard, changes):
    """After the close, not later, beyond the longest window, out of order, without a reason."""
    attempt(guard, **changes)


def test_the_database_extends_no_round_that_was_struck(asked):
    """What is asked anew is not asked longer."""
    run(VOID, {"at": OPENS})
    attempt("consent_extension_before_close")


def test_guards_of_answers_papers_and_results_follow_the_new_close(asked):
    """The moments that plain SQL is held to are those of the extension."""
    extend(asked, LATER)
    phone(asked, 0)
    run(PAPER, {"person": 1, "at": LATER - JUST})
    run(ANSWER, answer(asked, unit=asked.places.units[1], person=asked.residents[1].person_id, at=LATER - JUST))
    account(asked, at(LATER))
    refused_by("consent_result_after_close", RESULT, **told(asked, part=2, agree=2, silent=4, at=KEYED))


@pytest.mark.parametrize(
    ("guard", "statement", "values"),
    [
        ("consent_answer_in_window", ANSWER, lambda asked: answer(asked, at=LATER)),
        ("consent_answer_in_window", ANSWER, lambda asked: on_paper(asked, at=LATER_KEYED)),
        ("consent_paper_before_close", PAPER, lambda asked: {"person": 1, "at": LATER}),
    ],
)
def test_nothing_is_taken_after_the_new_close(asked, guard, statement, values):
    """One instant after the extended moments the database refuses."""
    extend(asked, LATER)
    refused_by(guard, statement, **values(asked))


@pytest.mark.parametrize("change", ["closes_at = keying_until", "reason = 'y'"])
def test_an_extension_stays_as_it_was_written(asked, change):
    """History on the page is the history that was."""
    extend(asked, LATER)
    refused_by("consent_extension_keeps_values", f"UPDATE consent_extension SET {change}")
