"""What ``fundapp check`` and ``fundapp ledger check`` recompute of the ledger, from the raw rows.

Nothing is trusted because of its type. Journals and entries are read once, side by side in the order of their numbers:
each journal's text is written anew from its columns and entries and compared byte by byte. Only where something differs
is the stored text taken apart to say what.
"""

import json
from typing import Any

from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.ledger.audits import AUDITS
from fundapp.ledger.models import Book, Entry, Journal, LedgerAccount
from fundapp.ledger.raw import Row, rows_of, tuples_of
from fundapp.ledger.rules import BODY, body_hash, book_text, digest
from fundapp.ledger.writing import written

_SAME = {  # column of the journal: its name in the canonical text
    "book_id": "book", "ledger": "ledger", "key": "key", "seq": "seq", "purpose": "purpose", "source": "source",
    "subject": "subject", "event_date": "event_date", "posted_at": "posted_at", "posted_by_id": "posted_by",
    "reverses_id": "reverses", "prev_hash": "prev", "reason": "reason", "asked_by_id": "asked_by",
    "approved_by_id": "approved_by",
}  # fmt: skip
_ENTRY = (
    Entry.journal_id, Entry.leg, Entry.leg_count, Entry.account_id, Entry.amount_fen, Entry.balance_after_fen,
    Entry.account_version,
)  # fmt: skip


def check_books(session: Session) -> CheckResult:
    """Recompute what each book's chain starts from."""
    count = 0
    for book in rows_of(session, Book.__table__, Book.id):
        count += 1
        text = book_text(book["holder_kind"], book["holder_name"], book["place_id"], book["opened_at"])
        if digest(text) != book["start_hash"]:
            return CheckResult(count, f"book:{book['id']} is not what its chain starts from")
    return CheckResult(count)


class _Pass:
    """One pass over journals and entries: where each book's chain, each account's balance and each fund stands."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.accounts = {row["id"]: row for row in rows_of(session, LedgerAccount.__table__, LedgerAccount.id)}
        self.codes = {number: json.dumps(row["code"], ensure_ascii=False) for number, row in self.accounts.items()}
        self.ends = {row["id"]: (0, row["start_hash"]) for row in rows_of(session, Book.__table__, Book.id)}
        self.kept: dict[Any, tuple[int, int]] = {}

    def fault(self, row: Row, legs: list[Any]) -> str | None:
        """Say what is wrong with a journal, or with its entries."""
        seq, prev = self.ends.get(row["book_id"], (None, None))
        if seq is None:
            return self._of(row, "lies in no book")
        if row["seq"] != seq + 1 or row["prev_hash"] != prev:
            return self._of(row, "does not go on from the journal before it")
        self.ends[row["book_id"]] = (row["seq"], row["hash"])
        text = str(row["canonical"])
        if digest(text) != row["hash"]:
            return self._of(row, "differs from its hash")
        said = self._said(row, legs)
        head, body = ("", "") if said is None else written(row, said)
        if head != text or digest(body) != row["body_hash"]:
            return self._of(row, self._detail(row, legs))
        return self._of(row, self._unbalanced(row, legs)) or self._gap(legs)

    @staticmethod
    def _of(row: Row, what: str | None) -> str | None:
        return what and f"ledger_journal:{row['id']} {what}"

    def _said(self, row: Row, legs: list[Any]) -> str | None:
        """Write the entries as the text has them; ``None`` where their slots are not those that were declared."""
        count, parts = row["leg_count"], []
        for place, (_, leg, leg_count, account, amount, _, _) in enumerate(legs, start=1):
            if leg != place or leg_count != count or account not in self.codes:
                return None
            parts.append(f"[{self.codes[account]},{amount}]")
        return f"[{','.join(parts)}]" if len(parts) == count else None

    def _detail(self, row: Row, legs: list[Any]) -> str:
        """Take the stored text apart to say which column or entry it is."""
        said = json.loads(row["canonical"])
        for column, name in _SAME.items():
            if row[column] != said[name]:
                return f"differs from its text in {column}"
        if row["body_hash"] != body_hash({name: said[name] for name in BODY}):
            return "differs from its text in body_hash"
        if row["leg_count"] != len(said["legs"]) or any(leg[2] != row["leg_count"] for leg in legs):
            return "differs from its text in leg_count"
        return "has other entries than its text says"

    def _unbalanced(self, row: Row, legs: list[Any]) -> str | None:
        sums: dict[Any, int] = {}
        for leg in legs:
            fund = self.accounts[leg[3]]["fund"]
            sums[fund] = sums.get(fund, 0) + leg[4]
        if any(sums.values()):
            return "does not sum to 0 in each fund"
        return "is no mirror image of what it reverses" if row["reverses_id"] and not self._mirrors(row, legs) else None

    def _mirrors(self, row: Row, legs: list[Any]) -> bool:
        first = rows_of(self.session, Entry.__table__, Entry.leg, where=Entry.journal_id == row["reverses_id"])
        mirror = [(leg["account_id"], -leg["amount_fen"]) for leg in first]
        return mirror == [(leg[3], leg[4]) for leg in legs]

    def _gap(self, legs: list[Any]) -> str | None:
        for journal, leg, _, account, amount, after, version in legs:
            balance, before = self.kept.get(account, (0, 0))
            if version != before + 1 or after != balance + amount:
                return f"ledger_entry:{journal},{leg} does not go on from the balance before it"
            self.kept[account] = (after, version)
        return None


def check_journals(session: Session) -> CheckResult:
    """Recompute every book's chain and every running balance; compare columns and entries with the text hashed."""
    going = _Pass(session)
    entries = tuples_of(session, _ENTRY, Entry.journal_id, Entry.leg)
    entry, count = next(entries, None), 0
    for row in rows_of(session, Journal.__table__, Journal.id):
        legs = []
        while entry is not None and entry[0] <= row["id"]:
            if entry[0] < row["id"]:
                return CheckResult(count, f"ledger_journal:{entry[0]} is missing, its entries are there")
            legs.append(entry)
            entry = next(entries, None)
        count += len(legs)
        fault = going.fault(row, legs)
        if fault:
            return CheckResult(count, fault)
    return CheckResult(count, f"ledger_journal:{entry[0]} is missing, its entries are there" if entry else None)


CHECKS: tuple[Check, ...] = (Check("ledger.books", check_books), Check("ledger.journals", check_journals), *AUDITS)
