"""Match lines of the bank with entries of the book, take a match back, and book what only the bank knows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.banking.commands.accounts import hold_account
from fundapp.banking.models import BankLine, BankMatch, BankMatchEntry, BankMatchLine, BankUnmatch
from fundapp.banking.policy import check_may_keep
from fundapp.banking.queries import (
    AccountRow,
    EntryRow,
    LineRow,
    free_entries,
    free_lines,
    get_account,
    members,
    pays_from,
)
from fundapp.banking.rules import BOOKED_ON, MOST_IN_A_MATCH, Booking, may_book
from fundapp.banking.texts import BOOKINGS, COVERS, booked_purpose
from fundapp.db.once import done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.commands import ensure_account, post, reverse
from fundapp.ledger.rules import Ledger, Leg, Posting, ReversalReason
from fundapp.ledger.standing import frozen_until, posted_by

Key = tuple[int, int]
Name = TypeVar("Name")
Member = TypeVar("Member")


@dataclass(frozen=True)
class NewMatch:
    """Lines (by number) and entries (by journal and leg) that are the same money."""

    account_id: int
    op_key: str
    lines: tuple[int, ...]
    entries: tuple[Key, ...]


@dataclass(frozen=True)
class NewBooking:
    """A line that the book shall learn from the bank."""

    line_id: int
    op_key: str
    kind: Booking


def match(session: Session, actor: Actor, cmd: NewMatch, clock: Clock) -> BankMatch:
    """Say that lines and entries are the same money: their sums are equal, and each is in no other match.

    Entries that took each other back may be matched without a line, and lines of the bank likewise.

    Raises:
        NotVisible, Forbidden: the account is not there for the actor, or not hers to keep.
        Refused: ``web.used_key``, too few or too many (``banking.choose_some``), one that is matched or not there
            (``banking.matched_already``), other sums (``banking.sums_differ``, facts ``lines``, ``entries``), a month
            that is closed (``banking.month_closed``).
    """
    account = _keep(session, actor, cmd.account_id)
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, BankMatch, key, account_id=account.id)
    if standing is not None:
        _check_same(session, key, cmd)
        return standing
    lines = {line.id: line for line in free_lines(session, account.id)}
    entries = {(entry.journal_id, entry.leg): entry for entry in free_entries(session, account)}
    return _match(session, actor, account, (key, _chosen(lines, cmd.lines), _chosen(entries, cmd.entries)), clock)


def match_pairs(
    session: Session, actor: Actor, account_id: int, op_key: str, pairs: Sequence[tuple[int, Key]], clock: Clock
) -> int:
    """Make a match of each pair of a line and an entry; give how many.

    Pairs that the same form matched before are skipped.
    """
    account = _keep(session, actor, account_id)
    lines = {line.id: line for line in free_lines(session, account.id)}
    entries = {(entry.journal_id, entry.leg): entry for entry in free_entries(session, account)}
    made = 0
    for line_id, entry in pairs:
        key = str(uuid5(UUID(own_key(actor, op_key)), str(line_id)))
        if done_before(session, BankMatch, key) is None:
            _match(session, actor, account, (key, _chosen(lines, [line_id]), _chosen(entries, [entry])), clock)
            made += 1
    return made


def _keep(session: Session, actor: Actor, account_id: int) -> AccountRow:
    hold_account(session, account_id)
    account = get_account(session, account_id, actor)
    check_may_keep(actor, account.holder_kind, account.place_path)
    return account


def _check_same(session: Session, key: str, cmd: NewMatch) -> None:
    lines, entries = members(session, [key])
    said = ({line.id for line in lines.get(key, ())}, {(one.journal_id, one.leg) for one in entries.get(key, ())})
    if said != (set(cmd.lines), set(cmd.entries)):
        raise Refused("web.used_key")


def _chosen(free: Mapping[Name, Member], wanted: Iterable[Name]) -> list[Member]:
    once = list(dict.fromkeys(wanted))
    if any(one not in free for one in once):
        raise Refused("banking.matched_already")
    return [free[one] for one in once]


def _match(
    session: Session,
    actor: Actor,
    account: AccountRow,
    what: tuple[str, list[LineRow], list[EntryRow]],
    clock: Clock,
    booked: Booking | None = None,
) -> BankMatch:
    key, lines, entries = what
    if not 2 <= len(lines) + len(entries) <= MOST_IN_A_MATCH:
        raise Refused("banking.choose_some", most=MOST_IN_A_MATCH)
    check_open(session, account, lines, entries)
    sums = sum(line.amount_fen for line in lines), sum(entry.amount_fen for entry in entries)
    if sums[0] != sums[1]:
        raise Refused("banking.sums_differ", lines=from_fen(sums[0]), entries=from_fen(sums[1]))
    _write_members(session, key, lines, entries)
    now = clock.now(session)
    row = BankMatch(op_key=key, account_id=account.id, booked=booked, made_by_id=actor.person_id, made_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "banking.match", f"bank_account:{account.id}", now, match=row.id)
    return row


def check_open(session: Session, account: AccountRow, lines: Sequence[LineRow], entries: Sequence[EntryRow]) -> None:
    """Let a match change only what is open: one that lies wholly in closed months would change their papers.

    Raises:
        Refused: all its days are in closed months (``banking.month_closed``, fact ``until``).
    """
    until = frozen_until(session, account.book_id)
    days = [line.day for line in lines] + [entry.day for entry in entries]
    if until is not None and max(days) <= until:
        raise Refused("banking.month_closed", until=until)


def _write_members(session: Session, key: str, lines: Sequence[LineRow], entries: Sequence[EntryRow]) -> None:
    numbers = [line.id for line in lines]
    turns = Counter(session.scalars(select(BankMatchLine.line_id).where(BankMatchLine.line_id.in_(numbers))))
    places = [(entry.journal_id, entry.leg) for entry in entries]
    seen = select(BankMatchEntry.journal_id, BankMatchEntry.leg).where(
        tuple_(BankMatchEntry.journal_id, BankMatchEntry.leg).in_(places)
    )
    held = Counter((journal_id, leg) for journal_id, leg in session.execute(seen))
    session.add_all([BankMatchLine(match_key=key, line_id=number, turn=turns[number] + 1) for number in numbers])
    session.add_all(
        [BankMatchEntry(match_key=key, journal_id=place[0], leg=place[1], turn=held[place] + 1) for place in places]
    )
    session.flush()


def unmatch(session: Session, actor: Actor, match_id: int, reason: str, clock: Clock) -> BankUnmatch:
    """Take a match back; it stays in the history. What was booked for its line is reversed.

    Taking it back again with the same reason is success.

    Raises:
        NotVisible, Forbidden: no such match for the actor, or not hers to take back.
        Refused: no reason (``banking.reason_needed``), taken back before (``banking.taken_back``), a month that is
            closed (``banking.month_closed``).
    """
    row = session.get(BankMatch, match_id)
    if row is None:
        raise NotVisible
    account = _keep(session, actor, row.account_id)
    reason = reason.strip()
    standing = session.get(BankUnmatch, match_id)
    if standing is not None:
        if standing.reason != reason:
            raise Refused("banking.taken_back")
        return standing
    if not reason:
        raise Refused("banking.reason_needed", field="reason")
    lines, entries = members(session, [row.op_key])
    check_open(session, account, lines.get(row.op_key, []), entries.get(row.op_key, []))
    now = clock.now(session)
    back = BankUnmatch(match_id=match_id, reason=reason, taken_back_by_id=actor.person_id, taken_back_at=now)
    session.add(back)
    session.flush()
    record(session, actor, "banking.unmatch", f"bank_account:{account.id}", now, match=match_id)
    if row.booked is not None:
        _unbook(session, actor, account, row, reason, clock)
    return back


def _unbook(session: Session, actor: Actor, account: AccountRow, row: BankMatch, reason: str, clock: Clock) -> None:
    """Reverse what was booked, and match it with its reversal: neither is money at the bank."""
    entry = members(session, [row.op_key])[1][row.op_key][0]
    now, booked_by = clock.now(session), posted_by(session, entry.journal_id)
    back = reverse(session, actor, entry.journal_id, ReversalReason.WRONG_ACCOUNT, reason, now, approved_by=booked_by)
    free = {(one.journal_id, one.leg): one for one in free_entries(session, account)}
    pair = _chosen(free, [(entry.journal_id, entry.leg), (back.id, entry.leg)])
    _match(session, actor, account, (str(uuid5(UUID(row.op_key), "reversed")), [], pair), clock)


def book_line(session: Session, actor: Actor, cmd: NewBooking, clock: Clock) -> BankMatch:
    """Post what only the bank knows, and match it: interest, charges, a start, money that nobody has named.

    The line of the statement is the evidence, and its number is the posting's key.

    Raises:
        NotVisible, Forbidden: no such line for the actor, or not hers to keep.
        Refused: the kind does not fit the line (``banking.other_kind``), the line is matched
            (``banking.matched_already``), ``web.used_key``, or what the ledger refuses.
    """
    line = session.get(BankLine, cmd.line_id)
    if line is None:
        raise NotVisible
    account = _keep(session, actor, line.account_id)
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, BankMatch, key, account_id=account.id, booked=cmd.kind)
    if standing is not None:
        return standing
    found = _chosen({one.id: one for one in free_lines(session, account.id)}, [cmd.line_id])[0]
    if not may_book(cmd.kind, found.amount_fen, found.opening):
        raise Refused("banking.other_kind", field="kind")
    journal_id = _post(session, actor, account, found, cmd.kind, clock.now(session))
    entry = next(one for one in free_entries(session, account) if one.journal_id == journal_id)
    return _match(session, actor, account, (key, [found], [entry]), clock, booked=cmd.kind)


def _post(session: Session, actor: Actor, account: AccountRow, line: LineRow, kind: Booking, now: datetime) -> int:
    own, other = pays_from(account), BOOKED_ON[kind]
    ensure_account(session, account.book_id, Ledger.ACTUAL, own, str(COVERS["bank"]), floor_fen=0)
    floor, ceiling = (0, None) if kind is Booking.FEE else (None, 0)
    ensure_account(session, account.book_id, Ledger.ACTUAL, other, str(BOOKINGS[kind]), floor, ceiling)
    turn = session.scalar(select(func.count()).select_from(BankMatchLine).where(BankMatchLine.line_id == line.id)) or 0
    posting = Posting(
        account.book_id, Ledger.ACTUAL, f"bank_line:{line.id}:{turn + 1}", booked_purpose(kind, account.label),
        f"bank_line:{line.id}", None, line.day, (Leg(own, line.amount_fen), Leg(other, -line.amount_fen)),
    )  # fmt: skip
    return post(session, actor, posting, now).id
