"""Links between projects: a double and who carries it on, or two of which only one can be built."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, refuse
from fundapp.db.types import stored
from fundapp.projects.linking import LinkKind, LinkStep


class ProjectLink(Numbered, Base):
    """A link that somebody asked for. It counts once a step says that it stands, and until one ends it.

    Of a double, ``project_id`` is carried on by ``other_id``; of rivals the smaller number comes first.
    """

    __tablename__ = "project_link"
    __table_args__ = (
        CheckConstraint("project_id <> other_id", name="two_projects"),
        CheckConstraint("kind = 'duplicate' OR project_id < other_id", name="rivals_have_no_order"),
        CheckConstraint("length(trim(reason)) > 0", name="has_reason"),
        Index("ix_project_link_project_id", "project_id"),
        Index("ix_project_link_other_id", "other_id"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[LinkKind] = mapped_column(stored(LinkKind))
    reason: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ProjectLinkStep(Numbered, Base):
    """What became of a link: it stands, was declined, was taken back, or ended; with who, when and why."""

    __tablename__ = "project_link_step"
    __table_args__ = (
        UniqueConstraint("link_id", "step"),
        CheckConstraint("step IN ('stands', 'withdrawn') OR length(trim(reason)) > 0", name="says_why"),
        {"info": {"sealed": True}},
    )

    link_id: Mapped[int] = mapped_column(ForeignKey("project_link.id"))
    step: Mapped[LinkStep] = mapped_column(stored(LinkStep))
    reason: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


append_only("project_link")
append_only("project_link_step")

_OVER = "EXISTS (SELECT 1 FROM project_link_step s WHERE s.link_id = l.id AND s.step <> 'stands')"
_STANDS = "EXISTS (SELECT 1 FROM project_link_step s WHERE s.link_id = l.id AND s.step = 'stands')"
_ANSWERED = "EXISTS (SELECT 1 FROM project_link_step s WHERE s.link_id = NEW.link_id)"
_TASKED = (
    "EXISTS (SELECT 1 FROM project_link l JOIN project p ON p.id IN (l.project_id, l.other_id) "
    "LEFT JOIN project_member m ON m.project_id = p.id AND m.person_id = NEW.person_id "
    "WHERE l.id = NEW.link_id AND (p.proposer_id = NEW.person_id OR m.person_id IS NOT NULL))"
)
refuse(
    "project_link_once",
    "project_link",
    "INSERT",
    "EXISTS (SELECT 1 FROM project_link l WHERE ((l.project_id = NEW.project_id AND l.other_id = NEW.other_id) "  # noqa: S608 - our own words
    f"OR (l.project_id = NEW.other_id AND l.other_id = NEW.project_id)) AND NOT {_OVER})",
    "two projects are linked once at a time",
)
refuse(
    "project_link_step_in_order",
    "project_link_step",
    "INSERT",
    f"(NEW.step <> 'ended' AND {_ANSWERED}) OR (NEW.step = 'ended' AND (NOT {_ANSWERED} "  # noqa: S608 - our own words
    "OR EXISTS (SELECT 1 FROM project_link_step s WHERE s.link_id = NEW.link_id AND s.step <> 'stands')))",
    "a link is answered once, and ends only if it stood",
)
refuse(
    "project_link_decided_by_another",
    "project_link_step",
    "INSERT",
    f"NEW.step <> 'withdrawn' AND {_TASKED}",
    "no link is decided by who has a task in one of its projects",
)
refuse(
    "project_link_withdrawn_by_its_maker",
    "project_link_step",
    "INSERT",
    "NEW.step = 'withdrawn' AND NOT EXISTS (SELECT 1 FROM project_link l "
    "WHERE l.id = NEW.link_id AND l.made_by_id = NEW.person_id)",
    "a link is taken back by who asked for it",
)
refuse(
    "project_link_one_carries",
    "project_link_step",
    "INSERT",
    "NEW.step = 'stands' AND EXISTS (SELECT 1 FROM project_link n JOIN project_link l ON l.id <> n.id "  # noqa: S608 - our own words
    "AND ((l.kind = 'duplicate' AND l.project_id IN (n.project_id, n.other_id)) "
    "OR (n.kind = 'duplicate' AND n.project_id IN (l.project_id, l.other_id))) "
    f"WHERE n.id = NEW.link_id AND {_STANDS} AND NOT {_OVER})",
    "who is carried on by another has no other link",
)
