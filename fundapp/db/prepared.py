"""Statements whose text is made once: for the few that run with every deed.

For a short statement the mapper and the compiler's lookups cost several times what the database needs. A prepared one
is compiled once for each kind of database and handed to the driver as text from then on. Values and cells still pass
through the types of their columns, and the engine's listeners still see it.
"""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Turn = Callable[[Any], Any]


@dataclass(frozen=True)
class _Made:
    """The text for one kind of database; ``asked`` names the values that it takes, in their order if by place."""

    text: str
    by_place: bool
    asked: tuple[str, ...]
    given: dict[str, Any]
    into: tuple[tuple[str, Turn], ...]
    out: tuple[tuple[int, Turn], ...]
    row: Callable[..., Any]


class Prepared:
    """A statement without lists of open length; ``make`` puts it together at its first use."""

    def __init__(self, make: Callable[[], Executable]) -> None:
        self._make = make
        self._made: dict[str, _Made] = {}

    def rows(self, session: Session, **values: Any) -> list[Any]:
        """Run it with *values* for its parameters and give its rows as named tuples.

        Raises:
            KeyError: a parameter without a value.
            ValueError: a list of open length in the statement.

        """
        session.flush()
        return self.rows_on(session.connection(), **values)

    def rows_on(self, connection: Connection, **values: Any) -> list[Any]:
        """Do what :meth:`rows` does, on a connection."""
        made = self._made.get(connection.dialect.name) or self._prepare(connection.dialect)
        said = {**made.given, **values}
        for name, turn in made.into:
            said[name] = turn(said[name])
        named = [said[name] for name in made.asked]
        given = tuple(named) if made.by_place else dict(zip(made.asked, named, strict=True))
        result = connection.exec_driver_sql(made.text, given)
        return [made.row(*_turned(cells, made.out)) for cells in result] if result.returns_rows else []

    def _prepare(self, dialect: Dialect) -> _Made:
        statement: Any = self._make()
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        text = str(compiled)
        if "POSTCOMPILE" in text:
            raise ValueError("a list of open length cannot be prepared")
        binds = compiled.binds
        shown = statement.exported_columns
        made = _Made(
            text,
            compiled.positional,
            tuple(compiled.positiontup or ()) if compiled.positional else tuple(binds),
            {name: bind.value for name, bind in binds.items() if not bind.required},
            _turns((name, _into(bind.type, dialect)) for name, bind in binds.items()),
            _turns((place, _out(column.type, dialect)) for place, column in enumerate(shown)),
            namedtuple("Row", shown.keys(), rename=True),
        )
        return self._made.setdefault(dialect.name, made)


def _turns(found: Any) -> tuple[Any, ...]:
    return tuple((name, turn) for name, turn in found if turn is not None)


def _into(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _turned(cells: Any, turns: tuple[tuple[int, Turn], ...]) -> Any:
    if not turns:
        return cells
    turned = list(cells)
    for place, turn in turns:
        turned[place] = turn(turned[place])
    return turned
