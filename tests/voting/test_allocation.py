"""Allocation is exact: every rule agrees with its definition, carried out voter by voter with fractions."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundapp.kernel.errors import BadInput
from fundapp.voting import completion
from fundapp.voting.ballots import Project, VoteType, marked_election
from fundapp.voting.equal_shares import Run, TooCoarse
from fundapp.voting.field import Field
from fundapp.voting.rules import Fill, Rule, Start, Stop, Ties, Utility, Why, allocate, approval_election, choose
from fundapp.voting.ties import tie_ranks
from tests.voting import plainly
from tests.voting.elections import election_of, elections, ids

ANY = elections() | elections(max_points=3)
TIES = st.sampled_from(Ties)
RULES = st.sampled_from([rule for rule in Rule if rule is not Rule.PHRAGMEN])


def options_for(rule, **more):
    """Choose a rule, with a threshold of two points where one is needed."""
    return choose(rule, threshold=Fraction(2) if rule is Rule.GREEDY_THRESHOLD else None, **more)


@given(ANY, st.sampled_from(Utility), TIES)
def test_equal_shares_follow_their_definition(election, utility, ties):
    """From exactly budget / voters, the same projects are bought in the same order as voter by voter."""
    options = choose(Rule.MES, utility=utility, ties=ties)
    ranks = tie_ranks(election, options)
    start = Fraction(election.budget, election.voters)
    expected, _ = plainly.equal_shares(election, start, utility is Utility.COST, ranks)
    found = allocate(election, options)
    assert (found.selected, found.endowment) == (ids(election, expected), start)


@settings(deadline=None)
@given(ANY, st.sampled_from(Utility), st.sampled_from(Start), st.sampled_from(Stop), st.sampled_from([100, 37, 250]))
def test_passing_over_steps_gives_what_stepping_gives(election, utility, start, stop, step):
    """Selection and endowment are those of raising the endowment one step at a time."""
    options = choose(Rule.MES_ADD1, utility=utility, start=start, stop=stop, step=step)
    first = Fraction(election.budget, election.voters)
    if start is Start.INTEGRAL:
        first = Fraction(first // 100 * 100)
    expected, endowment = plainly.add_steps(
        election, first, step, stop is Stop.EXHAUSTIVE, utility is Utility.COST, tie_ranks(election, options)
    )
    found = allocate(election, options)
    assert (found.selected, found.endowment) == (ids(election, expected), endowment)


@given(elections(), TIES)
def test_phragmen_follows_its_definition(election, ties):
    """Projects are bought when supporters can pay, until one tied for next does not fit."""
    options = choose(Rule.PHRAGMEN, ties=ties)
    expected = plainly.phragmen(election, tie_ranks(election, options))
    assert allocate(election, options).selected == ids(election, expected)


def test_projects_that_can_be_paid_at_the_same_moment_are_tied_whatever_came_before():
    """Equal times count as equal even where they are sums of different thirds and quarters."""
    projects = tuple(Project(str(at), cost) for at, cost in enumerate([200, 300, 1200, 100, 200, 200]))
    ballots = [{1: 1, 3: 1, 4: 1}, {0: 1, 2: 1, 5: 1}, {1: 1, 2: 1, 4: 1}, {1: 1, 4: 1}]
    election = election_of(projects, ballots, 4000)
    options = choose(Rule.PHRAGMEN)
    expected = plainly.phragmen(election, tie_ranks(election, options))
    assert allocate(election, options).selected == ids(election, expected)


@given(ANY, TIES, st.booleans())
def test_counting_points_follows_its_definition(election, ties, skip):
    """Most points first; what does not fit is passed over, or ends the count."""
    options = choose(Rule.GREEDY if skip else Rule.GREEDY_NO_SKIP, ties=ties)
    expected = plainly.greedy(election, tie_ranks(election, options), skip)
    assert allocate(election, options).selected == ids(election, expected)


@settings(deadline=None)
@given(ANY, RULES, TIES, st.sampled_from(Fill))
def test_what_was_selected_costs_no_more_than_the_budget(election, rule, ties, fill):
    """Nor does it contain a project without a vote, or two rivals; and every project has one verdict."""
    found = allocate(election, options_for(rule, ties=ties, fill=fill if rule is Rule.MES_ADD1 else None))
    cost = {project.id: project.cost for project in election.projects}
    votes = {project.id: election.votes[at] for at, project in enumerate(election.projects)}
    chosen = found.selected + found.filled
    assert found.cost == sum(cost[ident] for ident in chosen) <= election.budget
    assert all(votes[ident] for ident in chosen)
    assert not any(set(pair) <= set(chosen) for pair in found.rivals)
    barred = {v.project: v.blocked_by for v in found.verdicts if v.why is Why.RIVAL_SELECTED}
    pairs = [set(pair) for pair in found.rivals]
    assert all(blocker in chosen and {one, blocker} in pairs for one, blocker in barred.items())
    assert sorted(verdict.project for verdict in found.verdicts) == sorted(cost)
    assert {v.project for v in found.verdicts if v.why in (Why.SELECTED, Why.FILLED)} == set(chosen)
    assert all((v.why is Why.NO_VOTES) == (not v.votes) for v in found.verdicts)


@settings(deadline=None)
@given(ANY, st.sampled_from([Rule.MES, Rule.MES_ADD1]))
def test_every_project_is_paid_exactly_by_its_supporters(election, rule):
    """Payments sum to the cost; what supporters of a refused project paid and kept is all they ever had."""
    found = allocate(election, choose(rule, explain=True))
    assert [round_.project for round_ in found.rounds] == list(found.selected)
    for round_ in found.rounds:
        assert sum(paid.voters * paid.each for paid in round_.payments) == round_.cost
        assert all(0 < paid.each <= found.endowment for paid in round_.payments)
    for verdict in found.verdicts:
        if verdict.why is Why.SUPPORTERS_SHORT:
            assert verdict.supporters_left < verdict.cost
            spent = sum((amount for _, amount in verdict.went_to), Fraction(0))
            assert spent + verdict.supporters_left == verdict.votes * found.endowment


@given(elections())
def test_phragmen_payments_sum_to_the_cost(election):
    """Each supporter pays what she earned since she last paid."""
    for round_ in allocate(election, choose(Rule.PHRAGMEN, explain=True)).rounds:
        assert sum(paid.voters * paid.each for paid in round_.payments) == round_.cost


@settings(deadline=None)
@given(ANY, RULES, st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(election, rule, chance):
    """Shuffled ballots give the same outcome, ties and verdicts included."""
    groups = list(election.groups)
    chance.shuffle(groups)
    shuffled = replace(election, groups=tuple(groups))
    options = options_for(rule, explain=True)
    assert allocate(election, options) == allocate(shuffled, options)


@settings(deadline=None, max_examples=300)
@given(ANY | elections(most_times=200), st.integers(2, 64), st.sampled_from(Utility))
def test_a_coarse_unit_never_changes_the_result(election, bits, utility):
    """A run in a coarse unit either asks for a finer one or buys the same, and its prices lie within their bounds."""
    field = Field(election, utility, tie_ranks(election, choose(Rule.MES)))
    run = Run(field, Fraction(election.budget, election.voters), bits)
    try:
        run.play()
    except TooCoarse:
        return
    assert run.order == completion.plain(field).order
    for round_, price in enumerate(run.bought):
        exact = run.exact_price(round_)
        assert price.exact in (None, exact)
        assert abs(exact * 2**bits - price.units) <= price.slack


SWAPPED = (  # between the two endowments another project is bought, though both ends agree
    (
        [2000, 500, 1500, 800, 600],
        [{2: 1, 3: 1, 4: 1}, {2: 3, 3: 2, 4: 3}, {1: 2, 3: 1}, {0: 3, 1: 2, 3: 3}, {0: 2}],
        247,
        417,
    ),
    ([800, 1000, 800, 600], [{0: 1, 2: 3, 3: 3}, {1: 3, 2: 1}], 900, 1087),
)


@pytest.mark.parametrize(("costs", "ballots", "low", "high"), SWAPPED)
def test_a_change_between_two_endowments_is_not_passed_over(costs, ballots, low, high):
    """Equal results at both ends prove nothing about what lies between."""
    projects = tuple(Project(str(at), cost) for at, cost in enumerate(costs))
    election = election_of(projects, ballots, 500, VoteType.SCORING)
    field = Field(election, Utility.POINTS, tie_ranks(election, choose(Rule.MES)))
    first, last = Run(field, Fraction(low)), Run(field, Fraction(high))
    assert first.play()
    assert last.play()
    assert first.order == last.order
    assert not Run(field, Fraction(high)).play(before=first)


@settings(deadline=None)
@given(ANY, st.integers(20, 900), st.integers(2, 300), st.sampled_from(Utility))
def test_what_is_passed_over_buys_the_same(election, low, stretch, utility):
    """Where a stretch of endowments is proved to change nothing, every endowment in it buys the same in order."""
    field = Field(election, utility, tie_ranks(election, choose(Rule.MES)))
    first = Run(field, Fraction(low))
    first.play()
    if Run(field, Fraction(low + stretch)).play(before=first):
        for between in range(low, low + stretch, max(stretch // 10, 1)):
            run = Run(field, Fraction(between))
            run.play()
            assert run.order == first.order


def test_supporters_who_can_just_pay_are_not_refused():
    """One pays all she has and the others exactly their rest: no rounding turns them away."""
    projects = tuple(Project(str(at), cost) for at, cost in enumerate([800, 1000, 900]))
    ballots = [{0: 1}, {2: 1}, {0: 1}, {0: 1, 1: 1}, {1: 1}, {0: 1, 1: 1, 2: 1}]
    election = election_of(projects, ballots, 2800)
    assert allocate(election, choose(Rule.MES)).selected == ("0", "1")


def test_three_who_share_exactly_can_pay():
    """A third of the budget each, which no decimal number can say, is enough and not a bit too little."""
    election = approval_election([("a", 100)], [["a"], ["a"], ["a"]], 100)
    found = allocate(election, choose(Rule.MES, explain=True))
    assert (found.selected, found.rounds[0].payments[0].each) == (("a",), Fraction(100, 3))


def test_a_unit_that_is_too_coarse_is_made_finer():
    """The count goes on in a finer unit and gives the result."""
    election = approval_election([("a", 100), ("b", 50)], [["a"], ["a", "b"], ["b"]], 150)
    field = Field(election, Utility.COST, tie_ranks(election, choose(Rule.MES)))
    runs = completion._Runs(field)
    runs.bits = 1
    assert runs.one(Fraction(50)).order == completion.plain(field).order
    assert runs.bits > 1


@given(elections())
def test_a_tie_is_recorded_only_where_the_tie_rule_decided(election):
    """Under a reversed lot a count without ties is the same, and each tie names several, the chosen one first."""
    natural = [project.id for project in election.projects]
    one, other = (
        allocate(election, choose(Rule.GREEDY, lots=tuple(lots))) for lots in (natural, list(reversed(natural)))
    )
    for tie in one.ties:
        assert len(tie.among) > 1
        assert tie.chosen == tie.among[0] == one.selected[tie.at]
    if not one.ties:
        assert one.selected == other.selected


def test_costs_votes_and_then_lots_break_ties():
    """Lower cost first, then more points, then the drawn order; without lots, ids in natural order."""
    ballots = [["10", "2", "dear"], ["10", "2", "dear"]]
    election = approval_election([("10", 100), ("2", 100), ("dear", 200)], ballots, 500)
    assert allocate(election, choose(Rule.GREEDY)).selected == ("2", "10", "dear")
    assert allocate(election, choose(Rule.GREEDY, ties=Ties.ID)).selected == ("10", "2", "dear")
    drawn = allocate(election, choose(Rule.GREEDY, lots=("dear", "10", "2")))
    assert drawn.selected == ("10", "2", "dear")
    assert [(tie.at, tie.among) for tie in drawn.ties] == [(0, ("10", "2", "dear")), (1, ("2", "dear"))]


@pytest.mark.parametrize("lots", [("a",), ("a", "b", "c"), ("a", "b", "a")])
def test_lots_name_each_project_once(lots):
    """A lot that forgets, invents or repeats a project is bad input."""
    election = approval_election([("a", 100), ("b", 100)], [["a"]], 500)
    with pytest.raises(BadInput, match="each project once"):
        allocate(election, choose(Rule.GREEDY, lots=lots))


@pytest.mark.parametrize("rule", [Rule.GREEDY, Rule.GREEDY_NO_SKIP, Rule.PHRAGMEN, Rule.MES, Rule.MES_ADD1])
@pytest.mark.parametrize("ballots", [[], [[], []]])
def test_without_a_vote_nothing_is_selected(rule, ballots):
    """No ballots, or only blank ones: the count ends and selects nothing, however cheap the projects."""
    found = allocate(approval_election([("a", 1), ("b", 2)], ballots, 500), choose(rule))
    assert (found.selected, found.filled, found.cost, found.ballots) == ((), (), 0, len(ballots))
    assert {verdict.why for verdict in found.verdicts} == {Why.NO_VOTES}


@pytest.mark.parametrize("rule", Rule)
def test_a_rival_of_what_was_selected_is_out(rule):
    """500: the lamp for 300 has three votes, its rival two, the bench one; whatever the rule, the rival is out."""
    projects = [("lamp", 300), ("rival", 200), ("bench", 100)]
    ballots = [{"lamp": 1, "rival": 1}, {"lamp": 1, "rival": 1}, {"lamp": 1, "bench": 1}]
    pairs = [("rival", "lamp")]
    found = allocate(marked_election(projects, ballots, 500, rivals=pairs), options_for(rule))
    chosen = set(found.selected + found.filled)
    assert not {"lamp", "rival"} <= chosen
    if rule in (Rule.GREEDY, Rule.GREEDY_NO_SKIP):
        assert found.selected == ("lamp", "bench")
        assert [v.blocked_by for v in found.verdicts if v.why is Why.RIVAL_SELECTED] == ["lamp"]


def test_a_blank_ballot_lowers_everybodys_share():
    """Blank ballots count as voters: with one more, nobody can pay any longer."""
    projects = [("a", 100)]
    assert allocate(approval_election(projects, [["a"]], 100), choose(Rule.MES)).selected == ("a",)
    assert allocate(approval_election(projects, [["a"], []], 100), choose(Rule.MES)).selected == ()


def test_an_unsupported_cheap_project_does_not_keep_the_count_from_ending():
    """Three thousand voters and a cheap project that none of them wants: every stop rule ends."""
    ballots = [["a"]] * 1500 + [["b"]] * 1500
    election = approval_election([("a", 90_000), ("b", 100_000), ("unwanted", 1)], ballots, 300_000)
    for stop in Stop:
        assert allocate(election, choose(Rule.MES_ADD1, stop=stop)).selected == ("a", "b")


def test_a_project_dearer_than_the_budget_ends_the_completion_when_it_becomes_affordable():
    """Three want a project of 5 yuan with 1 yuan in the pool; the count ends before their shares reach it."""
    election = approval_election([("1", 500), ("2", 60), ("3", 10)], [["1", "2"], ["1", "3"], ["1"]], 100)
    found = allocate(election, choose(Rule.MES_ADD1, step=1))
    assert (set(found.selected), found.endowment) == ({"2", "3"}, 166)  # three times 167 would pay it
    assert allocate(election, choose(Rule.PHRAGMEN)).verdicts[-1].why is Why.OVER_BUDGET


def test_a_thousand_projects_can_be_selected():
    """No rule runs out of depth when it selects more than a thousand projects, one after the other."""
    projects = [(f"p{at}", 100 + at) for at in range(1100)]
    ballots = [[f"p{at}", f"p{at + 1}"] for at in range(1099)]
    election = approval_election(projects, ballots, 10**6)
    for options in (choose(Rule.PHRAGMEN), choose(Rule.MES_ADD1, utility=Utility.POINTS, step=10_000)):
        assert len(allocate(election, options).selected) == 1100


def test_reasons_say_what_the_money_allowed():
    """Selected; does not fit, with what was left; below the threshold; no votes; after the end."""
    projects = [("lamp", 300), ("bench", 500), ("ramp", 100), ("fountain", 100)]
    election = approval_election(projects, [["lamp", "bench"], ["lamp", "bench"], ["lamp"], ["ramp"]], 600)

    def told(rule, **more):
        return {v.project: (v.why, v.left) for v in allocate(election, choose(rule, **more)).verdicts}

    assert told(Rule.GREEDY) == {
        "lamp": (Why.SELECTED, None),
        "ramp": (Why.SELECTED, None),
        "bench": (Why.DOES_NOT_FIT, 300),
        "fountain": (Why.NO_VOTES, None),
    }
    assert told(Rule.GREEDY_THRESHOLD, threshold=Fraction(2))["ramp"] == (Why.BELOW_THRESHOLD, None)
    assert told(Rule.GREEDY_NO_SKIP)["ramp"] == (Why.AFTER_STOP, 300)
    assert told(Rule.MES)["bench"] == (Why.SUPPORTERS_SHORT, 200)


def test_thousands_of_steps_take_few_runs(monkeypatch):
    """In a round of 193 households, steps of one fen are passed over in stretches that are proved to change nothing."""
    chance = random.Random(193)
    projects = [(str(at), chance.choice([500_000, 800_000, 1_000_000, 2_000_000, 4_800_000])) for at in range(14)]
    ballots = [[str(at) for at in chance.sample(range(14), chance.randint(0, 5))] for _ in range(193)]
    election = approval_election(projects, ballots, 6_000_000)
    runs = []
    plainly_at = completion._Runs.at

    def counted(self, *args, **more):
        runs.append(1)
        return plainly_at(self, *args, **more)

    monkeypatch.setattr(completion._Runs, "at", counted)
    found = allocate(election, choose(Rule.MES_ADD1, step=1))
    steps = found.endowment - 6_000_000 // 19300 * 100
    assert steps > 5000
    assert len(runs) < 1000


@pytest.mark.parametrize(
    ("rule", "given_"),
    [
        (Rule.GREEDY, {"utility": Utility.COST}),
        (Rule.GREEDY, {"threshold": Fraction(3)}),
        (Rule.MES, {"fill": Fill.NONE}),
        (Rule.MES, {"step": 100}),
        (Rule.PHRAGMEN, {"start": Start.EXACT}),
        (Rule.MES_ADD1, {"threshold": Fraction(3)}),
        (Rule.MES_ADD1, {"ties": Ties.ID, "lots": ("a",)}),
    ],
)
def test_an_option_that_does_not_go_with_the_rule_is_refused(rule, given_):
    """It is never ignored."""
    with pytest.raises(BadInput, match="--"):
        choose(rule, **given_)


def test_phragmen_is_not_for_points():
    """Ballots with points are refused, for the rule does not say what they mean."""
    election = election_of((Project("a", 100),), [{0: 2}], 100, VoteType.CUMULATIVE)
    with pytest.raises(BadInput, match="approval or choose-1"):
        allocate(election, choose(Rule.PHRAGMEN))
