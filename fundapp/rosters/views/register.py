"""Files that are taken in, and the register as it stands."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.kernel.actor import Role
from fundapp.places.queries import PlaceRow, units_of_compound
from fundapp.places.texts import STATES, USES
from fundapp.rosters import commands, queries
from fundapp.rosters.forms import TakeInForm, UploadForm
from fundapp.rosters.heads import masked
from fundapp.rosters.outgoing import rejected, template
from fundapp.rosters.texts import FAULTS
from fundapp.rosters.views.blueprint import Page, bp, own_compound
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


@bp.get("")
@for_roles(Role.WORKER)
def index() -> str:
    """List the compounds of the actor's communities."""
    return render_template("rosters/index.html", compounds=queries.compounds_of(reading(), current_actor()))


@bp.get("/template.xlsx")
@for_roles(Role.WORKER)
def template_file() -> Response:
    """Give the empty roster file."""
    headers = {"Content-Disposition": 'attachment; filename="roster.xlsx"'}
    return Response(template(), mimetype=EXCEL, headers=headers)


@bp.route("/<int:compound_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def show(compound_id: int) -> Page:
    """Show a compound's roster; look at a file before it is taken in."""
    compound, form = own_compound(compound_id), UploadForm()
    if form.filled_in():
        with form.deed() as session:
            kept = commands.keep_upload(session, current_actor(), form.to_command(compound_id), clock())
        if form.done:
            return redirect(url_for(".look", compound_id=compound_id, upload_id=kept.id), 303)
    return _roster_page(compound, form), form.status


def _roster_page(compound: PlaceRow, form: UploadForm) -> str:
    session, counts = reading(), queries.counts_of(reading(), compound)
    chosen = next((row for row in counts if str(row.building_id) == request.args.get("building")), None)
    units = units_of_compound(session, compound.id) if chosen else []
    return render_template(
        "rosters/show.html",
        compound=compound,
        counts=counts,
        chosen=chosen,
        units=[unit for unit in units if chosen and unit.path.endswith(f"/{chosen.building_id}/")],
        uses=USES,
        states=STATES,
        imports=queries.list_imports(session, compound.id),
        form=form,
    )


@bp.route("/<int:compound_id>/uploads/<int:upload_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def look(compound_id: int, upload_id: int) -> Page:
    """Show what taking a file in would do; take it in."""
    compound, form = own_compound(compound_id), TakeInForm()
    upload = queries.waiting_upload(reading(), compound, upload_id)
    if form.filled_in():
        with form.deed() as session:
            done = commands.import_upload(session, current_actor(), upload_id, clock(), form.reason_of())
        if form.done:
            flash(_("已导入：新增 %(new)s 户，变更 %(changed)s 户。", new=done.rows_new, changed=done.rows_changed))
            return redirect(url_for(".show", compound_id=compound_id), 303)
    values = {"uses": USES, "states": STATES, "faults": FAULTS, "most": SHOWN, "masked": masked}
    return render_template("rosters/look.html", compound=compound, upload=upload, form=form, **values), form.status


@bp.get("/<int:compound_id>/uploads/<int:upload_id>/rejected.xlsx")
@for_roles(Role.WORKER)
def rejected_file(compound_id: int, upload_id: int) -> Response:
    """Give the wrong rows of a file that waits, each with its reason."""
    rows = queries.wrong_rows(reading(), own_compound(compound_id), upload_id)
    told = [
        (row, f"{FAULTS[fault.code]}{_('：')}{fault.found}" if fault.found else str(FAULTS[fault.code]))
        for row, fault in rows
    ]
    headers = {"Content-Disposition": 'attachment; filename="rejected.xlsx"', "Cache-Control": "no-store"}
    return Response(rejected(told), mimetype=EXCEL, headers=headers)
