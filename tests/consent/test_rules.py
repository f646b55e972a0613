"""Counts of consent with the numbers of real rounds, and what holds for every roster."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.consent.counting import count
from fundapp.consent.rules import Answer, Area, Heads, Regime, Result, Unit, area_text, decide, tally
from fundapp.kernel.errors import BadInput

A, O, B, F = Answer.AGREE, Answer.OPPOSE, Answer.ABSTAIN, Answer.FOLLOW  # noqa: E741
NAMES = (
    "household:2/3",
    "household:>1/2",
    "owners:half",
    "owners:three-quarters",
    "residents-meeting",
    "representatives",
)


def regime(name: str) -> Regime:
    """Read a regime."""
    return Regime.of_text(name)


def houses(number: int, area: int | None = None) -> list[Unit]:
    """Make units 1, 2, 3, … of holders of their own, all of one size in m²."""
    return [Unit(str(i), f"holder {i}", None if area is None else area * 10_000) for i in range(1, number + 1)]


def said(*answers: Answer | None) -> dict[str, Answer]:
    """Let unit 1 say the first, unit 2 the second, …; ``None`` is silence."""
    return {str(i): answer for i, answer in enumerate(answers, 1) if answer}


def result(name: str, units: list[Unit], *answers: Answer | None) -> str:
    """Give the result of a count."""
    return count(regime(name), units, said(*answers)).result.value


@pytest.mark.parametrize(
    ("name", "needed", "outcome"),
    [("household:2/3", 129, "passed"), ("household:9/10", 174, "failed"), ("household:>2/3", 129, "passed")],
)
def test_163_of_193_households_pass_two_thirds_but_not_nine_tenths(name, needed, outcome):
    """东风巷14号院: 163 of 193 agree; two thirds are 129 households, nine tenths 174."""
    found = count(regime(name), houses(193), said(*[A] * 163))
    assert (found.heads.agree, found.heads.total, found.heads.silent) == (163, 193, 30)
    assert (found.heads.needed, found.heads.quorum_needed, found.area) == (needed, None, None)
    assert found.result.value == outcome


def test_exactly_enough_households_is_enough_and_one_fewer_is_not():
    """129 of 193 reach two thirds, 128 do not; 60 of 120 reach a half but do not exceed it."""
    assert result("household:2/3", houses(193), *[A] * 129) == "passed"
    assert result("household:2/3", houses(193), *[A] * 128) == "failed"
    assert result("household:1/2", houses(120), *[A] * 60) == "passed"
    assert result("household:>1/2", houses(120), *[A] * 60) == "failed"
    assert result("household:>1/2", houses(120), *[A] * 61) == "passed"


def test_a_household_count_is_of_all_households():
    """Silence is not consent: two of two answers are not two thirds of six households."""
    assert result("household:2/3", houses(6), A, A) == "failed"


def test_heads_alone_never_confirm_the_owners_law():
    """东风巷14号院 as owners: 145 of 193 heads would do for three quarters, but no area is known."""
    found = count(regime("owners:three-quarters"), houses(193), said(*[A] * 145, *[O] * 48))
    assert (found.heads.needed, found.area, found.result) == (145, None, Result.UNDETERMINED)
    assert any("面积" in line for line in found.because)
    assert result("owners:three-quarters", houses(193), *[A] * 144, *[O] * 49) == "failed"
    assert result("owners:three-quarters", houses(193), *[A] * 128) == "no_quorum"


def owners_of_mianyang(name: str, heads: int, agree: int, area: int, area_agree: int) -> tuple[Heads, Area]:
    """1,336 units with 128,879.33 m² in Mianyang; areas in cm²."""
    rule = regime(name)
    total = 1_288_793_300
    assert rule.quorum is not None
    counted = tally(rule, 1336, [A] * agree + [O] * (heads - agree))
    bars = total * rule.quorum.share, area * rule.bar.share
    return counted, Area(total, area, area_agree, area - area_agree, 0, *bars)


def test_the_bars_of_1336_owners():
    """绵阳: 891 heads and 85,919.5534 m² are a quorum; of 891 heads 446 are a majority and 669 three quarters."""
    heads, area = owners_of_mianyang("owners:half", 891, 446, 859_195_534, 429_597_768)
    assert (heads.quorum_needed, heads.needed, area_text(area.quorum_needed)) == (891, 446, "85919.5534")
    assert decide(regime("owners:half"), heads, area) is Result.PASSED
    assert owners_of_mianyang("owners:three-quarters", 891, 669, 859_195_534, 1)[0].needed == 669


@pytest.mark.parametrize(
    ("name", "heads", "agree", "area", "area_agree", "outcome"),
    [
        ("owners:half", 890, 890, 1_288_793_300, 1_288_793_300, "no_quorum"),
        ("owners:half", 1336, 1336, 859_195_533, 859_195_533, "no_quorum"),
        ("owners:half", 891, 445, 859_195_534, 859_195_534, "failed"),
        ("owners:half", 891, 891, 859_195_534, 429_597_767, "failed"),
        ("owners:three-quarters", 891, 668, 859_195_534, 859_195_534, "failed"),
        ("owners:three-quarters", 891, 669, 859_195_536, 644_396_652, "passed"),
        ("owners:three-quarters", 891, 669, 859_195_536, 644_396_651, "failed"),
    ],
)
def test_owners_need_both_heads_and_area(name, heads, agree, area, area_agree, outcome):
    """One head or one square centimetre short on either side, and it is not reached; half must be exceeded."""
    assert decide(regime(name), *owners_of_mianyang(name, heads, agree, area, area_agree)).value == outcome


def test_a_holder_of_several_units_is_one_head_with_all_her_area():
    """One answered unit brings in all units of its holder, the silent one too."""
    roster = [Unit("1", "甲", 500_000), Unit("2", "甲", 700_000), Unit("3", "乙", 600_000)]
    found = count(regime("owners:half"), roster, {"1": A})
    assert (found.heads.total, found.heads.participating) == (2, 1)
    assert found.area == Area(1_800_000, 1_200_000, 1_200_000, 0, 0, Fraction(1_200_000), Fraction(600_000))
    assert found.result is Result.NO_QUORUM
    assert count(regime("owners:half"), roster, {"1": A, "2": A, "3": O}).result is Result.FAILED
    assert count(regime("household:1/2"), roster, {"1": A, "2": O, "3": A}).heads.agree == 2


def test_a_holder_speaks_with_one_voice():
    """Two units of one holder that disagree are an error of collecting, not a choice for the program."""
    roster = [Unit("1", "甲"), Unit("2", "甲"), Unit("3", "乙")]
    with pytest.raises(BadInput, match="same holder"):
        count(regime("owners:half"), roster, {"1": A, "2": O})


def test_an_owner_has_a_name():
    """Heads cannot be told apart where the holder is blank; where holders are ignored, it does not matter."""
    for blank in ("", " "):
        roster = [Unit("1", "甲"), Unit("2", blank)]
        with pytest.raises(BadInput, match="holder"):
            count(regime("owners:half"), roster, {})
        assert count(regime("residents-meeting"), roster, {}).heads.total == 2


@pytest.mark.parametrize(
    ("name", "answers", "outcome"),
    [
        ("residents-meeting", [A, A, None, None], "no_quorum"),
        ("residents-meeting", [A, A, O, None], "passed"),
        ("residents-meeting", [A, A, O, B], "failed"),
        ("representatives", [A, A, None], "passed"),
        ("representatives", [A, O, None], "failed"),
        ("representatives", [A, None, None], "no_quorum"),
        ("representatives", [A, A, A, O, O, O], "failed"),
    ],
)
def test_meetings_count_those_who_take_part(name, answers, outcome):
    """More than half of all meet, or two thirds of the representatives; more than half of those present pass."""
    assert result(name, houses(len(answers)), *answers) == outcome


def test_the_bars_of_a_meeting_are_whole_heads():
    """Of 10 households 6 are a quorum; of 7 present 4 decide. Of 10 representatives 7 are a quorum."""
    meeting = count(regime("residents-meeting"), houses(10), said(*[A] * 7)).heads
    assert (meeting.quorum_needed, meeting.needed) == (6, 4)
    assert count(regime("representatives"), houses(10), {}).heads.quorum_needed == 7


def test_nobody_present_is_no_quorum():
    """Silence of all decides nothing, whatever the bar; of a household count it is a refusal."""
    outcomes = {name: result(name, houses(3, 80)) for name in NAMES}
    assert {outcomes.pop(name) for name in NAMES if name.startswith("household")} == {"failed"}
    assert set(outcomes.values()) == {"no_quorum"}


def test_who_follows_takes_part_and_joins_the_larger_side():
    """从众 lifts the quorum and the larger side, and stays a number of its own."""
    found = count(regime("residents-meeting"), houses(5), said(A, A, O, F, B))
    assert (found.heads.agree, found.heads.follow, found.heads.participating) == (2, 1, 5)
    assert found.result is Result.PASSED
    assert any("从众计入同意" in line for line in found.because)
    assert result("residents-meeting", houses(5), A, O, O, F, F) == "failed"
    assert result("residents-meeting", houses(4), A, O, F, F) == "failed"


def test_who_follows_never_agrees_under_a_household_rule():
    """The household rule asks for signatures of agreement, and nothing else is one."""
    found = count(regime("household:2/3"), houses(3), said(A, F, F))
    assert (found.result, found.heads.participating) == (Result.FAILED, 3)
    assert any("从众不算同意" in line for line in found.because)


def test_who_follows_joins_an_owners_side_only_if_it_is_larger_in_both():
    """Two small flats outnumber one large one in heads but not in area: then nobody is followed."""
    small = [Unit("1", "甲", 10), Unit("2", "乙", 10), Unit("3", "丙", 90), Unit("4", "丁", 90)]
    split = count(regime("owners:half"), small, said(A, A, O, F))
    assert split.result is Result.FAILED
    assert any("不计入任何一边" in line for line in split.because)
    even = [Unit(unit.unit, unit.holder, 50) for unit in small]
    both = count(regime("owners:half"), even, said(A, A, O, F))
    assert (both.result, both.area.agree if both.area else None) == (Result.PASSED, 100)


def test_without_areas_following_may_only_leave_it_open():
    """Three agree only with those who follow: undetermined; where even that is too few, failed."""
    assert result("owners:half", houses(5), A, A, O, F, B) == "undetermined"
    assert result("owners:half", houses(5), A, O, O, F, F) == "failed"
    assert result("owners:half", houses(6), A, A, O, F, B, B) == "failed"


def test_one_missing_area_leaves_out_all_areas():
    """A sum without one flat would be wrong: it is not shown, and nothing is confirmed on it."""
    roster = [*houses(3, 80), Unit("4", "holder 4", None)]
    found = count(regime("owners:half"), roster, said(A, A, A, A))
    assert (found.area, found.result) == (None, Result.UNDETERMINED)
    assert count(regime("residents-meeting"), houses(3, 80), said(A, A)).area is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "household",
        "household:",
        "household:0/3",
        "household:4/3",
        "household:2/0",
        "household:>>1/2",
        "household:0.5",
        "household:> 1/2",
        "Household:1/2",
        "owners",
        "owners:two-thirds",
        "residents-meeting:1/2",
        "representatives ",
    ],
)
def test_an_unknown_regime_is_refused(name):
    """A regime is one of those in law or practice, never guessed."""
    with pytest.raises(BadInput, match="regime"):
        regime(name)


def test_an_empty_roster_and_a_stranger_are_refused():
    """There is nothing to count, or somebody too many."""
    with pytest.raises(BadInput, match="roster"):
        count(regime("household:1/2"), [], {})
    with pytest.raises(BadInput, match="'9'"):
        count(regime("household:1/2"), houses(2), {"9": A})


def test_more_answers_than_heads_cannot_be_tallied():
    """A caller that counts somebody twice is stopped."""
    for total, answers in ((0, []), (1, [A, A])):
        with pytest.raises(ValueError, match="heads"):
            tally(regime("household:1/2"), total, answers)


@pytest.mark.parametrize(
    ("cm2", "text"),
    [(1, "0.0001"), (10_000, "1.00"), (855_000, "85.50"), (1_234_560, "123.456"), (Fraction(1, 3), "0.0001")],
)
def test_an_area_is_printed_exactly_and_a_bar_rounded_up(cm2, text):
    """At least two decimals, at most four."""
    assert area_text(cm2) == text


def test_the_reasons_can_be_read():
    """The sentences carry the numbers of both quorums and both bars."""
    told = "\n".join(count(regime("owners:half"), houses(3, 80), said(A, A, O)).because)
    for part in (
        "至少 2 人，已达到",
        "至少 160.00 平方米",
        "计入同意 2 人（2/3）",
        "超过 120.00 平方米",
        "达到规定的比例",
    ):
        assert part in told


ROSTERS = st.lists(
    st.tuples(st.sampled_from("甲乙丙丁戊"), st.integers(1, 500), st.sampled_from([*Answer, None])),
    min_size=1,
    max_size=9,
)


def round_of(rows: list[tuple[str, int, Answer | None]]) -> tuple[list[Unit], dict[str, Answer]]:
    """Make a round in which each holder says one thing."""
    first = {holder: answer for holder, _, answer in reversed(rows)}
    units = [Unit(str(i), holder, area) for i, (holder, area, _) in enumerate(rows)]
    return units, {unit.unit: answer for unit in units if (answer := first[unit.holder])}


@given(ROSTERS, st.sampled_from(NAMES), st.integers(0, 9))
def test_numbers_add_up_and_order_does_not_matter(rows, name, turn):
    """Four answers and silence make up all heads; a shuffled roster counts the same."""
    units, answers = round_of(rows)
    found = count(regime(name), units, answers)
    heads = found.heads
    assert heads.agree + heads.oppose + heads.abstain + heads.follow + heads.silent == heads.total
    mixed = [*reversed(units[turn:]), *units[:turn]]
    assert count(regime(name), mixed, answers) == found


@given(ROSTERS, st.sampled_from(NAMES))
def test_the_result_is_what_the_law_says_in_plain_fractions(rows, name):
    """An independent reading of the bars, without followers, comes to the same result."""
    units, answers = round_of([(holder, area, None if said is F else said) for holder, area, said in rows])
    found = count(regime(name), units, answers)
    sizes = {"heads": {}, "area": {}}
    for unit in units:
        key = unit.holder if name.startswith("owners") else unit.unit
        sizes["heads"][key] = 1
        sizes["area"][key] = sizes["area"].get(key, 0) + (unit.area_cm2 or 0)
    voice = {unit.holder if name.startswith("owners") else unit.unit: answers.get(unit.unit) for unit in units}
    kinds = ("heads", "area") if name.startswith("owners") else ("heads",)
    shares = []
    for kind in kinds:
        total = sum(sizes[kind].values())
        part = sum(size for key, size in sizes[kind].items() if voice[key])
        agree = sum(size for key, size in sizes[kind].items() if voice[key] is A)
        shares.append((Fraction(part, total), Fraction(agree, part) if part else Fraction(0), Fraction(agree, total)))
    quorate = {
        "household:2/3": lambda part: True,
        "household:>1/2": lambda part: True,
        "residents-meeting": lambda part: part > Fraction(1, 2),
    }.get(name, lambda part: part >= Fraction(2, 3))
    passes = {
        "household:2/3": lambda of_part, of_all: of_all >= Fraction(2, 3),
        "household:>1/2": lambda of_part, of_all: of_all > Fraction(1, 2),
        "owners:three-quarters": lambda of_part, of_all: of_part >= Fraction(3, 4),
    }.get(name, lambda of_part, of_all: of_part > Fraction(1, 2))
    expected = "passed" if all(passes(of_part, of_all) for _, of_part, of_all in shares) else "failed"
    assert found.result.value == (expected if all(quorate(part) for part, _, _ in shares) else "no_quorum")


@given(ROSTERS, st.sampled_from(NAMES), st.integers(0, 8))
def test_a_missing_area_never_turns_a_result_round(rows, name, gap):
    """Without one area a passed round is open, and what heads refuse stays refused."""
    units, answers = round_of(rows)
    whole = count(regime(name), units, answers).result
    gap %= len(units)
    blind = [Unit(u.unit, u.holder, None if i == gap else u.area_cm2) for i, u in enumerate(units)]
    found = count(regime(name), blind, answers).result
    if not name.startswith("owners"):
        assert found is whole
    elif whole is Result.PASSED:
        assert found is Result.UNDETERMINED
    else:
        assert found is not Result.PASSED


@given(ROSTERS, st.sampled_from(NAMES))
def test_the_printed_bars_are_the_smallest_that_reach(rows, name):
    """``needed`` heads are enough and one fewer is not, whoever takes part."""
    rule = regime(name)
    heads = count(rule, *round_of(rows)).heads
    base = heads.participating if rule.quorum else heads.total
    assert rule.bar.reached(heads.needed, base)
    assert not rule.bar.reached(heads.needed - 1, base)
    if rule.quorum and heads.quorum_needed is not None:
        assert rule.quorum.reached(heads.quorum_needed, heads.total)
        assert not rule.quorum.reached(heads.quorum_needed - 1, heads.total)
