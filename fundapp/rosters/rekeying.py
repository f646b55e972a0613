"""After the data key was changed: write every name and phone again with the newest key."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from fundapp.audit.commands import record
from fundapp.kernel.actor import NOBODY
from fundapp.kernel.clock import Clock
from fundapp.people.commands import rekey_people
from fundapp.places.commands import rekey_heads
from fundapp.rosters.heads import HolderData
from fundapp.rosters.holders import identity_hash
from fundapp.rosters.models import Holder, RosterUpload


def rekey(session: Session, clock: Clock) -> int:
    """Encrypt all names and phones anew, and find holders by the new key's fingerprints; give how many rows.

    Raises:
        WrongKey: a row opens with none of the bound keys; nothing is changed then.
    """
    rows = rekey_people(session) + rekey_heads(session)
    for holder in session.scalars(select(Holder)):
        flag_modified(holder, "name")
        if holder.phone is not None:
            flag_modified(holder, "phone")
        holder.identity_hash = identity_hash(HolderData(holder.name, holder.phone or "", holder.kind))
        rows += 1
    for upload in session.scalars(select(RosterUpload)):
        flag_modified(upload, "rows")
        rows += 1
    session.flush()
    record(session, NOBODY, "rosters.rekey", "data-key:1", clock.now(session), rows=rows)
    return rows
