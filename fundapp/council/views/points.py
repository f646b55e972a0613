"""Reasons and questions about a project: read by everybody, said by its place, hidden only with a reason."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.council import commands, point_forms, queries
from fundapp.council.policy import SECRETARIES
from fundapp.council.rules import ANSWER_DAYS, MOST_POINTS, Side
from fundapp.council.views.sessions import Answer, bp
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import units_by_id
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public, signed_in

__all__ = ["bp"]


@bp.get("/projects/<int:project_id>")
@public
def points(project_id: int) -> Answer:
    """Show what was said about a project."""
    return render_template("council/points.html", page=_read(project_id), sides=Side)


@bp.route("/projects/<int:project_id>/say", methods=["GET", "POST"])
@signed_in
def say(project_id: int) -> Answer:
    """Take a reason or a question."""
    page, form = _read(project_id), point_forms.SayForm()
    form.offer(_own_units(page))
    if form.filled_in():
        with form.deed() as session:
            commands.say(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已经记下。"))
            return redirect(url_for(".points", project_id=project_id), 303)
    return render_template("council/say.html", page=page, form=form, most=MOST_POINTS, days=ANSWER_DAYS), form.status


@bp.route("/projects/<int:project_id>/points/<int:point_id>/hide", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def hide(project_id: int, point_id: int) -> Answer:
    """Hide a point or show it again."""
    page, point = _own(project_id, point_id)
    form = point_forms.HideForm()
    if form.filled_in():
        with form.deed() as session:
            commands.hide_point(session, current_actor(), form.to_command(point_id, not point.hidden), clock())
        if form.done:
            flash(_("已登记，作者会看到理由。"))
            return redirect(url_for(".points", project_id=project_id), 303)
    return render_template("council/hide.html", page=page, point=point, form=form), form.status


@bp.route("/projects/<int:project_id>/points/<int:point_id>/answer", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def answer(project_id: int, point_id: int) -> Answer:
    """Answer a question."""
    page, point = _own(project_id, point_id)
    form = point_forms.AnswerForm()
    if form.filled_in():
        with form.deed() as session:
            commands.answer_point(session, current_actor(), form.to_command(point_id), clock())
        if form.done:
            flash(_("答复已公布。"))
            return redirect(url_for(".points", project_id=project_id), 303)
    return render_template("council/answer.html", page=page, point=point, form=form), form.status


def _read(project_id: int) -> queries.PointsPage:
    session = reading()
    return queries.points_page(session, project_id, current_actor(), clock().now(session))


def _own(project_id: int, point_id: int) -> tuple[queries.PointsPage, queries.PointRow]:
    page = _read(project_id)
    point = next((one for one in page.points if one.id == point_id), None)
    if not page.secretary or point is None:
        raise NotVisible
    return page, point


def _own_units(page: queries.PointsPage) -> list[tuple[int, str]]:
    units = units_by_id(reading(), sorted(current_actor().unit_ids))
    return [(number, unit.door) for number, unit in units.items() if unit.path.startswith(page.project.place_path)]
