"""The accounts of the tree beside those of a programme's pool."""

from sqlalchemy.orm import Session

from fundapp.ledger.chart import bank_code, programme_fund
from fundapp.ledger.commands import ensure_account
from fundapp.ledger.rules import Ledger, Leg
from fundapp.matching.pool import money_accounts
from fundapp.matching.texts import BANK
from fundapp.places.queries import get_place
from fundapp.pools.texts import COMMON, COMMON_PARTS, SHARED
from fundapp.programmes.queries import ProgrammeRow


def common_account(session: Session, book_id: int, part: str) -> str:
    """Give the code of a part of a foundation's common pool, its account opened where it is missing."""
    code, source = f"common:{part}", part == "source"
    name = f"{COMMON} {COMMON_PARTS[part]}"
    floor, ceiling = (None, 0) if source else (0, None)
    ensure_account(session, book_id, Ledger.COMMIT, code, name, floor, ceiling)
    return code


def share_account(session: Session, book_id: int, programme: ProgrammeRow, place_id: int) -> str:
    """Give the code of a community's share of a programme's pool, its account opened where it is missing."""
    code = f"pool:{programme.id}:shared:{place_id}"
    name = f"{get_place(session, place_id).name} {SHARED}"
    ensure_account(session, book_id, Ledger.COMMIT, code, name, floor_fen=0, fund=programme_fund(programme.id))
    return code


def given_account(session: Session, book_id: int, programme: ProgrammeRow) -> str:
    """Give the code of what a programme has from the common pool: no more than that goes back there."""
    code = f"common:given:{programme.id}"
    ensure_account(session, book_id, Ledger.COMMIT, code, f"{COMMON} {programme.name}"[:80], floor_fen=0)
    return code


def money_moves(session: Session, book_id: int, programme: ProgrammeRow, amount: int) -> tuple[Leg, ...]:
    """Give the legs by which money at the bank goes from the common fund to a programme's, or back (below 0).

    Each of the two funds balances in itself: what one gave, the other received.
    """
    money_accounts(session, book_id, programme)
    fund, went, came = programme_fund(programme.id), f"transfer:to:{programme.id}", f"transfer:from:{programme.id}"
    ensure_account(session, book_id, Ledger.ACTUAL, "bank", str(BANK), floor_fen=0)
    ensure_account(session, book_id, Ledger.ACTUAL, went, f"{COMMON} {programme.name}"[:80], floor_fen=0)
    ensure_account(session, book_id, Ledger.ACTUAL, came, f"{programme.name} {COMMON}"[:80], ceiling_fen=0, fund=fund)
    return (
        Leg(went, amount), Leg("bank", -amount), Leg(bank_code(programme.id), amount), Leg(came, -amount),
    )  # fmt: skip
