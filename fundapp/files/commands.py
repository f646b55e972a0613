"""Store pictures."""

import secrets

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from fundapp.audit.commands import record
from fundapp.files import rules, storage
from fundapp.files.models import Attachment, Audience
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden

__all__ = ["Audience", "store_picture"]


def store_picture(
    session: Session,
    actor: Actor,
    upload: FileStorage,
    place_id: int,
    audience: Audience,
    clock: Clock,
    field: str = "photo",
) -> Attachment:
    """Check, rewrite and keep an uploaded picture; what it belongs to is the calling deed's matter.

    Call it before other statements of the deed: nothing is locked while it decodes. The bytes stay on the disk
    when the deed is rolled back, without a row and so without an address.

    Raises:
        Forbidden: nobody is signed in.
        Refused: no picture, or too large (the codes of :func:`fundapp.files.rules.rewritten`), on *field*.
    """
    if actor.person_id is None:
        raise Forbidden("files.sign_in")
    picture = rules.rewritten(upload.stream.read(rules.MAX_BYTES + 1), field)
    sha256 = storage.keep(picture.data)
    now = clock.now(session)
    made = Attachment(
        public_id=secrets.token_hex(16),
        sha256=sha256,
        media_type="image/jpeg",
        bytes=len(picture.data),
        width=picture.width,
        height=picture.height,
        audience=audience,
        place_id=place_id,
        uploaded_by_id=actor.person_id,
        uploaded_at=now,
    )
    session.add(made)
    session.flush()
    record(session, actor, "files.store", f"attachment:{made.id}", now, bytes=made.bytes, audience=audience.value)
    return made
