"""Holds a place for a deed: a compound for one on its roster, any place for what is opened for it once."""

from sqlalchemy import select
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


def hold_place(session: Session, place_id: int) -> None:
    """Hold a place to the end of the transaction; rows that refer to it may be written meanwhile."""
    session.execute(select(Place.id).where(Place.id == place_id).with_for_update(key_share=True))
