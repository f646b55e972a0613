"""What ``fundapp check`` recomputes of the trail and of every sealed row."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Enum, Table, Text, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from fundapp.audit.models import AuditEntry, AuditHead
from fundapp.audit.rules import START, chain_hash, fingerprint
from fundapp.db.base import Base
from fundapp.db.checking import Check, CheckResult
from fundapp.db.types import CanonicalJson

Key = tuple[Any, ...]
Values = dict[str, Any]
_ENTRY: Table = Base.metadata.tables[AuditEntry.__tablename__]
_UNREADABLE = (ValueError, LookupError, TypeError, OverflowError)


def check_chain(session: Session) -> CheckResult:
    """Recompute the chain: numbers without a gap, every hash over the stored values, and the last where it was."""
    prev, count = START, 0
    for (seq,), values in _rows(session, _ENTRY):
        count += 1
        if seq != count:
            return CheckResult(count, f"audit_entry:{count} is missing, audit_entry:{seq} stands in its place")
        if values is None or values["prev_hash"] != prev or _recomputed(values) != values["hash"]:
            return CheckResult(count, f"audit_entry:{seq} does not fit the chain")
        prev = values["hash"]
    return CheckResult(count, _head_fault(session, count, prev))


def _recomputed(values: Values) -> str | None:
    try:
        return chain_hash(values)
    except _UNREADABLE:
        return None


def _head_fault(session: Session, count: int, last: str) -> str | None:
    """Say whether the trail does not end where its head says."""
    heads = session.execute(
        select(*(type_coerce(c, NullType()) for c in (AuditHead.id, AuditHead.seq, AuditHead.hash)))
    )
    kept = [tuple(row) for row in heads]
    if kept == [(1, count, last)] or (not kept and count == 0):
        return None
    if len(kept) > 1:
        return f"audit_head:{max(row[0] for row in kept)} is one too many"
    if not kept:
        return f"audit_head:1 is gone, audit_entry:{count} is the last"
    if type(kept[0][1]) is int and kept[0][1] > count:
        return f"audit_entry:{kept[0][1]} is gone, audit_head:{kept[0][0]} names it as the last"
    return f"audit_head:{kept[0][0]} does not name audit_entry:{count} as the last"


def sealed_tables() -> list[Table]:
    """List the sealed tables by name."""
    return [table for table in Base.metadata.sorted_tables if table.info.get("sealed")]


def recorded_fingerprints(session: Session) -> dict[str, str | None]:
    """Give the last recorded fingerprint of every sealed row; ``None`` for one that was removed.

    An entry that cannot be read is passed over here: the chain names it.
    """
    found: dict[str, str | None] = {}
    for text in session.scalars(select(type_coerce(AuditEntry.rows, Text())).order_by(AuditEntry.seq)):
        try:
            found.update(json.loads(text))
        except _UNREADABLE:
            continue
    return found


def check_sealed_rows(session: Session) -> Iterator[tuple[str, CheckResult]]:
    """Compare every row of every sealed table with its recorded fingerprint, table by table."""
    recorded = recorded_fingerprints(session)
    for table in sealed_tables():
        yield f"rows.{table.name}", _check_table(session, table, recorded)
    left = sorted(name for name, value in recorded.items() if value is not None)
    yield "rows.elsewhere", CheckResult(len(left), f"{left[0]} is recorded but gone" if left else None)


def _check_table(session: Session, table: Table, recorded: dict[str, str | None]) -> CheckResult:
    count, fault = 0, None
    for key, values in _rows(session, table):
        count += 1
        name = f"{table.name}:{','.join(str(part) for part in key)}"
        if recorded.pop(name, None) != _fingerprinted(values) and fault is None:
            fault = f"{name} differs from what was recorded"
    gone = sorted(name for name, value in recorded.items() if value and name.startswith(f"{table.name}:"))
    for name in gone:
        del recorded[name]
    if fault is None and gone:
        fault = f"{gone[0]} is recorded but gone"
    return CheckResult(count, fault)


def _fingerprinted(values: Values | None) -> str:
    try:
        return "unreadable" if values is None else fingerprint(values)
    except _UNREADABLE:
        return "unreadable"


def _rows(session: Session, table: Table) -> list[tuple[Key, Values | None]]:
    """Read all rows; where a value cannot even be read, row by row, so that the row can be named."""
    keys = list(table.primary_key.columns)
    whole = select(*(_raw(column) for column in table.columns)).order_by(*keys)
    try:
        return [_named(table, row) for row in session.execute(whole)]
    except _UNREADABLE:
        pass
    found: list[tuple[Key, Values | None]] = []
    for key in session.execute(select(*keys).order_by(*keys)).all():
        try:
            row = session.execute(whole.where(*(c == v for c, v in zip(keys, key, strict=True)))).one()
            found.append(_named(table, row))
        except _UNREADABLE:
            found.append((tuple(key), None))
    return found


def _raw(column: Any) -> Any:
    """Read text, choices and yes-or-no as they are stored: a reader that is content with less would hide a change."""
    if isinstance(column.type, CanonicalJson | Enum):
        return type_coerce(column, Text)
    return type_coerce(column, NullType()).label(column.name) if isinstance(column.type, Boolean) else column


def _named(table: Table, row: Any) -> tuple[Key, Values]:
    values = {column.name: value for column, value in zip(table.columns, row, strict=True)}
    for column in table.columns:
        if isinstance(column.type, Boolean) and values[column.name] in (0, 1):
            values[column.name] = bool(values[column.name])
    return tuple(values[column.name] for column in table.primary_key.columns), values


CHECKS: tuple[Check, ...] = (Check("audit.chain", check_chain),)
