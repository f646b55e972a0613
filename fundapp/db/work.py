"""One transaction per deed: :func:`unit_of_work` for deeds, :func:`reading_session` for pages outside a request."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Engine, Select, bindparam, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from fundapp.db.base import Numbered
from fundapp.db.engine import BUSY_SECONDS, is_sqlite
from fundapp.db.turn import NoTurn, Turn

Row = TypeVar("Row", bound=Numbered)
Step = Callable[[Session], None]


class Busy(Exception):
    """The database could not be had in time: told as 请重试, never as a refusal of the deed."""


class _Bound:
    engine: Engine | None = None
    writer: Engine | None = None
    before_commit: tuple[Step, ...] = ()


_bound = _Bound()


def bind(engine: Engine, before_commit: tuple[Step, ...] = ()) -> None:
    """Say which database this process works on, and what runs at the end of each unit of work."""
    file = engine.url.database if is_sqlite(engine) else None
    turn = Turn(f"{file}-turn", timedelta(seconds=BUSY_SECONDS)) if file else None
    _bound.engine, _bound.writer = engine, engine.execution_options(writes=True, turn=turn)
    _bound.before_commit = before_commit


def bound_engine() -> Engine:
    """Give the engine of this process.

    Raises:
        RuntimeError: none has been bound.

    """
    return _known(_bound.engine)


def _known(engine: Engine | None) -> Engine:
    if engine is None:
        raise RuntimeError("no database is bound: create the app first")
    return engine


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Open a session of its own that commits once, at the end; any exception rolls all of it back.

    On SQLite writers wait in line, and the first statement takes the write lock. Callables given to
    :func:`after_commit` run after the commit.

    Raises:
        Busy: a lock or the connection could not be had in time.

    """
    writer = _known(_bound.writer)
    session = Session(writer, expire_on_commit=False)
    try:
        yield session
        session.flush()
        for step in _bound.before_commit:
            step(session)
        session.commit()
    except (OperationalError, NoConnection, NoTurn) as error:
        session.rollback()
        raise Busy(str(getattr(error, "orig", "no turn to write"))) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()
        turn: Turn | None = writer.get_execution_options()["turn"]
        if turn:
            turn.leave()
    for later in session.info.get("after_commit", ()):
        later()


def after_commit(session: Session, later: Callable[[], Any]) -> None:
    """Run *later* once the unit of work has committed; not at all where it does not."""
    session.info.setdefault("after_commit", []).append(later)


@contextmanager
def reading_session() -> Iterator[Session]:
    """Open a session that only reads: for commands and checks outside a request."""
    session = Session(bound_engine(), expire_on_commit=False, autoflush=False)
    try:
        yield session
    finally:
        session.rollback()
        session.close()


def lock(session: Session, kind: type[Row], row_id: int) -> Row | None:
    """Read a row afresh and hold it to the end of the transaction.

    Order of locks everywhere: round, pool, project, accounts by id. On SQLite the unit of work holds the whole
    database already.
    """
    found: Row | None = session.scalar(_locking(cast(Hashable, kind)), {"row_id": row_id})
    return found


@cache
def _locking(kind: Any) -> Select[Any]:
    held = select(kind).where(kind.id == bindparam("row_id")).with_for_update()
    return held.execution_options(populate_existing=True)


def on_sqlite(session: Session) -> bool:
    """Tell whether *session* works on SQLite."""
    return is_sqlite(session.get_bind())
