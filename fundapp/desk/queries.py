"""What waits for a person, from every package; and the deeds of one project, each with its reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.consent import queries as consent
from fundapp.council.queries import sessions_waiting
from fundapp.delivery import queries as delivery
from fundapp.delivery.policy import check_may_accept, check_may_close, check_may_work
from fundapp.desk.rules import reasons
from fundapp.evaluation.policy import check_may_record
from fundapp.evaluation.queries import waiting_for_grade
from fundapp.fundraising import queries as fundraising
from fundapp.fundraising.policy import check_may_record as check_may_record_money
from fundapp.kernel.actor import Actor, Role
from fundapp.ledger.queries import balances, list_books
from fundapp.ledger.rules import Ledger
from fundapp.matching import queries as matching
from fundapp.matching.policy import check_may_claim
from fundapp.matching.texts import STEP_LABELS
from fundapp.places.models import PlaceKind
from fundapp.places.queries import places_below
from fundapp.procurement.policy import check_may_procure
from fundapp.projects.models import ProjectMember
from fundapp.projects.queries import ProjectRow, projects_by_id, tasks_of, waiting_for_check
from fundapp.projects.rules import Stage
from fundapp.voting import queries as voting
from fundapp.web.filters import moment, yuan


@dataclass(frozen=True)
class Waiting:
    """One thing that waits."""

    title: str
    href: str
    text: str = ""
    due: str = ""


def waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List everything that waits for this person, the household's own things first."""
    return [
        *_for_household(session, actor, now),
        *_for_checkers(session, actor),
        *_for_workers(session, actor, now),
        *_for_money(session, actor),
    ]


def _for_household(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    asked = [
        Waiting(
            _("登记本户意见：%(title)s", title=row.title),
            url_for("consent.answer", round_id=row.round_id),
            due=_("%(at)s 截止", at=moment(row.closes_at)),
        )
        for row in consent.open_rounds_for_units(session, actor.unit_ids, now)
    ]
    votes = [
        Waiting(
            _("投票：%(title)s", title=row.title),
            url_for("voting.ballot", round_id=row.round_id),
            text=row.door,
            due=_("%(at)s 截止", at=moment(row.closes_at)),
        )
        for row in voting.rounds_open_for(session, actor, now)
        if not row.cast
    ]
    grades = [
        Waiting(_("评议：%(title)s", title=title), url_for("evaluation.grade", project_id=project_id))
        for project_id, title in waiting_for_grade(session, actor)
    ]
    return [*asked, *votes, *grades]


def _for_checkers(session: Session, actor: Actor) -> list[Waiting]:
    return [
        Waiting(_("初审提案：%(title)s", title=row.title), url_for("projects.check", project_id=row.id))
        for row in waiting_for_check(session, actor)
    ]


def _for_workers(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    places = [p.id for g in actor.grants if g.role is Role.WORKER for p in places_below(session, g.path)]
    if not places:
        return []
    results = [
        Waiting(_("公布征求意见结果：%(title)s", title=row.title), url_for("consent.result", round_id=row.round_id))
        for row in consent.rounds_waiting_for_result(session, places, now)
    ]
    votes = [
        Waiting(_("公布表决结果：%(title)s", title=row.title), url_for("voting.show", round_id=row.round_id))
        for row in voting.rounds_waiting_to_publish(session, actor, now)
    ]
    sessions = [
        Waiting(_("整理议事会：%(title)s", title=row.title), url_for("council.show", session_id=row.id))
        for row in sessions_waiting(session, actor, now)
    ]
    return [*results, *votes, *sessions]


def _for_money(session: Session, actor: Actor) -> list[Waiting]:
    money = [
        Waiting(
            _("核对收款：%(title)s", title=row.project_title),
            url_for("fundraising.decide", contribution_id=row.id),
            text=yuan(row.amount),
        )
        for row in fundraising.waiting_for_confirmation(session, actor)
    ]
    claims = [
        Waiting(
            f"{STEP_LABELS[row.waits_for]}：{row.project_title}",
            url_for("matching.decide", claim_id=row.id),
            text=_("第 %(n)s 号，应配 %(a)s", n=row.ticket, a=yuan(row.entitled)),
        )
        for row in matching.waiting_for(session, actor)
        if row.waits_for is not None
    ]
    expenses = [
        Waiting(
            _("审批报销：%(what)s", what=row.purpose),
            url_for("delivery.decide", expense_id=row.id),
            text=f"{row.project_title} {yuan(row.amount)}",
        )
        for row in delivery.expenses_waiting_for(session, actor)
    ]
    return [*money, *claims, *expenses]


def my_projects(session: Session, actor: Actor) -> list[ProjectRow]:
    """List the projects in whose group the actor is."""
    mine = session.query(ProjectMember.project_id).filter(ProjectMember.person_id == actor.person_id)
    found = projects_by_id(session, [row.project_id for row in mine])
    return [found[number] for number in sorted(found, reverse=True)]


@dataclass(frozen=True)
class Act:
    """A deed of a project: where it is done, or why not."""

    label: str
    href: str
    reasons: list[str]


def room(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> list[tuple[str, list[Act]]]:
    """List the deeds of a project in the order of its life, each with what speaks against it for this actor now."""
    tasks = tasks_of(session, project.id)
    here: dict[str, Any] = {"project_id": project.id}

    def act(label: str, endpoint: str, check: Callable[[], Any], **values: Any) -> Act:
        return Act(label, url_for(endpoint, **(values or here)), reasons(check))

    bar = consent.bars(session, [project.id], now).get(project.id)
    pending = sum(row.approved is None for row in delivery.expenses_of(session, project.id))
    reports = len(delivery.reports_of(session, project.id))
    unconfirmed = fundraising.unconfirmed(session, project.id)
    opening = [Act(_("开始征求意见"), url_for("consent.open_round", **here), _why_not_open(actor, project))]
    asking = [Act(_("查看征求意见"), url_for("consent.show", round_id=bar.round_id), [])] if bar else opening
    return [
        (_("征求意见"), asking),
        (
            _("自筹"),
            [
                act(_("登记收款"), "fundraising.new", lambda: check_may_record_money(actor, project, tasks)),
                act(_("登记实物和帮工"), "fundraising.new_help", lambda: check_may_record_money(actor, project, tasks)),
            ],
        ),
        (
            _("配比"),
            [act(_("申请配比"), "matching.claim", lambda: check_may_claim(actor, project, tasks, unconfirmed))],
        ),
        (
            _("供应商"),
            [
                act(_("登记报价"), "procurement.new_quote", lambda: check_may_procure(actor, project, tasks)),
                act(_("选择供应商"), "procurement.choose", lambda: check_may_procure(actor, project, tasks)),
            ],
        ),
        (
            _("实施"),
            [
                act(_("报告进度"), "delivery.new_report", lambda: check_may_work(actor, project, tasks)),
                act(_("申请报销"), "delivery.new_expense", lambda: check_may_work(actor, project, tasks)),
                act(_("验收"), "delivery.accept", lambda: check_may_accept(actor, project, tasks, reports, pending)),
            ],
        ),
        (
            _("评议和办结"),
            [
                act(_("登记评议表"), "evaluation.sheet", lambda: check_may_record(actor, project)),
                act(_("公布评议结果"), "evaluation.publish", lambda: check_may_record(actor, project)),
                act(
                    _("办结并退回结余"),
                    "delivery.close",
                    lambda: check_may_close(actor, project, _unpaid(session, project)),
                ),
            ],
        ),
    ]


def _why_not_open(actor: Actor, project: ProjectRow) -> list[str]:
    if not actor.has(Role.WORKER, project.place_path):
        return [_("由社区工作者开始征求意见。")]
    return [] if project.stage is Stage.FEASIBLE else [_("提案通过初审以后才能征求意见。")]


def _unpaid(session: Session, project: ProjectRow) -> int:
    code = f"pool:{project.programme_id}:committed:{project.id}"
    return sum(balances(session, book.id, Ledger.COMMIT, code).get(code, 0) for book in list_books(session))


def doors(session: Session, actor: Actor) -> list[Waiting]:
    """List the standing pages of a person's roles: set-up, rosters, codes, rounds, books."""
    found: list[Waiting] = []
    if actor.has_any(Role.ADMINISTRATOR):
        found.append(Waiting(_("设置：区划和楼栋"), url_for("places.index")))
        found.append(Waiting(_("设置：人员和权限"), url_for("people.people")))
    if actor.has_any(Role.ADMINISTRATOR, Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER):
        found.append(Waiting(_("年度计划和政策"), url_for("programmes.index")))
    if actor.has_any(Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.ADMINISTRATOR):
        found.append(Waiting(_("账簿"), url_for("ledger.books")))
    for grant in actor.grants:
        if grant.role is Role.WORKER:
            found += _worker_doors(session, grant.path)
    return found


def _worker_doors(session: Session, path: str) -> list[Waiting]:
    found = [Waiting(_("发起表决"), url_for("voting.new")), Waiting(_("召集议事会"), url_for("council.index"))]
    for compound in places_below(session, path, PlaceKind.COMPOUND):
        found.append(Waiting(_("名册：%(name)s", name=compound.name), url_for("rosters.show", compound_id=compound.id)))
        found.append(
            Waiting(_("入户码：%(name)s", name=compound.name), url_for("people.codes", compound_id=compound.id))
        )
    return found
