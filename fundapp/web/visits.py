"""The short visit that a printed code is exchanged for: in the server's session, ended by the clock or leaving."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec

from flask import current_app, flash, make_response, redirect, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fundapp.kernel.errors import Refused
from fundapp.web.clock import page_time
from fundapp.web.database import reading
from fundapp.web.gate import current_actor
from fundapp.web.limits import allow, take_back, visitor
from fundapp.web.refusals import sentence

Find = Callable[[Session, str, str], int | None]
Values = ParamSpec("Values")


@dataclass(frozen=True)
class Visits:
    """Visits of one kind of code: where it is asked for, what is said of a wrong one, how many tries there are."""

    key: str
    asked_at: str
    unknown: str
    over: str
    tries: int
    wait: timedelta
    lasts: timedelta

    def private(self, view: Callable[Values, Any]) -> Callable[Values, Response]:
        """Keep a page out of every cache; where it refuses, end the visit and ask for the code again."""

        @wraps(view)
        def kept_private(*args: Values.args, **kwargs: Values.kwargs) -> Response:
            try:
                answer = make_response(view(*args, **kwargs))
            except Refused as refusal:
                self.end()
                flash(sentence(refusal), "error")
                answer = make_response(redirect(url_for(self.asked_at), 303))
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return kept_private

    def exchange(self, typed: str, find: Find, secret: str) -> int:
        """Look a code up, within the tries that this address and this code have left; a good one costs no try.

        Raises:
            Refused: too many tries; or not a living code, told the same whatever the cause.
        """
        with self.guessing(typed):
            code_id = find(reading(), typed, secret)
            if code_id is None:
                raise Refused(self.unknown, field="code")
        return code_id

    @contextmanager
    def guessing(self, typed: str) -> Iterator[None]:
        """Count a try of a code for its address, its person and the code itself; take it back where all goes well.

        Raises:
            Refused: too many tries.
        """
        if not typed.strip():
            yield
            return
        mark = hashlib.sha256(typed.encode()).hexdigest()[:32]
        person = [f"{self.key}:person:{current_actor().person_id}"] if current_actor().signed_in else []
        keys = [f"{self.key}:address:{visitor()}", f"{self.key}:code:{mark}", *person]
        for key in keys:
            allow(key, self.tries, self.wait)
        try:
            yield
        except Refused as refusal:
            current_app.logger.warning("a try of an answer code from %s failed: %s", visitor(), refusal.code)
            raise
        for key in keys:
            take_back(key)

    def begin(self, code_id: int) -> None:
        """Begin a visit under a session token that nobody had before."""
        session[self.key] = {"code": code_id, "until": (page_time() + self.lasts).isoformat()}
        kept: Any = session
        kept.rotate = True

    def code(self) -> int:
        """Give the code of the visit that runs.

        Raises:
            Refused: none, or its minutes are over.
        """
        visit = session.get(self.key)
        if not visit or datetime.fromisoformat(visit["until"]) <= page_time():
            raise Refused(self.over)
        return int(visit["code"])

    def end(self) -> None:
        """End the visit."""
        session.pop(self.key, None)
