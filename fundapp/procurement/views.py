"""Pages of procurement, for the project group; what they record is public on the project's page."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.procurement import commands, forms
from fundapp.procurement.pages import blocked_quotes
from fundapp.procurement.queries import quotes_of
from fundapp.projects.queries import project_of_member
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import yuan
from fundapp.web.forms import options
from fundapp.web.gate import current_actor, for_roles

bp = Blueprint("procurement", __name__, url_prefix="/procurement")
Answer = str | AnyResponse | tuple[str, int]


@bp.route("/<int:project_id>/quotes/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_quote(project_id: int) -> Answer:
    """Record a quote."""
    project, form = project_of_member(reading(), project_id, current_actor()), forms.QuoteForm()
    if form.filled_in():
        with form.deed() as session:
            paper = store_picture(
                session, current_actor(), form.paper.data, project.place_id, Audience.PUBLIC, clock(), "paper"
            )
            commands.record_quote(session, current_actor(), form.to_command(project_id, paper.id), clock())
        if form.done:
            flash(_("报价已登记。"))
            return redirect(url_for("desk.room", project_id=project_id), 303)
    crumbs = [(project.title, url_for("desk.room", project_id=project_id))]
    return render_template("_form.html", title=_("登记报价"), form=form, button=_("登记"), crumbs=crumbs), form.status


@bp.route("/<int:project_id>/end", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def end_supplier(project_id: int) -> Answer:
    """End the work with the chosen supplier."""
    project, form = project_of_member(reading(), project_id, current_actor()), forms.EndForm()
    if form.filled_in():
        with form.deed() as session:
            commands.end_supplier(session, current_actor(), project_id, form.reason.data or "", clock())
        if form.done:
            flash(_("合作已终止，请再选一家。"))
            return redirect(url_for("desk.room", project_id=project_id), 303)
    now = [row.supplier for row in quotes_of(reading(), project_id) if row.chosen]
    told = [
        *(_("现在选定的是%(name)s。", name=name) for name in now),
        _("已经付出去的钱不变，没付的照样审批。终止以后可以再登记报价，再选一家；原来这家不能再选。"),
    ]
    crumbs = [(project.title, url_for("desk.room", project_id=project_id))]
    return (
        render_template(
            "_form.html", title=_("终止和供应商的合作"), form=form, button=_("终止合作"), crumbs=crumbs, told=told
        ),
        form.status,
    )


@bp.route("/<int:project_id>/choose", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def choose(project_id: int) -> Answer:
    """Choose the supplier."""
    project, form = project_of_member(reading(), project_id, current_actor()), forms.ChoiceForm()
    quotes, blocked = blocked_quotes(reading(), current_actor(), project, clock())
    form.quote_id.choices = options((q.id, f"{q.supplier} {yuan(q.amount)}") for q in quotes)
    if form.filled_in():
        with form.deed() as session:
            commands.choose_supplier(session, current_actor(), form.quote_id.data, form.reason.data or "", clock())
        if form.done:
            flash(_("供应商已选定，项目开工。"))
            return redirect(url_for("desk.room", project_id=project_id), 303)
    crumbs = [(project.title, url_for("desk.room", project_id=project_id))]
    told = blocked or ([] if quotes else [_("还没有登记报价，请先登记。")])
    return (
        render_template("_form.html", title=_("选择供应商"), form=form, button=_("选定"), crumbs=crumbs, told=told),
        form.status,
    )
