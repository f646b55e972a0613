"""Record deeds, and seal the rows they wrote at the end of the unit of work."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Executable, Insert, Table, Text, bindparam, event, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEntry, AuditHead
from fundapp.audit.rules import START, chain_hash, chain_pieces, fingerprint
from fundapp.db.guards import stands_already
from fundapp.db.prepared import Prepared
from fundapp.db.quick import flushed, run
from fundapp.db.types import CanonicalJson, canonical
from fundapp.db.work import on_sqlite
from fundapp.kernel.actor import Actor

_ENTRIES, _HEADS = cast(Table, AuditEntry.__table__), cast(Table, AuditHead.__table__)
_COLUMNS = _ENTRIES.columns


def _inserting(table: Table) -> Insert:
    """Insert a row of all columns, JSON in the form in which it is stored."""
    json = {column.name: Text() for column in table.columns if isinstance(column.type, CanonicalJson)}
    return insert(table).values({c.name: bindparam(c.name, type_=json.get(c.name, c.type)) for c in table.columns})


_HEAD = Prepared(lambda: select(_HEADS.c.seq, _HEADS.c.hash).where(_HEADS.c.id == 1))
_NEW_HEAD = Prepared(lambda: _inserting(_HEADS))
_MOVE_HEAD = Prepared(
    lambda: update(_HEADS).where(_HEADS.c.id == 1).values(seq=bindparam("seq"), hash=bindparam("hash"))
)
_ENTRY = Prepared(lambda: _inserting(_ENTRIES))
_NOTED = ("at", "person_id", "deed", "about", "details", "rows")
_NOTE = "audit_note(?, ?::bigint, ?, ?, ?, ?, ?, ?, ?)"
_AT_ONCE = 500  # PostgreSQL gives back at most 1,664 columns


def record(session: Session, actor: Actor, deed: str, about: str, at: datetime, **details: Any) -> None:
    """Note a deed; it is written and chained when the unit of work ends.

    ``deed`` is "package.verb", ``about`` is "kind:id"; ``details`` hold numbers and short words, never names,
    phones, codes or choices.
    """
    noted = {"at": at, "person_id": actor.person_id, "deed": deed, "about": about, "details": details}
    session.info.setdefault("deeds", []).append(noted)


def touch(session: Session, table: Table, *keys: Any) -> None:
    """Say that rows of a sealed table were written without the object mapper."""
    session.info.setdefault("touched_rows", set()).update((table, key) for key in keys)


def append_written(session: Session, table: str, key: str, /, **values: Any) -> None:
    """Say what was written into a row of a sealed table by a statement of its own: every column, as it is stored.

    What is said here is what ``fundapp check`` will compare the row with.
    """
    session.info.setdefault("appended", {})[f"{table}:{key}"] = fingerprint(values)


def append(session: Session, table: Table, **values: Any) -> int:
    """Write a row of a sealed table as it is given, with every column but ``id``; gives the number.

    The short way around the mapper for what is written with every deed: defaults of the mapper are not applied.

    Raises:
        KeyError: a column without a value.

    """
    number = _append(session, table, False, values)
    if number is None:
        raise RuntimeError(f"{table.name} gave no number")
    return number


def append_once(session: Session, table: Table, **values: Any) -> int | None:
    """Do what :func:`append` does; ``None`` where a unique index stands against the row, and nothing is written."""
    try:
        return _append(session, table, True, values)
    except IntegrityError as error:
        if stands_already(error, table.name):  # SQLite goes on; what PostgreSQL is given says DO NOTHING
            return None
        raise


def _append(session: Session, table: Table, once: bool, values: dict[str, Any]) -> int | None:
    written = _appending(table, once, on_sqlite(session)).rows(session, **values)
    if not written:
        return None
    row = {**values, "id": written[0].id}
    session.info.setdefault("appended", {})[f"{table.name}:{row['id']}"] = _print(table, row)
    return int(row["id"])


@cache
def _appending(table: Table, once: bool, sqlite_: bool) -> Prepared:
    values = {c.name: bindparam(c.name, type_=c.type) for c in table.columns if c.name != "id"}

    def make() -> Executable:
        statement = (sqlite.insert if sqlite_ else postgresql.insert)(table).values(values)
        return (statement.on_conflict_do_nothing() if once else statement).returning(table.c.id)

    return Prepared(make)


def watch(_session: Session, _context: object) -> None:
    """Collect the sealed objects of a flush (listens to ``after_flush``)."""
    touched = _session.info.setdefault("touched", {})
    for thing in (*_session.new, *_session.dirty):
        if inspect(thing).mapper.local_table.info.get("sealed"):
            touched[id(thing)] = thing
    for thing in _session.deleted:
        if inspect(thing).mapper.local_table.info.get("sealed"):
            touched.pop(id(thing), None)
            _session.info.setdefault("gone", []).append(_name(thing))


event.listen(Session, "after_flush", watch)


def seal(session: Session) -> None:
    """Write the noted deeds with the fingerprints of the sealed rows they wrote.

    Raises:
        RuntimeError: sealed rows were written without a recorded deed.

    """
    rows = _fingerprints(session)
    deeds = session.info.pop("deeds", [])
    if rows and not deeds:
        raise RuntimeError(f"sealed rows were written without a recorded deed: {sorted(rows)[:3]}")
    if not deeds:
        return
    noted = [{**deed, "rows": rows if deed is deeds[-1] else {}} for deed in deeds]
    (_write_plainly if on_sqlite(session) else _write_by_function)(session, noted)


def _write_plainly(session: Session, noted: list[dict[str, Any]]) -> None:
    found = _HEAD.rows(session)
    seq, prev = (found[0].seq, found[0].hash) if found else (0, START)
    for one in noted:
        seq += 1
        entry = {**one, "seq": seq, "prev_hash": prev}
        entry = {name: as_stored(_COLUMNS[name], value) for name, value in entry.items()}
        prev = chain_hash(entry)
        _ENTRY.rows(session, **entry, hash=prev)
    if found:
        _MOVE_HEAD.rows(session, seq=seq, hash=prev)
    else:
        _NEW_HEAD.rows(session, id=1, seq=seq, hash=prev)


def _write_by_function(session: Session, noted: list[dict[str, Any]]) -> None:
    """Let PostgreSQL lock, number, link and hash: one round trip for what was noted, more only for very much."""
    entries = [{name: as_stored(_COLUMNS[name], one[name]) for name in _NOTED} for one in noted]
    connection = flushed(session)
    for first in range(0, len(entries), _AT_ONCE):
        some = entries[first : first + _AT_ONCE]
        values = (value for one in some for value in (*one.values(), *chain_pieces(one)))
        run(connection, f"SELECT {', '.join([_NOTE] * len(some))}", *values)


def _fingerprints(session: Session) -> dict[str, str | None]:
    found: dict[str, str | None] = {name: None for name in session.info.pop("gone", [])}
    found.update(session.info.pop("appended", {}))
    for thing in session.info.pop("touched", {}).values():
        mapper = inspect(thing).mapper
        found[_name(thing)] = fingerprint(
            {a.columns[0].name: as_stored(a.columns[0], getattr(thing, a.key)) for a in mapper.column_attrs}
        )
    for table, key in session.info.pop("touched_rows", set()):
        row = session.execute(select(table).where(*_where(table, key))).mappings().one()
        found[f"{table.name}:{_key_text(key)}"] = _print(table, dict(row))
    return found


def _print(table: Table, row: Mapping[str, Any]) -> str:
    return fingerprint({column.name: as_stored(column, row[column.name]) for column in table.columns})


def as_stored(column: Any, value: Any) -> Any:
    """Give the value in the form in which the database holds it, where that is text of ours."""
    return canonical(value) if isinstance(column.type, CanonicalJson) and value is not None else value


def _where(table: Table, key: Any) -> list[Any]:
    values = key if isinstance(key, tuple) else (key,)
    return [column == value for column, value in zip(table.primary_key.columns, values, strict=True)]


def _key_text(key: Any) -> str:
    return ",".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))


def _name(thing: object) -> str:
    state = inspect(thing)
    return f"{state.mapper.local_table.name}:{_key_text(tuple(state.mapper.primary_key_from_instance(thing)))}"
