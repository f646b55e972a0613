"""What happens around a session: invitation, calendar, sign-in, screen, motions, speakers, the chair's word."""

import hmac
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.council import commands, floor_forms, policy, queries
from fundapp.council.calendar import calendar_of
from fundapp.council.policy import SECRETARIES
from fundapp.council.rules import SessionState
from fundapp.council.speaking import SECONDS
from fundapp.council.steps import Floor, step_on_floor
from fundapp.council.views.sessions import Answer, bp, own_item, own_page, possible, read_page, tell
from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.errors import NotVisible
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles, public, signed_in
from fundapp.web.pdf import pdf_page, qr_data

__all__ = ["bp"]


@bp.get("/<int:session_id>/calendar.ics")
@public
def calendar(session_id: int) -> Response:
    """Give the notice as a calendar entry."""
    page, address = read_page(session_id), request.host_url.rstrip("/") + url_for(".show", session_id=session_id)
    items = tuple(item.title for item in page.items)
    made = calendar_of(address, page.title, page.body, page.held_at, page.venue, items, page.called_at)
    headers = {"Content-Disposition": f'attachment; filename="session-{session_id}.ics"'}
    return Response(made, mimetype="text/calendar", headers=headers)


@bp.get("/<int:session_id>/invitation.pdf")
@for_roles(*SECRETARIES)
def invitation(session_id: int) -> Response:
    """Print the invitation with the list to sign in on."""
    page = own_page(session_id)
    values = {"page": page, "qr": qr_data(_sign_in_address(session_id))}
    return pdf_page("council/print/invitation.html", f"invitation-{session_id}.pdf", **values)


@bp.get("/<int:session_id>/screen")
@for_roles(*SECRETARIES)
def screen(session_id: int) -> Answer:
    """Show the room one matter at a time: motion, speakers, how many are there, the code to sign in."""
    page, chosen = own_page(session_id), request.args.get("item", type=int)
    at_hand = next((row for row in page.items if row.id == chosen), None)
    at_hand = at_hand or next((row for row in page.items if row.outcome is None), page.items[-1])
    values = {"page": page, "item": at_hand, "qr": qr_data(_sign_in_address(session_id)), **_speaking(page, at_hand)}
    return render_template("council/screen.html", **values)


@bp.route("/<int:session_id>/sign-in/<key>", methods=["GET", "POST"])
@signed_in
def sign_in(session_id: int, key: str) -> Answer:
    """Let a member say that she is there, by the code on the screen."""
    if not hmac.compare_digest(key, _key(session_id)):
        raise NotVisible
    page, form = read_page(session_id), PageForm()
    if form.filled_in():
        with form.deed() as session:
            commands.sign_in(session, current_actor(), commands.SignIn(session_id), clock())
        if form.done:
            flash(_("已签到。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/sign_in.html", page=page, form=form), form.status


@bp.get("/items/<int:item_id>/floor")
@for_roles(*SECRETARIES)
def floor(item_id: int) -> Answer:
    """Show what happens on an item: motion, amendments, who speaks."""
    page, row = own_item(item_id)
    return _floor(page, row, floor_forms.SpeakerForm())


@bp.route("/items/<int:item_id>/motion", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def motion(item_id: int) -> Answer:
    """Note a motion or an amendment."""
    page, row = own_item(item_id)
    form = floor_forms.MotionForm()
    for one in (form.mover_id, form.seconder_id):
        one.offer(_there(page))
    if form.filled_in():
        with form.deed() as session:
            commands.move(session, current_actor(), form.to_command(item_id), clock())
        if form.done:
            flash(_("已登记。"))
            return redirect(url_for(".floor", item_id=item_id), 303)
    return render_template("council/motion.html", form=form, page=page, item=row, **possible(page)), form.status


@bp.route("/items/<int:item_id>/motions/<int:motion_id>", methods=["GET", "POST"])
@for_roles(*SECRETARIES)
def amendment(item_id: int, motion_id: int) -> Answer:
    """Note the hands for an amendment."""
    page, row = own_item(item_id)
    moved = next((one for one in row.motions if one.id == motion_id and one.amends), None)
    if moved is None:
        raise NotVisible
    form = floor_forms.AmendmentForm(obj=moved)
    if form.filled_in():
        with form.deed() as session:
            commands.decide_amendment(session, current_actor(), form.to_command(motion_id), clock())
        if form.done:
            flash(_("修正案的结果已登记。"))
            return redirect(url_for(".floor", item_id=item_id), 303)
    values = {"page": page, "item": row, "motion": moved, **possible(page)}
    return render_template("council/amendment.html", form=form, **values), form.status


@bp.post("/items/<int:item_id>/speakers")
@for_roles(*SECRETARIES)
def speaker(item_id: int) -> Answer:
    """Put a member on the list of speakers."""
    page, row = own_item(item_id)
    form = floor_forms.SpeakerForm()
    form.member_id.offer(_there(page))
    if form.filled_in():
        with form.deed() as session:
            commands.ask_to_speak(session, current_actor(), form.to_command(item_id), clock())
        if form.done:
            flash(_("已排上。"))
            return redirect(url_for(".floor", item_id=item_id), 303)
    return _floor(page, row, form)


@bp.post("/items/<int:item_id>/next")
@for_roles(*SECRETARIES)
def next_speaker(item_id: int) -> Answer:
    """End who speaks and give the floor to the next."""
    own_item(item_id)
    form = floor_forms.NextForm()
    if form.filled_in():
        with form.deed() as session:
            commands.next_speaker(session, current_actor(), item_id, clock(), form.after.data)
    tell(form, _("已换下一位。"))
    return redirect(url_for(".floor", item_id=item_id), 303)


@bp.route("/<int:session_id>/confirm", methods=["GET", "POST"])
@signed_in
def confirm_minutes(session_id: int) -> Answer:
    """Confirm the minutes: the chair herself, or the secretary with the photo of the signed paper."""
    page, form = read_page(session_id), floor_forms.ConfirmForm()
    if not page.chair:
        policy.check_secretary(current_actor(), page.place.path)
    if form.filled_in():
        with form.deed() as session:
            actor, photo = current_actor(), None
            if form.photo.data and not page.chair:
                photo = store_picture(session, actor, form.photo.data, page.place.id, Audience.STAFF, clock()).id
            commands.confirm_minutes(session, actor, form.to_command(session_id, photo), clock())
        if form.done:
            flash(_("主持人的确认已登记。"))
            return redirect(url_for(".show", session_id=session_id), 303)
    return render_template("council/confirm.html", form=form, page=page, **possible(page)), form.status


def _floor(page: queries.SessionPage, row: queries.ItemRow, form: floor_forms.SpeakerForm) -> Answer:
    """Show the floor of an item; what is wrong with the next speaker stands at her field."""
    form.member_id.offer(_there(page))
    speaking, waiting = _speaking(page, row), next((one for one in row.motions if one.amends and not one.outcome), None)
    values = {"page": page, "item": row, "form": form, "waiting": waiting, **possible(page), **speaking}
    if speaking["open_now"]:
        heard, others = bool(speaking["after"] or speaking["turns"]), values["following"] is not None
        quorate = row.present >= speaking["short"]
        at = Floor(row.outcome is not None, others, quorate, bool(row.motions), waiting is not None, heard)
        values["step"] = step_on_floor(at)
    return render_template("council/floor.html", **values), form.status


def _key(session_id: int) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"council-sign-in:{session_id}".encode(), "sha256").hexdigest()[:32]


def _sign_in_address(session_id: int) -> str:
    return request.host_url.rstrip("/") + url_for(".sign_in", session_id=session_id, key=_key(session_id))


def _there(page: queries.SessionPage) -> list[tuple[int, str]]:
    return [(member.id, member.name) for member, here in page.roll if here]


def _speaking(page: queries.SessionPage, row: queries.ItemRow) -> dict[str, Any]:
    """Give who speaks, since when, who comes next, by name; and how few are too few for this item."""
    names = {member.id: member.name for member, _here in page.roll}
    speeches = queries.speeches_of_item(reading(), row.id)
    now = next((one for one in speeches if one.started_at and not one.ended_at), None)
    return {
        "speaking": (names.get(now.member_id, ""), now.side, now.started_at) if now else None,
        "after": now.id if now else 0,
        "turns": [(names.get(one.member_id, ""), one.side) for one in queries.turns(speeches)],
        "seconds": SECONDS,
        "open_now": page.state is SessionState.HELD,
        "short": page.charter.quorum.needed(row.members),
    }
