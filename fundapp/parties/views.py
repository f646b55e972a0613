"""Pages of the register: the foundation's list, an entry, its end; and everybody's own declarations."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.parties import commands, forms, queries
from fundapp.parties.policy import DECLARERS, KEEPERS, check_may_end
from fundapp.parties.texts import BONDS, KINDS
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.refusals import reasons_of

bp = Blueprint("parties", __name__, url_prefix="/parties")
Answer = str | AnyResponse | tuple[str, int]


@bp.get("/")
@for_roles(*KEEPERS)
def register() -> Answer:
    """Show the register of the actor's places."""
    ended = request.args.get("ended") == "1"
    page = queries.register(reading(), current_actor(), ended, request.args.get("after", ""))
    return render_template("parties/register.html", page=page, ended=ended, bonds=BONDS, kinds=KINDS)


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def enter() -> Answer:
    """Enter that somebody is related."""
    form = forms.EntryForm()
    if form.filled_in():
        with form.deed() as session:
            commands.record_interest(session, current_actor(), form.to_command(str(form.login.data)), clock())
        if form.done:
            flash(_("已登记，从现在起有关的选用和付款会被拦下。"))
            return redirect(url_for(".register"), 303)
    crumbs = [(_("关联方登记"), url_for(".register"))]
    return render_template("_form.html", title=_("登记关联方"), form=form, button=_("登记"), crumbs=crumbs), form.status


@bp.route("/<int:interest_id>/end", methods=["GET", "POST"])
@for_roles(*KEEPERS)
def end(interest_id: int) -> Answer:
    """End an entry."""
    row, form = queries.get_entry(reading(), interest_id, current_actor()), forms.EndForm()
    if form.filled_in():
        with form.deed() as session:
            commands.end_interest(session, current_actor(), interest_id, str(form.reason.data), clock())
        if form.done:
            flash(_("已终止，登记仍然保留。"))
            return redirect(url_for(".register"), 303)
    reasons = reasons_of(check_may_end, current_actor(), row.place_path, row.concerned)
    return render_template("parties/end.html", row=row, form=form, reasons=reasons, bonds=BONDS), form.status


@bp.route("/mine", methods=["GET", "POST"])
@for_roles(*DECLARERS)
def mine() -> Answer:
    """Declare one's own interests, and see what stands."""
    actor, form = current_actor(), forms.DeclareForm()
    if form.filled_in():
        with form.deed() as session:
            commands.declare_interest(session, actor, form.to_command(), clock())
        if form.done:
            flash(_("已申报，谢谢。"))
            return redirect(url_for(".mine"), 303)
    rows = queries.own_entries(reading(), actor)
    return render_template("parties/mine.html", rows=rows, form=form, bonds=BONDS), form.status
