"""Record deeds, and seal the rows they wrote at the end of the unit of work."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, event, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEntry, AuditHead
from fundapp.audit.rules import START, chain_hash, fingerprint
from fundapp.db.types import CanonicalJson, canonical
from fundapp.db.work import on_sqlite
from fundapp.kernel.actor import Actor

CHAIN_LOCK = 7001
_ENTRIES, _HEADS = cast(Table, AuditEntry.__table__), cast(Table, AuditHead.__table__)
_COLUMNS = _ENTRIES.columns
_HEAD = select(_HEADS.c.seq, _HEADS.c.hash).where(_HEADS.c.id == 1)
_MOVE_HEAD = update(_HEADS).where(_HEADS.c.id == 1)


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
    if not on_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    head = session.execute(_HEAD).one_or_none()
    seq, prev = (head.seq, head.hash) if head else (0, START)
    entries = []
    for number, noted in enumerate(deeds, start=1):
        entry = {**noted, "seq": seq + number, "rows": rows if number == len(deeds) else {}, "prev_hash": prev}
        prev = chain_hash({name: as_stored(_COLUMNS[name], value) for name, value in entry.items()})
        entries.append({**entry, "hash": prev})
    session.execute(insert(_ENTRIES), entries)
    moved = {"seq": seq + len(deeds), "hash": prev}
    session.execute(*((_MOVE_HEAD, moved) if head else (insert(_HEADS), {"id": 1, **moved})))


def _fingerprints(session: Session) -> dict[str, str | None]:
    found: dict[str, str | None] = {name: None for name in session.info.pop("gone", [])}
    for thing in session.info.pop("touched", {}).values():
        mapper = inspect(thing).mapper
        found[_name(thing)] = fingerprint(
            {a.columns[0].name: as_stored(a.columns[0], getattr(thing, a.key)) for a in mapper.column_attrs}
        )
    for table, key in session.info.pop("touched_rows", set()):
        row = session.execute(select(table).where(*_where(table, key))).mappings().one()
        found[f"{table.name}:{_key_text(key)}"] = fingerprint(
            {column.name: as_stored(column, row[column]) for column in table.columns}
        )
    return found


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
