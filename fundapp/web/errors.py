"""Error pages in Chinese that say what one can do."""

import secrets

from flask import Flask, current_app, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from fundapp.db.work import Busy
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.web.refusals import sentence

PAGES = (400, 403, 404, 409, 413, 429, 500, 503)


def handle_errors(app: Flask) -> None:
    """Answer every error with a page of ours."""

    @app.errorhandler(Refused)
    def refused(refusal: Refused) -> tuple[str, int]:
        status = 403 if isinstance(refusal, Forbidden) else 429 if refusal.code == "web.too_often" else 409
        return _page(status, sentence(refusal)), status

    @app.errorhandler(NotVisible)
    def not_visible(_: NotVisible) -> tuple[str, int]:
        return _page(404), 404

    @app.errorhandler(Busy)
    def busy(_: Busy) -> tuple[str, int, dict[str, str]]:
        return _page(503), 503, {"Retry-After": "3"}

    @app.errorhandler(CSRFError)
    def stale(_: CSRFError) -> tuple[str, int]:
        return _page(400), 400

    app.register_error_handler(SecurityError, _another_host)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int]:
        return _page(error.code or 500), error.code or 500

    @app.errorhandler(Exception)
    def broken(error: Exception) -> tuple[str, int]:
        if current_app.testing or current_app.debug:
            raise error
        reference = secrets.token_hex(4)
        current_app.logger.exception("unexpected error %s", reference)
        return _page(500, reference=reference), 500


def _another_host(_: Exception) -> tuple[str, int, dict[str, str]]:
    """Answer without a page: under a name that is not ours no address can be written."""
    return gettext("这个网址不属于本站。"), 400, {"Content-Type": "text/plain; charset=utf-8"}


def _page(status: int, said: str | None = None, reference: str | None = None) -> str:
    known = status if status in PAGES else 400 if status < 500 else 500
    return render_template(f"errors/{known}.html", sentence=said, reference=reference)
