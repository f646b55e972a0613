"""The named keepers of projects. A later one of the same project counts; none may come after the first money."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.ledger.rules import Holder


class ProjectKeeper(Numbered, Base):
    """Who keeps a project's money from now on; ``number`` counts the project's keepers from 1.

    ``name`` is the charity's; the others are named by their community or programme.
    """

    __tablename__ = "project_keeper"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("(holder_kind = 'charity') = (length(trim(name)) > 0)", name="charity_named"),
        CheckConstraint("length(trim(reason)) > 0", name="reason_told"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    holder_kind: Mapped[Holder] = mapped_column(stored(Holder))
    name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(200))
    named_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[datetime]


append_only("project_keeper")
refuse(
    "project_keeper_before_money",
    "project_keeper",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_journal j WHERE j.ledger = 'actual' "
    "AND j.subject = 'project:' || CAST(NEW.project_id AS VARCHAR(20)))",
    "who keeps a project's money is named before the first money",
)
