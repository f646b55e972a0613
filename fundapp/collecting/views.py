"""Pages of collecting: who goes where, the page that works without a signal, and what it sends."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fundapp.collecting import commands, forms, policy, queries, texts
from fundapp.consent.queries import RoundPage, round_page
from fundapp.db.home import home
from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.people.rules import clean_login
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.files import asset
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles, public

bp = Blueprint("collecting", __name__, url_prefix="/collect")
Answer = str | AnyResponse | tuple[str, int] | tuple[Response, int]
SHELL = ("css/fundapp.css", "js/fundapp.js", "js/collect.js", "icons/seal.svg")


@bp.app_context_processor
def labels() -> dict[str, Any]:
    """Give templates the words of this package."""
    return {"collecting_texts": texts}


@bp.get("/")
@for_roles(Role.WORKER, Role.BUILDING_HEAD)
def index() -> str:
    """List the rounds in which somebody collects."""
    session = reading()
    return render_template(
        "collecting/index.html", rounds=queries.rounds_on_walk(session, current_actor(), clock().now(session))
    )


@bp.get("/<int:round_id>")
@for_roles(Role.WORKER, Role.BUILDING_HEAD)
def page(round_id: int) -> str:
    """Give the page that a collector's phone keeps; it holds no door, those come by :func:`prepare`."""
    _on_walk(round_id)
    shell = [url_for(".page", round_id=round_id), *(asset(name) for name in SHELL)]
    return render_template("collecting/page.html", page=_round(round_id), shell=shell)


@bp.post("/<int:round_id>/prepare")
@for_roles(Role.WORKER, Role.BUILDING_HEAD)
def prepare(round_id: int) -> Answer:
    """Register the phone and give it the doors of its collector's walks."""
    _on_walk(round_id)
    form = forms.DeviceForm()
    if form.filled_in():
        with form.deed() as session:
            commands.register_device(session, current_actor(), round_id, str(form.device.data), clock())
    if not form.done:
        return _wrong(form)
    doors = queries.doors_of_walks(reading(), round_id, current_actor())
    return jsonify(
        person=current_actor().person_id,
        token=generate_csrf(),
        doors=[{"unit_id": one.unit_id, "door": one.door, "answered": one.answered} for one in doors],
    )


@bp.post("/<int:round_id>/entries")
@for_roles(Role.WORKER, Role.BUILDING_HEAD)
def entries(round_id: int) -> Answer:
    """Take in one door; the phone sends it until it hears what became of it."""
    if not queries.ever_walked(reading(), round_id, current_actor()):
        raise NotVisible
    form, place_id = forms.EntryForm(), _round(round_id).place.id
    if form.filled_in():
        with form.deed() as session:
            fate, told = _take_in(session, round_id, place_id, form)
        if form.done:
            return jsonify(fate=fate, told=str(told))
    return _wrong(form)


def _take_in(session: Session, round_id: int, place_id: int, form: forms.EntryForm) -> tuple[str, Any]:
    """Take in an answer with its photo, or a visit that brought none; give what the phone is told."""
    actor = current_actor()
    if form.is_visit:
        commands.note_visit(session, actor, form.to_visit(round_id), clock())
        return "visit", texts.VISIT
    photo = store_picture(session, actor, form.photo.data, place_id, Audience.STAFF, clock())
    entry = commands.note_at_door(session, actor, form.to_command(round_id, photo.id), clock())
    return entry.fate.value, texts.FATES[entry.fate]


def _wrong(form: PageForm) -> Answer:
    told = [*form.refused, *(str(words) for errors in form.errors.values() for words in errors)]
    return jsonify(told=" ".join(told)), 422


@bp.route("/<int:round_id>/walks", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def walks(round_id: int) -> Answer:
    """Say who goes to which building, and see what came from there."""
    seen, form = _for_worker(round_id), forms.WalkForm()
    people = [(one.login, texts.collector_words(one.name, one.role)) for one in _collectors(seen)]
    form.offer(queries.buildings_of_round(reading(), round_id), people)
    if form.filled_in():
        with form.deed() as session:
            collector = queries.person_by_login(session, clean_login(str(form.login.data)))
            commands.give_walk(session, current_actor(), form.to_command(round_id, collector), clock())
        if form.done:
            flash(_("已安排上门。"))
            return redirect(url_for(".walks", round_id=round_id), 303)
    rows = queries.walks_of_round(reading(), round_id)
    return render_template("collecting/walks.html", page=seen, form=form, rows=rows), form.status


@bp.post("/walks/<int:walk_id>/end")
@for_roles(Role.WORKER)
def end(walk_id: int) -> AnyResponse:
    """End a walk."""
    form, walk = PageForm(), queries.walk(reading(), walk_id)
    _for_worker(walk.round_id)
    with form.deed() as session:
        commands.end_walk(session, current_actor(), walk_id, clock())
    return redirect(url_for(".walks", round_id=walk.round_id), 303)


@bp.get("/worker.js")
@public
def service_worker() -> Response:
    """Give the script that keeps the collector's page on her phone; it covers only this folder."""
    answer = send_file(home("static") / "js" / "collect-worker.js", mimetype="text/javascript", max_age=0)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """Describe the page for the phone's home screen."""
    icon = {"src": asset("icons/seal.svg"), "sizes": "any", "type": "image/svg+xml"}
    told = jsonify(
        name=_("上门征求意见"),
        short_name=_("上门征求"),
        lang="zh-CN",
        start_url=url_for(".index"),
        scope=url_for(".index"),
        display="standalone",
        background_color="#f6f3ee",
        theme_color="#b3201a",
        icons=[icon],
    )
    told.mimetype = "application/manifest+json"
    return told


def _collectors(seen: RoundPage) -> list[queries.Collector]:
    return queries.collectors_at(reading(), seen.place.path, page_time())


def _on_walk(round_id: int) -> None:
    if not queries.walks_of(reading(), round_id, current_actor()):
        raise NotVisible


def _round(round_id: int) -> RoundPage:
    return round_page(reading(), round_id, current_actor(), clock().now(reading()))


def _for_worker(round_id: int) -> RoundPage:
    seen = _round(round_id)
    if not policy.may_give_walks(current_actor(), seen.place.path):
        raise NotVisible
    return seen
