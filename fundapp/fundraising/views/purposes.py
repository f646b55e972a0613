"""Pages of restricted money: what each purpose has is public; a release is recorded by one and confirmed by another."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.files.commands import Audience, store_picture
from fundapp.fundraising import commands, forms, queries
from fundapp.fundraising.texts import AGREED_BY
from fundapp.fundraising.views.blueprint import Answer, bp, project_of
from fundapp.kernel.actor import Role
from fundapp.projects.queries import get_project, tasks_of
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import yuan
from fundapp.web.gate import current_actor, for_roles, public, signed_in


@bp.get("/<int:project_id>/purposes")
@public
def purposes(project_id: int) -> str:
    """Show what was given for one purpose alone, and what became of it."""
    session, actor = reading(), current_actor()
    project = get_project(session, project_id, actor)
    of_group = actor.person_id in tasks_of(session, project_id)
    rows = queries.funds_of(session, project_id)
    return render_template("fundraising/purposes.html", p=project, rows=rows, agreed=AGREED_BY, of_group=of_group)


@bp.route("/purposes/<int:fund_id>/release", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_release(fund_id: int) -> Answer:
    """Record that restricted money may serve the whole project."""
    fund, form = queries.get_fund(reading(), fund_id), forms.ReleaseForm()
    project = project_of(fund.project_id)
    if form.filled_in():
        with form.deed() as session:
            proof = store_picture(
                session, current_actor(), form.proof.data, project.place_id, Audience.GROUP, clock(), "proof"
            )
            commands.record_release(session, current_actor(), form.to_command(fund_id, proof.id), clock())
        if form.done:
            flash(_("已登记，请另一个人核对。"))
            return redirect(url_for(".purposes", project_id=project.id), 303)
    told = [_("限定用途：%(what)s，还剩 %(room)s。", what=fund.purpose, room=yuan(fund.room))]
    page = {"title": _("解除限定用途"), "button": _("登记"), "told": told, "crumbs": _crumbs(fund)}
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/releases/<int:release_id>", methods=["GET", "POST"])
@signed_in
def release(release_id: int) -> Answer:
    """Confirm that a release was agreed."""
    (fund, row), form = queries.get_release(reading(), release_id), forms.DecideReleaseForm()
    project = project_of(fund.project_id)
    if form.filled_in():
        with form.deed() as session:
            said = (form.found.data == "yes", form.reason.data or "")
            commands.decide_release(session, current_actor(), release_id, *said, clock())
        if form.done:
            flash(_("已核对。"))
            return redirect(url_for(".purposes", project_id=project.id), 303)
    told = [
        _("限定用途：%(what)s，解除 %(sum)s。", what=fund.purpose, sum=yuan(row.amount)),
        f"{AGREED_BY[row.agreed_by]}：{row.reason}",
    ]
    note = _("登记的人不能自己核对。确认后立即记入公开账目，不能改动。")
    page = {"title": _("核对解除限定用途"), "button": _("提交核对结果"), "told": told, "note": note}
    return render_template("_form.html", form=form, crumbs=_crumbs(fund), **page), form.status


def _crumbs(fund: queries.FundRow) -> list[tuple[str, str]]:
    return [(fund.project_title, url_for(".purposes", project_id=fund.project_id))]
