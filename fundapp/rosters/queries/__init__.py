"""Read rosters: the register, who holds what and speaks for whom, and the snapshots that rounds stand on."""

from fundapp.rosters.queries.holders import Speaker, developers_below, speaks_for, voters_below
from fundapp.rosters.queries.register import (
    BuildingCount,
    CompoundRow,
    ImportRow,
    UploadRow,
    buildings_of,
    compounds_of,
    counts_of,
    kept_units,
    list_imports,
    unit_ids_by_key,
    waiting_upload,
)
from fundapp.rosters.queries.snapshots import LINE, get_snapshot, snapshot_heads, snapshot_size, snapshot_units

__all__ = [
    "LINE",
    "BuildingCount",
    "CompoundRow",
    "ImportRow",
    "Speaker",
    "UploadRow",
    "buildings_of",
    "compounds_of",
    "counts_of",
    "developers_below",
    "get_snapshot",
    "kept_units",
    "list_imports",
    "snapshot_heads",
    "snapshot_size",
    "snapshot_units",
    "speaks_for",
    "unit_ids_by_key",
    "voters_below",
    "waiting_upload",
]
