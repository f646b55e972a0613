"""Files that wait, and what taking them in would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session

from fundapp.banking.layouts import Column, Layout, Line, Read, Row, Shape, read
from fundapp.banking.models import BankLayout, BankLine, BankUpload
from fundapp.banking.queries.accounts import FEN
from fundapp.banking.rules import UPLOAD_LIFETIME, Plan, join
from fundapp.kernel.errors import NotVisible


@dataclass(frozen=True)
class UploadRow:
    """A file that waits; ``layout`` is missing where nobody has said yet how to read it."""

    id: int
    account_id: int
    file_name: str
    lines: tuple[Line, ...]
    layout: Layout | None


def stored_layout(layout: Layout) -> dict[str, Any]:
    """Write a layout as it is stored."""
    columns = {column.value: at for column, at in layout.columns.items()}
    heads = {column.value: text for column, text in layout.heads.items()}
    return {"head": layout.head, "shape": layout.shape.value, "columns": columns, "heads": heads}


def layout_of(stored: Mapping[str, Any]) -> Layout:
    """Read a layout as it was stored."""
    columns = {Column(name): int(at) for name, at in stored["columns"].items()}
    heads = {Column(name): str(text) for name, text in stored["heads"].items()}
    return Layout(int(stored["head"]), Shape(stored["shape"]), columns, heads)


def last_layout(session: Session, book_id: int, bank: str) -> Layout | None:
    """Give how a bank's files were read last for a book."""
    query = select(BankLayout.layout).where(BankLayout.book_id == book_id, BankLayout.bank == bank)
    found = session.scalar(query.order_by(BankLayout.id.desc()).limit(1))
    return None if found is None else layout_of(found)


def waiting_upload(session: Session, account_id: int, upload_id: int, now: datetime) -> UploadRow:
    """Give a file of an account that waits.

    Raises:
        NotVisible: there is none, or it has waited too long.
    """
    row = session.get(BankUpload, upload_id)
    if row is None or row.account_id != account_id or row.made_at < now - UPLOAD_LIFETIME:
        raise NotVisible
    return upload_row(row)


def upload_row(row: BankUpload) -> UploadRow:
    """Read what was stored of a file."""
    lines = tuple((int(number), tuple(cells)) for number, cells in row.lines)
    return UploadRow(row.id, row.account_id, row.file_name, lines, layout_of(row.layout) if row.layout else None)


def plan_of(session: Session, upload: UploadRow) -> Plan:
    """Tell what taking a file in would do: faults of its lines first, then of its place among what is kept."""
    found: Read = read(upload.lines, upload.layout) if upload.layout else Read()
    if found.faults:
        return Plan(faults=found.faults)
    rows = found.rows
    since = kept_since(session, upload.account_id, rows[0].day) if rows else []
    return join(since, rows, last_line(session, upload.account_id), _from_start(session, upload.account_id, since))


def _from_start(session: Session, account_id: int, since: Sequence[Row]) -> bool:
    """Tell whether no line is kept from before these."""
    if not since:
        return False
    earlier = select(BankLine.id).where(
        BankLine.account_id == account_id, BankLine.position < since[0].line, ~BankLine.opening
    )
    return session.scalar(earlier.limit(1)) is None


def kept_since(session: Session, account_id: int, day: date) -> list[Row]:
    """Give the kept lines of an account from a day on, in their order; what was there at the start is no line."""
    query = _kept(account_id).where(BankLine.day >= day, ~BankLine.opening).order_by(BankLine.position)
    return [Row(*row) for row in session.execute(query)]


def last_line(session: Session, account_id: int) -> Row | None:
    """Give the last kept line of an account."""
    row = session.execute(_kept(account_id).order_by(BankLine.position.desc()).limit(1)).first()
    return Row(*row) if row else None


def _kept(account_id: int) -> Any:
    amounts: Sequence[Any] = [type_coerce(one, FEN) for one in (BankLine.amount_fen, BankLine.balance_fen)]
    return select(BankLine.position, BankLine.day, *amounts, BankLine.number).where(BankLine.account_id == account_id)
