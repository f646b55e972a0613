"""Holds a compound for a deed on its roster."""

from sqlalchemy.orm import Session

from fundapp.db.work import lock
from fundapp.kernel.errors import NotVisible
from fundapp.places.models import Place, PlaceKind
from fundapp.places.queries import PlaceRow, get_place


def hold_compound(session: Session, compound_id: int) -> PlaceRow:
    """Hold a compound, so that two deeds on its roster do not cross.

    Raises:
        NotVisible: there is none of this number.
    """
    place = lock(session, Place, compound_id)
    if place is None or place.kind is not PlaceKind.COMPOUND:
        raise NotVisible
    return get_place(session, compound_id)
