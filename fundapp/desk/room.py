"""The deeds of one project in the order of its life, each with what speaks against it for this person now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.consent import queries as consent
from fundapp.consent.policy import RoundState
from fundapp.custody.policy import check_may_name
from fundapp.custody.queries import has_moved
from fundapp.delivery import queries as delivery
from fundapp.delivery.policy import (
    check_may_accept,
    check_may_ask_correction,
    check_may_claim_expense,
    check_may_close,
    check_may_work,
)
from fundapp.desk.lines import Link
from fundapp.desk.queries import unpaid
from fundapp.desk.rules import reasons
from fundapp.evaluation.policy import check_may_record
from fundapp.fundraising.policy import check_may_record as check_may_record_money
from fundapp.fundraising.queries import unconfirmed
from fundapp.kernel.actor import Actor, Role
from fundapp.matching.policy import check_may_claim
from fundapp.pools.policy import check_may_use
from fundapp.procurement.policy import check_may_end, check_may_procure
from fundapp.procurement.queries import last_choice
from fundapp.projects.queries import ProjectRow, tasks_of
from fundapp.projects.rules import Stage
from fundapp.questionnaire.policy import check_may_ask
from fundapp.subsidies.policy import check_may_report


@dataclass(frozen=True)
class Act:
    """A deed of a project: where it is done, or why not."""

    label: str
    link: Link
    reasons: list[str]


Part = tuple[str, list[Act]]


def room(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> list[Part]:
    """List the deeds of a project by the parts of its life."""
    return [
        _consent(session, actor, project, now),
        *_money(session, actor, project),
        _buying(session, actor, project),
        _work(session, actor, project),
        _ending(session, actor, project),
    ]


def _act(project: ProjectRow, label: str, endpoint: str, check: Callable[[], object]) -> Act:
    return Act(label, Link(endpoint, {"project_id": project.id}), reasons(check))


def _consent(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> Part:
    bar = consent.bars(session, [project.id], now).get(project.id)
    if bar and bar.state is not RoundState.VOID:
        return _("征求意见"), [Act(_("查看征求意见"), Link("consent.show", {"round_id": bar.round_id}), [])]
    ask = _act(project, _("发问卷（不算同意）"), "questionnaire.ask", lambda: _check_ask(session, actor, project))
    link, why = Link("consent.open_round", {"project_id": project.id}), _why_not_open(actor, project)
    if bar is None:
        return _("征求意见"), [ask, Act(_("开始征求意见"), link, why)]
    struck = Act(_("查看作废的一轮"), Link("consent.show", {"round_id": bar.round_id}), [])
    return _("征求意见"), [ask, Act(_("重新征求意见"), link, why), struck]


def _check_ask(session: Session, actor: Actor, project: ProjectRow) -> None:
    check_may_ask(actor, project.place_path, project.stage, tasks_of(session, project.id))


def _money(session: Session, actor: Actor, project: ProjectRow) -> list[Part]:
    tasks, waiting = tasks_of(session, project.id), unconfirmed(session, project.id)

    def record() -> None:
        check_may_record_money(actor, project, tasks)

    raising = [
        _act(project, _("指定资金由谁保管"), "custody.keeper", lambda: _check_name(session, actor, project)),
        _act(project, _("登记认捐"), "fundraising.new_pledge", record),
        _act(project, _("登记收款"), "fundraising.new", record),
        _act(project, _("登记垫付（以后归还）"), "advances.new", record),
        _act(project, _("登记实物和帮工"), "fundraising.new_help", record),
        _act(project, _("上报街道，申请街镇投入"), "subsidies.report", lambda: check_may_report(actor, project)),
    ]
    claim = _act(project, _("申请配比"), "matching.claim", lambda: check_may_claim(actor, project, tasks, waiting))
    share = _act(project, _("动用社区份额"), "pools.use", lambda: check_may_use(actor, project))
    return [(_("自筹"), raising), (_("配比"), [claim, share])]


def _check_name(session: Session, actor: Actor, project: ProjectRow) -> None:
    check_may_name(actor, project, has_moved(session, project.id))


def _buying(session: Session, actor: Actor, project: ProjectRow) -> Part:
    tasks, (last, ended) = tasks_of(session, project.id), last_choice(session, project.id)

    def procure() -> None:
        check_may_procure(actor, project, tasks, ended)

    def end() -> None:
        check_may_end(actor, project, tasks, last is not None and not ended)

    acts = [
        _act(project, _("登记报价"), "procurement.new_quote", procure),
        _act(project, _("选择供应商"), "procurement.choose", procure),
        _act(project, _("终止和供应商的合作"), "procurement.end_supplier", end),
    ]
    return (_("供应商"), acts)


def _work(session: Session, actor: Actor, project: ProjectRow) -> Part:
    tasks = tasks_of(session, project.id)
    tranches = delivery.pays_by_tranche(session, project)
    pending, settled = (
        0 if tranches else delivery.undecided(session, project.id),
        delivery.settlement_of(session, project.id),
    )
    reports = len(delivery.reports_of(session, project.id))

    def work() -> None:
        check_may_work(actor, project, tasks)

    def bill() -> None:
        check_may_claim_expense(actor, project, tasks, tranches, settled is not None)

    def correct() -> None:
        check_may_ask_correction(actor, project, tasks, settled is not None)

    doing = [
        _act(project, _("报告进度"), "delivery.new_report", work),
        _act(project, _("申请报销"), "delivery.new_expense", bill),
        _act(project, _("更正已付的款"), "delivery.corrections", correct),
        _act(
            project,
            _("验收"),
            "delivery.accept",
            lambda: check_may_accept(actor, project, tasks, reports, pending),
        ),
    ]
    return (_("实施"), doing)


def _ending(session: Session, actor: Actor, project: ProjectRow) -> Part:
    def grade() -> None:
        check_may_record(actor, project)

    acts = [
        _act(project, _("登记评议表"), "evaluation.sheet", grade),
        _act(project, _("公布评议结果"), "evaluation.publish", grade),
        _act(
            project,
            _("办结并退回结余"),
            "delivery.close",
            lambda: check_may_close(actor, project, delivery.books_of(session, project, unpaid(session, project))),
        ),
    ]
    return _("评议和办结"), acts


def _why_not_open(actor: Actor, project: ProjectRow) -> list[str]:
    if not actor.has(Role.WORKER, project.place_path):
        return [_("由社区工作者开始征求意见。")]
    return [] if project.stage is Stage.FEASIBLE else [_("提案通过初审以后才能征求意见。")]
