"""Helping a household, openly: every page of the worker has a frame around it while it lasts."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from fundapp.answering import commands, queries
from fundapp.answering.forms import HelpedForm, HelpForm
from fundapp.answering.policy import check_open
from fundapp.answering.views.blueprint import bp
from fundapp.answering.views.slips import worker_page
from fundapp.answering.views.visits import guessing, secret
from fundapp.consent.queries import RoundPage, doors_of, round_page
from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page
from fundapp.web.refusals import reasons_of

Page = str | Response | tuple[str, int]
KEY = "helping"


def running_help() -> queries.HelpRow | None:
    """Give the help that the signed-in worker gives now: for the frame around every page."""
    if not current_actor().has_any(Role.WORKER) or not session.get(KEY):
        return None
    try:
        found = queries.help_of(reading(), current_actor(), int(session[KEY]), page_time())
    except (NotVisible, SQLAlchemyError):
        return None  # an error page must not fail for its frame
    return found if found.running else None


@bp.route("/consent/<int:round_id>/help", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def begin_help(round_id: int) -> Page:
    """Begin to help a household."""
    page, form = worker_page(round_id), HelpForm()
    if form.filled_in():
        with form.deed() as store, guessing(str(form.code.data or "")):
            made = commands.begin_help(store, current_actor(), form.to_command(round_id), secret(), clock())
        if form.done:
            session[KEY] = made.id
            return redirect(url_for(".help_household", help_id=made.id), 303)
    doors = doors_of(reading(), page.snapshot_id)
    against = reasons_of(check_open, page.bar.state)
    return render_template("answering/begin_help.html", page=page, form=form, doors=doors, against=against), form.status


@bp.route("/help/<int:help_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def help_household(help_id: int) -> Page:
    """Show the exact text to the household beside the worker, take and confirm what it says."""
    row, form = queries.help_of(reading(), current_actor(), help_id, page_time()), HelpedForm()
    page = _helped(row)
    form.offer(page.bar.with_follow)
    if form.filled_in():
        if form.confirmed.data != page.text.content_hash:
            back = url_for(".help_household", help_id=help_id)
            return render_template("consent/confirm.html", page=page, form=form, unit=page.own[0], back=back)
        with form.deed() as store:
            commands.answer_with_help(store, current_actor(), form.to_help(help_id), clock())
        if form.done:
            flash(_("已登记。请打印协助单交给住户。"))
            return redirect(url_for(".help_household", help_id=help_id), 303)
    return render_template("answering/help.html", page=page, form=form, row=row), form.status


@bp.get("/help/<int:help_id>/slip.pdf")
@for_roles(Role.WORKER)
def help_slip(help_id: int) -> Response:
    """Print for the household what it said, when, who helped and how to change it."""
    row = queries.help_of(reading(), current_actor(), help_id, page_time())
    page = _helped(row)
    if not page.own[0].trail:
        raise NotVisible
    values: dict[str, Any] = {"page": page, "row": row, "unit": page.own[0], "helper": current_actor().name}
    return pdf_page("answering/print/helped.html", f"helped-{help_id}.pdf", **values)


@bp.post("/help/<int:help_id>/end")
@for_roles(Role.WORKER)
def end_help(help_id: int) -> Response:
    """End the help."""
    with unit_of_work() as store:
        commands.end_help(store, current_actor(), help_id, clock())
    session.pop(KEY, None)
    flash(_("协助已结束。"))
    row = queries.help_of(reading(), current_actor(), help_id, page_time())
    return redirect(url_for("consent.show", round_id=row.round_id), 303)


def _helped(row: queries.HelpRow) -> RoundPage:
    """Give the round as the helped household sees it; of its answers only the one that was noted in this help."""
    page = round_page(reading(), row.round_id, Actor(unit_ids=frozenset({row.unit_id})), page_time())
    own = [replace(unit, trail=tuple(one for one in unit.trail if one.id == row.answer_id)) for unit in page.own]
    return replace(page, own=tuple(own))
