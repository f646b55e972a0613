"""Play story files on a database, fresh or given."""

import importlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

from fundapp.app import create_app, let_go
from fundapp.db.schema import build
from fundapp.kernel.errors import BadInput
from fundapp.settings import Settings, database_url
from fundapp.stories.engine import Difference, World, play
from fundapp.stories.rules import parse

LIBRARY = Path(__file__).parent / "library"
DEEDS = (
    "ground", "rostering", "proposing", "asking", "answering", "coding", "paper", "collecting", "announcing",
    "deciding", "outcomes", "keying", "coded", "sealing", "voiding", "deliberating", "scoring", "keeping", "raising",
    "subsidizing", "matching", "pooling", "relating", "delivering", "banking", "advancing",
)  # fmt: skip


def load_deeds() -> None:
    """Import every module that registers deeds."""
    for name in DEEDS:
        importlib.import_module(f"fundapp.stories.deeds.{name}")


def run_file(path: Path, url: str, today: date, data_keys: tuple[str, ...] = ()) -> tuple[Difference | None, int]:
    """Play one story on the database at *url*; give the difference, if any, and the number of its deeds.

    ``data_keys`` are those of a database that others read; one that is thrown away needs none.

    Raises:
        BadInput: a file that cannot be read as a story.
    """
    try:
        story = parse(path.read_text("utf-8"), path.name, today)
    except UnicodeDecodeError:
        raise BadInput(str(path), "bytes that are not UTF-8", "a story in UTF-8") from None
    load_deeds()
    settings = Settings.for_tests(database_url({"FUNDAPP_DATABASE_URL": url}, Path()), Path(mkdtemp()))
    settings = replace(settings, data_keys=data_keys or settings.data_keys)
    build(settings.database_url)
    app = create_app(settings)
    try:
        return play(story, World(today, secret=settings.secret_key)), len(story.deeds)
    finally:
        let_go(app)
