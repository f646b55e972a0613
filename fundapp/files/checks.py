"""What ``fundapp check`` recomputes of the attachments."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.files.models import Attachment
from fundapp.files.storage import path_for


def check_bytes(session: Session) -> CheckResult:
    """Compare the bytes that lie on this machine with the hash in their row; what lies elsewhere is passed over."""
    fault, count = None, 0
    for number, sha256 in session.execute(select(Attachment.id, Attachment.sha256).order_by(Attachment.id)):
        count += 1
        path = path_for(sha256)
        if fault is None and path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            fault = f"attachment:{number} has other bytes than were stored"
    return CheckResult(count, fault)


CHECKS: tuple[Check, ...] = (Check("files.bytes", check_bytes),)
