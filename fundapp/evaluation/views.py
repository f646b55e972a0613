"""Pages of evaluation: households grade, the worker records sheets and publishes."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.evaluation import commands, forms, queries
from fundapp.evaluation.rules import Party
from fundapp.evaluation.texts import REFUSALS
from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import units_by_id
from fundapp.projects.queries import get_project, project_of_worker
from fundapp.projects.rules import Stage
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in

bp = Blueprint("evaluation", __name__, url_prefix="/evaluation")
Answer = str | AnyResponse | tuple[str, int]


@bp.route("/<int:project_id>/grade", methods=["GET", "POST"])
@signed_in
def grade(project_id: int) -> Answer:
    """Grade a project for one's household."""
    project, actor = get_project(reading(), project_id, current_actor()), current_actor()
    units = units_by_id(reading(), list(actor.unit_ids)).values()
    own = [(unit.id, unit.door) for unit in units if unit.compound_id == project.place_id]
    if not own:
        raise NotVisible
    form = forms.GradeForm()
    form.offer(own)
    if form.filled_in():
        with form.deed() as session:
            commands.grade_project(session, actor, form.to_command(project_id), clock())
        if form.done:
            flash(_("谢谢您的评议，已经记下。"))
            return redirect(url_for("trail.project", project_id=project_id), 303)
    crumbs = [(project.title, url_for("trail.project", project_id=project_id))]
    told = [_("一户评一次，交了不能改。公开的只有各档户数，没有谁评了什么。")]
    return (
        render_template(
            "_form.html", title=_("评议这个项目"), form=form, button=_("交评议"), crumbs=crumbs, told=told,
            reasons=[] if project.stage is Stage.ACCEPTED else [REFUSALS["evaluation.not_accepted"]],
        ),
        form.status,
    )  # fmt: skip


@bp.route("/<int:project_id>/sheet", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def sheet(project_id: int) -> Answer:
    """Record a party's counted sheet."""
    project, form = project_of_worker(reading(), project_id, current_actor()), forms.SheetForm()
    if form.filled_in():
        with form.deed() as session:
            actor = current_actor()
            scan = store_picture(session, actor, form.scan.data, project.place_id, Audience.STAFF, clock(), "scan")
            commands.record_sheet(session, actor, form.to_command(project_id, scan.id), clock())
        if form.done:
            flash(_("评议表已登记。"))
            return redirect(url_for("desk.room", project_id=project_id), 303)
    crumbs = [(project.title, url_for("desk.room", project_id=project_id))]
    return render_template("_form.html", title=_("登记评议表"), form=form, button=_("登记"), crumbs=crumbs), form.status


@bp.route("/<int:project_id>/publish", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def publish(project_id: int) -> Answer:
    """Publish the outcome of all three parties."""
    project, form = project_of_worker(reading(), project_id, current_actor()), forms.PublishForm()
    if form.filled_in():
        with form.deed() as session:
            commands.publish_result(session, current_actor(), project_id, clock())
        if form.done:
            flash(_("评议结果已公布。"))
            return redirect(url_for("trail.project", project_id=project_id), 303)
    given = queries.counts_of(reading(), project_id)[Party.RESIDENTS].given
    crumbs = [(project.title, url_for("desk.room", project_id=project_id))]
    told = [_("已有 %(n)s 户居民评议。", n=given)]
    return (
        render_template("_form.html", title=_("公布评议结果"), form=form, button=_("公布"), crumbs=crumbs, told=told),
        form.status,
    )
