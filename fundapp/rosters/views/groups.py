"""Groups of ten households and grids, and the lists that are printed for them."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.places import commands as places
from fundapp.places.models import PlaceKind
from fundapp.places.queries import PlaceRow, group_page, groups_of, places_below
from fundapp.places.texts import GROUPS
from fundapp.rosters.forms import AssignForm, GroupForm, GroupHeadForm, ListForm
from fundapp.rosters.privacy import look_at_list
from fundapp.rosters.views.blueprint import Page, bp, own_compound
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page


@bp.route("/<int:compound_id>/groups", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def groups(compound_id: int) -> Page:
    """List the groups of a compound; form a new one."""
    compound, form = own_compound(compound_id), GroupForm()
    if form.filled_in():
        with form.deed() as session:
            made = places.make_group(session, current_actor(), form.to_command(compound_id), clock())
        if form.done:
            return _to_group(compound_id, made.id)
    listed = groups_of(reading(), compound_id)
    page = render_template("rosters/groups.html", compound=compound, groups=listed, kinds=GROUPS, form=form)
    return page, form.status


@bp.route("/<int:compound_id>/groups/<int:group_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def group(compound_id: int, group_id: int) -> Page:
    """Show a group; put units into it."""
    compound, form = own_compound(compound_id), AssignForm()
    shown = group_page(reading(), compound_id, group_id)
    if form.filled_in():
        with form.deed() as session:
            came = places.assign_units(session, current_actor(), form.to_command(group_id), clock())
        if form.done:
            flash(_("已编入 %(n)s 户。", n=came))
            return _to_group(compound_id, group_id)
    page = render_template("rosters/group.html", compound=compound, group=shown, kinds=GROUPS, form=form)
    return page, form.status


@bp.route("/<int:compound_id>/groups/<int:group_id>/head", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def group_head(compound_id: int, group_id: int) -> Page:
    """Say who keeps in touch with a group."""
    compound, form = own_compound(compound_id), GroupHeadForm()
    shown = group_page(reading(), compound_id, group_id)
    if form.filled_in():
        with form.deed() as session:
            places.name_head(session, current_actor(), form.to_command(group_id), clock())
        if form.done:
            return _to_group(compound_id, group_id)
    page = render_template("rosters/group_head.html", compound=compound, group=shown, kinds=GROUPS, form=form)
    return page, form.status


@bp.post("/<int:compound_id>/groups/<int:group_id>/units/<int:unit_id>")
@for_roles(Role.WORKER)
def leave_group(compound_id: int, group_id: int, unit_id: int) -> Page:
    """Take a unit out of a group."""
    own_compound(compound_id)
    with unit_of_work() as session:
        places.release_unit(session, current_actor(), group_id, unit_id, clock())
    return _to_group(compound_id, group_id)


@bp.post("/<int:compound_id>/groups/<int:group_id>/close")
@for_roles(Role.WORKER)
def close_group(compound_id: int, group_id: int) -> Page:
    """Close a group."""
    own_compound(compound_id)
    with unit_of_work() as session:
        places.close_group(session, current_actor(), group_id, clock())
    flash(_("已撤销这个组，各户可以编入别的组。"))
    return redirect(url_for(".groups", compound_id=compound_id), 303)


@bp.route("/<int:compound_id>/lists", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def lists(compound_id: int) -> Page:
    """Print the households of a building or of a group."""
    compound = own_compound(compound_id)
    form = ListForm(_choices(compound), which=request.args.get("which"))
    if form.filled_in():
        with form.deed() as session:
            printed = look_at_list(session, current_actor(), form.to_command(compound_id), clock())
        if form.done:
            answer = pdf_page("rosters/print/list.html", "list.pdf", compound=compound, list=printed)
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return render_template("rosters/lists.html", compound=compound, form=form), form.status


def _choices(compound: PlaceRow) -> list[tuple[str, str]]:
    listed = [
        (f"group-{row.id}", _("%(kind)s：%(name)s", kind=GROUPS[row.kind], name=row.name))
        for row in groups_of(reading(), compound.id)
    ]
    buildings = places_below(reading(), compound.path, PlaceKind.BUILDING)
    return [*listed, *((f"building-{row.id}", _("楼栋：%(name)s", name=row.name)) for row in buildings)]


def _to_group(compound_id: int, group_id: int) -> Page:
    return redirect(url_for(".group", compound_id=compound_id, group_id=group_id), 303)
