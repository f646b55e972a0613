"""Pages of the 议事厅: notices and closed sessions for everybody, the papers for the secretary."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.council import commands, forms, policy, queries, texts
from fundapp.council.policy import SECRETARIES
from fundapp.council.rules import ItemOutcome, SessionState, against_closing
from fundapp.council.steps import Step, step_of_session
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.projects.queries import projects_by_id
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles, public
from fundapp.web.paging import page_of
from fundapp.web.pdf import pdf_page
from fundapp.web.refusals import sentence

bp = Blueprint("council", __name__, url_prefix="/council")
Answer = str | AnyResponse | tuple[str, int]


@bp.app_context_processor
def labels() -> dict[str, Any]:
    """Give templates the words of this package."""
    return {"council_texts": texts}


@bp.get("/")
@public
def index() -> Answer:
    """List the sessions and the bodies, and to a secretary what she may do with hers."""
    session, actor = reading(), current_actor()
    rows = queries.list_sessions(session, clock().now(session), request.args.get("before", type=int))
    own = queries.bodies_for(session, actor) if actor.has_any(*SECRETARIES) else []
    page, bodies = page_of(rows, lambda row: row.id), queries.list_bodies(session)
    return render_template("council/index.html", page=page, bodies=bodies, own=own, staff=actor.has_any(*SECRETARIES))


@bp.get("/<int:session_id>")
@public
def show(session_id: int) -> Answer:
    """Show a session."""
    page = read_page(session_id)
    return render_template("council/show.html", page=page, **possible(page))


@bp.get("/<int:session_id>/minutes.pdf")
@public
def minutes_pdf(session_id: int) -> Response:
    """Print the outcome and minutes of a closed session; its secretary may print them before."""
    page = read_page(session_id)
    if page.closed_at is None and not page.secretary and not page.chair:
        raise NotVisible
    return pdf_page("council/print/minutes.html", f"minutes-{session_id}.pdf", page=page)


@bp.route("/bodies/<int:body_id>/call", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def call(body_id: int) -> Answer:
    """Call a session."""
    form, found = forms.CallForm(), queries.own_body(reading(), body_id, current_actor())
    _offer(form, found)
    if form.filled_in():
        with form.deed() as session:
            called = commands.call_session(session, current_actor(), form.to_command(body_id), clock())
        if form.done:
            flash(_("会议通知已公布。"))
            return redirect(url_for(".show", session_id=called.id), 303)
    charter = queries.charter_at(reading(), body_id, found.place_path, clock().now(reading()))
    return render_template("council/call.html", form=form, body=found, charter=charter), form.status


@bp.route("/<int:session_id>/attendance", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def attendance(session_id: int) -> Answer:
    """Note who came."""
    page = own_page(session_id)
    form = forms.AttendanceForm(present=[member.id for member, here in page.roll if here], guests=page.guests)
    form.present.choices = [(member.id, member.name) for member, _here in page.roll]
    if form.filled_in():
        with form.deed() as session:
            commands.record_attendance(session, current_actor(), form.to_command(session_id), clock())
        if form.done:
            flash(_("到会情况已登记。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/attendance.html", form=form, page=page, **possible(page)), form.status


@bp.route("/items/<int:item_id>", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def item(item_id: int) -> Answer:
    """Note what became of an item."""
    page, row = own_item(item_id)
    form = forms.ItemForm(obj=row)
    if form.filled_in():
        with form.deed() as session:
            commands.decide_item(session, current_actor(), form.to_command(item_id), clock())
        if form.done:
            flash(_("结果已登记。"))
            return redirect(url_for(".show", session_id=page.id), 303)
    return render_template("council/item.html", form=form, page=page, item=row, **possible(page)), form.status


@bp.route("/items/<int:item_id>/recuse", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def recuse(item_id: int) -> Answer:
    """Note that a member steps aside."""
    page, row = own_item(item_id)
    form = forms.RecuseForm()
    form.member_id.offer((member.id, member.name) for member, _here in page.roll)
    if form.filled_in():
        with form.deed() as session:
            commands.recuse(session, current_actor(), form.to_command(item_id), clock())
        if form.done:
            flash(_("已登记回避。"))
            return redirect(url_for(".show", session_id=page.id), 303)
    return render_template("council/recuse.html", form=form, page=page, item=row, **possible(page)), form.status


@bp.post("/items/<int:item_id>/confirm")
@for_roles(*SECRETARIES)
def confirm(item_id: int) -> Answer:
    """Confirm a selection that the council made."""
    form = PageForm()
    session_id = queries.session_of_item(reading(), item_id)
    own_page(session_id)
    if form.filled_in():
        with form.deed() as session:
            commands.confirm_selection(session, current_actor(), commands.ConfirmSelection(item_id), clock())
        tell(form, _("项目已入选。"))
    return redirect(url_for(".show", session_id=session_id), 303)


@bp.route("/<int:session_id>/minutes", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def minutes(session_id: int) -> Answer:
    """Write the minutes."""
    page = own_page(session_id)
    form = forms.MinutesForm(minutes=page.minutes or queries.draft_minutes(reading(), session_id))
    if form.filled_in():
        with form.deed() as session:
            commands.write_minutes(session, current_actor(), form.to_command(session_id), clock())
        if form.done:
            flash(_("会议记录已保存。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/minutes.html", form=form, page=page, **possible(page)), form.status


@bp.route("/<int:session_id>/close", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def close(session_id: int) -> Answer:
    """Close a session."""
    page, form = own_page(session_id), forms.CloseForm()
    if form.filled_in():
        with form.deed() as session:
            commands.close_session(session, current_actor(), form.to_command(session_id), clock())
        if form.done:
            flash(_("会议已办结，结果和会议记录已公开。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/close.html", form=form, page=page, **possible(page)), form.status


def own_item(item_id: int) -> tuple[queries.SessionPage, queries.ItemRow]:
    """Give an item and its session to the secretary."""
    page = own_page(queries.session_of_item(reading(), item_id))
    return page, next(one for one in page.items if one.id == item_id)


def read_page(session_id: int) -> queries.SessionPage:
    """Give a session as the actor may see it."""
    session = reading()
    return queries.session_page(session, session_id, current_actor(), clock().now(session))


def own_page(session_id: int) -> queries.SessionPage:
    """Give a session to its secretary.

    Raises:
        Forbidden: somebody else.
    """
    page = read_page(session_id)
    policy.check_secretary(current_actor(), page.place.path)
    return page


def _offer(form: forms.CallForm, body: queries.BodyRow) -> None:
    back = queries.comes_back(reading(), body.id)
    named = {row.project_id for row in back}
    projects = [row for row in queries.discussable(reading(), body.place_path) if row.id not in named]
    form.returning.choices = [(row.id, row.title) for row in back]
    form.projects.choices = [(row.id, row.title) for row in projects]


def possible(page: queries.SessionPage) -> dict[str, Any]:
    """Say what speaks against each deed, through the functions that the commands use."""
    now = clock().now(reading())
    decided = [row.outcome is not None for row in page.items]
    lacking = against_closing(page.minutes, page.present > 0, decided, page.held_at, now)
    passed = page.items if page.secretary and page.state is SessionState.CLOSED else ()
    return {
        "against_confirming": _against_confirming(passed),
        "against_recording": _reasons(policy.check_may_record, page.state, page.held_at),
        "against_closing": [sentence(refusal) for refusal in lacking],
        "following": next((row for row in page.items if row.outcome is None), None),
        "step": _step(page, decided),
    }


def _step(page: queries.SessionPage, decided: list[bool]) -> Step | None:
    """Give the secretary the next deed of a session that goes on."""
    if not page.secretary or page.state is not SessionState.HELD:
        return None
    return step_of_session(page.present, page.needed, decided, bool(page.minutes.strip()))


def _against_confirming(items: Iterable[queries.ItemRow]) -> dict[int, list[str]]:
    """Say what speaks against choosing the project of each passed item, those chosen already left out."""
    passed = {row.id: row.project_id for row in items if row.outcome is ItemOutcome.PASSED and row.project_id}
    projects = projects_by_id(reading(), list(passed.values()))
    return {
        item_id: _reasons(
            policy.check_may_confirm, projects[number], queries.chosen_by_vote(reading(), projects[number])
        )
        for item_id, number in passed.items()
        if projects[number].stage in queries.NOT_CHOSEN_YET
    }


def _reasons(check: Callable[..., None], *values: Any) -> list[str]:
    try:
        check(*values)
    except Refused as refusal:
        return [sentence(refusal)]
    return []


def tell(form: PageForm, done: str) -> None:
    """Say on the next page what came of a button."""
    for words in form.refused:
        flash(words, "error")
    if form.done:
        flash(done)
