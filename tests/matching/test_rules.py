"""Worked amounts of the match, each from the rule book of the programme."""

import pytest

from fundapp.kernel.errors import BadInput
from fundapp.matching.rules import Line, Mode, Partial, Plan, Policy, entitlement, plan, standing
from tests.matching.samples import BY_AMOUNT, BY_BREADTH, FOUR, HALF, claim, fen, gift, policy, shared


@pytest.mark.parametrize(
    ("raised", "earned"), [("10000.01", "5000.00"), ("3.33", "1.66"), ("70000.00", "30000.00"), ("0.01", "0.00")]
)
def test_a_linear_match_is_rounded_down_once_and_capped(raised, earned):
    """R1: half of what came in, never more than the cap, the fraction of a fen stays in the pool."""
    assert entitlement(policy(HALF, cap="30000.00"), claim(gift("h", raised))).entitled == fen(earned)


@pytest.mark.parametrize(
    ("raised", "earned"),
    [
        ("3333.33", "1666.66"),
        ("5000.00", "2500.00"),
        ("10000.00", "7500.00"),
        ("20000.00", "17500.00"),
        ("40000.00", "47500.00"),
        ("90000.00", "50000.00"),
    ],
)
def test_amount_tiers_are_marginal(raised, earned):
    """R2: each slice earns its own rate, so nobody gains by topping up across a tier."""
    assert entitlement(policy(BY_AMOUNT), claim(gift("h", raised))).entitled == fen(earned)


@pytest.mark.parametrize(
    ("households", "givers", "raised", "earned"),
    [
        (193, 163, "10000.00", "15000.00"),
        (120, 75, "8600.00", "4300.00"),
        (120, 80, "8600.00", "8600.00"),
        (120, 79, "8600.00", "4300.00"),
        (120, 59, "8600.00", "0.00"),
        (120, 60, "8600.00", "4300.00"),
    ],
)
def test_household_tiers_count_exactly_reached_as_reached(households, givers, raised, earned):
    """R3: 80 of 120 households are two thirds, 79 are not; below the first tier nothing is matched."""
    asked = claim(*shared(raised, givers), households=households)
    assert entitlement(policy(BY_BREADTH, cap="20000.00"), asked).entitled == fen(earned)


@pytest.mark.parametrize(
    ("budget", "own", "street", "other", "earned"),
    [
        ("40000.00", "8600.00", "5000.00", "10000.00", "16400.00"),
        ("40000.00", "3900.00", "0.00", "0.00", "0.00"),
        ("40000.00", "4000.00", "0.00", "0.00", "8000.00"),
        ("20000.00", "10000.00", "3000.00", "0.00", "7000.00"),
        ("66000.00", "6600.00", "0.00", "0.00", "13200.00"),
        ("66000.00", "6599.99", "0.00", "0.00", "0.00"),
        ("49000.00", "4900.00", "0.00", "0.00", "9800.00"),
    ],
)
def test_four_sources_need_the_own_share_and_fill_no_more_than_the_gap(budget, own, street, other, earned):
    """R4: a tenth of the budget from residents opens the fund's share; the project never gets more than it lacks."""
    asked = claim(gift("h", own), budget=fen(budget), street=fen(street), other=fen(other))
    assert entitlement(policy(FOUR), asked).entitled == fen(earned)


def test_the_own_share_counts_money_that_is_not_matchable():
    """R4: the floor looks at all of the residents' money, the match only at what the caps let through."""
    asked = claim(gift("h", "4000.00"), budget=fen("40000.00"))
    assert entitlement(policy(FOUR, household_cap=fen("2000.00")), asked).entitled == fen("4000.00")


def test_joined_rules_give_the_least():
    """The default programme joins tiers and four sources: the lower of the two counts."""
    asked = claim(gift("h", "10000.00"), budget=fen("12000.00"))
    both = entitlement(policy(BY_AMOUNT, FOUR), asked)
    assert both.entitled == fen("2000.00")
    assert both.exact == min(entitlement(policy(one), asked).exact for one in (BY_AMOUNT, FOUR))


def test_nobody_is_granted_more_than_the_project_lacks():
    """The gap binds every formula, and is nothing where the sources exceed the budget."""
    lamps = claim(gift("h", "194000.00"), budget=fen("294000.00"))
    assert entitlement(policy(BY_AMOUNT, cap="500000.00"), lamps).entitled == fen("100000.00")
    over = claim(gift("h", "600.00"), budget=fen("1000.00"), street=fen("300.00"), other=fen("200.00"))
    assert entitlement(policy(), over).entitled == 0


@pytest.mark.parametrize(
    ("raised", "earned"), [("21399.00", "10699.50"), ("500.00", "250.00"), ("499.99", "0.00"), ("500.01", "250.00")]
)
def test_below_the_unlock_nothing_is_matched(raised, earned):
    """A building of 81 households in which 70 give 21,399.00 yuan is unlocked; 499.99 yuan is not enough."""
    asked = claim(*shared(raised, 70), households=81)
    assert entitlement(policy(unlock=fen("500.00")), asked).entitled == fen(earned)


def test_public_units_do_not_count_as_residents_money():
    """120 households raised 8,600, public units gave 10,000: only the first is matched, both close the gap."""
    yard = claim(*shared("8600.00", 120), households=120, budget=fen("20000.00"), other=fen("10000.00"))
    found = entitlement(policy(BY_AMOUNT), yard)
    assert (found.standing.raised, found.standing.gap) == (fen("8600.00"), fen("1400.00"))
    assert found.entitled == fen("1400.00")


def test_a_household_is_one_giver_however_it_splits_its_gifts():
    """Gifts and refunds of a household are summed before floor and cap."""
    rules = policy(min_gift="1.00", household_cap=fen("2000.00"))
    whole = standing(rules, claim(gift("a", "0.70"), gift("b", "3000.00"), gift("a", "0.70"), gift("b", "-900.00")))
    assert (whole.givers, whole.matchable, whole.raised) == (2, fen("2001.40"), fen("2101.40"))


def test_a_household_below_the_least_gift_does_not_count_as_a_giver():
    """99 fen are raised but neither matched nor counted where a gift starts at one yuan."""
    found = standing(policy(min_gift="1.00"), claim(gift("a", "0.99"), gift("b", "1.00"), gift("c", "0.00")))
    assert (found.givers, found.matchable, found.raised) == (1, 100, 199)


def test_one_related_gift_makes_the_household_related():
    """The supplier's household is matched up to the cap for related parties, all its gifts together."""
    rules = policy(household_cap=fen("2000.00"), related_cap=fen("100.00"))
    found = standing(rules, claim(gift("a", "500.00"), gift("a", "1.00", related=True), gift("b", "500.00")))
    assert (found.matchable, found.givers) == (fen("600.00"), 2)


def test_the_cap_for_related_parties_never_lifts_the_common_cap():
    """A careless policy with a higher cap for related parties does not favour them."""
    rules = policy(household_cap=fen("50.00"), related_cap=fen("100.00"))
    assert standing(rules, claim(gift("a", "500.00", related=True))).matchable == fen("50.00")


def test_a_refund_larger_than_the_gifts_is_refused():
    """Nobody gets back more than the household gave."""
    with pytest.raises(BadInput, match="refunds no larger"):
        standing(policy(), claim(gift("a", "5.00"), gift("b", "100.00"), gift("a", "-5.01")))


def test_more_givers_than_households_are_refused():
    """Three giving households in a house of two are an error of the register; one of zero is not a giver."""
    gifts = [gift("a", "5.00"), gift("b", "5.00"), gift("c", "5.00")]
    with pytest.raises(BadInput, match="3 giving households"):
        standing(policy(), claim(*gifts, households=2))
    assert standing(policy(), claim(*gifts, gift("c", "-5.00"), households=2)).givers == 2


def test_a_later_ticket_adds_only_what_earlier_ones_have_not_earned():
    """Tickets 1, 3 and 5 of one project restate all gifts: 2,500, then 5,000 more, then nothing for less money."""
    asked = [
        claim(gift("h", raised), ticket=ticket, project="驿站")
        for ticket, raised in [(5, "9000.00"), (1, "5000.00"), (3, "10000.00")]
    ]
    found = plan(policy(BY_AMOUNT), [*asked, claim(ticket=2)], fen("3000.00"))
    assert [award.ticket for award in found.awards] == [1, 2, 3, 5]
    assert [award.entitled for award in found.awards] == [fen("2500.00"), 0, fen("5000.00"), 0]
    assert [award.granted for award in found.awards] == [fen("2500.00"), 0, fen("500.00"), 0]
    assert [award.waiting for award in found.awards] == [False, False, True, False]


def three(pool: str, **rest: object) -> Plan:
    """Plan three projects that are entitled to 40,000, 50,000 and 15,000 yuan."""
    rules = policy(HALF, cap="1000000.00", **rest)
    asked = [
        claim(gift("h", raised), ticket=ticket, project=name, viable_minimum=fen(viable))
        for ticket, name, raised, viable in [
            (103, "C", "30000.00", "10000.00"),
            (101, "A", "80000.00", "20000.00"),
            (102, "B", "100000.00", "30000.00"),
        ]
    ]
    return plan(rules, asked, fen(pool))


@pytest.mark.parametrize(
    ("pool", "partial", "line", "granted", "left"),
    [
        ("80000.00", Partial.VIABLE, Line.STRICT, (40000, 40000, 0), 0),
        ("80000.00", Partial.NONE, Line.STRICT, (40000, 0, 0), 40000),
        ("80000.00", Partial.NONE, Line.SKIP, (40000, 0, 15000), 25000),
        ("60000.00", Partial.VIABLE, Line.STRICT, (40000, 0, 0), 20000),
        ("60000.00", Partial.VIABLE, Line.SKIP, (40000, 0, 15000), 5000),
        ("60000.00", Partial.ANY, Line.STRICT, (40000, 20000, 0), 0),
        ("70000.00", Partial.VIABLE, Line.SKIP, (40000, 30000, 0), 0),
        ("105000.00", Partial.NONE, Line.STRICT, (40000, 50000, 15000), 0),
        ("120000.00", Partial.VIABLE, Line.STRICT, (40000, 50000, 15000), 15000),
        ("0.00", Partial.ANY, Line.SKIP, (0, 0, 0), 0),
    ],
)
def test_who_was_ready_first_is_served_first(pool, partial, line, granted, left):
    """R5: in ticket order; a part only if it is viable; under a strict line money waits for the head."""
    found = three(pool, partial=partial, line=line)
    assert tuple(award.granted // 100 for award in found.awards) == granted
    assert [award.waiting for award in found.awards] == [award.granted < award.entitled for award in found.awards]
    assert found.left == left * 100


def test_a_whole_grant_needs_no_viable_minimum():
    """R5: the minimum speaks only of parts; a small claim that is served whole is served."""
    asked = claim(gift("h", "100.00"), viable_minimum=fen("20000.00"))
    assert plan(policy(), [asked], fen("60.00")).awards[0].granted == fen("50.00")


def test_a_claim_of_nothing_does_not_hold_up_the_line():
    """R5: behind a project that waits, one that is entitled to nothing does not wait."""
    asked = [claim(gift("h", "100.00"), ticket=1), claim(ticket=2)]
    found = plan(policy(partial=Partial.NONE), asked, fen("10.00"))
    assert [(award.granted, award.waiting) for award in found.awards] == [(0, True), (0, False)]


def test_a_pot_shared_at_the_end_is_shared_in_proportion():
    """R6: 60,000 yuan among 40,000, 50,000 and 15,000 come out to the fen."""
    found = three("60000.00", mode=Mode.PRO_RATA)
    assert [award.granted for award in found.awards] == [fen("22857.14"), fen("28571.43"), fen("8571.43")]
    assert found.left == 0


def test_a_pot_that_covers_all_is_not_used_up():
    """R6: claims of 1.00 and 0.50 yuan leave the rest of ten yuan."""
    asked = [claim(gift("h", "2.00"), ticket=1), claim(gift("h", "1.00"), ticket=2)]
    found = plan(policy(mode=Mode.PRO_RATA), asked, fen("10.00"))
    assert ([award.granted for award in found.awards], found.left) == ([100, 50], 850)


def test_spare_fen_go_to_the_earlier_ticket_among_equals():
    """R6: two fen for three claims of one fen go to the first two tickets, in whatever order they are handed in."""
    asked = [claim(gift("h", "0.02"), ticket=ticket) for ticket in (9, 7, 8)]
    found = plan(policy(mode=Mode.PRO_RATA), asked, 2)
    assert [(award.ticket, award.granted) for award in found.awards] == [(7, 1), (8, 1), (9, 0)]


def test_a_ticket_is_claimed_once():
    """Two claims under one number are an error, of the same project or not."""
    with pytest.raises(BadInput, match="ticket 7"):
        plan(policy(), [claim(ticket=7), claim(ticket=8), claim(ticket=7)], 0)


def test_no_claims_leave_the_pool():
    """An empty round is a round."""
    assert plan(policy(), [], 500) == Plan((), 500)


def steps_of(rules: Policy, *asked, pool: str = "1000000.00") -> str:
    """Join the sentences of the last award."""
    return "\n".join(plan(rules, asked, fen(pool)).awards[-1].steps)


def test_a_resident_can_read_how_the_tiers_came_about():
    """The sentences carry the numbers of each slice and the sum."""
    told = steps_of(policy(BY_AMOUNT), claim(gift("h", "10000.00")))
    assert "前 5,000.00 元按 1:0.5 配 2,500.00 元" in told
    assert "超过 5,000.00 元的 5,000.00 元按 1:1 配 5,000.00 元" in told
    assert "各档相加，配 7,500.00 元" in told


def test_a_resident_can_read_the_fraction_that_was_dropped():
    """A fraction of a fen is named and stays in the pool."""
    told = steps_of(policy(HALF), claim(gift("h", "3.33")))
    assert "1.66 元又 1/2 分" in told
    assert "零头（1/2 分）舍去，留在资金池，配 1.66 元" in told


def test_a_resident_can_read_which_limit_bound():
    """Cap, gap, unlock, earlier tickets and the queue are each told where they made the difference."""
    assert "配捐上限，配 10.00 元" in steps_of(policy(cap="10.00"), claim(gift("h", "100.00")))
    assert "资金缺口，配 20.00 元" in steps_of(policy(), claim(gift("h", "100.00"), budget=fen("120.00")))
    assert "未到起配线 500.00 元" in steps_of(policy(unlock=fen("500.00")), claim(gift("h", "499.99")))
    again = [claim(gift("h", raised), ticket=i, project="A") for i, raised in enumerate(("10.00", "30.00"))]
    assert "此前排位已应配 5.00 元，本次应配 10.00 元" in steps_of(policy(), *again)
    waiting = [claim(gift("h", "100.00"), ticket=1), claim(gift("h", "2.00"), ticket=2)]
    assert "前面还有项目在等" in steps_of(policy(partial=Partial.NONE), *waiting, pool="10.00")
