"""Flask-SQLAlchemy over our own base and engines; pages read through :func:`reading`."""

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fundapp.db.base import Base
from fundapp.db.engine import tuned_engine


class Database(SQLAlchemy):
    """Flask-SQLAlchemy that makes our engines."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return tuned_engine(app.config["SQLALCHEMY_DATABASE_URI"])


database = Database(metadata=Base.metadata, session_options={"autoflush": False, "expire_on_commit": False})


def reading() -> Session:
    """Give the session of this request: for pages only; deeds open a unit of work."""
    return database.session()


def stop_reading() -> None:
    """End the reading of this request before a deed after which the file has to be wiped of what was there."""
    database.session().close()
