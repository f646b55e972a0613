"""Read what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.wiring import ask
from fundapp.files.models import Attachment, Audience
from fundapp.files.policy import may_see
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible


@dataclass(frozen=True)
class AttachmentRow:
    """An attachment; its page is ``files.show`` of ``public_id``."""

    id: int
    public_id: str
    sha256: str
    width: int
    height: int
    audience: Audience
    place_id: int
    uploaded_by_id: int
    uploaded_at: datetime


def attachments_by_id(session: Session, ids: Sequence[int]) -> dict[int, AttachmentRow]:
    """Give attachments by number. Whether a reader may see one is asked again where its bytes are served."""
    return {row.id: _row(row) for row in session.scalars(select(Attachment).where(Attachment.id.in_(ids)))}


def attachment_for(session: Session, actor: Actor, public_id: str) -> AttachmentRow:
    """Give an attachment that the actor may see.

    Raises:
        NotVisible: there is none, or not for this actor.
    """
    row = session.scalar(select(Attachment).where(Attachment.public_id == public_id))
    if row is None:
        raise NotVisible
    path = "" if row.audience is Audience.PUBLIC else ask("places.path_of", session, row.place_id)
    if not may_see(actor, row.audience, row.uploaded_by_id, path):
        raise NotVisible
    return _row(row)


def _row(row: Attachment) -> AttachmentRow:
    return AttachmentRow(
        row.id,
        row.public_id,
        row.sha256,
        row.width,
        row.height,
        row.audience,
        row.place_id,
        row.uploaded_by_id,
        row.uploaded_at,
    )
