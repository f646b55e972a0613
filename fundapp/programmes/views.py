"""Pages of programmes: everybody reads the rules, the foundation writes them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.db.wiring import ask
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible
from fundapp.people.queries import names_of
from fundapp.places.queries import places_by_id
from fundapp.programmes import commands, forms, pages, policy, queries, rules, texts
from fundapp.programmes.sign_forms import SignForm
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public

bp = Blueprint("programmes", __name__, url_prefix="/programmes")
bp.record_once(lambda state: state.app.jinja_env.globals.update(programme_texts=texts))
KEEPERS = (Role.ADMINISTRATOR, Role.FOUNDATION_OFFICER)
Answer = str | Response | tuple[str, int]


@bp.get("/")
@public
def index() -> str:
    """List all programmes."""
    rows = queries.list_programmes(reading())
    places = places_by_id(reading(), [row.place_id for row in rows])
    return render_template(
        "programmes/index.html", rows=rows, places=places, may_open=current_actor().has_any(*KEEPERS)
    )


@bp.get("/<int:programme_id>")
@public
def show(programme_id: int) -> str:
    """Show a programme, its policy in force and what each version changed."""
    page = pages.programme_page(reading(), current_actor(), programme_id, clock().now(reading()))
    sources, helped = (ask(f"programmes.{what}", reading(), programme_id) for what in ("sources", "helped"))
    return render_template("programmes/show.html", page=page, leaves=rules.changes, sources=sources, helped=helped)


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def new() -> Answer:
    """Open a programme with its first policy."""
    form = forms.OpenForm()
    form.offer(pages.places_to_open(reading(), current_actor()))
    if request.method == "GET":
        form.fill(rules.offered_parts())
        form.year.data = local_date(clock().now(reading())).year
    if form.filled_in():
        with form.deed() as session:
            made = commands.open_programme(session, current_actor(), form.to_command(), clock())
        if form.done:
            flash(_("年度计划已开设；第一版政策是草稿，等两位审批人签署后生效。"))
            return redirect(url_for(".show", programme_id=made.id), 303)
    return render_template("programmes/new.html", form=form), form.status


@bp.route("/<int:programme_id>/policy/new", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def new_version(programme_id: int) -> Answer:
    """Draft another policy version; the earlier ones stay."""
    now = clock().now(reading())
    page, form = pages.programme_page(reading(), current_actor(), programme_id, now), forms.VersionForm()
    policy.check_may_keep(current_actor(), page.row.place_path)
    if request.method == "GET":
        form.begin(page.newest, local_date(now))
    if page.unsigned:
        del form.effective_from  # a first policy begins with its second signature
    if form.filled_in():
        with form.deed() as session:
            made = commands.add_policy_version(session, current_actor(), form.to_command(programme_id), clock())
        if form.done:
            flash(_("草稿已保存，等两位审批人签；原来的版本没有改动。"))
            return redirect(url_for(".version", version_id=made.id), 303)
    return render_template("programmes/new_version.html", form=form, page=page), form.status


@bp.get("/policy/<int:version_id>")
@public
def version(version_id: int) -> str:
    """Show one version: what it changes, who has signed it, when it begins."""
    now, actor = clock().now(reading()), current_actor()
    page, at = pages.version_page(reading(), actor, version_id, now)
    view = page.versions[at]
    people = names_of(reading(), [view.row.made_by_id, *view.row.signed_by]) if page.may_keep or _signs(page) else {}
    why = pages.why_not_sign(actor, page.row.place_path, view, page.newest.number, now)
    return render_template(
        "programmes/version.html", page=page, v=view, people=people, why=why, signs=_signs(page), leaves=rules.changes
    )


def _signs(page: pages.ProgrammePage) -> bool:
    return current_actor().has(Role.FOUNDATION_APPROVER, page.row.place_path)


@bp.route("/policy/<int:version_id>/sign", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_APPROVER)
def sign(version_id: int) -> Answer:
    """Sign a draft, or refuse it."""
    now, form = clock().now(reading()), SignForm()
    page, at = pages.version_page(reading(), current_actor(), version_id, now)
    if not _signs(page):
        raise NotVisible
    if request.method == "GET":
        form.read.data = page.versions[at].row.parts_hash
    if form.filled_in():
        with form.deed() as session:
            commands.sign_policy(session, current_actor(), form.to_command(version_id), clock())
        if form.done:
            flash(_("已签署意见。"))
            return redirect(url_for(".version", version_id=version_id), 303)
    why = pages.why_not_sign(current_actor(), page.row.place_path, page.versions[at], page.newest.number, now)
    return render_template(
        "programmes/sign.html", form=form, page=page, v=page.versions[at], reasons=why, leaves=rules.changes
    ), form.status
