"""Pages of programmes: everybody reads the rules, the foundation writes them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.db.wiring import ask
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.places.queries import places_by_id
from fundapp.programmes import commands, forms, pages, policy, queries, rules, texts
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
            flash(_("年度计划已开设，政策从现在起生效。"))
            return redirect(url_for(".show", programme_id=made.id), 303)
    return render_template("programmes/new.html", form=form), form.status


@bp.route("/<int:programme_id>/policy/new", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def new_version(programme_id: int) -> Answer:
    """Give a programme another policy version; the earlier ones stay."""
    now = clock().now(reading())
    page, form = pages.programme_page(reading(), current_actor(), programme_id, now), forms.VersionForm()
    policy.check_may_keep(current_actor(), page.row.place_path)
    if request.method == "GET":
        form.fill(page.versions[0].row.parts)
        form.effective_from.data = local_date(now)
    if form.filled_in():
        with form.deed() as session:
            commands.add_policy_version(session, current_actor(), form.to_command(programme_id), clock())
        if form.done:
            flash(_("新的政策版本已保存，原来的版本没有改动。"))
            return redirect(url_for(".show", programme_id=programme_id), 303)
    return render_template("programmes/new_version.html", form=form, page=page), form.status
