"""Heads of a snapshot, and its fingerprint."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.rosters.heads import SnapshotLine, roster_hash

NUMBERS = st.none() | st.integers(1, 10**7)
LINES = st.lists(
    st.builds(
        SnapshotLine, st.integers(1, 99), st.text("栋1234567890", max_size=5), NUMBERS, NUMBERS, NUMBERS, NUMBERS
    ),
    max_size=8,
)


@given(LINES, st.randoms())
def test_a_snapshots_hash_knows_no_order(lines, random):
    """Whoever lists the households in whatever order comes to the same fingerprint."""
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert roster_hash(shuffled) == roster_hash(lines)


@pytest.mark.parametrize("column", ["unit_id", "area_cm2", "holder_id", "group_id", "grid_id"])
@given(lines=LINES.filter(bool), which=st.integers(0, 7))
def test_a_snapshots_hash_sees_every_value(column, lines, which):
    """Another unit, area, head or group changes the fingerprint."""
    at = which % len(lines)
    other = replace(lines[at], **{column: (getattr(lines[at], column) or 0) + 100})
    assert roster_hash([*lines[:at], other, *lines[at + 1 :]]) != roster_hash(lines)


def test_units_of_one_holder_are_one_head():
    """A neighbour with two flats is one head; a flat without a known holder stands for itself."""
    lines = [SnapshotLine(1, "1栋101", holder_id=7), SnapshotLine(2, "2栋101", holder_id=7), SnapshotLine(3, "3栋1")]
    assert [line.head_key for line in lines] == ["holder:7", "holder:7", "unit:3"]
