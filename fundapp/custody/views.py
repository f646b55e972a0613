"""The page on which a project's keeper is named."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from fundapp.custody import commands, forms, queries
from fundapp.custody.policy import NAMERS, check_may_name
from fundapp.projects.queries import get_project
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles

bp = Blueprint("custody", __name__, url_prefix="/projects")
Answer = tuple[str, int] | Response


@bp.route("/<int:project_id>/keeper", methods=["GET", "POST"])
@for_roles(*NAMERS)
def keeper(project_id: int) -> Answer:
    """Name who keeps a project's money."""
    session, actor, form = reading(), current_actor(), forms.KeeperForm()
    project = get_project(session, project_id, actor)
    check_may_name(actor, project, queries.has_moved(session, project_id))
    if form.filled_in():
        with form.deed() as work:
            commands.name_keeper(work, actor, form.to_command(project_id), clock())
        if form.done:
            flash(_("资金由谁保管已登记，会公开。"))
            return redirect(url_for("desk.room", project_id=project_id), 303)
    now = queries.keeper_of(session, project)
    return render_template("custody/keeper.html", form=form, project=project, keeper=now), form.status
