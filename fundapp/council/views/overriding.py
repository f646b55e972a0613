"""A body decides otherwise than the count: its secretary writes it down, a member who was there signs."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.council import commands, override_forms, policy, queries
from fundapp.council.policy import SECRETARIES
from fundapp.council.views.sessions import Answer, bp
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import get_place
from fundapp.voting import queries as voting
from fundapp.voting.policy import check_not_settled
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in
from fundapp.web.refusals import reasons_of

__all__ = ["bp"]


@bp.route("/votes/<int:round_id>/override", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def override(round_id: int) -> Answer:
    """Write down what a body decided about a result."""
    session, form = reading(), override_forms.OverrideForm()
    place_id, published_at = voting.result_place(session, round_id)
    path = get_place(session, place_id).path
    policy.check_keeps_any(current_actor(), path)
    items = queries.deciding_items(session, current_actor(), path, published_at)
    bound, titles = voting.bound_of_round(session, round_id), _titles(round_id)
    form.offer(items, [(n, titles[n]) for n in bound.selected], [(n, titles[n]) for n in bound.reserve])
    if form.filled_in():
        with form.deed() as work:
            commands.propose_override(work, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("决定已起草，等到会的成员签字；签字以前不算数。"))
            return redirect(url_for("voting.show", round_id=round_id), 303)
    against = reasons_of(check_not_settled, *voting.ends_of(session, round_id))
    seen = {"round_id": round_id, "title": voting.title_of(session, round_id), "items": items, "against": against}
    return render_template("council/override.html", form=form, **seen), form.status


@bp.route("/overrides/<int:override_id>/signature", methods=["GET", "POST"])
@signed_in
def sign(override_id: int) -> Answer:
    """Sign what a body decided about a result."""
    session, form = reading(), override_forms.SignForm()
    found = voting.override_row(session, override_id)
    _item, held = queries.item_with_session(session, found.item_id)
    if current_actor().person_id not in queries.people_present(session, held.id):
        raise NotVisible
    if form.filled_in():
        with form.deed() as work:
            commands.sign_override(work, current_actor(), form.to_command(override_id), clock())
        if form.done:
            flash(_("已签字，结果按决定重新公示。"))
            return redirect(url_for("voting.show", round_id=found.round_id), 303)
    row = next(one for one in voting.overrides_of(session, found.round_id) if one.id == override_id)
    title = voting.title_of(session, found.round_id)
    return render_template("council/sign_override.html", row=row, form=form, found=found, title=title), form.status


def _titles(round_id: int) -> dict[int, str]:
    return {row.project_id: row.title for row in voting.candidates_of(reading(), round_id)}
