"""What happens to an outcome that binds: a project falls out, the next of the reserve list comes in."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.kernel.errors import NotVisible
from fundapp.voting import commands, move_forms, policy, queries
from fundapp.voting.views.households import Answer, bp, read_page, reasons
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles

__all__ = ["bp"]


@bp.route("/<int:round_id>/reserve", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def reserve(round_id: int) -> Answer:
    """Let the next of the reserve list in."""
    page, form = _bound(round_id), move_forms.LetInForm()
    if form.filled_in():
        with form.deed() as session:
            commands.let_in(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已按排位补入，项目进入下一步。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    pot = queries.pot_of(reading(), round_id)
    coming = queries.next_of(reading(), round_id, pot)
    form.project.data = str(coming.project_id) if coming else ""
    titles = {row.project_id: row for row in page.candidates}
    asked = queries.leaves_waiting(reading(), clock().now(reading()), round_id)
    shown = {"pot": pot, "coming": coming, "known": titles, "asked": asked}
    return render_template("voting/reserve.html", form=form, page=page, **shown), form.status


@bp.route("/<int:round_id>/leaves/new", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def ask_leave(round_id: int) -> Answer:
    """Ask that a project falls out."""
    page, form = _bound(round_id), move_forms.AskLeaveForm()
    inside = queries.pot_of(reading(), round_id).inside
    form.project.choices = [(row.project_id, row.title) for row in page.candidates if row.project_id in inside]
    if form.filled_in():
        with form.deed() as session:
            commands.ask_leave(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已提出，请另一位工作人员确认。"))
            return redirect(url_for(".reserve", round_id=round_id), 303)
    return render_template("voting/ask_leave.html", form=form, page=page), form.status


@bp.route("/<int:round_id>/leaves/<int:leave_id>", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def confirm_leave(round_id: int, leave_id: int) -> Answer:
    """Confirm as a second person that a project falls out."""
    page, form = _bound(round_id), move_forms.ConfirmLeaveForm()
    now = clock().now(reading())
    asked = [row for row in queries.leaves_waiting(reading(), now, round_id) if row.id == leave_id]
    if not asked:
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            commands.confirm_leave(session, current_actor(), form.to_command(round_id, leave_id), clock())
        if form.done:
            flash(_("项目已退出，空出的资金可以按排位补入。"))
            return redirect(url_for(".reserve", round_id=round_id), 303)
    against = reasons(policy.check_may_confirm_leave, current_actor(), asked[0].asked_by_id, asked[0].at, now)
    shown = {"asked": asked[0], "against": against, "own": current_actor().person_id == asked[0].asked_by_id}
    return render_template("voting/leave.html", form=form, page=page, **shown), form.status


@bp.post("/<int:round_id>/leaves/<int:leave_id>/withdrawal")
@for_roles(*policy.PUBLISHERS)
def withdraw_leave(round_id: int, leave_id: int) -> Answer:
    """Take back what one asked."""
    _bound(round_id)
    form = move_forms.WithdrawLeaveForm()
    if form.filled_in():
        with form.deed() as session:
            commands.withdraw_leave(session, current_actor(), form.to_command(round_id, leave_id), clock())
        for words in form.refused:
            flash(words, "error")
        if form.done:
            flash(_("已撤回，项目仍在入选之列。"))
    return redirect(url_for(".reserve", round_id=round_id), 303)


def _bound(round_id: int) -> queries.RoundPage:
    page = read_page(round_id)
    policy.check_publisher(current_actor(), page.place.path)
    policy.check_binds(*queries.ends_of(reading(), round_id))
    return page
