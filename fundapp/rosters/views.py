"""Pages of the roster, for the workers of a community."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import PlaceKind
from fundapp.places.queries import PlaceRow, get_place, units_of_compound
from fundapp.places.texts import USES
from fundapp.rosters import commands, policy, queries
from fundapp.rosters.forms import UploadForm
from fundapp.rosters.outgoing import template
from fundapp.rosters.texts import FAULTS
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles

bp = Blueprint("rosters", __name__, url_prefix="/rosters")
Page = str | AnyResponse | tuple[str, int]
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
    compound, form = _own_compound(compound_id), UploadForm()
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
        imports=queries.list_imports(session, compound.id),
        form=form,
    )


@bp.route("/<int:compound_id>/uploads/<int:upload_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def look(compound_id: int, upload_id: int) -> Page:
    """Show what taking a file in would do; take it in."""
    compound, form = _own_compound(compound_id), PageForm()
    upload = queries.waiting_upload(reading(), compound, upload_id)
    if form.filled_in():
        with form.deed() as session:
            done = commands.import_upload(session, current_actor(), upload_id, clock())
        if form.done:
            flash(_("已导入：新增 %(new)s 户，变更 %(changed)s 户。", new=done.rows_new, changed=done.rows_changed))
            return redirect(url_for(".show", compound_id=compound_id), 303)
    values = {"uses": USES, "faults": FAULTS, "most": SHOWN}
    return render_template("rosters/look.html", compound=compound, upload=upload, form=form, **values), form.status


def _own_compound(compound_id: int) -> PlaceRow:
    place = get_place(reading(), compound_id)
    if place.kind is not PlaceKind.COMPOUND or not policy.may_keep_roster(current_actor(), place.path):
        raise NotVisible
    return place
