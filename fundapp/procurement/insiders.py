"""To whom a project's suppliers may not be related: its group, and the officers who approved or paid for it so far."""

from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.parties.commands import hold_counterparty
from fundapp.parties.policy import may_read
from fundapp.parties.queries import counterparty_name, related
from fundapp.parties.rules import Relation
from fundapp.parties.texts import in_words
from fundapp.people.queries import names_of
from fundapp.projects.queries import ProjectRow, tasks_of
from fundapp.projects.texts import TASK_LABELS

INSIDERS = (
    "SELECT m.person_id FROM project_member m WHERE m.project_id = {project} "
    "UNION SELECT d.decided_by_id FROM match_decision d JOIN match_claim c ON c.id = d.claim_id "
    "WHERE c.project_id = {project} "
    "UNION SELECT o.paid_by_id FROM disbursement o WHERE o.project_id = {project} "
    "UNION SELECT v.reviewed_by_id FROM subsidy_review v JOIN subsidy_request r ON r.id = v.request_id "
    "WHERE r.project_id = {project} "
    "UNION SELECT s.paid_by_id FROM subsidy_payment s JOIN subsidy_request r ON r.id = s.request_id "
    "WHERE r.project_id = {project} "
    "UNION SELECT y.decided_by_id FROM share_use_decision y JOIN share_use u ON u.id = y.use_id "
    "WHERE u.project_id = {project}"
)
SUPPLIERS = (
    "SELECT q.counterparty_id FROM quote q WHERE q.project_id = {project} AND NOT EXISTS (SELECT 1 FROM "
    "supplier_choice s LEFT JOIN supplier_end n ON n.choice_id = s.id WHERE s.project_id = q.project_id "
    "AND CASE WHEN s.quote_id = q.id THEN n.choice_id IS NOT NULL ELSE n.choice_id IS NULL END) "
    "UNION SELECT e.counterparty_id FROM expense e WHERE e.project_id = {project} AND NOT EXISTS (SELECT 1 FROM "
    "expense_decision d WHERE d.expense_id = e.id AND NOT d.approved)"
)


def suppliers_of(session: Session, project_id: int) -> set[int]:
    """Give whom a project pays or may come to pay: the chosen supplier (before a choice all that quoted) and payees.

    A supplier with which work was ended counts no more, unless a bill of it stands.
    """
    return set(session.scalars(text(SUPPLIERS.format(project=":project")), {"project": project_id}))


def insiders_of(session: Session, project_id: int) -> set[int]:
    """Give the people of a project's group and the officers who approved or paid for it."""
    return set(session.scalars(text(INSIDERS.format(project=":project")), {"project": project_id}))


def check_unrelated(
    session: Session, actor: Actor, project: ProjectRow, counterparty_id: int, now: datetime, field: str | None = None
) -> None:
    """Refuse a counterparty that is related to a project's insiders, or to the actor; it is held to the end.

    Raises:
        Refused: ``parties.related`` with its ``name``, and ``who``: as much as this actor may know.
    """
    hold_counterparty(session, counterparty_id)
    for number, who in why_blocked(session, actor, project, [counterparty_id], now).items():
        raise Refused("parties.related", field=field, name=counterparty_name(session, number), who=who)


def why_blocked(
    session: Session, actor: Actor, project: ProjectRow, counterparty_ids: Collection[int], now: datetime
) -> dict[int, str]:
    """Say of each of some counterparties that may be neither chosen nor paid why: as much as this actor may know."""
    insiders = insiders_of(session, project.id) | {actor.person_id or 0}
    found: dict[int, list[Relation]] = {}
    for one in related(session, insiders, counterparty_ids, now):
        found.setdefault(one.counterparty_id, []).append(one)
    return {number: told(session, actor, project, ones) for number, ones in found.items()}


def told(session: Session, actor: Actor, project: ProjectRow, found: list[Relation]) -> str:
    """Say who is related: with names to the keepers of the register, by task to the group, to others not at all."""
    tasks = tasks_of(session, project.id)
    keeper = may_read(actor, project.place_path)
    if not keeper and actor.person_id not in tasks:
        return in_words(found, {one.insider: _("您") for one in found if one.insider == actor.person_id})
    people = sorted({one.insider for one in found})
    names = names_of(session, people) if keeper else {}
    called = {}
    for person in people:
        task = str(TASK_LABELS[tasks[person]]) if person in tasks else _("审批或付款的工作人员")
        called[person] = f"{names[person]}（{task}）" if keeper else task
    return in_words(found, called | ({actor.person_id: _("您")} if actor.person_id in people else {}))
