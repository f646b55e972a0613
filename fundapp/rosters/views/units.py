"""One unit: its history, a change of holders, moved walls."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.places.queries import PlaceRow, UnitRow
from fundapp.places.texts import STATES, USES
from fundapp.rosters import commands, queries
from fundapp.rosters.forms import HoldersForm, LookForm, RebuildForm
from fundapp.rosters.privacy import look_at_unit
from fundapp.rosters.texts import HOLDERS, REASONS
from fundapp.rosters.views.blueprint import Page, bp, own_unit
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.refusals import reasons_of


@bp.route("/<int:compound_id>/units/<int:unit_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def unit(compound_id: int, unit_id: int) -> Page:
    """Show a unit and who held it when; names and phones after saying what for, and that look is written down."""
    compound, row = own_unit(compound_id, unit_id)
    form, seen = LookForm(), None
    if form.filled_in():
        with unit_of_work() as session:
            seen = look_at_unit(session, current_actor(), form.to_command(unit_id), clock())
    values = {"uses": USES, "states": STATES, "kinds": HOLDERS, "reasons": REASONS, "seen": seen}
    history = queries.history_of(reading(), unit_id)
    page = render_template("rosters/unit.html", compound=compound, unit=row, history=history, form=form, **values)
    return page, form.status


@bp.route("/<int:compound_id>/units/<int:unit_id>/holders", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def holders(compound_id: int, unit_id: int) -> Page:
    """Let others hold the unit from a day on."""
    compound, row = own_unit(compound_id, unit_id, standing=True)
    form = HoldersForm()
    if form.filled_in():
        with form.deed() as session:
            commands.change_holders(session, current_actor(), form.to_command(unit_id), clock())
        if form.done:
            flash(_("已登记新的业主，原来的登记留在历史里。"))
            return _to_unit(compound_id, unit_id)
    return _form_page("rosters/holders.html", compound, row, form)


@bp.route("/<int:compound_id>/units/<int:unit_id>/rebuild", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def rebuild(compound_id: int, unit_id: int) -> Page:
    """Split the unit, or merge it with others."""
    compound, row = own_unit(compound_id, unit_id, standing=True)
    form = RebuildForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.rebuild_units(session, current_actor(), form.to_command(unit_id), clock())
        if form.done:
            flash(_("已登记，新的有 %(n)s 户。", n=len(made)))
            return _to_unit(compound_id, made[0])
    against = reasons_of(commands.check_no_round, reading(), [unit_id])
    return _form_page("rosters/rebuild.html", compound, row, form, against=against)


def _form_page(
    template: str, compound: PlaceRow, row: UnitRow, form: HoldersForm | RebuildForm, **values: list[str]
) -> Page:
    return render_template(template, compound=compound, unit=row, form=form, **values), form.status


def _to_unit(compound_id: int, unit_id: int) -> Page:
    return redirect(url_for(".unit", compound_id=compound_id, unit_id=unit_id), 303)
