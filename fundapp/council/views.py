"""Pages of the 议事厅: notices and closed sessions for everybody, the papers for the secretary."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.council import commands, forms, policy, queries, texts
from fundapp.council.rules import ItemOutcome, SessionState, against_closing
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import places_below
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
    """List the sessions, and to a secretary her bodies."""
    session, actor = reading(), current_actor()
    rows = queries.list_sessions(session, clock().now(session), request.args.get("before", type=int))
    bodies = queries.bodies_for(session, actor) if actor.has_any(Role.WORKER) else []
    return render_template("council/index.html", page=page_of(rows, lambda row: row.id), bodies=bodies)


@bp.get("/<int:session_id>")
@public
def show(session_id: int) -> Answer:
    """Show a session."""
    page = _page(session_id)
    return render_template("council/show.html", page=page, **_possible(page))


@bp.get("/<int:session_id>/minutes.pdf")
@public
def minutes_pdf(session_id: int) -> Response:
    """Print the outcome and minutes of a closed session; its secretary may print them before."""
    page = _page(session_id)
    if page.closed_at is None and not page.secretary:
        raise NotVisible
    return pdf_page("council/print/minutes.html", f"minutes-{session_id}.pdf", page=page)


@bp.route("/bodies/new", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def new_body() -> Answer:
    """Found a council."""
    form = forms.BodyForm()
    form.place_id.choices = _own_places()
    if form.filled_in():
        with form.deed() as session:
            body = commands.make_body(session, current_actor(), form.to_command(), clock())
        if form.done:
            flash(_("议事会已登记。"))
            return redirect(url_for(".body", body_id=body.id), 303)
    return render_template("council/new_body.html", form=form), form.status


@bp.route("/bodies/<int:body_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def body(body_id: int) -> Answer:
    """Show a council's members and take one in."""
    form = forms.MemberForm()
    found, members = queries.body_page(reading(), body_id, current_actor())
    if form.filled_in():
        with form.deed() as session:
            commands.add_member(session, current_actor(), form.to_command(body_id), clock())
        if form.done:
            flash(_("成员已登记。"))
            return redirect(url_for(".body", body_id=body_id), 303)
    return render_template("council/body.html", form=form, body=found, members=members), form.status


@bp.post("/members/<int:member_id>/end")
@for_roles(Role.WORKER)
def end_member(member_id: int) -> Answer:
    """Let a member go."""
    form = PageForm()
    if form.filled_in():
        with form.deed() as session:
            member = commands.end_membership(session, current_actor(), member_id, clock())
        _tell(form, _("已登记离任。"))
        if form.done:
            return redirect(url_for(".body", body_id=member.body_id), 303)
    return redirect(url_for(".index"), 303)


@bp.route("/bodies/<int:body_id>/call", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def call(body_id: int) -> Answer:
    """Call a session."""
    form = forms.CallForm()
    found = queries.body_page(reading(), body_id, current_actor())[0]
    projects = queries.discussable(reading(), found.place_path)
    form.projects.choices = [(row.id, row.title) for row in projects]
    if form.filled_in():
        with form.deed() as session:
            called = commands.call_session(session, current_actor(), form.to_command(body_id), clock())
        if form.done:
            flash(_("会议通知已公布。"))
            return redirect(url_for(".show", session_id=called.id), 303)
    terms = queries.terms_at(reading(), found.place_path, clock().now(reading()))
    return render_template("council/call.html", form=form, body=found, projects=projects, terms=terms), form.status


@bp.route("/<int:session_id>/attendance", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def attendance(session_id: int) -> Answer:
    """Note who came."""
    page = _own_page(session_id)
    form = forms.AttendanceForm(present=[member.id for member, here in page.roll if here], guests=page.guests)
    form.present.choices = [(member.id, member.name) for member, _here in page.roll]
    if form.filled_in():
        with form.deed() as session:
            commands.record_attendance(session, current_actor(), form.to_command(session_id), clock())
        if form.done:
            flash(_("到会情况已登记。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/attendance.html", form=form, page=page, **_possible(page)), form.status


@bp.route("/items/<int:item_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def item(item_id: int) -> Answer:
    """Note what became of an item."""
    page = _own_page(queries.session_of_item(reading(), item_id))
    row = next(one for one in page.items if one.id == item_id)
    form = forms.ItemForm(obj=row)
    if form.filled_in():
        with form.deed() as session:
            commands.decide_item(session, current_actor(), form.to_command(item_id), clock())
        if form.done:
            flash(_("结果已登记。"))
            return redirect(url_for(".show", session_id=page.id), 303)
    return render_template("council/item.html", form=form, page=page, item=row, **_possible(page)), form.status


@bp.post("/items/<int:item_id>/confirm")
@for_roles(Role.WORKER)
def confirm(item_id: int) -> Answer:
    """Confirm a selection that the council made."""
    form = PageForm()
    session_id = queries.session_of_item(reading(), item_id)
    _own_page(session_id)
    if form.filled_in():
        with form.deed() as session:
            commands.confirm_selection(session, current_actor(), commands.ConfirmSelection(item_id), clock())
        _tell(form, _("项目已入选。"))
    return redirect(url_for(".show", session_id=session_id), 303)


@bp.route("/<int:session_id>/minutes", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def minutes(session_id: int) -> Answer:
    """Write the minutes."""
    page = _own_page(session_id)
    form = forms.MinutesForm(minutes=page.minutes)
    if form.filled_in():
        with form.deed() as session:
            commands.write_minutes(session, current_actor(), form.to_command(session_id), clock())
        if form.done:
            flash(_("会议记录已保存。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/minutes.html", form=form, page=page, **_possible(page)), form.status


@bp.route("/<int:session_id>/close", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def close(session_id: int) -> Answer:
    """Close a session."""
    page, form = _own_page(session_id), forms.CloseForm()
    if form.filled_in():
        with form.deed() as session:
            commands.close_session(session, current_actor(), form.to_command(session_id), clock())
        if form.done:
            flash(_("会议已办结，结果和会议记录已公开。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/close.html", form=form, page=page, **_possible(page)), form.status


def _page(session_id: int) -> queries.SessionPage:
    session = reading()
    return queries.session_page(session, session_id, current_actor(), clock().now(session))


def _own_page(session_id: int) -> queries.SessionPage:
    page = _page(session_id)
    policy.check_secretary(current_actor(), page.place.path)
    return page


def _own_places() -> list[tuple[int, str]]:
    paths = [grant.path for grant in current_actor().grants if grant.role is Role.WORKER]
    places = {place.id: place.full_name for path in paths for place in places_below(reading(), path)}
    return list(places.items())


def _possible(page: queries.SessionPage) -> dict[str, Any]:
    """Say what speaks against each deed, through the functions that the commands use."""
    now = clock().now(reading())
    decided = [row.outcome is not None for row in page.items]
    lacking = against_closing(page.minutes, page.present > 0, decided, page.held_at, now)
    passed = page.items if page.secretary and page.state is SessionState.CLOSED else ()
    return {
        "against_confirming": _against_confirming(passed),
        "against_recording": _reasons(policy.check_may_record, page.state, page.held_at),
        "against_closing": [sentence(refusal) for refusal in lacking],
    }


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


def _tell(form: PageForm, done: str) -> None:
    for words in form.refused:
        flash(words, "error")
    if form.done:
        flash(done)
