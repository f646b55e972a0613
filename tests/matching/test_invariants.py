"""What holds for every claim and every pool, tried on random ones."""

from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fundapp.matching.rules import (
    AmountTier,
    AmountTiers,
    Claim,
    Demand,
    FourSource,
    Gift,
    HouseholdTier,
    HouseholdTiers,
    Line,
    Linear,
    Mode,
    Partial,
    Policy,
    entitlement,
    plan,
    pro_rata,
    queue,
)

RATES = st.fractions(min_value=0, max_value=3, max_denominator=12)
SHARES = st.fractions(min_value=Fraction(1, 20), max_value=1, max_denominator=20)
YUAN = st.integers(min_value=0, max_value=20_000)
LIMIT = st.none() | YUAN


@st.composite
def amount_tiers(draw: st.DrawFn) -> AmountTiers:
    """Ascending tiers whose rate does not fall."""
    starts = sorted({0, *draw(st.lists(YUAN, max_size=3))})
    rates = sorted(draw(st.lists(RATES, min_size=len(starts), max_size=len(starts))))
    return AmountTiers(tuple(map(AmountTier, starts, rates)))


@st.composite
def household_tiers(draw: st.DrawFn) -> HouseholdTiers:
    """Ascending tiers whose rate does not fall."""
    shares = sorted(draw(st.sets(SHARES, min_size=1, max_size=3)))
    rates = sorted(draw(st.lists(RATES, min_size=len(shares), max_size=len(shares))))
    return HouseholdTiers(tuple(map(HouseholdTier, shares, rates)))


FORMULAS = (
    st.builds(Linear, RATES)
    | amount_tiers()
    | household_tiers()
    | st.builds(FourSource, own_floor=SHARES, fund_share=SHARES, per_resident=RATES)
)
POLICIES = st.builds(
    Policy,
    min_gift=st.integers(1, 300),
    cap=YUAN,
    formulas=st.lists(FORMULAS, min_size=1, max_size=3).map(tuple),
    unlock=LIMIT,
    household_cap=LIMIT,
    related_cap=LIMIT,
    mode=st.sampled_from(Mode),
    partial=st.sampled_from(Partial),
    line=st.sampled_from(Line),
)
GIFTS = st.lists(
    st.builds(Gift, st.sampled_from("abcdefgh"), st.integers(0, 6000), st.sampled_from([False, False, True])),
    max_size=9,
).map(tuple)
CLAIMS = st.builds(
    Claim,
    ticket=st.integers(0, 99),
    project=st.sampled_from(["A", "B", "C", "D"]),
    budget=st.integers(0, 60_000),
    households=st.integers(8, 12),
    street=st.integers(0, 5000),
    other=st.integers(0, 5000),
    viable_minimum=st.integers(0, 8000),
    gifts=GIFTS,
)
ROUNDS = st.lists(CLAIMS, max_size=6, unique_by=lambda claim: claim.ticket)
POOLS = st.integers(0, 40_000)
DEMANDS = st.lists(st.builds(Demand, st.integers(0, 500), st.integers(0, 300)), max_size=8)


@given(POLICIES, CLAIMS, st.integers(0, 30_000))
def test_an_entitlement_lies_between_nothing_and_the_cap(policy, claim, earlier):
    """U1: never below zero, never above the cap, and never more than the project lacks."""
    found = entitlement(policy, claim, earlier)
    assert 0 <= found.entitled <= found.whole <= min(policy.cap, found.standing.gap)
    assert 0 <= found.dropped < 1
    assert found.entitled == max(0, found.whole - earlier)


@given(POLICIES, ROUNDS, POOLS)
def test_a_pool_is_never_overdrawn_and_loses_no_fen(policy, claims, pool):
    """U2: what was granted and what is left sum to the pool; nobody gets more than was earned."""
    found = plan(policy, claims, pool)
    assert found.left >= 0
    assert sum(award.granted for award in found.awards) + found.left == pool
    assert all(0 <= award.granted <= award.entitled for award in found.awards)


@given(POLICIES, CLAIMS, st.sampled_from("abcdefgh"), st.integers(1, 5000))
def test_more_money_never_leaves_the_project_with_less(policy, claim, household, more):
    """U3: a further gift never lowers what own money and match are together, and no match but for the gap."""
    roomy = replace(claim, budget=claim.budget + 10**7)
    for start in (claim, roomy):
        richer = replace(start, gifts=(*start.gifts, Gift(household, more)))
        before, after = entitlement(policy, start), entitlement(policy, richer)
        total = before.standing.raised + before.whole, after.standing.raised + after.whole
        assert total[0] <= total[1]
        assert start is claim or before.whole <= after.whole


@given(POLICIES, CLAIMS, st.randoms(use_true_random=False))
def test_the_order_of_gifts_does_not_matter(policy, claim, random):
    """U4: the day on which a neighbour gave changes nothing."""
    mixed = list(claim.gifts)
    random.shuffle(mixed)
    assert entitlement(policy, replace(claim, gifts=tuple(mixed))) == entitlement(policy, claim)


@given(POLICIES, CLAIMS, st.integers(0, 6000))
def test_splitting_a_gift_inside_a_household_changes_nothing(policy, claim, part):
    """U5: many small gifts of one household earn what one large gift earns, refunds included."""
    pieces = [
        Gift(gift.household, amount, gift.related)
        for gift in claim.gifts
        for amount in (min(part, gift.amount), gift.amount - min(part, gift.amount), 7, -7)
    ]
    assert entitlement(policy, replace(claim, gifts=tuple(pieces))) == entitlement(policy, claim)


@given(POLICIES, ROUNDS, POOLS, st.randoms(use_true_random=False))
def test_the_same_claims_give_the_same_plan_in_any_order(policy, claims, pool, random):
    """U6: only tickets order the claims, and every sentence comes out the same."""
    mixed = list(claims)
    random.shuffle(mixed)
    assert plan(policy, mixed, pool) == plan(policy, claims, pool)


@given(POLICIES, ROUNDS, POOLS)
def test_a_later_ticket_never_lowers_an_earlier_grant(policy, claims, pool):
    """U7: in a queue, planning ticket by ticket as they come is the same as planning all at once."""
    in_line = replace(policy, mode=Mode.QUEUE)
    ordered = sorted(claims, key=lambda claim: claim.ticket)
    whole = plan(in_line, claims, pool).awards
    for length in range(len(ordered) + 1):
        assert plan(in_line, ordered[:length], pool).awards == whole[:length]


@given(POLICIES, ROUNDS, POOLS)
def test_all_tickets_of_a_project_earn_its_best_restatement(policy, claims, pool):
    """Later tickets: together they are entitled to the most that any restatement earned alone."""
    one_project = [replace(claim, project="A") for claim in claims]
    alone = [entitlement(policy, claim).whole for claim in one_project]
    assert sum(award.entitled for award in plan(policy, one_project, pool).awards) == max(alone, default=0)


@given(DEMANDS, st.integers(0, 1500), st.sampled_from(Partial))
def test_in_a_strict_line_nobody_is_served_behind_one_who_waits(demands, pool, partial):
    """R5 strict: after the first demand that is not met, no fen is given."""
    grants = queue(demands, pool, partial, Line.STRICT)
    unmet = [i for i, (demand, grant) in enumerate(zip(demands, grants, strict=True)) if grant.amount < demand.owed]
    assert not unmet or not sum(grant.amount for grant in grants[unmet[0] + 1 :])


@given(DEMANDS, st.integers(0, 1500), st.sampled_from(Partial), st.sampled_from(Line))
def test_a_part_is_given_only_as_the_policy_says(demands, pool, partial, line):
    """R5: a part takes the whole rest of the pool, is viable where that is asked, and never comes under "none"."""
    grants = queue(demands, pool, partial, line)
    left = [pool, *(pool - spent for spent in accumulate(grant.amount for grant in grants))]
    for demand, grant, (before, after) in zip(demands, grants, pairwise(left), strict=True):
        if 0 < grant.amount < demand.owed:
            assert partial is not Partial.NONE
            assert (after, grant.amount) == (0, before)
            assert partial is Partial.ANY or grant.amount >= demand.viable


@given(DEMANDS, st.integers(0, 1500), st.integers(0, 1500), st.sampled_from(Partial))
def test_a_strict_line_that_gets_more_money_ends_where_it_would_have_started(demands, pool, more, partial):
    """R5: running the waiting list on what is still owed equals one run with all the money."""
    first = queue(demands, pool, partial, Line.STRICT)
    left = pool - sum(grant.amount for grant in first)
    owing = [Demand(d.owed - g.amount, d.viable, g.amount) for d, g in zip(demands, first, strict=True)]
    second = queue(owing, left + more, partial, Line.STRICT)
    sums = [one.amount + two.amount for one, two in zip(first, second, strict=True)]
    if partial is not Partial.NONE:
        assert sums == [grant.amount for grant in queue(demands, pool + more, partial, Line.STRICT)]
    assert sum(sums) <= pool + more


@given(st.lists(st.integers(0, 500), max_size=8), st.integers(0, 1500))
def test_shares_of_a_pot_are_exact_to_less_than_a_fen(owed, pool):
    """R6: the shares sum to the pool or to the claims, and each is less than a fen from its exact share."""
    grants = [grant.amount for grant in pro_rata(owed, pool)]
    assert sum(grants) == min(pool, sum(owed))
    if sum(owed) > pool:
        assert all(abs(got - Fraction(pool * due, sum(owed))) < 1 for got, due in zip(grants, owed, strict=True))
    assert all(got <= due for got, due in zip(grants, owed, strict=True))


@settings(max_examples=30)
@given(POLICIES, ROUNDS, POOLS)
def test_in_proportion_neither_line_nor_viable_minimum_matters(policy, claims, pool):
    """R6 ignores what belongs to the queue."""
    pot = replace(policy, mode=Mode.PRO_RATA)
    other = replace(pot, partial=Partial.NONE, line=Line.SKIP)
    dear = [replace(claim, viable_minimum=10**9) for claim in claims]
    assert plan(pot, claims, pool) == plan(other, dear, pool)
