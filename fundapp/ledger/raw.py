"""Rows as the database holds them, whatever their columns are declared to be: for checks."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Select, Table, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType, TypeDecorator

from fundapp.ledger.rules import instant_text

Row = dict[str, Any]
AT_A_TIME = 2_000


def rows_of(session: Session, table: Any, *order: Any, where: Any = None) -> Iterator[Row]:
    """Give the rows, days and instants in the words of the canonical text."""
    wanted: Table = table
    names = [column.name for column in wanted.columns]
    turned = [(column.name, turn) for column in wanted.columns if (turn := _turn(column.type))]
    query = select(*(type_coerce(column, NullType()) for column in wanted.columns)).order_by(*order)
    if where is not None:
        query = query.where(where)
    for cells in _read(session, query):
        row = dict(zip(names, cells, strict=True))
        for name, turn in turned:
            row[name] = turn(row[name])
        yield row


def tuples_of(session: Session, columns: tuple[Any, ...], *order: Any) -> Iterator[Any]:
    """Give the named columns of all rows of a table, as they are."""
    query = select(*(type_coerce(column, NullType()) for column in columns)).order_by(*order)
    yield from _read(session, query)


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Read row by row: what is checked may be larger than the memory."""
    with session.connection().execute(query.execution_options(yield_per=AT_A_TIME)) as rows:
        for part in rows.partitions():
            yield from part


def _turn(kind: Any) -> Callable[[Any], Any] | None:
    real = kind.impl if isinstance(kind, TypeDecorator) else kind
    if isinstance(real, DateTime):
        return _instant
    return _day if isinstance(real, Date) else None


def _instant(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    return f"{value.replace(' ', 'T')}+00:00" if isinstance(value, str) else value  # SQLite keeps text in UTC


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
