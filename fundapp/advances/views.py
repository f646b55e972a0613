"""Pages of advances: the record is public; the treasurer records, another person confirms."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fundapp.advances import commands, forms, queries
from fundapp.advances.policy import check_may_advance
from fundapp.advances.rules import AdvanceState
from fundapp.advances.texts import SOMEBODY, STATES
from fundapp.files.commands import Audience, store_picture
from fundapp.fundraising.policy import check_may_see
from fundapp.kernel.actor import Role
from fundapp.kernel.money import ZERO
from fundapp.places.queries import units_of_compound
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import yuan
from fundapp.web.gate import current_actor, for_roles, public, signed_in

bp = Blueprint("advances", __name__, url_prefix="/advances")
Answer = str | AnyResponse | tuple[str, int]


@bp.get("/<int:project_id>")
@public
def show(project_id: int) -> str:
    """Show what was advanced to a project, what went back, and what is owed to whom."""
    session, actor = reading(), current_actor()
    project = get_project(session, project_id, actor)
    rows, tasks = queries.advances_of(session, project_id), tasks_of(session, project_id)
    owed = sum((row.owed for row in rows), ZERO)
    said = {"states": STATES, "somebody": SOMEBODY, "AdvanceState": AdvanceState, "of_group": actor.person_id in tasks}
    return render_template("advances/show.html", p=project, rows=rows, owed=owed, **said)


def _project_of(project_id: int) -> ProjectRow:
    project = get_project(reading(), project_id, current_actor())
    check_may_see(current_actor(), project, tasks_of(reading(), project_id))
    return project


def _crumbs(project: ProjectRow) -> list[tuple[str, str]]:
    return [(project.title, url_for(".show", project_id=project.id))]


def _page(form: Any, project: ProjectRow, title: str, button: str, told: list[str], note: str = "") -> Answer:
    page = {"title": title, "button": button, "told": told, "note": note, "crumbs": _crumbs(project)}
    return render_template("_form.html", form=form, **page), form.status


def _picture(session: Session, form: Any, project: ProjectRow) -> int:
    group = Audience.GROUP
    return store_picture(session, current_actor(), form.proof.data, project.place_id, group, clock(), "proof").id


def _done(said: str, project: ProjectRow) -> AnyResponse:
    flash(said)
    return redirect(url_for(".show", project_id=project.id), 303)


@bp.route("/<int:project_id>/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new(project_id: int) -> Answer:
    """Record an advance."""
    project, form = _project_of(project_id), forms.AdvanceForm()
    check_may_advance(current_actor(), project, tasks_of(reading(), project_id))
    form.offer([(unit.id, unit.door) for unit in units_of_compound(reading(), project.place_id)])
    if form.filled_in():
        with form.deed() as session:
            cmd = form.to_command(project_id, _picture(session, form, project))
            commands.record_advance(session, current_actor(), cmd, clock())
        if form.done:
            return _done(_("已登记垫付，请另一个人核对。"), project)
    return _page(form, project, _("登记垫付"), _("登记"), [_("垫付是借给项目的钱，收入到账以后归还，不算收入。")])


def _decide(form: forms.DecideForm, deed: Callable[..., object], number: int) -> bool:
    if form.filled_in():
        with form.deed() as session:
            said = (form.found.data == "yes", form.reason.data or "")
            deed(session, current_actor(), number, *said, clock())
    return form.done


@bp.route("/<int:advance_id>/decide", methods=["GET", "POST"])
@signed_in
def decide(advance_id: int) -> Answer:
    """Confirm that the lent money is there."""
    row, form = queries.get_advance(reading(), advance_id), forms.DecideForm()
    project = _project_of(row.project_id)
    form.ask(_("钱已到位，确认"), _("没有这笔钱，不予确认"))
    if _decide(form, commands.decide_advance, advance_id):
        return _done(_("已核对。"), project)
    told = [_("%(who)s垫付 %(sum)s。", who=row.lender, sum=yuan(row.amount)), _("以后归还：%(w)s", w=row.repay_from)]
    note = _("登记的人和垫付的那一户都不能核对。确认后立即记入公开账目，不能改动。")
    return _page(form, project, _("核对垫付"), _("提交核对结果"), told, note)


@bp.route("/<int:advance_id>/repay", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def repay(advance_id: int) -> Answer:
    """Prepare a repayment."""
    row, form = queries.get_advance(reading(), advance_id), forms.RepaymentForm()
    project = _project_of(row.project_id)
    if form.filled_in():
        with form.deed() as session:
            commands.prepare_repayment(session, current_actor(), form.to_command(advance_id), clock())
        if form.done:
            return _done(_("已登记归还，请另一个人核对。"), project)
    told = [_("%(who)s垫付 %(sum)s，还剩 %(room)s。", who=row.lender, sum=yuan(row.amount), room=yuan(row.room))]
    return _page(form, project, _("归还垫付"), _("登记归还"), told)


@bp.route("/repayments/<int:repayment_id>", methods=["GET", "POST"])
@signed_in
def decide_repayment(repayment_id: int) -> Answer:
    """Confirm that the lender has the money back."""
    (row, one), form = queries.get_repayment(reading(), repayment_id), forms.DecideForm()
    project = _project_of(row.project_id)
    form.ask(_("垫付人已收到，确认"), _("没有归还，不予确认"))
    if _decide(form, commands.decide_repayment, repayment_id):
        return _done(_("已核对。"), project)
    told = [_("归还%(who)s %(sum)s，用%(what)s。", who=row.lender, sum=yuan(one.amount), what=one.paid_from)]
    note = _("办理归还的人和垫付的那一户都不能核对。确认后立即记入公开账目，不能改动。")
    return _page(form, project, _("核对归还"), _("提交核对结果"), told, note)


@bp.route("/<int:advance_id>/waive", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def waive(advance_id: int) -> Answer:
    """Record that the lender gives up what is owed."""
    row, form = queries.get_advance(reading(), advance_id), forms.WaiverForm()
    project = _project_of(row.project_id)
    if form.filled_in():
        with form.deed() as session:
            cmd = form.to_command(advance_id, _picture(session, form, project))
            commands.waive_advance(session, current_actor(), cmd, clock())
        if form.done:
            return _done(_("已登记放弃归还，请另一个人在收款里核对。"), project)
    told = [_("%(who)s垫付 %(sum)s，还剩 %(room)s。", who=row.lender, sum=yuan(row.amount), room=yuan(row.room))]
    return _page(form, project, _("放弃归还，转为捐款"), _("登记放弃"), told)
