"""What ``fundapp check`` recomputes of the trail and of every sealed row."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Enum, Table, Text, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEntry
from fundapp.audit.rules import START, chain_hash, fingerprint
from fundapp.db.base import Base
from fundapp.db.checking import Check, CheckResult
from fundapp.db.types import CanonicalJson

_ENTRY = AuditEntry.__table__


def check_chain(session: Session) -> CheckResult:
    """Recompute the chain: numbers without a gap, every hash over the stored values."""
    prev, count = START, 0
    columns = list(_ENTRY.columns)
    for row in session.execute(select(*(_raw(column) for column in columns)).order_by(_ENTRY.c.seq)):
        count += 1
        values = {column.name: value for column, value in zip(columns, row, strict=True)}
        if values["seq"] != count or values["prev_hash"] != prev or chain_hash(values) != values["hash"]:
            return CheckResult(count, f"audit_entry:{values['seq']} does not fit the chain")
        prev = values["hash"]
    return CheckResult(count)


def sealed_tables() -> list[Table]:
    """List the sealed tables by name."""
    return [table for table in Base.metadata.sorted_tables if table.info.get("sealed")]


def recorded_fingerprints(session: Session) -> dict[str, str | None]:
    """Give the last recorded fingerprint of every sealed row; ``None`` for one that was removed."""
    found: dict[str, str | None] = {}
    for rows in session.scalars(select(AuditEntry.rows).order_by(AuditEntry.seq)):
        found.update(rows)
    return found


def check_sealed_rows(session: Session) -> Iterator[tuple[str, CheckResult]]:
    """Compare every row of every sealed table with its recorded fingerprint, table by table."""
    recorded = recorded_fingerprints(session)
    for table in sealed_tables():
        yield f"rows.{table.name}", _check_table(session, table, recorded)
    left = sorted(name for name, value in recorded.items() if value is not None)
    yield "rows.missing", CheckResult(len(left), f"{left[0]} is recorded but gone" if left else None)


def _check_table(session: Session, table: Table, recorded: dict[str, str | None]) -> CheckResult:
    count, fault = 0, None
    for name, seen in _seen(session, table):
        count += 1
        if recorded.pop(name, None) != seen and fault is None:
            fault = f"{name} differs from what was recorded"
    return CheckResult(count, fault)


def _seen(session: Session, table: Table) -> list[tuple[str, str]]:
    """Fingerprint all rows; where a value cannot even be read, row by row, so that the row can be named."""
    keys = list(table.primary_key.columns)
    whole = select(*(_raw(column) for column in table.columns)).order_by(*keys)
    try:
        return [_fingerprinted(table, row) for row in session.execute(whole)]
    except (ValueError, LookupError, TypeError):
        pass
    seen = []
    for key in session.execute(select(*keys).order_by(*keys)).all():
        name = f"{table.name}:{','.join(str(part) for part in key)}"
        try:
            row = session.execute(whole.where(*(c == v for c, v in zip(keys, key, strict=True)))).one()
            seen.append(_fingerprinted(table, row))
        except (ValueError, LookupError, TypeError):
            seen.append((name, "unreadable"))
    return seen


def _raw(column: Any) -> Any:
    return type_coerce(column, Text) if isinstance(column.type, CanonicalJson | Enum) else column


def _fingerprinted(table: Table, row: Any) -> tuple[str, str]:
    values = {column.name: value for column, value in zip(table.columns, row, strict=True)}
    name = f"{table.name}:{','.join(str(values[column.name]) for column in table.primary_key.columns)}"
    return name, fingerprint(values)


CHECKS: tuple[Check, ...] = (Check("audit.chain", check_chain),)
