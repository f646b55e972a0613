"""What waits for the staff: the community's worker, the foundation's officer, and who sets up a new place."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from fundapp.consent.queries import struck_reasons
from fundapp.council.queries import items_of, on_open_agenda
from fundapp.council.rules import ItemOutcome
from fundapp.delivery.policy import check_may_close
from fundapp.delivery.queries import books_of
from fundapp.desk.lines import Link, Waiting
from fundapp.desk.rules import reasons
from fundapp.evaluation.queries import counts_of
from fundapp.evaluation.rules import SHEETED, Party
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.money import from_fen
from fundapp.ledger.queries import balances, list_books
from fundapp.ledger.rules import Ledger
from fundapp.matching.commands import due_now
from fundapp.matching.queries import waiting_for_payment
from fundapp.matching.signing import why_not_pay
from fundapp.people.queries import anybody_as
from fundapp.places.models import Place, PlaceKind
from fundapp.places.queries import places_below
from fundapp.programmes.queries import get_policy, list_programmes
from fundapp.projects.models import Project, ProjectMember
from fundapp.projects.queries import ProjectRow, get_project, project_row, select_projects
from fundapp.projects.rules import Stage
from fundapp.rosters.queries import compounds_of
from fundapp.voting.queries import drafts_of
from fundapp.voting.rounds import terms_of
from fundapp.web.filters import yuan


def for_worker(session: Session, actor: Actor) -> list[Waiting]:
    """List what the places of a worker ask of her: rosters first, then the projects by their stages."""
    paths = [grant.path for grant in actor.grants if grant.role is Role.WORKER]
    if not paths:
        return []
    by_stage = _projects(session, paths)
    return [
        *_rosters(session, actor),
        *_checked(session, by_stage.get(Stage.FEASIBLE, [])),
        *_agreed(session, actor, by_stage.get(Stage.CONSENTED, [])),
        *(line for row in by_stage.get(Stage.ACCEPTED, []) for line in _grading(session, row)),
        *(line for row in by_stage.get(Stage.EVALUATED, []) for line in _closing(session, actor, row)),
    ]


def for_officer(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the approved claims of which something may be paid now, and the accepted projects to be settled."""
    found = []
    for row in waiting_for_payment(session, actor):
        project = get_project(session, row.project_id)
        due = due_now(session, project, unpaid(session, project))
        if due.amount > 0:
            text = _("第 %(n)s 号，本次可拨 %(a)s", n=row.ticket, a=yuan(from_fen(due.amount)))
            title = _("拨付配比资金：%(title)s", title=row.project_title)
            why = "".join(why_not_pay(session, actor, row, now))
            found.append(Waiting(title, Link("matching.pay", {"claim_id": row.id}), text=text, due=why))
    return [*found, *_settling(session, actor)]


def _settling(session: Session, actor: Actor) -> list[Waiting]:
    paths = [grant.path for grant in actor.grants if grant.role is Role.FOUNDATION_OFFICER]
    if not paths:
        return []
    by_stage = _projects(session, paths)
    rows = [*by_stage.get(Stage.ACCEPTED, []), *by_stage.get(Stage.EVALUATED, [])]
    return [
        _step(row, _("结算配比：%(title)s"), "delivery.settle") for row in rows if books_of(session, row, 0).unsettled
    ]


def for_setup(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List what a new installation still lacks, in the order in which it is made."""
    found: list[Waiting] = []
    for path in sorted({grant.path for grant in actor.grants if grant.role is Role.ADMINISTRATOR}):
        if not places_below(session, path, PlaceKind.COMPOUND):
            found.append(Waiting(_("添加街道、社区和院落"), Link("places.index", {}), text=_("还没有院落。")))
        elif not anybody_as(session, Role.WORKER, path, now):
            text = _("还没有社区工作者，没有人能导入名册、办理征求意见。")
            found.append(Waiting(_("添加工作人员，授予身份"), Link("people.people", {}), text=text))
    return [*found, *_programme(session, actor)]


def _programme(session: Session, actor: Actor) -> list[Waiting]:
    paths = [grant.path for grant in actor.grants if grant.role in (Role.ADMINISTRATOR, Role.FOUNDATION_OFFICER)]
    known = [row.place_path for row in list_programmes(session)] if paths else []
    if not paths or any(one.startswith(path) or path.startswith(one) for one in known for path in paths):
        return []
    return [Waiting(_("开设年度计划"), Link("programmes.new", {}), text=_("没有年度计划，居民还不能提案。"))]


def _projects(session: Session, paths: list[str]) -> dict[Stage, list[ProjectRow]]:
    inside = or_(false(), *(Place.path.startswith(path, autoescape=True) for path in paths))
    stages = (Stage.FEASIBLE, Stage.CONSENTED, Stage.ACCEPTED, Stage.EVALUATED)
    found: dict[Stage, list[ProjectRow]] = {}
    for row in session.execute(select_projects().where(Project.stage.in_(stages), inside).order_by(Project.id)):
        project = project_row(*row)
        found.setdefault(project.stage, []).append(project)
    return found


def _rosters(session: Session, actor: Actor) -> list[Waiting]:
    return [
        Waiting(
            _("导入名册：%(name)s", name=row.place.name),
            Link("rosters.show", {"compound_id": row.place.id}),
            text=_("还没有住户。"),
        )
        for row in compounds_of(session, actor)
        if not row.units
    ]


def _checked(session: Session, rows: list[ProjectRow]) -> list[Waiting]:
    grouped = select(ProjectMember.project_id).where(ProjectMember.project_id.in_([row.id for row in rows]))
    known = set(session.scalars(grouped)) if rows else set()
    struck = struck_reasons(session, [row.id for row in rows]) if rows else {}
    return [
        _step(row, _("重新征求意见：%(title)s"), "consent.open_round", struck[row.id])
        if row.id in known and row.id in struck
        else _step(row, _("发起征求意见：%(title)s"), "consent.open_round")
        if row.id in known
        else _step(row, _("组建项目小组：%(title)s"), "projects.group")
        for row in rows
    ]


def _agreed(session: Session, actor: Actor, rows: list[ProjectRow]) -> list[Waiting]:
    """Vote or council, as the policy says of each project."""
    found = [
        Waiting(_("核对并发布表决：%(title)s", title=row.title), Link("voting.show", {"round_id": row.round_id}))
        for row in drafts_of(session, actor)
    ]
    by_vote = [row for row in rows if _voted(session, row)]
    if by_vote and not found:
        text = "、".join(row.title for row in by_vote)
        found.append(Waiting(_("发起表决：%(n)s 个项目在等", n=len(by_vote)), Link("voting.new", {}), text=text))
    return [*found, *_by_council(session, [row for row in rows if row not in by_vote])]


def _voted(session: Session, row: ProjectRow) -> bool:
    return terms_of(get_policy(session, row.policy_version_id or 0).parts).choose_by_vote


def _by_council(session: Session, rows: list[ProjectRow]) -> list[Waiting]:
    ids = [row.id for row in rows]
    decided, called = (items_of(session, ids), on_open_agenda(session, ids)) if ids else ({}, set())
    found = []
    for row in rows:
        passed = [mark for mark in decided.get(row.id, []) if mark.outcome is ItemOutcome.PASSED]
        if passed:
            title = _("按议事会结果确认入选：%(title)s", title=row.title)
            found.append(Waiting(title, Link("council.show", {"session_id": passed[-1].session_id})))
        elif row.id not in called:
            found.append(Waiting(_("召集议事会讨论：%(title)s", title=row.title), Link("council.index", {})))
    return found


def _grading(session: Session, row: ProjectRow) -> list[Waiting]:
    counts = counts_of(session, row.id)
    if any(counts[party].given == 0 for party in SHEETED):
        return [_step(row, _("登记评议表：%(title)s"), "evaluation.sheet")]
    if counts[Party.RESIDENTS].given == 0:
        return []
    return [_step(row, _("公布评议结果：%(title)s"), "evaluation.publish")]


def _closing(session: Session, actor: Actor, row: ProjectRow) -> list[Waiting]:
    def check() -> None:
        check_may_close(actor, row, books_of(session, row, unpaid(session, row)))

    return [] if reasons(check) else [_step(row, _("办结并退回结余：%(title)s"), "delivery.close")]


def unpaid(session: Session, project: ProjectRow) -> int:
    """Give the fen that were promised to a project and not paid."""
    code = f"pool:{project.programme_id}:committed:{project.id}"
    return sum(balances(session, book.id, Ledger.COMMIT, code).get(code, 0) for book in list_books(session))


def _step(project: ProjectRow, words: str, endpoint: str, text: str = "") -> Waiting:
    return Waiting(words % {"title": project.title}, Link(endpoint, {"project_id": project.id}), text=text)
