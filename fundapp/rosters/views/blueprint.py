"""The blueprint that the pages of the roster hang on, and the compound that they are about."""

from flask import Blueprint
from werkzeug.wrappers import Response

from fundapp.kernel.errors import NotVisible
from fundapp.places.models import PlaceKind
from fundapp.places.queries import PlaceRow, UnitRow, get_place, units_by_id
from fundapp.rosters import policy
from fundapp.web.database import reading
from fundapp.web.gate import current_actor

bp = Blueprint("rosters", __name__, url_prefix="/rosters")
Page = str | Response | tuple[str, int]


def own_compound(compound_id: int) -> PlaceRow:
    """Give a compound whose roster the actor keeps.

    Raises:
        NotVisible: it is none of hers.
    """
    place = get_place(reading(), compound_id)
    if place.kind is not PlaceKind.COMPOUND or not policy.may_keep_roster(current_actor(), place.path):
        raise NotVisible
    return place


def own_unit(compound_id: int, unit_id: int, standing: bool = False) -> tuple[PlaceRow, UnitRow]:
    """Give a unit of such a compound; one that ended only where *standing* does not matter.

    Raises:
        NotVisible: it is none of the compound's.
    """
    compound = own_compound(compound_id)
    unit = units_by_id(reading(), [unit_id]).get(unit_id)
    if unit is None or unit.compound_id != compound.id or (standing and unit.ended_at is not None):
        raise NotVisible
    return compound, unit
