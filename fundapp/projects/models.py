"""Projects, their versions with cost lines, their groups and the stages they went through."""

from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import fundapp.projects.link_models  # noqa: F401 - its tables belong to this package
from fundapp.db.base import Base, Numbered
from fundapp.db.guards import append_only, frozen, refuse
from fundapp.db.types import CanonicalJson, stored
from fundapp.programmes.guards import unsigned
from fundapp.projects.rules import MOVES, Kind, Stage, Task, Theme
from fundapp.projects.sharing import BETWEEN, SharedSum, Sharing


class Project(Numbered, Base):
    """A project. ``version`` is the number of its newest version, 0 while it is a first draft.

    ``on_behalf``: a worker wrote it down for residents.
    """

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("version >= 0", name="version_counted"),
        CheckConstraint("stage IN ('draft', 'withdrawn') OR version > 0", name="submitted_has_version"),
        Index("ix_project_stage", "stage", "id"),
        Index("ix_project_place_id", "place_id"),
        {"info": {"sealed": True}},
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    proposer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(80))
    stage: Mapped[Stage] = mapped_column(stored(Stage), default=Stage.DRAFT)
    version: Mapped[int] = mapped_column(default=0)
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    on_behalf: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ProjectDraft(Base):
    """What the proposer has typed so far, as typed."""

    __tablename__ = "project_draft"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    content: Mapped[Any] = mapped_column(CanonicalJson)
    saved_at: Mapped[datetime]


class ProjectVersion(Numbered, Base):
    """One submitted text of a project; consents and ballots bind to it.

    ``material``: it changed what was agreed to (a first version always does). ``sharing_*``: the sum that households
    bear together by a rule, in the named buildings (blank: in all of the place).
    """

    __tablename__ = "project_version"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("budget_fen > 0", name="budget_positive"),
        CheckConstraint("beneficiaries > 0", name="somebody_benefits"),
        CheckConstraint("(sharing IS NULL) = (sharing_fen IS NULL)", name="shared_by_a_rule"),
        CheckConstraint("sharing_fen > 0 AND sharing_fen <= budget_fen", name="shared_within_budget"),
        CheckConstraint("sharing IS NOT NULL OR sharing_buildings = ''", name="shared_in_buildings"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(String(200))
    kind: Mapped[Kind] = mapped_column(stored(Kind))
    theme: Mapped[Theme] = mapped_column(stored(Theme))
    beneficiaries: Mapped[int]
    origin: Mapped[str] = mapped_column(String(200))
    payers: Mapped[str] = mapped_column(String(400))
    budget_fen: Mapped[Money]
    sharing: Mapped[Sharing | None] = mapped_column(stored(Sharing))
    sharing_fen: Mapped[Money | None]
    sharing_buildings: Mapped[str] = mapped_column(String(400), default="")
    content_hash: Mapped[str] = mapped_column(String(64))
    material: Mapped[bool] = mapped_column(default=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]

    @property
    def shared(self) -> SharedSum | None:
        """Give the sum that households bear together, where the text names one."""
        if self.sharing is None or self.sharing_fen is None:
            return None
        return SharedSum(self.sharing, self.sharing_fen, tuple(filter(None, self.sharing_buildings.split(BETWEEN))))


class CostLine(Numbered, Base):
    """One line of a version's costs; the lines add up to its budget."""

    __tablename__ = "cost_line"
    __table_args__ = (
        UniqueConstraint("version_id", "position"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        {"info": {"sealed": True}},
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    amount_fen: Mapped[Money]


class ProjectPhoto(Base):
    """A photo of a project."""

    __tablename__ = "project_photo"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)


class ProjectMember(Base):
    """A person's task in a project's group. Who supervises does nothing else there."""

    __tablename__ = "project_member"
    __table_args__ = (UniqueConstraint("project_id", "person_id"), {"info": {"sealed": True}})

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    task: Mapped[Task] = mapped_column(stored(Task))
    joined_at: Mapped[datetime]


class StageChange(Numbered, Base):
    """A move from one stage to another, with who, when and why."""

    __tablename__ = "stage_change"
    __table_args__ = (
        Index("ix_stage_change_project_id", "project_id", "id"),
        CheckConstraint("to_stage <> 'returned' OR length(trim(reason)) > 0", name="return_has_reason"),
        {"info": {"sealed": True}},
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    from_stage: Mapped[Stage] = mapped_column(stored(Stage, "from_stage"))
    to_stage: Mapped[Stage] = mapped_column(stored(Stage, "to_stage"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")


_ROADS = ", ".join(f"'{stage.value}>{to.value}'" for stage, roads in MOVES.items() for to in sorted(roads))
_CHECKED = "NEW.from_stage = 'submitted' AND NEW.to_stage IN ('feasible', 'returned', 'rejected')"

frozen("project", ["programme_id", "place_id", "proposer_id", "on_behalf", "created_at"])
append_only("project_version")
append_only("cost_line")
append_only("stage_change")
refuse(
    "cost_line_within_budget",
    "cost_line",
    "INSERT",
    "NEW.amount_fen + COALESCE((SELECT sum(amount_fen) FROM cost_line WHERE version_id = NEW.version_id), 0) "
    "> (SELECT budget_fen FROM project_version WHERE id = NEW.version_id)",
    "the cost lines of a version may not exceed its budget",
)
refuse(
    "stage_change_takes_a_road",
    "stage_change",
    "INSERT",
    f"NEW.from_stage || '>' || NEW.to_stage NOT IN ({_ROADS}) "  # noqa: S608 - our own names
    "OR NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id AND stage = NEW.from_stage)",
    "no road leads from where the project stands to that stage",
)
refuse(
    "stage_change_checked_by_another",
    "stage_change",
    "INSERT",
    f"{_CHECKED} AND EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id AND proposer_id = NEW.person_id)",  # noqa: S608
    "a proposal is not checked by its proposer",
)
refuse(
    "project_stage_is_told",
    "project",
    "UPDATE",
    "NEW.stage <> OLD.stage AND NOT EXISTS (SELECT 1 FROM stage_change c WHERE c.project_id = NEW.id "
    "AND c.from_stage = OLD.stage AND c.to_stage = NEW.stage "
    "AND c.id = (SELECT max(id) FROM stage_change WHERE project_id = NEW.id))",
    "a stage changes only with its entry in the history",
)
for _event, _name in (("INSERT", "begun"), ("UPDATE OF policy_version_id", "kept")):
    refuse(
        f"project_{_name}_under_signed_policy",
        "project",
        _event,
        unsigned("NEW.policy_version_id"),
        "the policy is not signed by two people yet",
    )
