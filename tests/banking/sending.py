"""The forms of banking that carry a key, for the tests of one effect per form."""

from fundapp.audit.commands import record
from fundapp.banking.commands import (
    NewMatch,
    NewTransfer,
    OpenAccount,
    Prepare,
    ask_transfer,
    match,
    open_account,
    prepare,
)
from fundapp.banking.queries import free_entries, free_lines, get_account
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.money import from_fen
from fundapp.ledger.commands import NewReversal, ask_reversal, ensure_account
from fundapp.ledger.rules import Ledger, ReversalReason
from tests.banking.bank import CLOCK, MARCH, NOW, make_bank, second_account, taken, transferred
from tests.banking.files import OPENING, ROWS
from tests.db.town import Sending

END = from_fen(OPENING + sum(row[1] for row in ROWS))


def bank_account() -> Sending:
    """An account is opened for money of the book that is at no bank yet."""
    bank = make_bank()
    with unit_of_work() as session:
        ensure_account(session, bank.book, Ledger.ACTUAL, "cash:project:12", "现金", 0)
        record(session, bank.officer, "tests.accounts", f"book:{bank.book}", NOW)
    return Sending(
        bank.officer,
        bank.second,
        lambda s, who, key, otherwise: open_account(
            s, who, OpenAccount(bank.book, key, "第三银行" if otherwise else "另一银行", "", "cash:"), CLOCK
        ),
    )


def bank_match() -> Sending:
    """A line is matched."""
    bank = make_bank()
    taken(bank)
    with reading_session() as session:
        lines = {row.amount_fen: row.id for row in free_lines(session, bank.account)}
        entries = free_entries(session, get_account(session, bank.account))
        found = {row.amount_fen: (row.journal_id, row.leg) for row in entries}
    return Sending(
        bank.officer,
        bank.second,
        lambda s, who, key, otherwise: match(s, who, _pair(bank.account, key, lines, found, otherwise), CLOCK),
    )


def _pair(account_id, key, lines, entries, otherwise) -> NewMatch:
    amount = -120_000 if otherwise else 500_000
    return NewMatch(account_id, key, (lines[amount],), (entries[amount],))


def bank_reconciliation() -> Sending:
    """A paper is prepared."""
    bank = make_bank()
    taken(bank)
    return Sending(
        bank.officer,
        bank.second,
        lambda s, who, key, otherwise: prepare(
            s, who, Prepare(bank.account, key, MARCH, END, f"待入账 {otherwise}"), CLOCK
        ),
    )


def bank_transfer() -> Sending:
    """Money goes from one account of the book to another."""
    bank = make_bank()
    further = second_account(bank)
    return Sending(
        bank.officer,
        bank.second,
        lambda s, who, key, otherwise: ask_transfer(
            s, who, NewTransfer(bank.book, key, bank.account, further, "", from_fen(500 + otherwise), "存定期"), CLOCK
        ),
    )


def ledger_reversal_request() -> Sending:
    """A transfer's posting shall be taken back."""
    bank = make_bank()
    moved = transferred(bank)
    return Sending(
        bank.officer,
        bank.second,
        lambda s, who, key, otherwise: ask_reversal(
            s, who, NewReversal(moved, key, ReversalReason.WRONG_AMOUNT, "多转了" if otherwise else "转错了"), CLOCK
        ),
    )
