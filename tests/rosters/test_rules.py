"""What a row must be, and what an import would do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.places.models import UnitState, UnitUse
from fundapp.rosters.heads import HolderData, HolderKind
from fundapp.rosters.rules import Fault, Household, Kept, SheetRow, area_of, make_plan, read_row


@pytest.mark.parametrize("room", ["101", "１０１", " 101 ", "101室", "101号", "１０１ 室", "101号房"])
def test_a_room_is_one_room_however_it_is_written(room):
    """Full-width digits, blanks and a trailing 室 or 号 make no second household."""
    assert read_row(SheetRow(2, " １ 栋", room)) == Household(2, "1栋", "101", None, UnitUse.HOME, "1/101")


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
        (SheetRow(7, door="传达室"), "door_unreadable"),
        (SheetRow(7, "1栋", "101", state="不详"), "unknown_state"),
        (SheetRow(7, "1栋", "101", holder="张三", kind="租客"), "unknown_kind"),
        (SheetRow(7, "1栋", "101", phone="13800000000"), "no_holder"),
        (SheetRow(7, "1栋", "101", co_holders="李四"), "no_holder"),
        (SheetRow(7, "1栋", "101", holder="张三", phone="不详"), "bad_phone"),
        (SheetRow(7, "1栋", "101", holder="张三", co_holders="李四、张 三"), "holder_twice"),
        (SheetRow(7, "1栋", "101", holder="@SUM(A1)"), "odd_name"),
        (SheetRow(7, "1栋", "101", grid="+1"), "odd_signs"),
    ],
)
def test_a_wrong_row_is_told_with_its_number_and_reason(row, code):
    """The worker finds the row in her own file."""
    fault = read_row(row)
    assert isinstance(fault, Fault)
    assert (fault.number, fault.code) == (7, code)


def test_a_plan_tells_new_changed_unchanged_and_wrong_apart():
    """Every row has one fate; a door named twice is wrong and says where it stood first."""
    kept = {"1/101": Kept(1, 900_000, UnitUse.HOME), "1/102": Kept(2, None, UnitUse.HOME)}
    rows = [
        SheetRow(2, "1栋", "101", "91"),
        SheetRow(3, "1栋", "102"),
        SheetRow(4, "2栋", "101"),
        SheetRow(5, "2栋", "101室", "88"),
        SheetRow(6, "1栋", ""),
    ]
    plan = make_plan(rows, kept, ["1栋"])
    assert [change.household.area_cm2 for change in plan.changed] == [910_000]
    assert (plan.unchanged, [one.number for one in plan.new], plan.new_buildings) == (1, [4], ("2栋",))
    assert plan.wrong == (Fault(5, "twice", "4"), Fault(6, "no_room"))
    assert plan.total == 5


def test_a_blank_area_keeps_the_known_one():
    """A list without areas does not wipe out what was measured."""
    kept = {"1/101": Kept(1, 900_000, UnitUse.HOME)}
    assert make_plan([SheetRow(2, "1栋", "101")], kept, ["1栋"]).unchanged == 1


@given(st.integers(1, 10**10))
def test_an_area_is_exact(area_cm2):
    """Every area of whole cm² is read as exactly that."""
    assert area_of(f"{area_cm2 // 10000}.{area_cm2 % 10000:04d}") == area_cm2


SPELLINGS = [
    SheetRow(2, room="1-1-101"),
    SheetRow(3, door="1栋1单元101室"),
    SheetRow(4, room="1#1-101"),
    SheetRow(5, door="幸福里 １号楼１单元101"),
    SheetRow(6, "1栋", "1单元101"),
    SheetRow(7, "１幢", "1-1-101"),
    SheetRow(8, "01栋", "101", entrance="1单元"),
    SheetRow(9, "一号楼", "一单元101房"),
]


def test_one_room_in_many_spellings_is_one_household():
    """Eight ways in which offices write a door are one row taken in and seven remarks, never eight households."""
    plan = make_plan(SPELLINGS, {}, ["1栋"])
    assert (len(plan.new), plan.wrong, plan.new_buildings) == (1, (), ())
    assert [remark.code for remark in plan.remarks] == ["same_again"] * 7
    assert make_plan(SPELLINGS, {"1/1/101": Kept(1, None, UnitUse.HOME)}, ["1号楼"]).unchanged == 1


def test_what_was_printed_is_kept_where_the_door_stood_in_one_column():
    """The register can show the door as the office's list has it."""
    read = read_row(SheetRow(2, door="幸福里 1号楼1单元101室"))
    assert isinstance(read, Household)
    assert (read.building, read.room, read.printed) == ("1号楼", "1单元101", "幸福里 1号楼1单元101室")


def test_rows_that_contradict_each_other_are_an_error():
    """One door with two holders in two rows is for the worker to decide; not even the first row is taken in then."""
    rows = [SheetRow(2, "1栋", "101", holder="张三"), SheetRow(3, "1号楼", "101室", holder="李四")]
    assert make_plan(rows, {}, []).wrong == (Fault(3, "twice", "2"),)


def test_a_row_tells_holders_state_and_groups():
    """The voter comes first; co-holders stand in one cell."""
    row = SheetRow(
        2,
        "1栋",
        "101",
        holder="王 芳",
        phone="138-0000 0000",
        co_holders="李雷、韩梅梅",
        state="未交付",
        ten="第 一组",
        grid="一网格",
    )
    read = read_row(row)
    assert isinstance(read, Household)
    assert read.holders == (HolderData("王芳", "13800000000"), HolderData("李雷"), HolderData("韩梅梅"))
    assert (read.state, read.ten, read.grid) == (UnitState.UNDELIVERED, "第一组", "一网格")


def test_namesakes_without_a_phone_are_not_taken_for_one_person():
    """Two 王芳 without a phone are two heads, and the page says so; a developer is known by its name."""
    firm = {"holder": "演示开发公司", "kind": "开发商"}
    rows = [SheetRow(n, "1栋", str(100 + n), holder="王芳") for n in (2, 3)]
    rows += [SheetRow(n, "1栋", str(100 + n), **firm) for n in (4, 5)]
    assert [(remark.number, remark.code) for remark in make_plan(rows, {}, []).remarks] == [
        (2, "namesake"),
        (3, "namesake"),
    ]
    assert HolderData("王芳").identity is None
    assert HolderData("演示开发公司", kind=HolderKind.DEVELOPER).identity == ("developer", "演示开发公司")


def test_a_file_that_says_nothing_of_holders_leaves_them():
    """A list of areas does not wipe out who holds what; another name is a change of holders."""
    kept = {"1/101": Kept(1, None, UnitUse.HOME, holders=(HolderData("王芳", "13800000000"),), holder_ids=(7,))}
    assert make_plan([SheetRow(2, "1栋", "101")], kept, ["1栋"]).unchanged == 1
    assert make_plan([SheetRow(2, "1栋", "101", holder="王芳")], kept, ["1栋"]).unchanged == 1
    assert len(make_plan([SheetRow(2, "1栋", "101", holder="李雷")], kept, ["1栋"]).new_holders) == 1
