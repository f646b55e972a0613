"""Pages of those who go from door to door: who has not answered yet, and the visits that brought no answer."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.consent import commands, queries
from fundapp.consent import paper_forms as forms
from fundapp.consent.paper_views import Answer, now, round_of, round_page
from fundapp.kernel.errors import NotVisible
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, signed_in
from fundapp.web.pdf import pdf_page

bp = Blueprint("doors", __name__)
WAYS = ("building", "group", "grid")


@bp.get("/<int:round_id>/doors")
@signed_in
def show(round_id: int) -> Answer:
    """Show the doors in one's charge: by which channel they answered, how often they were visited; never what."""
    page, rows, whole = in_charge(round_id)
    by = _by()
    return render_template("consent/doors.html", page=page, parts=queries.parts_of(rows, by), by=by, whole=whole)


@bp.get("/<int:round_id>/silent.pdf")
@signed_in
def silent(round_id: int) -> Response:
    """Print the doors in one's charge that have not answered, a list for each building or group."""
    page, rows, _whole = in_charge(round_id)
    parts = [part for part in queries.parts_of(rows, _by()) if part.silent]
    values = {"page": page, "parts": parts, "by": _by(), "at": now()}
    return pdf_page("consent/print/silent.html", f"silent-{round_id}.pdf", **values)


@bp.route("/<int:round_id>/doors/<int:unit_id>", methods=["GET", "POST"])
@signed_in
def door(round_id: int, unit_id: int) -> Answer:
    """Show the visits to one door, and keep a further one."""
    page, rows, _whole = in_charge(round_id)
    row = next((one for one in rows if one.unit_id == unit_id), None)
    if row is None:
        raise NotVisible
    form, actor = forms.VisitForm(), current_actor()
    form.offer(now())
    if form.filled_in():
        with form.deed() as session:
            own = commands.Named(person_id=actor.person_id)
            commands.record_visit(session, actor, form.to_command(round_id, unit_id, own), clock())
        if form.done:
            flash(_("已记下。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    return render_template("consent/door.html", page=page, row=row, form=form), form.status


def in_charge(round_id: int) -> tuple[queries.RoundPage, list[queries.DoorRow], bool]:
    """Give a round with the doors that this person goes to.

    Raises:
        NotVisible: none of its doors is hers.
    """
    session, actor = reading(), current_actor()
    page, round_ = round_page(round_id), round_of(session, round_id)
    charge = queries.charge_of(session, actor, round_, now())
    if charge is None:
        raise NotVisible
    return page, queries.doors_in(session, round_, charge), charge.whole


def _by() -> str:
    wanted = request.args.get("by", "")
    return wanted if wanted in WAYS else WAYS[0]
