"""Pages of the house itself: health and the 大字版 switch."""

from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for
from sqlalchemy import text
from werkzeug.wrappers import Response as AnyResponse

from fundapp.db.schema import at_head
from fundapp.web.database import database, reading
from fundapp.web.gate import local_path, public

bp = Blueprint("web", __name__)
YEAR = 365 * 24 * 3600


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Say that the process serves."""
    return jsonify(ok=True)


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Say whether the database answers and stands at the newest migration."""
    try:
        reading().execute(text("SELECT 1"))
        ready = at_head(database.engine)
    except Exception:  # whatever is wrong with the database, the answer is the same
        current_app.logger.exception("not ready")
        ready = False
    return jsonify(ok=ready), 200 if ready else 503


@bp.post("/display")
@public
def display() -> AnyResponse:
    """Switch between 大字版 and 标准版 and remember it."""
    answer = redirect(local_path(request.form.get("next")) or url_for("trail.home"), 303)
    answer.set_cookie("fundapp_big", "1" if request.form.get("big") == "1" else "0", max_age=YEAR, samesite="Lax")
    return answer
