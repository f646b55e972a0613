"""What waits for those who carry a project: the proposer, and the lead, treasurer, members and supervisor."""

from collections.abc import Callable

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.delivery.policy import check_may_accept
from fundapp.delivery.queries import (
    corrections_waiting_for,
    expenses_waiting_for,
    pays_by_tranche,
    reports_of,
    undecided,
)
from fundapp.desk.lines import Link, Waiting
from fundapp.desk.rules import reasons
from fundapp.fundraising.queries import raised, unconfirmed
from fundapp.fundraising.rules import Source
from fundapp.kernel.actor import Actor
from fundapp.kernel.money import fen, from_fen
from fundapp.matching.policy import check_may_claim
from fundapp.matching.queries import claims_of_project
from fundapp.procurement.queries import last_choice, quotes_of
from fundapp.procurement.rules import quotes_needed
from fundapp.programmes.queries import get_policy
from fundapp.projects.models import ProjectMember
from fundapp.projects.queries import ProjectRow, my_proposals, projects_by_id, tasks_of
from fundapp.projects.rules import Stage, Task
from fundapp.web.filters import yuan

BUYING = (Stage.SELECTED, Stage.MATCHED)
OFFERERS = (Task.LEAD, Task.MEMBER)
DONE = 100


def for_proposer(session: Session, actor: Actor) -> list[Waiting]:
    """List the actor's own proposals that were returned, or that she has not finished."""
    words = {Stage.RETURNED: _("修改退回的提案：%(title)s"), Stage.DRAFT: _("写完并提交提案：%(title)s")}
    return [_step(row, words[row.stage], "projects.edit") for row in my_proposals(session, actor) if row.stage in words]


def for_group(session: Session, actor: Actor) -> list[Waiting]:
    """List what the actor's task in each of her projects asks of her now, the oldest project first."""
    mine = select(ProjectMember.project_id, ProjectMember.task).where(ProjectMember.person_id == actor.person_id)
    tasks: dict[int, Task] = {project_id: task for project_id, task in session.execute(mine)}
    rows = projects_by_id(session, list(tasks))
    found: list[Waiting] = []
    for number in sorted(rows):
        if rows[number].stage in BUYING:
            found += _raise_and_buy(session, actor, rows[number], tasks[number])
        elif rows[number].stage is Stage.DELIVERING:
            found += _work(session, actor, rows[number], tasks[number])
    return found


def for_payers(session: Session, actor: Actor) -> list[Waiting]:
    """List the bills that wait for this person's word, and the payments that somebody asks to take back."""
    bills = [
        Waiting(_("审批报销：%(what)s", what=row.purpose), Link("delivery.decide", {"expense_id": row.id}),
                text=f"{row.project_title} {yuan(row.amount)}")
        for row in expenses_waiting_for(session, actor)
    ]  # fmt: skip
    back = [
        Waiting(_("核对更正：%(what)s", what=row.purpose),
                Link("delivery.decide_correction", {"correction_id": row.id}),
                text=f"{row.project_title} {yuan(row.amount)}")
        for row in corrections_waiting_for(session, actor)
    ]  # fmt: skip
    return [*bills, *back]


def _raise_and_buy(session: Session, actor: Actor, project: ProjectRow, task: Task) -> list[Waiting]:
    """Own money first, then the claim, then three quotes and the choice."""
    sums = raised(session, [project.id]).get(project.id, {})
    claims = [claim for claim in claims_of_project(session, project.id) if not claim.refused]
    gap = _gap(project, sums, sum(fen(claim.granted) for claim in claims))
    found = []
    if task is Task.TREASURER and gap > 0 and not claims:
        text = _("还差 %(gap)s", gap=yuan(from_fen(gap)))
        found.append(_step(project, _("登记自筹的钱：%(title)s"), "fundraising.new", text))
    if task is Task.LEAD and gap > 0 and not claims and sums.get(Source.RESIDENTS):
        found += _claim(session, actor, project)
    return [*found, *_buy(session, project, task, settled=project.stage is Stage.MATCHED or gap <= 0)]


def _gap(project: ProjectRow, sums: dict[Source, int], granted: int) -> int:
    own = sum(amount for source, amount in sums.items() if source is not Source.FOUNDATION)
    return fen(project.budget) - own - granted if project.budget is not None else 0


def _claim(session: Session, actor: Actor, project: ProjectRow) -> list[Waiting]:
    policy = get_policy(session, project.policy_version_id or 0)
    order = str(policy.parts.get("queue", {}).get("order_by", "ready"))
    tasks, open_gifts = tasks_of(session, project.id), unconfirmed(session, project.id)
    if reasons(lambda: check_may_claim(actor, project, tasks, open_gifts, order)):
        return []
    return [_step(project, _("申请配比：%(title)s"), "matching.claim")]


def _buy(session: Session, project: ProjectRow, task: Task, settled: bool) -> list[Waiting]:
    if task not in OFFERERS:
        return []
    least = quotes_needed(get_policy(session, project.policy_version_id or 0).parts.get("procurement"))
    rows = quotes_of(session, project.id)
    spent = bool(rows) and all(row.ended_at for row in rows)
    if len(rows) < least or spent:
        text = _("已有 %(count)s 家，至少 %(least)s 家", count=len(rows), least=least)
        text = _("和报过价的各家都已终止合作，请再登记一家") if spent else text
        return [_step(project, _("登记报价：%(title)s"), "procurement.new_quote", text)]
    choose = _("选择供应商：%(title)s")
    return [_step(project, choose, "procurement.choose")] if task is Task.LEAD and settled else []


def _work(session: Session, actor: Actor, project: ProjectRow, task: Task) -> list[Waiting]:
    reports = reports_of(session, project.id)
    finished = bool(reports) and reports[0].percent >= DONE
    if last_choice(session, project.id)[1] and not finished:
        return _buy(session, project, task, settled=True)
    if task is Task.LEAD and not finished:
        return [_step(project, _("报告进度：%(title)s"), "delivery.new_report")]
    if task is Task.SUPERVISOR and finished:
        pending = 0 if pays_by_tranche(session, project) else undecided(session, project.id)
        tasks = tasks_of(session, project.id)
        check: Callable[[], None] = lambda: check_may_accept(actor, project, tasks, len(reports), pending)  # noqa: E731
        return [] if reasons(check) else [_step(project, _("验收：%(title)s"), "delivery.accept")]
    return []


def _step(project: ProjectRow, words: str, endpoint: str, text: str = "") -> Waiting:
    """Make a line; *words* hold the place of the project's title."""
    return Waiting(words % {"title": project.title}, Link(endpoint, {"project_id": project.id}), text=text)
