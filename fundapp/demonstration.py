"""Builds the demonstration database by playing the stories that ship with the program."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.app import create_app
from fundapp.audit.commands import record
from fundapp.audit.models import AuditEntry
from fundapp.db.engine import tuned_engine
from fundapp.db.schema import build, file_of, is_empty
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY, Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput
from fundapp.people.queries import sign_ins_by_role
from fundapp.settings import Settings
from fundapp.stories.deeds.ground import PASSWORD
from fundapp.stories.engine import Difference, World, play
from fundapp.stories.rules import parse
from fundapp.stories.running import LIBRARY, load_deeds

MARK, DONE = "demo.begun", "demo.built"


def build_demonstration(settings: Settings, *, fresh: bool, tell: Callable[[str], None]) -> Difference | None:
    """Build the demonstration where it is not built yet; give the first deed that went otherwise, if any.

    Raises:
        BadInput: a database that is neither empty nor marked as a demonstration.
    """
    if fresh:
        _empty(settings)
    if not _is_new(settings):
        if _marked(settings, DONE):
            create_app(settings)
            return None
        raise BadInput(
            "FUNDAPP_DATABASE_URL", "a database that is no finished demonstration", "an empty one, or --fresh"
        )
    build(settings.database_url)
    create_app(settings)
    _mark(MARK)
    load_deeds()
    for path in sorted(LIBRARY.glob("*.toml")):
        story = parse(path.read_text("utf-8"), path.name, local_date(datetime.now(UTC)))
        tell(f"{story.title} …")
        difference = play(story, World(local_date(datetime.now(UTC)), secret=settings.secret_key))
        if difference is not None:
            return difference
    _mark(DONE)
    return None


def _is_new(settings: Settings) -> bool:
    engine = tuned_engine(settings.database_url)
    try:
        return is_empty(engine)
    finally:
        engine.dispose()


def _marked(settings: Settings, *deeds: str) -> bool:
    engine = tuned_engine(settings.database_url)
    try:
        with Session(engine) as session:
            return session.scalar(select(AuditEntry.seq).where(AuditEntry.deed.in_(deeds)).limit(1)) is not None
    except Exception:  # a database of somebody else's has no such table
        return False
    finally:
        engine.dispose()


def _mark(deed: str) -> None:
    with unit_of_work() as session:
        record(session, NOBODY, deed, "demo:1", datetime.now(UTC), words="演示")


def _empty(settings: Settings) -> None:
    """Throw a demonstration away: nothing else.

    Raises:
        BadInput: the database holds something that is no demonstration.
    """
    if _is_new(settings):
        return
    if not _marked(settings, MARK, DONE):
        raise BadInput("--fresh", "a database that is not marked 演示", "an empty or a demonstration database")
    path = file_of(settings.database_url)
    if path is None:
        _drop_everything(settings)
        return
    for name in (path, f"{path}-wal", f"{path}-shm", f"{path}-side", f"{path}-side-wal", f"{path}-side-shm"):
        Path(name).unlink(missing_ok=True)


def _drop_everything(settings: Settings) -> None:
    engine = tuned_engine(settings.database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def sign_ins(settings: Settings) -> list[tuple[str, str, str, str]]:
    """List one account for each role: login, name, password, role; the app must have been made."""
    with reading_session() as session:
        found = sign_ins_by_role(session, datetime.now(UTC))
    bound_engine().dispose()
    return [(*found[role], PASSWORD, role.value) for role in Role if role in found]
