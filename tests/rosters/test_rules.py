"""What a row must be, and what an import would do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.places.models import UnitUse
from fundapp.rosters.rules import Fault, Household, Kept, SheetRow, area_of, make_plan, read_row


@pytest.mark.parametrize("room", ["101", "１０１", " 101 ", "101室", "101号", "１０１ 室", "101号房"])
def test_a_room_is_one_room_however_it_is_written(room):
    """Full-width digits, blanks and a trailing 室 or 号 make no second household."""
    assert read_row(SheetRow(2, " １ 栋", room)) == Household(2, "1栋", "101", None, UnitUse.HOME)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (SheetRow(7, "", "101"), "no_building"),
        (SheetRow(7, "1栋", " "), "no_room"),
        (SheetRow(7, "1栋", "1" * 21), "too_long"),
        (SheetRow(7, "1栋", "=1+1"), "odd_signs"),
        (SheetRow(7, "1栋", "1\u202e01"), "odd_signs"),
        (SheetRow(7, "1栋", "101", "大"), "bad_area"),
        (SheetRow(7, "1栋", "101", "0"), "bad_area"),
        (SheetRow(7, "1栋", "101", "-5"), "bad_area"),
        (SheetRow(7, "1栋", "101", "1e3"), "bad_area"),
        (SheetRow(7, "1栋", "101", "85.12345"), "bad_area"),
        (SheetRow(7, "1栋", "101", "", "别墅"), "unknown_use"),
    ],
)
def test_a_wrong_row_is_told_with_its_number_and_reason(row, code):
    """The worker finds the row in her own file."""
    fault = read_row(row)
    assert isinstance(fault, Fault)
    assert (fault.number, fault.code) == (7, code)


def test_a_plan_tells_new_changed_unchanged_and_wrong_apart():
    """Every row has one fate; a door named twice is wrong and says where it stood first."""
    kept = {("1栋", "101"): Kept(1, 900_000, UnitUse.HOME), ("1栋", "102"): Kept(2, None, UnitUse.HOME)}
    rows = [
        SheetRow(2, "1栋", "101", "91"),
        SheetRow(3, "1栋", "102"),
        SheetRow(4, "2栋", "101"),
        SheetRow(5, "2栋", "101室"),
        SheetRow(6, "1栋", ""),
    ]
    plan = make_plan(rows, kept, ["1栋"])
    assert [change.household.area_cm2 for change in plan.changed] == [910_000]
    assert (plan.unchanged, [one.number for one in plan.new], plan.new_buildings) == (1, [4], ("2栋",))
    assert plan.wrong == (Fault(5, "twice", "4"), Fault(6, "no_room"))
    assert plan.total == 5


def test_a_blank_area_keeps_the_known_one():
    """A list without areas does not wipe out what was measured."""
    kept = {("1栋", "101"): Kept(1, 900_000, UnitUse.HOME)}
    assert make_plan([SheetRow(2, "1栋", "101")], kept, ["1栋"]).unchanged == 1


@given(st.integers(1, 10**10))
def test_an_area_is_exact(area_cm2):
    """Every area of whole cm² is read as exactly that."""
    assert area_of(f"{area_cm2 // 10000}.{area_cm2 % 10000:04d}") == area_cm2
