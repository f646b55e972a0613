"""余额调节表: one prepares it, another checks it."""

from dataclasses import dataclass
from datetime import date

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.banking.commands.accounts import hold_account
from fundapp.banking.models import Reconciliation, ReconciliationCheck
from fundapp.banking.policy import check_may_check, check_may_keep
from fundapp.banking.queries import get_account, papers_of, state_at
from fundapp.banking.rules import last_day
from fundapp.db.once import done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen


@dataclass(frozen=True)
class Prepare:
    """What the preparer fills in: the balance as the bank's paper of that day says it, and what explains each item."""

    account_id: int
    op_key: str
    as_of: date
    bank_balance: Money
    note: str


def prepare(session: Session, actor: Actor, cmd: Prepare, clock: Clock) -> Reconciliation:
    """Write 余额调节表 of the last day of a month.

    The balance is typed from the bank's paper: where it is not that of the lines, lines are missing.

    Raises:
        NotVisible, Forbidden: the account is not there for the actor, or not hers to keep.
        Refused: ``web.used_key``, no month's end that has come (``banking.no_month_end``), the lines say another
            balance (``banking.other_balance``, fact ``kept``), items without a word (``banking.explain_items``).
    """
    hold_account(session, cmd.account_id)
    account = get_account(session, cmd.account_id, actor)
    check_may_keep(actor, account.holder_kind, account.place_path)
    now, note = clock.now(session), cmd.note.strip()
    key = own_key(actor, cmd.op_key)
    standing = done_before(session, Reconciliation, key, account_id=account.id, as_of=cmd.as_of, note=note)
    if standing is not None:
        if standing.bank_fen != cmd.bank_balance:
            raise Refused("web.used_key")
        return standing
    if cmd.as_of != last_day(cmd.as_of) or cmd.as_of > local_date(now):
        raise Refused("banking.no_month_end", field="as_of")
    state = state_at(session, account, cmd.as_of)
    if fen(cmd.bank_balance) != state.balances.bank:
        raise Refused("banking.other_balance", field="bank_balance", kept=from_fen(state.balances.bank))
    if (state.only_bank or state.only_book) and not note:
        raise Refused("banking.explain_items", field="note")
    figures = {f"{name}_fen": from_fen(amount) for name, amount in vars(state.balances).items()}
    row = Reconciliation(
        op_key=key, account_id=account.id, as_of=cmd.as_of, note=note, state_hash=state.fingerprint, **figures,
        prepared_by_id=actor.person_id, prepared_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "banking.prepare", f"bank_account:{account.id}", now, reconciliation=row.id)
    return row


def check(
    session: Session, actor: Actor, reconciliation_id: int, passed: bool, reason: str, clock: Clock
) -> ReconciliationCheck:
    """Say as another person that a paper is right, or that it is not; the same again is success.

    Raises:
        NotVisible, Forbidden: no such paper for the actor; who prepared it, or somebody without a part here.
        Refused: checked the other way (``banking.checked``), not the newest of its day or changed since it was
            prepared (``banking.changed_since``), wrong without a reason (``banking.reason_needed``).
    """
    row = session.get(Reconciliation, reconciliation_id)
    if row is None:
        raise NotVisible
    hold_account(session, row.account_id)
    account = get_account(session, row.account_id, actor)
    check_may_check(actor, account.holder_kind, account.place_path, row.prepared_by_id)
    standing = session.get(ReconciliationCheck, reconciliation_id)
    if standing is not None:
        if standing.passed != passed:
            raise Refused("banking.checked")
        return standing
    if not passed and not reason.strip():
        raise Refused("banking.reason_needed", field="reason")
    newest = papers_of(session, account.id, row.as_of)[0]
    if passed and (newest.id != row.id or state_at(session, account, row.as_of).fingerprint != row.state_hash):
        raise Refused("banking.changed_since")
    now = clock.now(session)
    made = ReconciliationCheck(
        reconciliation_id=row.id, passed=passed, reason=reason.strip(), checked_by_id=actor.person_id, checked_at=now
    )
    session.add(made)
    session.flush()
    record(session, actor, "banking.check", f"bank_account:{account.id}", now, reconciliation=row.id)
    return made
