"""The pool of a programme in the foundation's book: every move of matched money is a posting made here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.chart import bank_code, programme_fund
from fundapp.ledger.commands import ensure_account, open_book, post, post_all
from fundapp.ledger.queries import balance
from fundapp.ledger.rules import Holder, Ledger, Leg, Posting
from fundapp.matching.texts import BANK, DONATION, GRANT, POOL_PARTS
from fundapp.programmes.models import Programme
from fundapp.programmes.queries import ProgrammeRow, get_programme


def lock_pool(session: Session, programme_id: int) -> ProgrammeRow:
    """Hold a programme's pool to the end of the transaction: before its projects and accounts.

    Raises:
        NotVisible: there is none of this number.
    """
    if lock(session, Programme, programme_id) is None:
        raise NotVisible
    return get_programme(session, programme_id)


def book_of(session: Session, actor: Actor, programme: ProgrammeRow, at: datetime) -> int:
    """Give the foundation's book for a programme's place, opened where it is missing."""
    return open_book(session, actor, Holder.FOUNDATION, programme.foundation_name, programme.place_id, at).id


def pool_account(session: Session, book_id: int, programme: ProgrammeRow, part: str, of: int | None = None) -> str:
    """Give the code of a part of the pool ("held" and the like), its account opened where it is missing."""
    code = f"pool:{programme.id}:{part}" + (f":{of}" if of is not None else "")
    name = f"{programme.name} {POOL_PARTS[part]}" + (f" {of}" if of is not None else "")
    floor, ceiling = (None, 0) if part == "source" else (0, None)
    fund = programme_fund(programme.id)
    ensure_account(session, book_id, Ledger.COMMIT, code, name, floor_fen=floor, ceiling_fen=ceiling, fund=fund)
    return code


def money_accounts(session: Session, book_id: int, programme: ProgrammeRow, project_id: int | None = None) -> None:
    """Open the accounts of real money that a pool needs: one fund, so that no programme pays for another."""
    fund, bank, given = programme_fund(programme.id), f"{programme.name} {BANK}", f"{programme.name} {DONATION}"
    donation = f"donation:restricted:{programme.id}"
    ensure_account(session, book_id, Ledger.ACTUAL, bank_code(programme.id), bank, floor_fen=0, fund=fund)
    ensure_account(session, book_id, Ledger.ACTUAL, donation, given, ceiling_fen=0, fund=fund)
    if project_id is not None:
        code, name = f"grant:{project_id}", f"{GRANT} {project_id}"
        ensure_account(session, book_id, Ledger.ACTUAL, code, name, floor_fen=0, fund=fund)


def available(session: Session, book_id: int, programme: ProgrammeRow) -> int:
    """Give the fen that may still be promised; read under the pool's lock."""
    return balance(session, book_id, Ledger.COMMIT, f"pool:{programme.id}:available")


def shift(
    session: Session, actor: Actor, book_id: int, key: str, purpose: str, about: tuple[str, str | None],
    legs: tuple[Leg, ...], at: datetime, ledger: Ledger = Ledger.COMMIT,
) -> None:  # fmt: skip
    """Post one move within the foundation's book; ``about`` is (source, subject)."""
    post(session, actor, Posting(book_id, ledger, key, purpose, *about, local_date(at), legs), at)


def shift_all(session: Session, actor: Actor, postings: Sequence[Posting], at: datetime) -> None:
    """Post moves that belong together, in several books."""
    post_all(session, actor, postings, at)
