"""Lost shares of a key, and a round that is void because nobody can open it any more."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.kernel.errors import NotVisible
from fundapp.voting import commands, policy, queries, void_forms
from fundapp.voting.rounds import RoundState
from fundapp.voting.secrecy import Secrecy
from fundapp.voting.views.households import Answer, bp, possible, read_page
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in

__all__ = ["bp"]


@bp.route("/<int:round_id>/lost", methods=["GET", "POST"])
@signed_in
def lost(round_id: int) -> Answer:
    """Say which share of the key is lost, or found again."""
    page, loss = _sealed(round_id)
    shares, form = _may_tell(page, loss), void_forms.ShareWordForm()
    form.offer(shares)
    if form.filled_in():
        with form.deed() as session:
            commands.tell_share(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已登记，票箱页上大家都能看到。"))
            return redirect(url_for(".lost", round_id=round_id), 303)
    return render_template("voting/lost.html", page=page, loss=loss, form=form, **possible(page)), form.status


@bp.route("/<int:round_id>/void", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def ask_void(round_id: int) -> Answer:
    """Ask that a round be void."""
    page, loss = _publishers(round_id)
    form = void_forms.AskVoidForm()
    if form.filled_in():
        with form.deed() as session:
            commands.ask_void(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已提出，请另一个人确认。"))
            return redirect(url_for(".box", round_id=round_id), 303)
    return render_template("voting/ask_void.html", page=page, loss=loss, form=form), form.status


@bp.route("/<int:round_id>/void/confirm", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def confirm_void(round_id: int) -> Answer:
    """Confirm as a second person that a round is void."""
    page, loss = _publishers(round_id)
    if loss.ask is None:
        raise NotVisible
    form = void_forms.ConfirmVoidForm(ask=str(loss.ask.id))
    if form.filled_in():
        with form.deed() as session:
            commands.confirm_void(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("这一轮已作废，项目可以参加下一轮。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    form.ask.data = str(loss.ask.id)
    return render_template("voting/confirm_void.html", page=page, loss=loss, form=form), form.status


def _sealed(round_id: int) -> tuple[queries.RoundPage, queries.KeyLoss]:
    page = read_page(round_id)
    if page.secrecy is not Secrecy.SEALED or page.state is RoundState.DRAFT:
        raise NotVisible
    return page, queries.key_loss(reading(), round_id)


def _publishers(round_id: int) -> tuple[queries.RoundPage, queries.KeyLoss]:
    page, loss = _sealed(round_id)
    policy.check_publisher(current_actor(), page.place.path)
    return page, loss


def _may_tell(page: queries.RoundPage, loss: queries.KeyLoss) -> list[tuple[int, str]]:
    """List the shares of which the actor may say something: her own, or all where she publishes."""
    actor = current_actor()
    every = policy.may_publish_here(actor, page.place.path)
    shares = [
        (one.number, _("第 %(n)s 份：%(name)s", n=one.number, name=one.name))
        for one in loss.shares
        if every or one.person_id == actor.person_id
    ]
    if not shares:
        raise NotVisible
    return shares
