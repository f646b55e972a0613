"""The accounts of the tree beside those of a programme's pool."""

from sqlalchemy.orm import Session

from fundapp.ledger.commands import ensure_account
from fundapp.ledger.rules import Ledger
from fundapp.places.queries import get_place
from fundapp.pools.texts import COMMON, COMMON_PARTS, SHARED
from fundapp.programmes.queries import ProgrammeRow


def common_account(session: Session, book_id: int, part: str) -> str:
    """Give the code of a part of a foundation's common pool, its account opened where it is missing."""
    code, source = f"common:{part}", part == "source"
    name = f"{COMMON} {COMMON_PARTS[part]}"
    limits = {"floor_fen": None, "ceiling_fen": 0} if source else {"floor_fen": 0, "ceiling_fen": None}
    ensure_account(session, book_id, Ledger.COMMIT, code, name, **limits)
    return code


def share_account(session: Session, book_id: int, programme: ProgrammeRow, place_id: int) -> str:
    """Give the code of a community's share of a programme's pool, its account opened where it is missing."""
    code = f"pool:{programme.id}:shared:{place_id}"
    name = f"{get_place(session, place_id).name} {SHARED}"
    ensure_account(session, book_id, Ledger.COMMIT, code, name, floor_fen=0)
    return code


def given_account(session: Session, book_id: int, programme: ProgrammeRow) -> str:
    """Give the code of what a programme has from the common pool: no more than that goes back there."""
    code = f"common:given:{programme.id}"
    ensure_account(session, book_id, Ledger.COMMIT, code, f"{COMMON} {programme.name}"[:80], floor_fen=0)
    return code
