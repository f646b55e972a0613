"""Pages of the street's share: the record is public; reporting is the community's, review and payment the street's."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.projects.queries import get_project
from fundapp.subsidies import commands, forms, queries
from fundapp.subsidies.policy import check_may_pay, check_may_report, check_may_review
from fundapp.subsidies.rules import RequestState
from fundapp.subsidies.texts import STATES
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import yuan
from fundapp.web.gate import current_actor, for_roles, public

bp = Blueprint("subsidies", __name__, url_prefix="/subsidies")
Answer = str | AnyResponse | tuple[str, int]


@bp.get("/<int:project_id>")
@public
def show(project_id: int) -> str:
    """Show what was asked of the street for a project, what it set and why, what it paid."""
    session = reading()
    project = get_project(session, project_id, current_actor())
    rows = queries.requests_of(session, project_id)
    return render_template("subsidies/show.html", p=project, rows=rows, states=STATES, RequestState=RequestState)


@bp.route("/<int:project_id>/report", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def report(project_id: int) -> Answer:
    """Report a project to the street."""
    project, form = get_project(reading(), project_id, current_actor()), forms.RequestForm()
    check_may_report(current_actor(), project)
    if form.filled_in():
        with form.deed() as session:
            commands.report_request(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已上报街道。"))
            return redirect(url_for(".show", project_id=project_id), 303)
    told = [_("项目还差 %(a)s。", a=yuan(queries.gap_of(reading(), project)))]
    crumbs = [(project.title, url_for("desk.room", project_id=project_id))]
    page = {"title": _("上报街道，申请街镇投入"), "button": _("上报"), "crumbs": crumbs, "told": told}
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/requests/<int:request_id>/review", methods=["GET", "POST"])
@for_roles(Role.STREET_OFFICER)
def review(request_id: int) -> Answer:
    """Set the amount."""
    row, form = queries.get_request(reading(), request_id), forms.ReviewForm()
    check_may_review(current_actor(), get_project(reading(), row.project_id), row.reported_by_id)
    if form.filled_in():
        with form.deed() as session:
            commands.review_request(session, current_actor(), form.to_command(request_id), clock())
        if form.done:
            flash(_("已审定。"))
            return redirect(url_for(".show", project_id=row.project_id), 303)
    told = [_("社区上报 %(a)s：%(why)s", a=yuan(row.asked), why=row.reason)]
    page = {"title": _("审定街镇投入"), "button": _("审定"), "told": told, "crumbs": _crumbs(row)}
    return render_template("_form.html", form=form, reasons=_tied(row), **page), form.status


@bp.route("/requests/<int:request_id>/pay", methods=["GET", "POST"])
@for_roles(Role.STREET_OFFICER)
def pay(request_id: int) -> Answer:
    """Record a payment."""
    row, form = queries.get_request(reading(), request_id), forms.PaymentForm()
    project = get_project(reading(), row.project_id)
    check_may_pay(current_actor(), project)
    if form.filled_in():
        with form.deed() as session:
            proof = store_picture(
                session, current_actor(), form.proof.data, project.place_id, Audience.GROUP, clock(), "proof"
            )
            commands.pay_request(session, current_actor(), form.to_command(request_id, proof.id), clock())
        if form.done:
            flash(_("已登记拨付，等小组或社区核对到账。"))
            return redirect(url_for(".show", project_id=row.project_id), 303)
    elif request.method == "GET":
        form.amount.data, form.paid_on.data = row.room, local_date(clock().now(reading()))
    told = [_("审定 %(a)s，还没有拨的 %(b)s。", a=yuan(row.approved or row.sent), b=yuan(row.room))]
    page = {"title": _("登记街镇拨付"), "button": _("登记拨付"), "told": told, "crumbs": _crumbs(row)}
    return render_template("_form.html", form=form, reasons=_tied(row), **page), form.status


def _tied(row: queries.RequestRow) -> list[str]:
    return queries.why_tied_to(reading(), current_actor(), row.project_id, clock().now(reading()))


def _crumbs(row: queries.RequestRow) -> list[tuple[str, str]]:
    return [(row.project_title, url_for(".show", project_id=row.project_id))]
