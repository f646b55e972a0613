"""Who pays what: a shared sum comes out to the fen, by a rule that a neighbour can recompute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.kernel.errors import Refused
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.projects.sharing import (
    Bearer,
    SharedSum,
    Sharing,
    check_shared,
    floor_of,
    floors_of,
    shares_of,
    tenths_of,
)

M2 = 10_000


def flats(floors, each=1, area=80 * M2):
    """Equal flats, so many on each floor."""
    doors = [(floor, number) for floor in floors for number in range(1, each + 1)]
    return [Bearer(place, "1栋", f"{floor}{number:02d}", area) for place, (floor, number) in enumerate(doors)]


def borne(shared, place):
    """Give what each household bears, in fen."""
    return [fen(share.amount) for share in shares_of(shared, place)]


def by_floor(yuan):
    """Share so many yuan by floor."""
    return SharedSum(Sharing.FLOOR, from_fen(yuan * 100))


def test_a_lift_for_nine_floors_costs_the_first_two_nothing():
    """560,000 yuan, one equal flat a floor: 56,000 for the third, 8,000 more each (domain.md part (b) case 10)."""
    amounts = borne(by_floor(560_000), flats(range(1, 10)))
    assert [amount // 100 for amount in amounts] == [0, 0, 56_000, 64_000, 72_000, 80_000, 88_000, 96_000, 104_000]


def test_what_a_subsidy_leaves_is_shared_to_the_fen():
    """500,000 less 40 percent, floors 3 to 6, two flats each: the published shares, and their sum is 300,000.00."""
    amounts = borne(by_floor(300_000), flats(range(3, 7), each=2))
    assert sorted(set(amounts)) == [3_088_235, 3_529_412, 3_970_588, 4_411_765]
    assert all(amounts.count(amount) == 2 for amount in amounts)
    assert sum(amounts) == 30_000_000


def test_a_larger_flat_on_the_same_floor_bears_more():
    """Coefficient times whole square metres: half a metre counts as one."""
    place = [Bearer(1, "1栋", "301", 100 * M2), Bearer(2, "1栋", "302", 505_000)]
    assert borne(by_floor(151), place) == [10_000, 5_100]


def test_spare_fen_go_to_the_household_that_stands_earlier():
    """One hundred yuan for three equal households."""
    place = flats((1,), each=3, area=None)
    assert borne(SharedSum(Sharing.EQUAL, from_fen(10_000)), place) == [3_334, 3_333, 3_333]


def test_only_the_named_buildings_bear():
    """The other building neither pays nor needs an area."""
    place = [Bearer(1, "1栋", "301", 80 * M2), Bearer(2, "2栋", "301", None)]
    shared = SharedSum(Sharing.AREA, from_fen(10_000), ("1栋",))
    assert [share.bearer.unit_id for share in shares_of(shared, place)] == [1]


@pytest.mark.parametrize(
    ("how", "room", "area", "code"),
    [
        (Sharing.AREA, "301", None, "projects.share_needs_area"),
        (Sharing.FLOOR, "301", None, "projects.share_needs_area"),
        (Sharing.FLOOR, "7", M2, "projects.share_needs_floor"),
        (Sharing.FLOOR, "201", M2, "projects.share_nobody"),
    ],
)
def test_what_the_register_does_not_know_is_not_guessed(how, room, area, code):
    """The doors that lack an area or a floor are named instead."""
    with pytest.raises(Refused) as refusal:
        shares_of(SharedSum(how, from_fen(100)), [Bearer(1, "1栋", room, area)])
    assert (refusal.value.code, refusal.value.field) == (code, "sharing_how")


def test_a_building_that_is_not_there_is_named():
    """A typing mistake must not let a building off."""
    with pytest.raises(Refused, match="9栋"):
        shares_of(SharedSum(Sharing.EQUAL, from_fen(100), ("9栋",)), flats((3,)))


def test_households_never_bear_more_than_the_whole_cost():
    """Exactly the cost is allowed, one fen more is not, and nothing is no sum."""
    check_shared(SharedSum(Sharing.EQUAL, from_fen(100)), from_fen(100))
    for amount, code in ((101, "projects.share_over_budget"), (0, "projects.share_needs_amount")):
        with pytest.raises(Refused) as refusal:
            check_shared(SharedSum(Sharing.EQUAL, from_fen(amount)), from_fen(100))
        assert refusal.value.code == code


def test_floors_are_read_from_room_numbers():
    """As they stand in registers, a building's name in front or not."""
    assert [floor_of(room) for room in ("3栋2单元1203", "A-0501", "14", "12345", "001")] == [12, 5, None, None, None]
    assert [tenths_of(floor) for floor in range(1, 10)] == [0, 0, 7, 8, 9, 10, 11, 12, 13]


@given(
    total=st.integers(1, 10**10),
    how=st.sampled_from(Sharing),
    place=st.lists(st.tuples(st.integers(1, 33), st.integers(1, 300 * M2)), min_size=1, max_size=40),
)
def test_shares_sum_to_the_sum_whatever_the_building(total, how, place):
    """Nothing is lost, nobody bears less than nothing, and the lines by floor sum to the same."""
    bearers = [Bearer(n, "1栋", f"{floor}{n % 90 + 1:02d}", area) for n, (floor, area) in enumerate(place)]
    shared = SharedSum(how, from_fen(total))
    if how is Sharing.FLOOR and not any(floor > 2 for floor, area in place if area >= M2 // 2):
        with pytest.raises(Refused, match=r"projects\.share_nobody"):
            shares_of(shared, bearers)
        return
    shares = shares_of(shared, bearers)
    assert sum(fen(share.amount) for share in shares) == total
    assert min(share.amount for share in shares) >= ZERO
    lines = floors_of(shared, shares)
    assert sum(fen(line.total) for line in lines) == total
    assert sum(line.households for line in lines) == len(place)
