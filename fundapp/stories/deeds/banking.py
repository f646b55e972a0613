"""Bank statements, matching, 余额调节表."""

import csv
import io
from datetime import date

from sqlalchemy import select

from fundapp.banking import commands, queries
from fundapp.banking.commands import KeepFile, NewBooking, NewTransfer, OpenAccount, Prepare
from fundapp.banking.rules import Booking, last_day, suggest
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput, Refused
from fundapp.kernel.money import fen_of_text, from_fen, yuan_text
from fundapp.ledger.commands import NewReversal, ask_reversal, decide_reversal
from fundapp.ledger.journals import get_request
from fundapp.ledger.models import Journal
from fundapp.ledger.queries import list_books
from fundapp.ledger.rules import Holder, ReversalReason
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key

HEAD = ("交易日期", "交易金额", "余额", "交易流水号", "对方户名", "附言")


@deed("banking.open", "holder place bank tail covers")
def banking_open(scene: Scene) -> Facts:
    """Open a bank account for a book. Fields: holder, place, bank, tail, covers. Makes a bank_account."""
    fields = scene.fields
    holder, place = fields.choice("holder", Holder, Holder.FOUNDATION), scene.thing("place")
    book = next((one for one in list_books(scene.session) if (one.holder_kind, one.place_id) == (holder, place)), None)
    if book is None:
        raise BadInput(f"{fields.where}, place", "no book", "a place whose holder has a book")
    cmd = OpenAccount(book.id, key(), fields.text("bank"), fields.text("tail", ""), fields.text("covers", "bank"))
    made = commands.open_account(scene.session, scene.actor, cmd, scene.clock)
    scene.make("bank_account", made.id)
    return {"account": made.id}


@deed("banking.ask_transfer", "from to amount reason")
def banking_ask_transfer(scene: Scene) -> Facts:
    """Ask for a transfer of the fund's money that its account has most of. Fields: from, to, amount, reason."""
    here, there = (scene.thing("bank_account", name) for name in ("from", "to"))
    account, fields = queries.get_account(scene.session, here), scene.fields
    held = queries.parts_of(scene.session, account)
    part = max(sorted(held), key=lambda one: held[one], default="")
    cmd = NewTransfer(account.book_id, key(), here, there, part, fields.money("amount"), fields.text("reason"))
    made = commands.ask_transfer(scene.session, scene.actor, cmd, scene.clock)
    scene.make("bank_transfer", made.id)
    return {"state": queries.get_transfer(scene.session, made.id).state.value}


@deed("banking.decide_transfer", "transfer passed reason")
def banking_decide_transfer(scene: Scene) -> Facts:
    """Approve a transfer as another person, or refuse it. Fields: transfer, passed, reason."""
    number, passed = scene.thing("bank_transfer", "transfer"), scene.fields.yes("passed", True)
    commands.decide_transfer(scene.session, scene.actor, number, passed, scene.fields.text("reason", ""), scene.clock)
    return {"state": queries.get_transfer(scene.session, number).state.value}


@deed("banking.take_in", "account upto last_month lines")
def banking_take_in(scene: Scene) -> Facts:
    """Take a file in. Fields: account, upto (of what the book says), last_month, lines. Facts: new, known."""
    account, fields = scene.thing("bank_account", "account"), scene.fields
    upto = fields.instant("upto", None)
    until = local_date(upto) if upto else None
    rows = _rows(scene, account, _month(scene)[1] if fields.yes("last_month", False) else until)
    data = _file(scene, account, rows)
    kept = commands.keep_file(scene.session, scene.actor, KeepFile(account, "statement.csv", data), scene.clock)
    done = commands.take_in(scene.session, scene.actor, kept.id, scene.clock)
    return {"new": done.new, "known": done.known}


def _rows(scene: Scene, account_id: int, upto: date | None) -> list[tuple[date, int, str, str]]:
    """Give what the bank would have written: the book's money up to a day, and the lines of the story."""
    account = queries.get_account(scene.session, account_id)
    entries = queries.free_entries(scene.session, account) if upto else []
    rows = [(one.day, one.amount_fen, "", one.purpose) for one in entries if upto and one.day <= upto]
    for line in scene.fields.listed("lines", []):
        amount = fen_of_text(line.get("amount"), f"{scene.fields.where}, lines")
        on = date.fromisoformat(line["day"]) if "day" in line else upto or local_date(scene.clock.now(scene.session))
        rows.append((on, amount, line.get("other", ""), line.get("words", "")))
    return sorted(rows, key=lambda row: row[0])


def _month(scene: Scene) -> tuple[date, date]:
    """Give the month before the one of the deed."""
    first = local_date(scene.clock.now(scene.session)).replace(day=1)
    before = date.fromordinal(first.toordinal() - 1)
    return before.replace(day=1), before


def _due(scene: Scene, book_id: int) -> date:
    """Give the end of the month that is to be closed next, or of the one before the deed where there is none."""
    due = queries.next_month(scene.session, book_id, local_date(scene.clock.now(scene.session)))
    return due or _month(scene)[1]


def _file(scene: Scene, account_id: int, rows: list[tuple[date, int, str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    last = queries.last_line(scene.session, account_id)
    balance = last.balance_fen if last else 0
    for place, (day, amount, other, words) in enumerate(rows, start=last.line + 1 if last else 1):
        balance += amount
        writer.writerow([day.isoformat(), yuan_text(amount), yuan_text(balance), f"B{place:06d}", other, words])
    return out.getvalue().encode("gb18030")


@deed("banking.match", "account")
def banking_match(scene: Scene) -> Facts:
    """Match every proposed pair. Fields: account. Facts: matched, only_bank, only_book."""
    account = queries.get_account(scene.session, scene.thing("bank_account", "account"))
    lines, entries = _free(scene, account)
    found = suggest([line.item for line in lines], [entry.item for entry in entries])
    pairs = [(one.line_id, (one.journal_id, one.leg)) for one in found]
    made = commands.match_pairs(scene.session, scene.actor, account.id, key(), pairs, scene.clock)
    lines, entries = _free(scene, account)
    return {"matched": made, "only_bank": len(lines), "only_book": len(entries)}


def _free(scene: Scene, account: queries.AccountRow) -> tuple[list[queries.LineRow], list[queries.EntryRow]]:
    return queries.free_lines(scene.session, account.id), queries.free_entries(scene.session, account)


@deed("banking.book", "account amount kind")
def banking_book(scene: Scene) -> Facts:
    """Book the line of an amount that only the bank knows. Fields: account, amount, kind. Facts: only_bank."""
    fields, account = scene.fields, scene.thing("bank_account", "account")
    amount = fen_of_text(fields.text("amount"), f"{fields.where}, amount")
    found = [line for line in queries.free_lines(scene.session, account) if line.amount_fen == amount]
    if not found:
        raise Refused("banking.matched_already")
    cmd = NewBooking(found[0].id, key(), fields.choice("kind", Booking))
    commands.book_line(scene.session, scene.actor, cmd, scene.clock)
    return {"only_bank": len(queries.free_lines(scene.session, account))}


@deed("banking.prepare", "account month note")
def banking_prepare(scene: Scene) -> Facts:
    """Prepare 余额调节表. Fields: account, month, note. Facts: bank, book, adjusted."""
    fields, account = scene.fields, queries.get_account(scene.session, scene.thing("bank_account", "account"))
    named = fields.instant("month", None)
    last = last_day(local_date(named)) if named else _due(scene, account.book_id)
    balance = queries.bank_at(scene.session, account.id, last)
    cmd = Prepare(account.id, key(), last, from_fen(balance), fields.text("note", ""))
    row = commands.prepare(scene.session, scene.actor, cmd, scene.clock)
    scene.make("reconciliation", row.id)
    told = queries.state_at(scene.session, account, last).balances
    amounts = {"bank": told.bank, "book": told.book, "adjusted": told.bank_adjusted}
    return {name: yuan_text(amount) for name, amount in amounts.items()}


@deed("banking.close", "account month")
def banking_close(scene: Scene) -> Facts:
    """Close a month of the book of a bank account. Fields: account, month. Facts: closed."""
    account = queries.get_account(scene.session, scene.thing("bank_account", "account"))
    named = scene.fields.instant("month", None)
    last = last_day(local_date(named)) if named else _due(scene, account.book_id)
    made = commands.close_month(scene.session, scene.actor, account.book_id, last, scene.clock)
    scene.make("month_closing", made)
    return {"closed": last.isoformat()[:7]}


@deed("banking.check", "reconciliation passed reason")
def banking_check(scene: Scene) -> Facts:
    """Check 余额调节表 as another person. Fields: reconciliation, passed, reason. Facts: passed."""
    fields = scene.fields
    row = commands.check(
        scene.session, scene.actor, scene.thing("reconciliation"), fields.yes("passed", True),
        fields.text("reason", ""), scene.clock,
    )  # fmt: skip
    return {"passed": row.passed}


@deed("ledger.ask_reversal", "transfer reason told")
def ledger_ask_reversal(scene: Scene) -> Facts:
    """Ask that the posting of a transfer be taken back. Fields: transfer, reason, told."""
    number, fields = scene.thing("bank_transfer", "transfer"), scene.fields
    source = f"bank_transfer:{number}"
    journal = scene.session.scalars(select(Journal.id).where(Journal.source == source)).one()
    cmd = NewReversal(journal, key(), fields.choice("reason", ReversalReason), fields.text("told"))
    made = ask_reversal(scene.session, scene.actor, cmd, scene.clock)
    scene.make("reversal", made.id)
    return {"state": get_request(scene.session, made.id).state.value}


@deed("ledger.decide_reversal", "reversal passed reason")
def ledger_decide_reversal(scene: Scene) -> Facts:
    """Approve that it be taken back as another person, or refuse it. Fields: reversal, passed, reason."""
    number, passed = scene.thing("reversal"), scene.fields.yes("passed", True)
    decide_reversal(scene.session, scene.actor, number, passed, scene.fields.text("reason", ""), scene.clock)
    return {"state": get_request(scene.session, number).state.value}
