"""Pages of self-raised money: for the group, the second person and the staff."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.files.commands import Audience, store_picture
from fundapp.fundraising import commands, forms, queries
from fundapp.fundraising.policy import check_may_see
from fundapp.fundraising.texts import MEANS_LABELS
from fundapp.kernel.actor import Role
from fundapp.places.queries import units_of_compound
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in
from fundapp.web.pdf import pdf_page, qr_data

bp = Blueprint("fundraising", __name__, url_prefix="/fundraising")
Answer = str | AnyResponse | tuple[str, int]


def _project(project_id: int) -> ProjectRow:
    """Give the project to who may see its money papers."""
    project = get_project(reading(), project_id, current_actor())
    check_may_see(current_actor(), project, tasks_of(reading(), project_id))
    return project


def _crumbs(project: ProjectRow) -> list[tuple[str, str]]:
    return [(project.title, url_for("desk.room", project_id=project.id))]


@bp.get("/<int:project_id>")
@signed_in
def index(project_id: int) -> str:
    """List a project's contributions with their state."""
    project, session = _project(project_id), reading()
    return render_template(
        "fundraising/index.html",
        p=project,
        rows=queries.contributions_of(session, project_id),
        helps=queries.help_of(session, project_id),
        means=MEANS_LABELS,
    )


@bp.route("/<int:project_id>/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new(project_id: int) -> Answer:
    """Record money that was given."""
    project, form = _project(project_id), forms.ContributionForm()
    form.offer([(unit.id, unit.door) for unit in units_of_compound(reading(), project.place_id)])
    if form.filled_in():
        with form.deed() as session:
            proof = store_picture(
                session, current_actor(), form.proof.data, project.place_id, Audience.GROUP, clock(), "proof"
            )
            commands.record_contribution(session, current_actor(), form.to_command(project_id, proof.id), clock())
        if form.done:
            flash(_("已登记，请另一个人核对。"))
            return redirect(url_for(".index", project_id=project_id), 303)
    return (
        render_template("_form.html", title=_("登记收款"), form=form, button=_("登记"), crumbs=_crumbs(project)),
        form.status,
    )


@bp.route("/<int:project_id>/help", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_help(project_id: int) -> Answer:
    """Record help in kind."""
    project, form = _project(project_id), forms.HelpForm()
    if form.filled_in():
        with form.deed() as session:
            commands.record_help(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已登记。"))
            return redirect(url_for(".index", project_id=project_id), 303)
    return (
        render_template("_form.html", title=_("登记实物和帮工"), form=form, button=_("登记"), crumbs=_crumbs(project)),
        form.status,
    )


@bp.route("/contributions/<int:contribution_id>", methods=["GET", "POST"])
@signed_in
def decide(contribution_id: int) -> Answer:
    """Confirm that recorded money is there."""
    row = queries.get_contribution(reading(), contribution_id)
    project, form = _project(row.project_id), forms.DecideForm()
    if form.filled_in():
        with form.deed() as session:
            commands.decide_contribution(
                session, current_actor(), row.id, form.found.data == "yes", form.reason.data or "", clock()
            )
        if form.done:
            flash(_("已核对。"))
            return redirect(url_for(".index", project_id=project.id), 303)
    return render_template("fundraising/decide.html", p=project, row=row, form=form, means=MEANS_LABELS), form.status


@bp.get("/contributions/<int:contribution_id>/receipt.pdf")
@signed_in
def receipt(contribution_id: int) -> Response:
    """Print the receipt of a confirmed contribution; its QR code opens the project's public page."""
    row = queries.get_contribution(reading(), contribution_id)
    project = _project(row.project_id)
    address = url_for("trail.project", project_id=project.id, _external=True)
    return pdf_page(
        "fundraising/receipt.html", f"receipt-{row.id}.pdf", p=project, row=row, means=MEANS_LABELS, qr=qr_data(address)
    )
