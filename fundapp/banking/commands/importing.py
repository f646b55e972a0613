"""Take a bank's file in: keep it, say how it is read, and let its new lines follow those that are kept."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fundapp.audit.commands import record
from fundapp.banking.commands.accounts import hold_account
from fundapp.banking.layouts import HEAD_WITHIN, MAX_ROWS, NEEDED, Layout, Row, fitted, guess, with_heads
from fundapp.banking.models import BankLayout, BankLine, BankLineText, BankStatement, BankUpload
from fundapp.banking.policy import check_may_keep
from fundapp.banking.queries import (
    AccountRow,
    get_account,
    last_layout,
    last_line,
    plan_of,
    stored_layout,
    upload_row,
)
from fundapp.banking.rules import UPLOAD_LIFETIME, Plan
from fundapp.db.work import lock
from fundapp.fundraising.rules import read_reference
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.standing import frozen_until
from fundapp.web.sheets import lines_of

_CODE = re.compile(r"(?<!\d)\d{5}[\s\-–—]?\d{6}[\s\-–—]?\d{2}(?!\d)")
MOST_CELL = 300


@dataclass(frozen=True)
class KeepFile:
    """A file as it was sent."""

    account_id: int
    file_name: str
    data: bytes


@dataclass(frozen=True)
class SayLayout:
    """How a waiting file is read; kept for the next file of this bank."""

    upload_id: int
    layout: Layout


@dataclass(frozen=True)
class TakenIn:
    """What a file brought."""

    new: int
    known: int


def keep_file(session: Session, actor: Actor, cmd: KeepFile, clock: Clock) -> BankUpload:
    """Read a file's lines and keep them until they are taken in; it is read as the bank's last file was, if that fits.

    Raises:
        NotVisible, Forbidden: the account is not there for the actor, or not hers to keep.
        Refused: the file cannot be read (:func:`fundapp.web.sheets.lines_of`), or is too long
            (``banking.too_many_rows``).
    """
    account = get_account(session, cmd.account_id, actor)
    check_may_keep(actor, account.holder_kind, account.place_path)
    lines = [(number, [cell[:MOST_CELL] for cell in cells]) for number, cells in lines_of(cmd.data, cmd.file_name)]
    if len(lines) > MAX_ROWS + HEAD_WITHIN:
        raise Refused("banking.too_many_rows", "file", rows=MAX_ROWS)
    now = clock.now(session)
    session.execute(delete(BankUpload).where(BankUpload.made_at < now - UPLOAD_LIFETIME))
    last = last_layout(session, account.book_id, account.bank)
    layout = (last and fitted(last, lines)) or guess(lines)
    row = BankUpload(
        account_id=account.id,
        file_name=cmd.file_name[:200],
        file_hash=hashlib.sha256(cmd.data).hexdigest(),
        lines=lines,
        layout=stored_layout(layout) if layout else None,
        made_by_id=actor.person_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "banking.send", f"bank_account:{account.id}", now, lines=len(lines))
    return row


def say_layout(session: Session, actor: Actor, cmd: SayLayout, clock: Clock) -> BankUpload:
    """Say how a waiting file is read, and keep that for this bank.

    Raises:
        Refused: it waits no longer (``banking.gone``), a column is missing or named twice (``banking.columns``).
    """
    row, account = _waiting(session, actor, cmd.upload_id, clock)
    columns = cmd.layout.columns
    if not set(NEEDED[cmd.layout.shape]) <= set(columns) or len(set(columns.values())) != len(columns):
        raise Refused("banking.columns")
    now, stored = clock.now(session), stored_layout(with_heads(cmd.layout, upload_row(row).lines))
    row.layout = stored
    last = last_layout(session, account.book_id, account.bank)
    if last is None or stored_layout(last) != stored:
        session.add(
            BankLayout(
                book_id=account.book_id, bank=account.bank, layout=stored, made_by_id=actor.person_id, made_at=now
            )
        )
    session.flush()
    record(session, actor, "banking.say_layout", f"bank_account:{account.id}", now)
    return row


def take_in(session: Session, actor: Actor, upload_id: int, clock: Clock) -> TakenIn:
    """Take a waiting file in, wholly or not at all; its lines are compared afresh with what is kept.

    A file without a new line changes nothing.

    Raises:
        Refused: it waits no longer (``banking.gone``), nobody said how to read it (``banking.columns``), or a line is
            wrong (``banking.wrong_rows``, facts ``count``, ``number``), or of a month that is closed
            (``banking.month_closed``).
    """
    kept, account = _waiting(session, actor, upload_id, clock)
    upload = upload_row(kept)
    if upload.layout is None:
        raise Refused("banking.columns")
    plan = plan_of(session, upload)
    if plan.faults:
        raise Refused("banking.wrong_rows", count=len(plan.faults), number=plan.faults[0].line)
    until = frozen_until(session, account.book_id)
    if plan.new and until is not None and plan.new[0].day <= until:
        raise Refused("banking.month_closed", until=until)
    now = clock.now(session)
    if plan.new:
        _write(session, actor, kept, plan, now)
    session.delete(kept)
    record(session, actor, "banking.take_in", f"bank_account:{account.id}", now, new=len(plan.new), known=plan.known)
    return TakenIn(len(plan.new), plan.known)


def _waiting(session: Session, actor: Actor, upload_id: int, clock: Clock) -> tuple[BankUpload, AccountRow]:
    """Hold a file's account, then the file."""
    account_id = session.scalar(select(BankUpload.account_id).where(BankUpload.id == upload_id))
    if account_id is None:
        raise Refused("banking.gone")
    hold_account(session, account_id)
    row = lock(session, BankUpload, upload_id)
    if row is None or row.made_at < clock.now(session) - UPLOAD_LIFETIME:
        raise Refused("banking.gone")
    account = get_account(session, account_id, actor)
    check_may_keep(actor, account.holder_kind, account.place_path)
    return row, account


def _write(session: Session, actor: Actor, kept: BankUpload, plan: Plan, now: datetime) -> None:
    statement = BankStatement(
        account_id=kept.account_id, file_name=kept.file_name, file_hash=kept.file_hash, lines_new=len(plan.new),
        lines_known=plan.known, taken_by_id=actor.person_id, taken_at=now,
    )  # fmt: skip
    session.add(statement)
    session.flush()
    last = last_line(session, kept.account_id)
    rows = [*(_opening(plan.new[0]) if last is None else ()), *plan.new]
    made = [
        BankLine(
            account_id=kept.account_id, statement_id=statement.id, position=place, opening=row.line == 0, day=row.day,
            amount_fen=from_fen(row.amount_fen), balance_fen=from_fen(row.balance_fen), number=row.number,
            project_id=_project(row),
        )
        for place, row in enumerate(rows, start=last.line + 1 if last else 1)
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    session.add_all(
        [
            BankLineText(line_id=line.id, other=row.other or None, words=row.words or None)
            for line, row in zip(made, rows, strict=True)
            if row.other or row.words
        ]
    )
    session.flush()


def _opening(first: Row) -> list[Row]:
    """Give what was there before the first line, as a line of its own; nothing where the account began empty."""
    there = first.balance_fen - first.amount_fen
    return [Row(0, first.day, there, there)] if there else []


def _project(row: Row) -> int | None:
    """Find the project whose code a transfer carries; check digits keep other numbers out."""
    for found in _CODE.findall(f"{row.words} {row.other}"):
        try:
            return read_reference(found).project_id
        except Refused:
            continue
    return None


def rekey_lines(session: Session) -> int:
    """Write what banks said of people again with the newest data key; give how many rows."""
    rows = 0
    for text in session.scalars(select(BankLineText)):
        for name in ("other", "words"):
            if getattr(text, name) is not None:
                flag_modified(text, name)
        rows += 1
    for upload in session.scalars(select(BankUpload)):
        flag_modified(upload, "lines")
        rows += 1
    session.flush()
    return rows
