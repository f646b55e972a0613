"""The set-up pages of places, for administrators."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.db.wiring import ask
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.places import commands, policy, queries
from fundapp.places.forms import BuildingsForm, PlaceForm, kind_below
from fundapp.places.models import PlaceKind
from fundapp.places.texts import KINDS
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles

bp = Blueprint("places", __name__, url_prefix="/setup")
Page = str | Response | tuple[str, int]


@bp.get("")
@for_roles(Role.ADMINISTRATOR)
def index() -> str:
    """Show the tree of the actor's places."""
    paths = [grant.path for grant in current_actor().grants if grant.role is Role.ADMINISTRATOR]
    return render_template("places/index.html", nodes=queries.tree(reading(), paths), kinds=KINDS)


@bp.route("/districts/new", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def new_district() -> Page:
    """Add a district; who adds it administers it."""
    form = PlaceForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.make_place(session, current_actor(), form.to_command(None, None), clock())
        if form.done:
            flash(_("已添加：%(name)s", name=made.name))
            return redirect(url_for(".show", place_id=made.id), 303)
    return _form_page(form, None), form.status


@bp.get("/places/<int:place_id>")
@for_roles(Role.ADMINISTRATOR)
def show(place_id: int) -> str:
    """Show a place: what lies under it, and who works there."""
    session, place = reading(), _own_place(place_id)
    return render_template(
        "places/show.html",
        place=place,
        above=[one for one in queries.places_above(session, place) if policy.may_set_up(current_actor(), one.path)],
        kinds=KINDS,
        below=kind_below(place.kind),
        children=queries.children_of(session, place),
        units=queries.count_units(session, place),
        staff=ask("people.staff_at", session, place.id, clock().now(session)),
    )


@bp.route("/places/<int:place_id>/new", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def new_place(place_id: int) -> Page:
    """Add a place under another: its kind is the next level."""
    parent = _own_place(place_id)
    if parent.kind is PlaceKind.COMPOUND:
        return redirect(url_for(".new_buildings", place_id=place_id), 303)
    form = PlaceForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.make_place(session, current_actor(), form.to_command(place_id, parent.kind), clock())
        if form.done:
            flash(_("已添加：%(name)s", name=made.name))
            return redirect(url_for(".show", place_id=made.id), 303)
    return _form_page(form, parent), form.status


@bp.route("/places/<int:place_id>/buildings", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def new_buildings(place_id: int) -> Page:
    """Add buildings to a compound, several at once."""
    parent, form = _own_place(place_id), BuildingsForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.add_buildings(session, current_actor(), form.to_command(place_id), clock())
        if form.done:
            flash(_("已添加 %(n)s 栋楼。", n=len(made)))
            return redirect(url_for(".show", place_id=place_id), 303)
    return _form_page(form, parent), form.status


def _form_page(form: PlaceForm | BuildingsForm, parent: queries.PlaceRow | None) -> str:
    below = kind_below(parent.kind if parent else None)
    if below is None:
        raise NotVisible
    return render_template("places/new.html", form=form, parent=parent, kind=KINDS[below])


def _own_place(place_id: int) -> queries.PlaceRow:
    place = queries.get_place(reading(), place_id)
    if not policy.may_set_up(current_actor(), place.path):
        raise NotVisible
    return place
