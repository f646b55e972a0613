"""What the worker does with a round: draft, candidates, opening, paper ballots; and the publication of its result."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.db.wiring import ask
from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.places.queries import workplaces
from fundapp.voting import commands, forms, policy, queries
from fundapp.voting.rounds import Option
from fundapp.voting.views.households import Answer, against_binding, bp, possible, read_page
from fundapp.web.clock import clock
from fundapp.web.database import reading, stop_reading
from fundapp.web.gate import current_actor, for_roles

__all__ = ["bp"]


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def new() -> Answer:
    """Draft a round."""
    start = _next_hour()
    form = forms.offered(forms.DraftForm(), opens_at=start, closes_at=start + timedelta(days=7))
    _offer(form)
    if form.filled_in():
        with form.deed() as session:
            draft = commands.draft_round(session, current_actor(), form.to_command(), clock())
        if form.done:
            flash(_("草稿已保存，请选定参加表决的项目。"))
            return redirect(url_for(".candidates", round_id=draft.id), 303)
    return render_template("voting/draft.html", form=form, page=None), form.status


@bp.route("/<int:round_id>/edit", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def edit(round_id: int) -> Answer:
    """Change a draft."""
    page = _worker_page(round_id)
    form = forms.offered(forms.DraftForm(), **_as_typed(page))
    _offer(form)
    if form.filled_in():
        with form.deed() as session:
            commands.change_draft(session, current_actor(), round_id, form.to_command(), clock())
        if form.done:
            flash(_("草稿已保存。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    return render_template("voting/draft.html", form=form, page=page), form.status


@bp.route("/<int:round_id>/candidates", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def candidates(round_id: int) -> Answer:
    """Choose the projects that stand on the ballot."""
    page = _worker_page(round_id)
    options: list[Option] = ask("voting.options", reading(), page.programme_id, page.place.path)
    if page.cycle_id is not None:
        taken = queries.taken_in_cycle(reading(), round_id)
        options = [option for option in options if option.project_id not in taken]
    form = forms.CandidatesForm(projects=[row.project_id for row in page.candidates])
    form.projects.choices = [(option.project_id, option.title) for option in options]
    if form.filled_in():
        with form.deed() as session:
            commands.set_candidates(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("参加表决的项目已保存。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    pairs: list[tuple[int, int]] = ask("voting.rivals", reading(), [option.project_id for option in options])
    rivals = {one: [other for pair in pairs if one in pair for other in pair if other != one] for one in sum(pairs, ())}
    shown = {"options": options, "rivals": rivals, "titles": {option.project_id: option.title for option in options}}
    return render_template("voting/candidates.html", form=form, page=page, **shown), form.status


@bp.route("/<int:round_id>/open", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def open_round(round_id: int) -> Answer:
    """Freeze a draft and publish it."""
    page, form = _worker_page(round_id), forms.OpenForm()
    if form.filled_in():
        with form.deed() as session:
            commands.open_round(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("本轮表决已发布，内容不再改动。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    return render_template("voting/open.html", form=form, page=page), form.status


@bp.route("/<int:round_id>/papers/new", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def new_paper(round_id: int) -> Answer:
    """Key in a paper ballot; the second person does not see what the first one read. The next number is ready then."""
    page, form = _keyed_page(round_id), forms.PaperForm(serial=request.args.get("serial", type=int))
    form.put(page.method, [(row.project_id, row.title) for row in page.candidates])
    if form.filled_in():
        with form.deed() as session:
            actor, unit_id = current_actor(), queries.door_or_refuse(session, page.snapshot_id, str(form.door.data))
            photo = form.scan.data
            scan = (
                store_picture(session, actor, photo, page.place.id, Audience.STAFF, clock(), "scan") if photo else None
            )
            cmd = form.to_command(round_id, unit_id, scan.id if scan else None)
            row = commands.key_ballot(session, actor, cmd, clock())
        if form.done:
            serial = form.serial.data or 0
            counted, waits = (
                _("两人录得一样，已计入：编号 %(n)s。", n=serial),
                _("已录，等另一个人：编号 %(n)s。", n=serial),
            )
            flash(counted if row else waits)
            return redirect(url_for(".new_paper", round_id=round_id, serial=serial + 1), 303)
    shown: dict[str, Any] = {"doors": queries.doors_of(reading(), page.snapshot_id), "me": current_actor().person_id}
    shown["waiting"] = queries.papers_waiting(reading(), round_id)
    return render_template("voting/new_paper.html", form=form, page=page, **shown, **possible(page)), form.status


@bp.route("/<int:round_id>/result", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def publish(round_id: int) -> Answer:
    """Publish the result; where it goes on notice, say where it is posted."""
    page, form = read_page(round_id), forms.PublishForm(media=["board"])
    policy.check_publisher(current_actor(), page.place.path)
    if form.filled_in():
        stop_reading()
        with form.deed() as session:
            commands.publish_result(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("结果已公布，公示期开始。") if page.notice.publicity_days else _("结果已公布，即日生效。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    return render_template("voting/publish.html", form=form, page=page, **possible(page)), form.status


@bp.route("/<int:round_id>/binding", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def bind(round_id: int) -> Answer:
    """Let the outcome bind when its notice is over."""
    page, form = read_page(round_id), forms.BindForm()
    policy.check_publisher(current_actor(), page.place.path)
    if form.filled_in():
        with form.deed() as session:
            commands.bind_outcome(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("结果已生效：入选的项目进入下一步，其余列入备选库。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    after = queries.after_of(reading(), round_id, clock().now(reading()))
    against = against_binding(page, after)
    return render_template("voting/bind.html", form=form, page=page, after=after, against=against), form.status


def _keyed_page(round_id: int) -> queries.RoundPage:
    """Read a round whose papers have doors, as those who key them in see it."""
    page = read_page(round_id)
    policy.check_publisher(current_actor(), page.place.path)
    return page


def _worker_page(round_id: int) -> queries.RoundPage:
    page = read_page(round_id)
    policy.check_worker(current_actor(), page.place.path)
    return page


def _offer(form: forms.DraftForm) -> None:
    session = reading()
    programmes: list[tuple[int, str]] = ask("voting.programmes", session, current_actor())
    form.offer(programmes, list(workplaces(session, current_actor()).items()))


def _as_typed(page: queries.RoundPage) -> dict[str, object]:
    return {
        "programme_id": page.programme_id,
        "place_id": page.place.id,
        "title": page.title,
        "opens_at": page.opens_at,
        "closes_at": page.closes_at,
        "budget": page.budget,
        "max_choices": page.max_choices,
        "secrecy": page.secrecy.value,
        "rivals": page.rivals.value,
    }


def _next_hour() -> datetime:
    now = clock().now(reading())
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
