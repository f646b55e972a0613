"""Household codes: who has joined, and sheets to print."""

from flask import current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.people import commands, policy, queries, rules
from fundapp.people.codes import IssueCodes, PrintedCode, Scope
from fundapp.people.forms import IssueForm
from fundapp.people.views.blueprint import bp
from fundapp.places.models import PlaceKind
from fundapp.places.queries import PlaceRow, get_place, places_below
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page, qr_data

Page = str | Response | tuple[str, int]


@bp.route("/codes/<int:compound_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def codes(compound_id: int) -> Page:
    """Show who has joined; print new codes for the households of a scope."""
    compound = _own_compound(compound_id)
    buildings = places_below(reading(), compound.path, PlaceKind.BUILDING)
    form = IssueForm([(row.id, row.name) for row in buildings])
    if form.filled_in():
        with form.deed() as store:
            cmd = form.to_command(compound_id)
            printed = commands.issue_codes(store, current_actor(), cmd, _secret(), clock())
        if form.done:
            return _sheets(compound, printed)
    return _codes_page(compound, buildings, form), form.status


def _codes_page(compound: PlaceRow, buildings: list[PlaceRow], form: IssueForm) -> str:
    store = reading()
    states = queries.household_states(store, compound.id, clock().now(store))
    chosen = next((row for row in buildings if str(row.id) == request.args.get("building")), None)
    return render_template(
        "people/codes.html",
        compound=compound,
        counts=queries.joined_counts(states, buildings),
        chosen=chosen,
        states=[state for state in states if chosen and state.unit.path == chosen.path],
        form=form,
    )


@bp.post("/codes/<int:compound_id>/<int:unit_id>")
@for_roles(Role.WORKER)
def new_code(compound_id: int, unit_id: int) -> Response:
    """Print a new code for one household; its former code dies."""
    compound = _own_compound(compound_id)
    with unit_of_work() as store:
        cmd = IssueCodes(compound_id, Scope.ONE, unit_id)
        printed = commands.issue_codes(store, current_actor(), cmd, _secret(), clock())
    return _sheets(compound, printed)


def _own_compound(compound_id: int) -> PlaceRow:
    place = get_place(reading(), compound_id)
    if place.kind is not PlaceKind.COMPOUND or not policy.may_issue_codes(current_actor(), place.path):
        raise NotVisible
    return place


def _secret() -> str:
    return str(current_app.extensions["settings"].secret_key)


def _sheets(compound: PlaceRow, printed: list[PrintedCode]) -> Response:
    """Print the codes: the only moment at which they are there in clear."""
    site = current_app.extensions["settings"].public_url
    slips = [(one, rules.grouped(one.code), qr_data(site + url_for("people.join", code=one.code))) for one in printed]
    address = site + url_for("people.join")
    answer = pdf_page("people/print/codes.html", "codes.pdf", compound=compound, slips=slips, address=address)
    answer.headers["Cache-Control"] = "no-store"
    return answer
