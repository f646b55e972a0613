"""Pages of delivery: the group reports and claims, others decide, the supervisor accepts, the worker closes."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.delivery import commands, correcting, forms, queries, settling, texts
from fundapp.delivery.closing import close_project
from fundapp.delivery.pages import owed_words, paid_words, settling_words, why_not_correct, why_not_take_back
from fundapp.delivery.policy import check_may_repay
from fundapp.delivery.queries import corrections_of, get_correction
from fundapp.files.commands import Audience, store_picture
from fundapp.fundraising.queries import funds_of
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.texts import REASONS
from fundapp.procurement.pages import blocked_payee
from fundapp.projects.queries import ProjectRow, get_project, project_of_member, project_of_worker, tasks_of
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles

bp = Blueprint("delivery", __name__, url_prefix="/delivery")
Answer = str | AnyResponse | tuple[str, int]
DECIDERS = (Role.GROUP_MEMBER, Role.SUPERVISOR)


def _project(project_id: int) -> ProjectRow:
    return project_of_member(reading(), project_id, current_actor())


def _room(project_id: int) -> AnyResponse:
    return redirect(url_for("desk.room", project_id=project_id), 303)


def _form_page(project: ProjectRow, form: PageForm, title: str, button: str, told: tuple[str, ...] = ()) -> Answer:
    crumbs = [(project.title, url_for("desk.room", project_id=project.id))]
    page = render_template("_form.html", title=title, form=form, button=button, crumbs=crumbs, told=told)
    return page, form.status


@bp.route("/<int:project_id>/reports/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_report(project_id: int) -> Answer:
    """Report progress with photos."""
    project, form = _project(project_id), forms.ReportForm()
    if form.filled_in():
        with form.deed() as session:
            actor, place = current_actor(), project.place_id
            uploads = [one for one in form.photos.data or [] if one and one.filename]
            photos = tuple(
                store_picture(session, actor, one, place, Audience.PUBLIC, clock(), "photos").id for one in uploads
            )
            commands.report_progress(session, actor, form.to_command(project_id, photos), clock())
        if form.done:
            flash(_("进度已公布。"))
            return _room(project_id)
    return _form_page(project, form, _("报告进度"), _("公布进度"))


@bp.route("/<int:project_id>/expenses/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_expense(project_id: int) -> Answer:
    """Claim an expense."""
    project, form = _project(project_id), forms.ExpenseForm()
    form.offer(funds_of(reading(), project_id))
    if form.filled_in():
        with form.deed() as session:
            actor = current_actor()
            paper = store_picture(
                session, actor, form.invoice.data, project.place_id, Audience.PUBLIC, clock(), "invoice"
            )
            commands.claim_expense(session, actor, form.to_command(project_id, paper.id), clock())
        if form.done:
            flash(_("已提交，等另一个人审批。"))
            return _room(project_id)
    return _form_page(project, form, _("申请报销"), _("提交报销"))


@bp.route("/expenses/<int:expense_id>", methods=["GET", "POST"])
@for_roles(*DECIDERS)
def decide(expense_id: int) -> Answer:
    """Approve and pay an expense, or refuse it."""
    row, form = queries.get_expense(reading(), expense_id), forms.DecideForm()
    project = _project(row.project_id)
    if form.filled_in():
        with form.deed() as session:
            approved, reason = form.verdict.data == "yes", form.reason.data or ""
            commands.decide_expense(session, current_actor(), expense_id, approved, reason, clock())
        if form.done:
            flash(_("已办理。"))
            return _room(project.id)
    payee, now = (row.counterparty_id, row.payee), clock().now(reading())
    blocked = blocked_payee(reading(), current_actor(), project, payee, now)
    return render_template("delivery/decide.html", p=project, row=row, form=form, blocked=blocked), form.status


@bp.get("/<int:project_id>/corrections")
@for_roles(*DECIDERS)
def corrections(project_id: int) -> str:
    """List the payments that may be taken back, and what was asked."""
    project = _project(project_id)
    paid = [row for row in queries.expenses_of(reading(), project_id) if row.approved and not row.corrected]
    asked = corrections_of(reading(), project_id)
    return render_template("delivery/corrections.html", p=project, paid=paid, asked=asked, reasons=REASONS)


@bp.route("/expenses/<int:expense_id>/correct", methods=["GET", "POST"])
@for_roles(*DECIDERS)
def correct(expense_id: int) -> Answer:
    """Ask that a payment be taken back."""
    row, form = queries.get_expense(reading(), expense_id), forms.CorrectionForm()
    project = _project(row.project_id)
    if form.filled_in():
        with form.deed() as session:
            correcting.ask_correction(session, current_actor(), form.to_command(expense_id), clock())
        if form.done:
            flash(_("已申请更正，请另一个人核对。"))
            return redirect(url_for(".corrections", project_id=project.id), 303)
    note = _("原来的记录都留着；另一个人核对以后，公开账目上多一张方向相反的凭证，实施情况页写明更正。")
    reasons = why_not_correct(reading(), current_actor(), project, row)
    return _correction_page(project, form, _("申请更正"), paid_words(row), (note, reasons))


@bp.route("/corrections/<int:correction_id>", methods=["GET", "POST"])
@for_roles(*DECIDERS)
def decide_correction(correction_id: int) -> Answer:
    """Take a payment back, or let it stand."""
    asked, form = get_correction(reading(), correction_id), forms.DecideCorrectionForm()
    project = _project(asked.project_id)
    if form.filled_in():
        with form.deed() as session:
            passed, why = form.verdict.data == "yes", form.why.data or ""
            correcting.decide_correction(session, current_actor(), correction_id, passed, why, clock())
        if form.done:
            flash(_("已办理。"))
            return redirect(url_for(".corrections", project_id=project.id), 303)
    told = [*paid_words(asked), f"{REASONS[asked.reason]}：{asked.told}"]
    reasons = why_not_take_back(reading(), current_actor(), asked)
    return _correction_page(project, form, _("核对更正"), told, (_("申请的人不能自己核对。"), reasons))


def _correction_page(
    project: ProjectRow, form: PageForm, title: str, told: list[str], rest: tuple[str, list[str]]
) -> Answer:
    crumbs = [(project.title, url_for("desk.room", project_id=project.id)),
              (_("更正已付的款"), url_for(".corrections", project_id=project.id))]  # fmt: skip
    page = {"title": title, "button": title, "crumbs": crumbs, "told": told, "note": rest[0], "reasons": rest[1]}
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/<int:project_id>/accept", methods=["GET", "POST"])
@for_roles(Role.SUPERVISOR)
def accept(project_id: int) -> Answer:
    """Accept the finished work."""
    project, form = _project(project_id), forms.AcceptForm()
    if form.filled_in():
        with form.deed() as session:
            commands.accept(session, current_actor(), project_id, str(form.told.data), clock())
        if form.done:
            flash(_("已验收，请三方评议。"))
            return _room(project_id)
    return _form_page(project, form, _("验收"), _("通过验收"))


@bp.route("/<int:project_id>/close", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def close(project_id: int) -> Answer:
    """Close the project and give back what is left."""
    project, form = project_of_worker(reading(), project_id, current_actor()), forms.CloseForm()
    if form.filled_in():
        with form.deed() as session:
            close_project(session, current_actor(), project_id, clock())
        if form.done:
            flash(_("项目已办结，结余已按来源退回。"))
            return redirect(url_for("trail.project", project_id=project_id), 303)
    back = queries.what_goes_back(reading(), project_id)
    return _form_page(project, form, _("办结项目"), _("办结并退回结余"), texts.going_back(back))


def _of_officer(project_id: int) -> ProjectRow:
    project = get_project(reading(), project_id, current_actor())
    if not current_actor().has(Role.FOUNDATION_OFFICER, project.place_path):
        raise NotVisible
    return project


@bp.route("/<int:project_id>/settle", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER)
def settle(project_id: int) -> Answer:
    """Settle the match by what the project cost."""
    project, form = _of_officer(project_id), forms.KeyForm()
    if form.filled_in():
        with form.deed() as session:
            settling.settle_match(session, current_actor(), project_id, str(form.op_key.data), clock())
        if form.done:
            flash(_("已结算，释放的钱已按次序分给排队的项目。"))
            return redirect(url_for("trail.works", project_id=project_id), 303)
    told, reasons = settling_words(reading(), current_actor(), project, clock().now(reading()))
    page = {"title": _("结算配比"), "button": _("确认结算"), "told": told, "reasons": reasons}
    crumbs = [(project.title, url_for("trail.project", project_id=project_id))]
    return render_template("_form.html", form=form, crumbs=crumbs, **page), form.status


@bp.route("/<int:project_id>/repay", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER, Role.FOUNDATION_OFFICER)
def repay(project_id: int) -> Answer:
    """Give back what the project owes to the foundation."""
    project, form = get_project(reading(), project_id, current_actor()), forms.KeyForm()
    check_may_repay(current_actor(), project, tasks_of(reading(), project_id))
    if form.filled_in():
        with form.deed() as session:
            settling.repay(session, current_actor(), project_id, str(form.op_key.data), clock())
        if form.done:
            flash(_("已退回，资金池已重新分配。"))
            return redirect(url_for("trail.works", project_id=project_id), 303)
    return _form_page(project, form, _("退回多拨的配比资金"), _("确认退回"), owed_words(reading(), project_id))
