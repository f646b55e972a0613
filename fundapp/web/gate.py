"""Who may enter: every view says so, or the app does not start."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from fundapp.kernel.actor import NOBODY, Actor, Role

View = TypeVar("View", bound=Callable[..., Any])
KIOSK = "kiosk"
PUBLIC = "public"
SIGNED_IN = "signed in"


def public(view: View) -> View:
    """Let everybody enter."""
    view.may_enter = PUBLIC  # type: ignore[attr-defined]  # the mark that the gate reads
    return view


def signed_in(view: View) -> View:
    """Let in whoever has signed in."""
    view.may_enter = SIGNED_IN  # type: ignore[attr-defined]
    return view


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Let in whoever holds one of *roles* somewhere; the command checks the place and the moment."""

    def mark(view: View) -> View:
        view.may_enter = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def at_kiosk(view: View) -> View:
    """Leave a page open to a browser that was made a kiosk; every other page sends it back to the kiosk's first one."""
    view.at_kiosk = True  # type: ignore[attr-defined]  # the mark that the gate reads
    return view


def current_actor() -> Actor:
    """Give the actor of this request; :data:`NOBODY` where nobody has signed in."""
    actor: Actor = g.get("actor", NOBODY)
    return actor


def guard_app(app: Flask, load_actor: Callable[[], Actor]) -> None:
    """Check that every view declares who may enter, and hold them to it.

    Raises:
        RuntimeError: a view that declares nothing, by name.

    """
    app.view_functions["static"] = public(app.view_functions["static"])
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "may_enter")]
    if silent:
        raise RuntimeError(f"these views do not say who may enter: {sorted(silent)}")

    @app.before_request
    def enter() -> Response | None:
        if request.endpoint == "static":
            return None
        view: Any = current_app.view_functions.get(request.endpoint or "")
        if session.get(KIOSK) and not getattr(view, "at_kiosk", False):
            return redirect(url_for("voting.kiosk"), 303)
        if view is None:
            return None
        g.actor = load_actor()
        return _turned_away(view.may_enter, g.actor)


def _turned_away(may_enter: Any, actor: Actor) -> Response | None:
    if may_enter == PUBLIC:
        return None
    if not actor.signed_in:
        return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")), 303)
    if may_enter != SIGNED_IN and not actor.has_any(*may_enter):
        abort(404)
    return None


def local_path(target: str | None) -> str | None:
    """Let only a path of this site through as a place to go on to.

    >>> local_path("/projects?page=2"), local_path("//evil.example"), local_path("https://evil.example")
    ('/projects?page=2', None, None)
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    return target if target.isprintable() and "\\" not in target else None
