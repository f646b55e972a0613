"""What others may want to know about the tree."""

from dataclasses import dataclass
from datetime import datetime

from fundapp.places.models import PlaceKind


@dataclass(frozen=True)
class PlaceMade:
    """A place was added to the tree by a person (``None``: by nobody who is known)."""

    place_id: int
    kind: PlaceKind
    person_id: int | None
    at: datetime
