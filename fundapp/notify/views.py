"""One's own messages."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from fundapp.db.work import unit_of_work
from fundapp.notify import commands, queries
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, signed_in

bp = Blueprint("notify", __name__)


def unread() -> int:
    """Count the messages that the signed-in person has not read: for the head of every page."""
    actor = current_actor()
    if actor.person_id is None:
        return 0
    try:
        return queries.unread_count(reading(), actor.person_id)
    except SQLAlchemyError:
        return 0  # an error page must not fail for its head


@bp.get("/messages")
@signed_in
def messages() -> str:
    """List one's messages."""
    page = queries.messages_of(reading(), current_actor(), request.args.get("after", ""))
    return render_template("notify/messages.html", page=page)


@bp.post("/messages/<int:message_id>")
@signed_in
def read(message_id: int) -> Response:
    """Open what a message is about; it counts as read."""
    with unit_of_work() as session:
        link = commands.read_message(session, current_actor(), message_id, clock())
    return redirect(link, 303)


@bp.post("/messages/read")
@signed_in
def read_all() -> Response:
    """Take all messages as read."""
    with unit_of_work() as session:
        commands.read_all(session, current_actor(), clock())
    return redirect(url_for(".messages"), 303)
