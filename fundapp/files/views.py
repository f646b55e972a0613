"""The page that serves a picture."""

from flask import Blueprint, Response, abort, send_file

from fundapp.files import queries, storage
from fundapp.files.models import Audience
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, public

bp = Blueprint("files", __name__, url_prefix="/files")
ALONE = "default-src 'none'; sandbox"


@bp.get("/<public_id>")
@public
def show(public_id: str) -> Response:
    """Show a picture to whoever may see it; to anybody else there is none."""
    row = queries.attachment_for(reading(), current_actor(), public_id)
    path = storage.path_for(row.sha256)
    if not path.exists():
        abort(404)
    answer = send_file(path, mimetype="image/jpeg", download_name=f"photo-{row.id}.jpg", etag=row.sha256)
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["Content-Disposition"] = f'inline; filename="photo-{row.id}.jpg"'
    if row.audience is Audience.PUBLIC:
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
