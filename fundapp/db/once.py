"""One effect per form and one decision per question: how a deed is found again when it is sent again."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid5

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fundapp.db.base import Base
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused

Deed = TypeVar("Deed", bound=Base)
_FORMS = UUID("6f0e9d0a-2c53-4f0b-9d5f-6d7a1c6a54e1")


def own_key(actor: Actor, sent: str) -> str:
    """Give the key under which a deed is stored: of the person and the form, so that nobody meets another's deed."""
    return str(uuid5(_FORMS, f"{actor.person_id}:{sent}"))


def done_before(session: Session, kind: type[Deed], key: str, /, **said: Any) -> Deed | None:
    """Give the row that the same form wrote when it was sent before; ``None`` the first time. Call it under the lock.

    Raises:
        Refused: the form says something else than it said then (``web.used_key``).
    """
    row = session.scalar(select(kind).where(kind.__table__.c.op_key == key))
    if row is not None and any(getattr(row, name) != value for name, value in said.items()):
        raise Refused("web.used_key")
    return row


@dataclass(frozen=True)
class Decisions:
    """How a kind of decisions answers: ``heard`` is its column of yes and no, and codes say what is wrong with one.

    ``otherwise``: it was decided the other way; ``no_reason``: a no without a word in *field*.
    """

    otherwise: str
    no_reason: str
    heard: str = "confirmed"
    field: str = "reason"


def decided_before(session: Session, query: Select[Deed], decisions: Decisions, yes: bool, reason: str) -> Deed | None:
    """Give the decision that stands already, where it says the same; ``None`` where there is none. Under the lock.

    Raises:
        Refused: it was decided the other way, or a no has no reason.
    """
    standing = session.scalar(query)
    if standing is not None and getattr(standing, decisions.heard) != yes:
        raise Refused(decisions.otherwise)
    if standing is None and not yes and not reason.strip():
        raise Refused(decisions.no_reason, field=decisions.field)
    return standing
