"""The base of every table. Its metadata goes to Flask-SQLAlchemy as it is."""

from datetime import date, datetime
from typing import Any, ClassVar

from moneyed import Money
from sqlalchemy import BigInteger, Date, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from fundapp.db.types import Instant, MoneyInFen

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


ID = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Every table's parent. Relations are foreign keys; commands set ids, queries join."""

    registry: ClassVar[Any] = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            Money: MoneyInFen(),
            datetime: Instant(),
            date: Date(),
            str: Text(),
        },
    )


class Numbered:
    """A table whose rows are numbered by the database."""

    id: Mapped[int] = mapped_column(ID, primary_key=True, sort_order=-1)
