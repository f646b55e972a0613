"""Transfers between a book's own bank accounts: who asked, who approved, and what the banks know of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from fundapp.banking.models import BankMatchEntry
from fundapp.banking.queries.accounts import AccountRow, accounts_of_books
from fundapp.banking.queries.matching import standing
from fundapp.banking.rules import TransferState, transfer_state
from fundapp.banking.transfer_models import BankTransfer, BankTransferDecision
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.models import Entry, Journal, LedgerAccount
from fundapp.ledger.queries import balances
from fundapp.ledger.rules import Ledger


@dataclass(frozen=True)
class TransferRow:
    """A transfer; ``left`` and ``arrived``: whether a line of the bank's stands beside that side of it.

    ``back``: its posting was reversed.
    """

    id: int
    book_id: int
    here: AccountRow
    there: AccountRow
    part: str
    amount: Money
    reason: str
    asked_by_id: int
    asked_at: datetime
    passed: bool | None
    why_not: str
    left: bool
    arrived: bool
    back: bool

    @property
    def state(self) -> TransferState:
        """Give where it stands."""
        return transfer_state(self.passed, self.left, self.arrived, self.back)


def transfers_of(session: Session, book_ids: Collection[int]) -> list[TransferRow]:
    """List the transfers of books, the newest first."""
    query = (
        select(BankTransfer, BankTransferDecision)
        .outerjoin(BankTransferDecision, BankTransferDecision.transfer_id == BankTransfer.id)
        .where(BankTransfer.book_id.in_(book_ids))
        .order_by(BankTransfer.id.desc())
    )
    rows = list(session.execute(query))
    accounts = {one.id: one for one in accounts_of_books(session, {row[0].book_id for row in rows})} if rows else {}
    numbers = [row[0].id for row in rows]
    known, back = (_known(session, numbers), _taken_back(session, numbers)) if rows else (set(), set())
    return [
        TransferRow(
            t.id, t.book_id, accounts[t.from_id], accounts[t.to_id], t.part, t.amount_fen, t.reason, t.asked_by_id,
            t.asked_at, d.passed if d else None, d.reason if d else "", (t.id, -1) in known, (t.id, 1) in known,
            t.id in back,
        )
        for t, d in rows
    ]  # fmt: skip


def get_transfer(session: Session, transfer_id: int) -> TransferRow:
    """Give one transfer.

    Raises:
        NotVisible: there is none of this number.
    """
    row = session.get(BankTransfer, transfer_id)
    if row is None:
        raise NotVisible
    return next(one for one in transfers_of(session, [row.book_id]) if one.id == transfer_id)


def _taken_back(session: Session, numbers: list[int]) -> set[int]:
    """Give the transfers whose posting was reversed."""
    again = aliased(Journal)
    query = select(Journal.source).join(again, again.reverses_id == Journal.id)
    sources = session.scalars(query.where(Journal.source.in_([f"bank_transfer:{number}" for number in numbers])))
    return {int(source.partition(":")[2]) for source in sources}


def _known(session: Session, numbers: list[int]) -> set[tuple[int, int]]:
    """Give the sides (-1: it left, 1: it arrived) beside which a line of the bank stands in a match."""
    same = and_(BankMatchEntry.journal_id == Entry.journal_id, BankMatchEntry.leg == Entry.leg)
    query = (
        select(Journal.source, Entry.amount_fen)
        .join(Entry, Entry.journal_id == Journal.id)
        .where(Journal.source.in_([f"bank_transfer:{number}" for number in numbers]), standing(BankMatchEntry, same))
    )
    return {
        (int(source.partition(":")[2]), 1 if amount.amount > 0 else -1) for source, amount in session.execute(query)
    }


def parts_of(session: Session, account: AccountRow) -> dict[str, int]:
    """Give what an account holds by fund, in fen: the end of the codes, blank for what is common."""
    found = balances(session, account.book_id, Ledger.ACTUAL, account.covers)
    own = {code.removeprefix(account.covers): amount for code, amount in found.items()}
    return {part: amount for part, amount in own.items() if amount and (not part or part.startswith(":"))}


def parts_held(session: Session, accounts: list[AccountRow]) -> dict[str, str]:
    """Name the funds whose money lies in some accounts by the end of their codes, as the book names them."""
    codes = [f"{one.covers}{part}" for one in accounts for part in parts_of(session, one)]
    query = select(LedgerAccount.code, LedgerAccount.name).where(
        LedgerAccount.book_id.in_({one.book_id for one in accounts}), LedgerAccount.code.in_(codes)
    )
    return {"".join(code.partition(":")[1:]): name for code, name in session.execute(query)}
