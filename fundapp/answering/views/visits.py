"""The short visit that a code is exchanged for: it lies in the server's session, ends by the clock and by leaving."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app, flash, make_response, redirect, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fundapp.answering import rules
from fundapp.kernel.errors import Refused
from fundapp.web.clock import page_time
from fundapp.web.database import reading
from fundapp.web.gate import current_actor
from fundapp.web.limits import allow, take_back, visitor
from fundapp.web.refusals import sentence

Find = Callable[[Session, str, str], int | None]
Values = ParamSpec("Values")
Page = TypeVar("Page")
KEY = "reply"


def private(view: Callable[Values, Any]) -> Callable[Values, Response]:
    """Keep a page out of every cache; where it refuses, end the visit and go back to where the code is asked for."""

    @wraps(view)
    def kept_private(*args: Values.args, **kwargs: Values.kwargs) -> Response:
        try:
            answer = make_response(view(*args, **kwargs))
        except Refused as refusal:
            end()
            flash(sentence(refusal), "error")
            answer = make_response(redirect(url_for("answering.reply"), 303))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return kept_private


def exchange(typed: str, find: Find) -> int:
    """Look a code up, within the tries that this address and this code have left; a good one costs no try.

    Raises:
        Refused: too many tries; or not a living code, told the same whatever the cause.
    """
    with guessing(typed):
        code_id = find(reading(), typed, secret())
        if code_id is None:
            raise Refused("answering.code_unknown", field="code")
    return code_id


@contextmanager
def guessing(typed: str) -> Iterator[None]:
    """Count a try of a code for its address, its person and the code itself; take it back where all goes well.

    Raises:
        Refused: too many tries.
    """
    if not typed.strip():
        yield
        return
    mark = hashlib.sha256(typed.encode()).hexdigest()[:32]
    person = [f"reply:person:{current_actor().person_id}"] if current_actor().signed_in else []
    keys = [f"reply:address:{visitor()}", f"reply:code:{mark}", *person]
    for key in keys:
        allow(key, rules.TRIES, rules.WAIT)
    try:
        yield
    except Refused as refusal:
        current_app.logger.warning("a try of an answer code from %s failed: %s", visitor(), refusal.code)
        raise
    for key in keys:
        take_back(key)


def begin(code_id: int) -> None:
    """Begin a visit under a session token that nobody had before."""
    session[KEY] = {"code": code_id, "until": (page_time() + rules.VISIT).isoformat()}
    kept: Any = session
    kept.rotate = True


def code_of_visit() -> int:
    """Give the code of the visit that runs.

    Raises:
        Refused: none, or its minutes are over (code ``answering.visit_over``).
    """
    visit = session.get(KEY)
    if not visit or datetime.fromisoformat(visit["until"]) <= page_time():
        raise Refused("answering.visit_over")
    return int(visit["code"])


def end() -> None:
    """End the visit."""
    session.pop(KEY, None)


def secret() -> str:
    """Give the key of the hashes."""
    return str(current_app.extensions["settings"].secret_key)
