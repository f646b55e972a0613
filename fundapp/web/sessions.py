"""Sessions that live on the server: the cookie carries a random token, sign-out kills the row."""

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import Engine, bindparam, delete, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import CallbackDict

from fundapp.db.prepared import Prepared
from fundapp.web.side import WebSession

LIFETIME = timedelta(hours=12)
RENEW_AFTER = timedelta(hours=1)
_KEPT = Prepared(
    lambda: select(WebSession.data, WebSession.expires_at).where(WebSession.token_hash == bindparam("token_hash"))
)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The values of one session; ``rotate`` asks for a new token."""

    def __init__(self, values: dict[str, Any], token: str | None, expires_at: datetime | None = None) -> None:
        def changed(_: object) -> None:
            self.modified = True

        super().__init__(values, changed)
        self.token, self.expires_at = token, expires_at
        self.modified = self.rotate = False
        self.accessed = True


class ServerSessions(SessionInterface):
    """Keeps sessions in the side store."""

    def __init__(self, engine: Engine, *, secure: bool) -> None:
        self.engine, self.secure = engine, secure
        self.cookie = "__Host-fundapp" if secure else "fundapp"

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Read the session that the cookie names; an unknown or expired one is a fresh one."""
        token = request.cookies.get(self.cookie)
        if token:
            with self.engine.connect() as store:
                rows = _KEPT.rows_on(store, token_hash=_hash(token))
            if rows and rows[0].expires_at > datetime.now(UTC):
                return ServerSession(json.loads(rows[0].data), token, rows[0].expires_at)
        return ServerSession({}, None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed; an emptied session is deleted and its cookie too."""
        if not isinstance(session, ServerSession):
            return
        response.vary.add("Cookie")
        if not session:
            self._forget(session, response)
        elif session.modified or session.rotate or self._ageing(session):
            self._keep(session, response)

    def _ageing(self, session: ServerSession) -> bool:
        return session.expires_at is not None and session.expires_at - datetime.now(UTC) < LIFETIME - RENEW_AFTER

    def _forget(self, session: ServerSession, response: Response) -> None:
        if session.token:
            with Session(self.engine.execution_options(writes=True)) as store:
                store.execute(delete(WebSession).where(WebSession.token_hash == _hash(session.token)))
                store.commit()
            response.delete_cookie(self.cookie, secure=self.secure, httponly=True, samesite="Lax")

    def _keep(self, session: ServerSession, response: Response) -> None:
        now = datetime.now(UTC)
        old = session.token
        if old is None or session.rotate:
            session.token = secrets.token_urlsafe(32)
        with Session(self.engine.execution_options(writes=True)) as store:
            if old and old != session.token:
                store.execute(delete(WebSession).where(WebSession.token_hash == _hash(old)))
            store.merge(
                WebSession(
                    token_hash=_hash(str(session.token)),
                    person_id=int(session["_user_id"]) if session.get("_user_id") else None,
                    data=json.dumps(dict(session)),
                    expires_at=now + LIFETIME,
                )
            )
            store.execute(delete(WebSession).where(WebSession.expires_at < now))
            store.commit()
        response.set_cookie(
            self.cookie, str(session.token), secure=self.secure, httponly=True, samesite="Lax", path="/",
            max_age=int(LIFETIME.total_seconds()),
        )  # fmt: skip


def end_all_sessions(engine: Engine, person_id: int) -> None:
    """Kill every session of a person: after a change of password or of roles."""
    with Session(engine.execution_options(writes=True)) as store:
        store.execute(delete(WebSession).where(WebSession.person_id == person_id))
        store.commit()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
