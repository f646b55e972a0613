"""Posting: once per key, never below a floor, never anything but a mirror image back."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moneyed import CNY, Money
from sqlalchemy import func, select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.ledger.commands import close_account, ensure_account, open_book, post, post_all, reverse
from fundapp.ledger.models import Entry, Journal
from fundapp.ledger.queries import (
    accounts_of,
    balance,
    balances,
    legs_of,
    lines_of,
    pool_state,
    public_lines,
    totals_by_kind,
)
from fundapp.ledger.rules import Holder, Ledger, Leg, ReversalReason
from tests.ledger.books import DAY, NOW, commitment, gift, noted, posted


def test_a_posting_moves_both_accounts(books):
    """Debit and credit move the kept balances, and the line can be read in public."""
    journal = posted(books, gift(books, "gift:1", 10_000, evidence=("a" * 32,)))
    with reading_session() as session:
        assert balances(session, books.committee, Ledger.ACTUAL, "") == {
            "cash:1": 10_000, "gift:1:residents": -10_000, "spend:1": 0,
        }  # fmt: skip
        cash, given_by = lines_of(session, "project:1", Ledger.ACTUAL)
        assert (cash.journal_id, cash.account_name, cash.amount_fen) == (journal.id, "项目现金", 10_000)
        assert (given_by.amount_fen, given_by.evidence, given_by.event_date) == (-10_000, ("a" * 32,), DAY)
        (line,) = public_lines(session)
        assert (line.purpose, line.amount_fen, line.flow_fen, line.holder_name) == (
            "居民捐款", 10_000, 10_000, "演示社区居委会",
        )  # fmt: skip
        assert totals_by_kind(session).money_in["gift:residents"] == 10_000
        assert totals_by_kind(session, [books.foundation]).on_hand == {"cash": 0, "bank": 0}


def test_the_same_key_twenty_times_has_one_effect(books):
    """Whoever presses twice, or sends again after a lost answer, gets the first journal back."""
    numbers = {posted(books, gift(books, "gift:1", 700)).id for _ in range(20)}
    with reading_session() as session:
        assert len(numbers) == 1
        assert balance(session, books.committee, Ledger.ACTUAL, "cash:1") == 700


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": "别的"},
        {"subject": None},
        {"evidence": ("b" * 32,)},
        {"legs": (Leg("spend:1", 1), Leg("gift:1:residents", -1))},
    ],
)
def test_a_used_key_is_refused_for_anything_else(books, changed):
    """A key stands for one content, to the last field."""
    posted(books, gift(books, "gift:1", 700))
    with pytest.raises(Refused, match=r"ledger\.used_key"):
        posted(books, replace(gift(books, "gift:1", 700), **changed))


def test_one_key_may_stand_in_both_ledgers(books):
    """A payment is posted under one key to real and to promised money."""
    with unit_of_work() as session:
        ensure_account(session, books.foundation, Ledger.ACTUAL, "bank", "银行存款", 0)
        ensure_account(session, books.foundation, Ledger.ACTUAL, "donation:restricted:1", "限定性捐赠")
        real = replace(
            gift(books, "x", 1), book_id=books.foundation, legs=(Leg("bank", 5), Leg("donation:restricted:1", -5))
        )
        promised = commitment(books, "x", (Leg("pool:1:available", 5), Leg("pool:1:source", -5)))
        first, second = post_all(session, books.actor, [real, promised], NOW)
        link = session.get_one(Journal, second.id).prev_hash
        assert (first.seq, second.seq, link) == (2, 3, first.hash)


def test_not_enough_is_refused_and_says_what_is_there(books):
    """The last fen may be spent, one more may not; nothing of a refused posting remains."""
    spend = commitment(books, "hold:1", (Leg("pool:1:available", -100_001), Leg("pool:1:held:1", 100_001)))
    with pytest.raises(Refused) as refused:
        posted(books, spend)
    assert refused.value.code == "ledger.not_enough"
    assert refused.value.facts["available"] == Money("1000.00", CNY)
    posted(books, commitment(books, "hold:1", (Leg("pool:1:available", -100_000), Leg("pool:1:held:1", 100_000))))
    with reading_session() as session:
        state = pool_state(session, 1)
        assert (state.funded, state.available, state.held, state.committed, state.paid) == (100_000, 0, 100_000, 0, 0)


def test_no_more_goes_back_than_was_given(books):
    """A source's account has the ceiling 0: returning more than it gave is refused."""
    posted(books, gift(books, "gift:1", 700))
    back = (Leg("gift:1:residents", 701), Leg("cash:1", -701))
    with pytest.raises(Refused, match=r"ledger\.over_ceiling"):
        posted(books, gift(books, "back:1", 701, legs=back))


@pytest.mark.parametrize(
    "legs",
    [
        (Leg("cash:1", 5),),
        (Leg("cash:1", 5), Leg("gift:1:residents", -4)),
        (Leg("cash:1", 5), Leg("cash:1", -5)),
        (Leg("cash:1", 0), Leg("gift:1:residents", 0)),
        (Leg("cash:1", 1.0), Leg("gift:1:residents", -1.0)),
        (Leg("cash:1", True), Leg("gift:1:residents", -1)),
    ],
)  # fmt: skip
def test_a_malformed_posting_is_the_programs_own_fault(books, legs):
    """One leg, legs that do not balance, an account twice, nothing, a float, a truth value."""
    with pytest.raises(ValueError, match="posting gift:1"):
        posted(books, gift(books, "gift:1", 5, legs=legs))


def test_an_unknown_account_or_book_is_an_error(books):
    """Accounts are opened by name; a posting opens none by mistake."""
    with pytest.raises(LookupError, match="cash:9"):
        posted(books, gift(books, "gift:1", 5, legs=(Leg("cash:9", 5), Leg("gift:1:residents", -5))))
    with pytest.raises(LookupError, match="no such book"):
        posted(books, gift(books, "gift:1", 5, book_id=99))


def test_a_reversal_is_the_mirror_image_and_happens_once(books):
    """Every leg is turned round; a second reversal gives the first, or is refused where its reason differs."""
    first = posted(books, gift(books, "gift:1", 700))
    with unit_of_work() as session:
        back = reverse(session, books.actor, first.id, ReversalReason.DUPLICATE, "重复登记", NOW)
    with unit_of_work() as session:
        assert reverse(session, books.actor, first.id, ReversalReason.DUPLICATE, "重复登记", NOW).id == back.id
    with reading_session() as session:
        assert legs_of(session, back.id) == [Leg("cash:1", -700), Leg("gift:1:residents", 700)]
        assert balance(session, books.committee, Ledger.ACTUAL, "cash:1") == 0
        mirror = session.get_one(Journal, back.id)
        assert (mirror.reverses_id, mirror.subject) == (first.id, "project:1")
    with pytest.raises(Refused, match=r"ledger\.reversed_already"), unit_of_work() as session:
        reverse(session, books.actor, first.id, ReversalReason.DUPLICATE, "另一个理由", NOW)
    with pytest.raises(Refused, match=r"ledger\.is_reversal"), unit_of_work() as session:
        reverse(session, books.actor, back.id, ReversalReason.DUPLICATE, "再来", NOW)
    with pytest.raises(NotVisible), unit_of_work() as session:
        reverse(session, books.actor, 999, ReversalReason.DUPLICATE, "没有", NOW)


def test_a_reversal_keeps_the_floors(books):
    """A gift whose money is spent cannot be taken back as if it were still there."""
    first = posted(books, gift(books, "gift:1", 700))
    posted(books, gift(books, "spend:1", 700, legs=(Leg("spend:1", 700), Leg("cash:1", -700))))
    with pytest.raises(Refused, match=r"ledger\.not_enough"), unit_of_work() as session:
        reverse(session, books.actor, first.id, ReversalReason.DUPLICATE, "退回", NOW)


def test_a_closed_account_takes_nothing_more(books):
    """Only an empty account is closed, and closed means closed."""
    with unit_of_work() as session:
        empty = ensure_account(session, books.committee, Ledger.ACTUAL, "spend:1", "项目支出", 0, fund="project:1")
        closing = close_account(session, books.actor, empty.id, NOW)
        assert close_account(session, books.actor, empty.id, NOW) is closing
    posted(books, gift(books, "gift:1", 700))
    with pytest.raises(Refused, match=r"ledger\.closed_account"):
        posted(books, gift(books, "spend:1", 700, legs=(Leg("spend:1", 700), Leg("cash:1", -700))))
    with reading_session() as session:
        cash = accounts_of(session, books.committee)[0]
        assert (cash.code, cash.balance_fen, cash.closed) == ("cash:1", 700, False)
    with pytest.raises(Refused, match=r"ledger\.not_empty"), unit_of_work() as session:
        close_account(session, books.actor, cash.account_id, NOW)


def test_a_book_and_an_account_are_opened_once(books):
    """Opening again gives what stands; other limits are an error."""
    with unit_of_work() as session:
        assert open_book(session, books.actor, Holder.COMMITTEE, "换了名字", 1, NOW).id == books.committee
        account = ensure_account(session, books.committee, Ledger.ACTUAL, "cash:1", "换了名字", 0, fund="project:1")
        assert account.name == "项目现金"
        with pytest.raises(ValueError, match="other limits"):
            ensure_account(session, books.committee, Ledger.ACTUAL, "cash:1", "项目现金", None, fund="project:1")


MOVES = st.lists(
    st.tuples(
        st.permutations(["cash:1", "gift:1:residents", "spend:1"]),
        st.integers(-5_000, 5_000).filter(bool),
        st.integers(-5_000, 5_000),
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_any_postings_keep_the_sums_at_zero(books, moves):
    """Whatever is posted or refused: the books sum to 0, balances equal their entries, limits hold."""
    with unit_of_work() as session:
        noted(session, books)
        start = session.scalar(select(func.count()).select_from(Journal))
        for number, (codes, one, two) in enumerate(moves):
            amounts = [one, two, -one - two] if two and one + two else [one, -one]
            legs = tuple(Leg(code, amount) for code, amount in zip(codes, amounts, strict=False))
            with suppress(Refused), session.begin_nested():
                post(session, books.actor, gift(books, f"m:{start}:{number}", 1, legs=legs), NOW)
    with reading_session() as session:
        kept = balances(session, books.committee, Ledger.ACTUAL, "")
        assert sum(kept.values()) == 0
        assert kept["cash:1"] >= 0
        assert kept["gift:1:residents"] <= 0
        assert session.scalar(select(func.sum(Entry.amount_fen))) in (None, Money(0, CNY))
