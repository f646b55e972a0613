"""A vote of several pools: drafted, opened, voted and published together, each pool with a round of its own."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.db.wiring import ask
from fundapp.kernel.actor import Role
from fundapp.kernel.archive import MANIFEST, manifest, zipped
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import PlaceKind
from fundapp.places.queries import get_place, places_below, workplaces
from fundapp.voting import commands, cycle_forms, policy, queries
from fundapp.voting.views.households import Answer, bp, download, read_page, reasons
from fundapp.web.clock import clock
from fundapp.web.database import reading, stop_reading
from fundapp.web.gate import current_actor, for_roles, public
from fundapp.web.pdf import pdf_page

__all__ = ["bp"]
POOLED = (PlaceKind.DISTRICT, PlaceKind.STREET, PlaceKind.COMMUNITY)


@bp.route("/cycles/new", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def new_cycle() -> Answer:
    """Draft a vote of several pools: for a place in which one works, and the places below it."""
    session, actor = reading(), current_actor()
    mine = workplaces(session, actor)
    place_id = request.values.get("place", type=int) or min(mine, default=0)
    if place_id not in mine:
        raise NotVisible
    below = {one.id: one.full_name for one in places_below(session, get_place(session, place_id).path, *POOLED)}
    programmes: list[tuple[int, str]] = ask("voting.programmes", session, actor)
    form = cycle_forms.cycle_form(below, programmes)
    if request.method == "GET":
        start = clock().now(session).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        form.opens_at.data, form.closes_at.data = start, start + timedelta(days=7)
    if form.filled_in():
        with form.deed() as writing:
            made = commands.draft_cycle(writing, actor, form.to_command(place_id), clock())
        if form.done:
            flash(_("草稿已保存，请给每份资金选定参加表决的项目。"))
            return redirect(url_for(".cycle", cycle_id=made.id), 303)
    available = queries.available_in(session, [one for one, _name in programmes])
    seen = {"form": form, "places": mine, "place_id": place_id, "available": available}
    return render_template("voting/new_cycle.html", **seen), form.status


@bp.get("/cycles/<int:cycle_id>")
@public
def cycle(cycle_id: int) -> Answer:
    """Show a vote of several pools: the reader's own first."""
    page, actor = _page(cycle_id), current_actor()
    here = {"works_here": policy.works_here(actor, page.place.path),
            "publishes_here": policy.may_publish_here(actor, page.place.path)}  # fmt: skip
    return render_template("voting/cycle.html", page=page, **here)


@bp.post("/cycles/<int:cycle_id>/open")
@for_roles(Role.WORKER)
def open_cycle(cycle_id: int) -> Answer:
    """Open the rounds of all pools."""
    form = cycle_forms.CycleDeedForm()
    if form.filled_in():
        with form.deed() as session:
            commands.open_cycle(session, current_actor(), cycle_id, clock())
        for words in form.refused:
            flash(words, "error")
        if form.done:
            flash(_("全部资金的表决已发布，内容不再改动。"))
    return redirect(url_for(".cycle", cycle_id=cycle_id), 303)


@bp.post("/cycles/<int:cycle_id>/result")
@for_roles(*policy.PUBLISHERS)
def publish_cycle(cycle_id: int) -> Answer:
    """Publish the results of all pools."""
    form = cycle_forms.CycleDeedForm()
    if form.filled_in():
        stop_reading()
        with form.deed() as session:
            commands.publish_cycle(session, current_actor(), cycle_id, clock())
        for words in form.refused:
            flash(words, "error")
        if form.done:
            flash(_("结果已公布。"))
    return redirect(url_for(".cycle", cycle_id=cycle_id), 303)


@bp.get("/cycles/<int:cycle_id>/result.pdf")
@public
def cycle_pdf(cycle_id: int) -> Answer:
    """Print the published results of all pools for the notice board."""
    page = _page(cycle_id)
    if not page.told:
        raise NotVisible
    return pdf_page("voting/print/cycle.html", f"vote-cycle-{cycle_id}.pdf", page=page)


@bp.get("/cycles/<int:cycle_id>/recount.zip")
@public
def cycle_zip(cycle_id: int) -> Answer:
    """Give the packages of all published pools in one: a folder for each, and the program beside them."""
    session, files = reading(), dict[str, bytes]()
    for round_id, _title in queries.published_of(session, cycle_id):
        if reasons(queries.check_recount, session, round_id):
            continue
        own = queries.package_of(session, round_id)
        files["retally.py"] = own["retally.py"]
        readme = render_template("voting/package.txt", page=read_page(round_id)).encode()
        packed = {"README.txt": readme, **own}
        packed[MANIFEST] = manifest(packed, {"format": queries.PACKAGE_FORMAT, "round": round_id})
        files |= {f"round-{round_id}/{name}": data for name, data in packed.items()}
    if not files:
        raise NotVisible
    return download(
        zipped(files, {"format": queries.PACKAGE_FORMAT, "cycle": cycle_id}),
        "application/zip",
        f"vote-cycle-{cycle_id}.zip",
    )


def _page(cycle_id: int) -> queries.CyclePage:
    session = reading()
    return queries.cycle_page(session, cycle_id, current_actor(), clock().now(session))
