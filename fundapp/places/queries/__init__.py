"""Read the tree, its units, and the groups beside it."""

from fundapp.places.queries.groups import GroupPage, GroupRow, group_names, group_page, groups_below, groups_of
from fundapp.places.queries.tree import (
    Node,
    PlaceRow,
    UnitRow,
    ancestor,
    children_of,
    count_units,
    get_place,
    path_of,
    places_below,
    places_by_id,
    tree,
    unit_of_door,
    units_below,
    units_by_id,
    units_of_compound,
)

__all__ = [
    "GroupPage",
    "GroupRow",
    "Node",
    "PlaceRow",
    "UnitRow",
    "ancestor",
    "children_of",
    "count_units",
    "get_place",
    "group_names",
    "group_page",
    "groups_below",
    "groups_of",
    "path_of",
    "places_below",
    "places_by_id",
    "tree",
    "unit_of_door",
    "units_below",
    "units_by_id",
    "units_of_compound",
]
