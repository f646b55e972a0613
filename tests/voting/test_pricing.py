"""A price from rounded purses knows what it cannot know."""

from fundapp.voting.field import Crowd
from fundapp.voting.pricing import Estimate

START = 1_000_000


def estimate(cost, spent, off=3):
    """Price a project whose supporters, one point each, have *spent* so much, so many times."""
    heads = tuple(spent.values())
    crowd = Crowd(1, tuple(range(len(spent))), heads, sum(heads), lambda of: tuple(of))
    found = Estimate(cost, START, off)
    found.add(crowd, tuple(spent))
    found.settle(0)
    return found


def test_the_poor_pay_all_and_the_others_the_same():
    """Of 1,000,000 to be paid, two pay their last 100,000 each and four 200,000 each, give or take the bound."""
    found = estimate(1_000_000, {900_000: 2, 0: 3, 500_000: 1})
    assert (found.units, found.weight, found.poor_heads, found.uncertain()) == (200_000, 4, 2, False)
    assert found.slack >= 2 * 3 / 4


def test_a_supporter_at_the_very_price_is_uncertain():
    """Whether she is poor cannot be said from a purse that may be off; nor can the price then."""
    assert estimate(1_000_000, {800_000: 4, 0: 1}).uncertain()
    assert estimate(1_000_000, {800_002: 4, 0: 1}).uncertain()
    assert not estimate(1_000_000, {800_200: 4, 0: 1}).uncertain()


def test_supporters_who_may_have_something_left_widen_the_bound():
    """A thousand purses that are empty within the bound may hold a thousand times the bound."""
    found = estimate(500_000, {START: 1000, 0: 2})
    assert found.slack >= 1000 * 3 // 2
    gone = estimate(500_000, {START + 4: 1000, 0: 2})
    assert gone.slack < 10


def test_a_project_that_can_just_be_paid_or_just_not_is_uncertain():
    """All supporters together hold the cost, less what the bound leaves open."""
    assert estimate(1_000_002, {500_000: 2}).uncertain()
    assert not estimate(1_000_200, {500_000: 2}).uncertain()
    assert estimate(1_000_200, {500_000: 2}).weight == 0
