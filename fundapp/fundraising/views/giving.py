"""Pages of gifts: for the group, the second person and the staff."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.db.wiring import ask
from fundapp.files.commands import Audience, store_picture
from fundapp.fundraising import commands, forms, queries
from fundapp.fundraising.views.blueprint import LABELS, Answer, bp, crumbs, project_of
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.places.queries import units_of_compound
from fundapp.projects.queries import ProjectRow
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in


@bp.get("/<int:project_id>")
@signed_in
def index(project_id: int) -> str:
    """List a project's contributions with their state."""
    project, session = project_of(project_id), reading()
    return render_template(
        "fundraising/index.html",
        p=project,
        rows=queries.contributions_of(session, project_id),
        helps=queries.help_of(session, project_id),
        series=queries.receipt_series_of(session, project_id),
        pledges=queries.pledges_of(session, project_id, local_date(clock().now(session))),
        refunds=queries.refunds_of(session, project_id),
        counts=queries.counts_of(session, project_id),
        advances=ask("fundraising.advances", session, project_id),
        terms=queries.terms_of(session, project_id),
        outcome=queries.outcome_of(session, project_id),
        **LABELS,
    )


@bp.route("/<int:project_id>/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new(project_id: int) -> Answer:
    """Record money that was given."""
    project, form = project_of(project_id), forms.ContributionForm()
    form.offer(*choices_of(project))
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
        render_template("_form.html", title=_("登记收款"), form=form, button=_("登记"), crumbs=crumbs(project)),
        form.status,
    )


def choices_of(project: ProjectRow) -> tuple[list[tuple[int, str]], list[queries.PledgeRow]]:
    """Give what the form offers: the compound's doors, and the pledges of which something is still to come."""
    session = reading()
    pledges = queries.pledges_of(session, project.id, local_date(clock().now(session)))
    doors = [(unit.id, unit.door) for unit in units_of_compound(session, project.place_id)]
    return doors, [one for one in pledges if one.room.amount > 0 and not one.reason]


@bp.route("/contributions/<int:contribution_id>", methods=["GET", "POST"])
@signed_in
def decide(contribution_id: int) -> Answer:
    """Confirm that recorded money is there."""
    row = queries.get_contribution(reading(), contribution_id)
    project, form = project_of(row.project_id), forms.DecideForm()
    if form.filled_in():
        with form.deed() as session:
            commands.decide_contribution(
                session, current_actor(), row.id, form.found.data == "yes", form.reason.data or "", clock()
            )
        if form.done:
            flash(_("已核对。"))
            return redirect(url_for(".index", project_id=project.id), 303)
    return render_template("fundraising/decide.html", p=project, row=row, form=form, **LABELS), form.status
