"""Pages of pledges: a household's own, and those that the treasurer writes down."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.fundraising import commands, forms, queries
from fundapp.fundraising.rules import reference_code
from fundapp.fundraising.views.blueprint import LABELS, Answer, bp, crumbs, project_of
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.places.queries import units_by_id, units_of_compound
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in


def _own_doors(project: ProjectRow) -> list[tuple[int, str]]:
    """Give the actor's own households in the project's compound."""
    units = units_by_id(reading(), sorted(current_actor().unit_ids)).values()
    return [(unit.id, unit.door) for unit in units if unit.compound_id == project.place_id]


@bp.route("/<int:project_id>/pledge", methods=["GET", "POST"])
@signed_in
def pledge(project_id: int) -> Answer:
    """Pledge for one's own household, and see what it pledged and which code its transfers carry."""
    project, form = get_project(reading(), project_id, current_actor()), forms.PledgeForm()
    doors = _own_doors(project)
    form.offer(doors, own=True)
    if doors and form.filled_in():
        with form.deed() as session:
            commands.make_pledge(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已登记认捐，谢谢。"))
            return redirect(url_for(".pledge", project_id=project_id), 303)
    return render_template("fundraising/pledge.html", form=form, **_own(project, doors)), form.status


def _own(project: ProjectRow, doors: list[tuple[int, str]]) -> dict[str, object]:
    """Give what the page shows beside the form: the household's own pledges and codes."""
    session = reading()
    rows = queries.pledges_of(session, project.id, local_date(clock().now(session)))
    mine = [row for row in rows if row.unit_id in dict(doors)]
    codes = [(door, reference_code(project.id, number)) for number, door in doors]
    return {"p": project, "doors": doors, "mine": mine, "codes": codes, **LABELS}


@bp.route("/<int:project_id>/pledges/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_pledge(project_id: int) -> Answer:
    """Write down what somebody pledged by word or on paper."""
    project, form = project_of(project_id), forms.PledgeForm()
    form.offer([(unit.id, unit.door) for unit in units_of_compound(reading(), project.place_id)], own=False)
    if form.filled_in():
        with form.deed() as session:
            commands.make_pledge(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已登记认捐。认捐不算收款。"))
            return redirect(url_for(".index", project_id=project_id), 303)
    told = [_("认捐要自愿，不摊派；只登记本院住户、本社区受益单位和街道、区政府的认捐。")]
    page = {"title": _("登记认捐"), "form": form, "button": _("登记"), "crumbs": crumbs(project), "told": told}
    return render_template("_form.html", **page), form.status


@bp.route("/pledges/<int:pledge_id>/cancel", methods=["GET", "POST"])
@signed_in
def cancel(pledge_id: int) -> Answer:
    """Take back what is left of a pledge."""
    session, form = reading(), forms.ReasonForm()
    row = queries.get_pledge(session, pledge_id, local_date(clock().now(session)))
    project = (
        get_project(session, row.project_id) if row.unit_id in current_actor().unit_ids else project_of(row.project_id)
    )
    if form.filled_in():
        with form.deed() as work:
            commands.cancel_pledge(work, current_actor(), pledge_id, form.reason.data or "", clock())
        if form.done:
            flash(_("已取消。"))
            return redirect(_home(project), 303)
    page = {"title": _("取消认捐"), "form": form, "button": _("取消认捐"), "crumbs": [(project.title, _home(project))]}
    return render_template("_form.html", **page), form.status


def _home(project: ProjectRow) -> str:
    """Give where somebody sees pledges: the group its list, others their own."""
    grouped = current_actor().person_id in tasks_of(reading(), project.id)
    return url_for(".index" if grouped else ".pledge", project_id=project.id)


@bp.route("/<int:project_id>/pledges/remind", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def remind(project_id: int) -> Answer:
    """Remind the households whose pledges are open."""
    project, form = project_of(project_id), forms.ConfirmForm()
    if form.filled_in():
        with form.deed() as session:
            homes, sent = commands.remind_pledges(session, current_actor(), project_id, clock())
        if form.done:
            flash(_("已提醒 %(homes)s 户，发出消息 %(sent)s 条。", homes=homes, sent=sent))
            return redirect(url_for(".index", project_id=project_id), 303)
    told = [_("只提醒还没有兑现的住户，每户一天一次；消息里不写任何人的金额。没有账号的住户请上门。")]
    page = {"title": _("提醒认捐"), "form": form, "button": _("发提醒"), "crumbs": crumbs(project), "told": told}
    return render_template("_form.html", **page), form.status
