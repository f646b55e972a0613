"""Bodies: their bars and draws for everybody, their members for the secretary."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.council import body_forms, commands, queries
from fundapp.council.policy import SECRETARIES
from fundapp.council.rules import Seat
from fundapp.council.templates import SETS, TEMPLATES, BodyKind
from fundapp.council.views.sessions import Answer, bp, tell
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import PlaceRow, places_below
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles, public

__all__ = ["bp"]


@bp.get("/bodies/<int:body_id>")
@public
def body(body_id: int) -> Answer:
    """Show a body."""
    return render_template("council/body.html", page=_read(body_id), seats=Seat)


@bp.route("/bodies/new", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def new_body() -> Answer:
    """Found a body: pick a template, then adapt it."""
    kind = request.args.get("kind", "")
    if kind not in set(BodyKind):
        return render_template("council/templates.html", sets=SETS, templates=TEMPLATES)
    form, template = body_forms.BodyForm(), TEMPLATES[BodyKind(kind)]
    _offer(form, template.level)
    if request.method == "GET":
        form.show(template.charter, None)
    if form.filled_in():
        with form.deed() as session:
            made = commands.make_body(session, current_actor(), form.to_command(template.kind), clock())
        if form.done:
            flash(_("议事组织已登记。"))
            return redirect(url_for(".body", body_id=made.id), 303)
    return render_template("council/new_body.html", form=form, template=template), form.status


@bp.route("/bodies/<int:body_id>/charter", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def charter(body_id: int) -> Answer:
    """Change how a body works."""
    found, form = queries.own_body(reading(), body_id, current_actor()), body_forms.CharterForm()
    now = queries.charter_of(reading(), body_id)
    above = [row for row in queries.bodies_above(reading(), found.place_path) if row.id != body_id]
    form.parent_id.choices = [(0, _("没有上一级")), *((row.id, row.name) for row in above)]
    if request.method == "GET":
        form.show(now.charter, now.parent_id)
    if form.filled_in():
        with form.deed() as session:
            commands.change_charter(session, current_actor(), form.to_command(body_id), clock())
        if form.done:
            flash(_("议事规则已修改，已经召集的会议仍按原来的规则。"))
            return redirect(url_for(".body", body_id=body_id), 303)
    return render_template("council/charter.html", form=form, body=found), form.status


@bp.route("/bodies/<int:body_id>/members", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def member(body_id: int) -> Answer:
    """Take a member in."""
    found, form = queries.own_body(reading(), body_id, current_actor()), body_forms.MemberForm()
    if form.filled_in():
        with form.deed() as session:
            commands.add_member(session, current_actor(), form.to_command(body_id), clock())
        if form.done:
            flash(_("成员已登记。"))
            return redirect(url_for(".body", body_id=body_id), 303)
    return render_template("council/member.html", form=form, body=found), form.status


@bp.post("/members/<int:member_id>/end")
@for_roles(*SECRETARIES)
def end_member(member_id: int) -> Answer:
    """Let a member go."""
    form = PageForm()
    if form.filled_in():
        with form.deed() as session:
            gone = commands.end_membership(session, current_actor(), member_id, clock())
        tell(form, _("已登记离任。"))
        if form.done:
            return redirect(url_for(".body", body_id=gone.body_id), 303)
    return redirect(url_for(".index"), 303)


@bp.route("/bodies/<int:body_id>/lot", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def lot(body_id: int) -> Answer:
    """Announce a draw."""
    found, form = queries.own_body(reading(), body_id, current_actor()), body_forms.LotForm()
    if form.filled_in():
        with form.deed() as session:
            commands.announce_lot(session, current_actor(), form.to_command(body_id), clock())
        if form.done:
            flash(_("候选名单的指纹已公布，种子公布以后再来抽取。"))
            return redirect(url_for(".body", body_id=body_id), 303)
    return render_template("council/lot.html", form=form, body=found), form.status


@bp.route("/bodies/<int:body_id>/lot/<int:lot_id>", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def draw(body_id: int, lot_id: int) -> Answer:
    """Draw with the seed."""
    found, form = queries.own_body(reading(), body_id, current_actor()), body_forms.DrawForm()
    row = next((one for one in _read(body_id).lots if one.id == lot_id), None)
    if row is None:
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            commands.draw_lot(session, current_actor(), form.to_command(lot_id), clock())
        if form.done:
            flash(_("抽签结果已公布。"))
            return redirect(url_for(".body", body_id=body_id), 303)
    return render_template("council/draw.html", form=form, body=found, lot=row), form.status


def _read(body_id: int) -> queries.BodyPage:
    session = reading()
    return queries.body_page(session, body_id, current_actor(), clock().now(session))


def _offer(form: body_forms.BodyForm, level: str) -> None:
    """Offer the actor's own places, those of the template's level first, and the bodies that may stand above."""
    places = _own_places()
    ordered = sorted(places, key=lambda place: place.kind != level)
    form.place_id.choices = [(place.id, place.full_name) for place in ordered]
    paths = [place.path for place in places]
    above = [row for row in queries.list_bodies(reading()) if any(path.startswith(row.place_path) for path in paths)]
    form.parent_id.choices = [(0, _("没有上一级")), *((row.id, row.name) for row in above)]


def _own_places() -> list[PlaceRow]:
    grants = current_actor().grants
    below = [grant.path for grant in grants if grant.role is Role.WORKER]
    found = {place.id: place for path in below for place in places_below(reading(), path)}
    streets = [grant.path for grant in grants if grant.role is Role.STREET_OFFICER]
    found |= {place.id: place for path in streets for place in places_below(reading(), path) if place.path == path}
    return list(found.values())
