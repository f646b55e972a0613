"""A sealed round from its key to its count: the ballot, the shares, the box, and what came out of it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.db.types import canonical
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.voting import box_forms, commands, forms, policy, queries
from fundapp.voting.rounds import RoundState, votes_shown
from fundapp.voting.secrecy import Secrecy
from fundapp.voting.views.households import Answer, bp, download, possible, read_page
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public, signed_in

__all__ = ["bp"]


@bp.route("/<int:round_id>/sealed", methods=["GET", "POST"])
@signed_in
def sealed_ballot(round_id: int) -> Answer:
    """Take a household's ballot under seal; its code is on this one answer and nowhere else."""
    page, form = _of_mode(round_id, Secrecy.SEALED), forms.SealedForm()
    mixed = page.mixed(page.own[0].unit_id) if page.own else []
    form.offer([(unit.unit_id, unit.door) for unit in page.left])
    form.put(page.method, [(row.project_id, row.title) for row in mixed])
    if form.filled_in():
        with form.deed() as session:
            given = commands.cast_sealed(session, current_actor(), form.to_sealed(round_id), clock())
        if form.done:
            door = next(unit.door for unit in page.own if unit.unit_id == given.unit_id)
            return render_template("voting/sealed_receipt.html", page=page, given=given, door=door)
    seen = {"page": page, "form": form, "mixed": mixed, "left": page.left}
    return render_template("voting/ballot.html", **seen, **possible(page)), form.status


@bp.route("/<int:round_id>/key", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def key(round_id: int) -> Answer:
    """Register the key of a draft and who keeps its shares."""
    page, form, session = _of_mode(round_id, Secrecy.SEALED), box_forms.KeyForm(), reading()
    around = queries.place_of_key(session, round_id)
    policy.check_worker(current_actor(), around)
    form.offer(queries.possible_holders(session, around, clock().now(session)))
    if form.filled_in():
        with form.deed() as writing:
            commands.register_key(writing, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("钥匙已登记，请三位持钥人各自核对。"))
            return redirect(url_for(".key", round_id=round_id), 303)
    seen = {"held": queries.key_row(session, round_id), "pools": len(queries.voting_together(session, round_id))}
    return render_template("voting/key.html", page=page, form=form, **seen), form.status


@bp.route("/<int:round_id>/share", methods=["GET", "POST"])
@signed_in
def share(round_id: int) -> Answer:
    """Let a holder confirm her share; the words stay in her browser."""
    held, form, actor = queries.key_row(reading(), round_id), box_forms.ShareForm(), current_actor()
    own = [one for one in held.holders if one.person_id == actor.person_id] if held else []
    if not own:
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            commands.confirm_share(session, actor, form.to_command(round_id), clock())
        if form.done:
            flash(_("已核对，您这一份是好的。"))
            return redirect(url_for(".share", round_id=round_id), 303)
    title = queries.title_of(reading(), round_id)
    return render_template("voting/share.html", round_id=round_id, title=title, own=own[0], form=form), form.status


@bp.get("/<int:round_id>/box")
@public
def box(round_id: int) -> Answer:
    """Show how the box stands: its roots, how it was closed, whether it was counted."""
    page = read_page(round_id)
    if page.secrecy.by_door or page.state is RoundState.DRAFT:
        raise NotVisible
    stand, held = queries.box_stand(reading(), round_id), queries.key_row(reading(), round_id)
    keeps = held is not None and any(one.person_id == current_actor().person_id for one in held.holders)
    loss = queries.key_loss(reading(), round_id) if held else None
    seen = {"page": page, "stand": stand, "held": held, "keeps": keeps, "loss": loss}
    return render_template("voting/box.html", **seen, **possible(page))


@bp.post("/<int:round_id>/box/close")
@for_roles(*policy.PUBLISHERS)
def close_box(round_id: int) -> Answer:
    """Close the box."""
    form = box_forms.CloseBoxForm()
    if form.filled_in():
        with form.deed() as session:
            commands.close_box(session, current_actor(), form.to_command(round_id), clock())
        for words in form.refused:
            flash(words, "error")
        if form.done:
            flash(_("票箱已封存，指纹已公布。"))
    return redirect(url_for(".box", round_id=round_id), 303)


@bp.route("/<int:round_id>/box/count", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def write_back(round_id: int) -> Answer:
    """Take the file that two holders counted."""
    page, form = _of_mode(round_id, Secrecy.SEALED), box_forms.CountForm()
    policy.check_publisher(current_actor(), page.place.path)
    if form.filled_in():
        with form.deed() as session:
            commands.write_back(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("计票结果已写回，核对后可以公布。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    return render_template("voting/count.html", page=page, form=form), form.status


@bp.get("/<int:round_id>/box.json")
@signed_in
def box_file(round_id: int) -> Answer:
    """Give a closed box, without households, to those who keep a share and to those who publish."""
    page, held, actor = _of_mode(round_id, Secrecy.SEALED), queries.key_row(reading(), round_id), current_actor()
    keeps = held is not None and any(one.person_id == actor.person_id for one in held.holders)
    if not (keeps or policy.may_publish_here(actor, page.place.path)):
        raise NotVisible
    return download(
        canonical(queries.packed_box(reading(), round_id)).encode(), "application/json", f"box-{round_id}.json"
    )


@bp.get("/<int:round_id>/fingerprints.txt")
@public
def fingerprints(round_id: int) -> Answer:
    """Give the fingerprints of a closed box, in the order of their letters."""
    closing = queries.closing_of(reading(), round_id)
    if closing is None or not closing.canary:
        raise NotVisible
    return download("\n".join([*closing.fingerprints, ""]).encode(), "text/plain", f"fingerprints-{round_id}.txt")


@bp.get("/<int:round_id>/codes")
@public
def codes(round_id: int) -> Answer:
    """List every opened ballot under its code: looked for in the browser, so that nobody learns who looks for which."""
    page = _of_mode(round_id, Secrecy.SEALED)
    if page.state is not RoundState.PUBLISHED or not votes_shown(page.turnout.cast):
        raise NotVisible
    titles = {row.project_id: row.title for row in page.candidates}
    slips = queries.slips_of(reading(), round_id)
    return render_template("voting/codes.html", page=page, slips=slips, titles=titles)


@bp.get("/<int:round_id>/named")
@public
def named(round_id: int) -> Answer:
    """List what each door of a named round chose, once its result is published."""
    page = _of_mode(round_id, Secrecy.NAMED)
    if page.state is not RoundState.PUBLISHED:
        raise NotVisible
    return render_template("voting/named.html", page=page, rows=queries.named_ballots(reading(), round_id))


@bp.route("/<int:round_id>/papers/in", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def take_paper(round_id: int) -> Answer:
    """Note that a household put its paper into the ballot box."""
    page, form = read_page(round_id), box_forms.TakeForm(seat=request.args.get("seat", ""))
    policy.check_worker(current_actor(), page.place.path)
    if page.secrecy.by_door:
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            unit_id = queries.door_or_refuse(session, page.snapshot_id, str(form.door.data))
            commands.take_paper(session, current_actor(), form.to_command(round_id, unit_id), clock())
        if form.done:
            flash(_("%(door)s 已登记交票。", door=form.door.data))
            return redirect(url_for(".take_paper", round_id=round_id, seat=form.seat.data), 303)
    doors = queries.doors_of(reading(), page.snapshot_id)
    return render_template("voting/take_paper.html", page=page, form=form, doors=doors, **possible(page)), form.status


def _of_mode(round_id: int, secrecy: Secrecy) -> queries.RoundPage:
    page = read_page(round_id)
    if page.secrecy is not secrecy:
        raise NotVisible
    return page
