"""One fewer, exactly enough, one more: of heads and of square centimetres, under each regime, against plain numbers."""

import pytest

from fundapp.consent.policy import Choice
from fundapp.consent.rules import Answer, Area, Heads, Regime, Result, area_of, decide, heads_of
from tests.consent.asking import KEYED, at, make_asked, phone, publish

# What the texts of the law and of the contract say, in whole numbers: who takes part, and who agrees of whom.
QUORUM = {
    "owners:half": lambda part, whole: part * 3 >= whole * 2,
    "owners:three-quarters": lambda part, whole: part * 3 >= whole * 2,
    "residents-meeting": lambda part, whole: part * 2 > whole,
    "representatives": lambda part, whole: part * 3 >= whole * 2,
}
ENOUGH = {
    "household:2/3": lambda agree, whole: agree * 3 >= whole * 2,
    "household:9/10": lambda agree, whole: agree * 10 >= whole * 9,
    "household:>1/2": lambda agree, whole: agree * 2 > whole,
    "household:1/1": lambda agree, whole: agree == whole,
    "owners:half": lambda agree, part: agree * 2 > part,
    "owners:three-quarters": lambda agree, part: agree * 4 >= part * 3,
    "residents-meeting": lambda agree, part: agree * 2 > part,
    "representatives": lambda agree, part: agree * 2 > part,
}
WHOLES = (*range(1, 41), 111, 120, 193, 1336)


def expected(name, whole, part, agree):
    """Say what a count of heads alone must come to."""
    if name in QUORUM and not QUORUM[name](part, whole):
        return Result.NO_QUORUM
    if not ENOUGH[name](agree, part if name in QUORUM else whole):
        return Result.FAILED
    return Result.UNDETERMINED if name.startswith("owners:") else Result.PASSED


def around(number, most):
    """Give one fewer, the number and one more, as far as there are so many."""
    return [one for one in (number - 1, number, number + 1) if 0 <= one <= most]


def counted(regime, whole, part, agree):
    """Count *agree* who agree and the rest of *part* who oppose."""
    return heads_of(regime, whole, {Answer.AGREE: agree, Answer.OPPOSE: part - agree})


@pytest.mark.parametrize("name", ENOUGH)
def test_the_bar_in_heads_is_exact_for_every_size(name):
    """At the smallest number that reaches, the one below it and the one above it, of the quorum and of the bar."""
    regime, seen = Regime.of_text(name), set()
    for whole in WHOLES:
        first = heads_of(regime, whole, {})
        for part in around(first.quorum_needed or whole, whole):
            for agree in around(counted(regime, whole, part, 0).needed, part):
                heads = counted(regime, whole, part, agree)
                assert decide(regime, heads) is expected(name, whole, part, agree), (whole, part, agree)
                seen.add(expected(name, whole, part, agree))
    assert len(seen) >= (3 if name in QUORUM else 2), "every outcome was met"


@pytest.mark.parametrize("name", ENOUGH)
def test_what_is_printed_as_needed_is_the_smallest_number_that_reaches(name):
    """The number on the page is enough, and one fewer is not; of the quorum too."""
    regime = Regime.of_text(name)
    for whole in WHOLES:
        heads = counted(regime, whole, whole, 0)
        assert ENOUGH[name](heads.needed, whole) or heads.needed > whole
        assert not ENOUGH[name](heads.needed - 1, whole)
        if name in QUORUM:
            assert QUORUM[name](heads.quorum_needed, whole)
            assert not QUORUM[name](heads.quorum_needed - 1, whole)


@pytest.mark.parametrize("name", ["owners:half", "owners:three-quarters"])
@pytest.mark.parametrize("total", [90_000, 90_001, 90_002, 1_288_793_300, 7])
def test_the_bar_in_area_is_exact_to_the_square_centimetre(name, total):
    """Heads that are more than enough do not help an area that lacks one square centimetre."""
    regime = Regime.of_text(name)
    heads = Heads(9, 9, 0, 0, 0, 6, 5)
    for part in around(-(-total * 2 // 3), total):
        bar = part // 2 + 1 if name == "owners:half" else -(-part * 3 // 4)
        for agree in around(bar, part):
            area = area_of(regime, total, {Answer.AGREE: agree, Answer.OPPOSE: part - agree})
            assert isinstance(area, Area)
            wanted = Result.PASSED
            if not QUORUM[name](part, total):
                wanted = Result.NO_QUORUM
            elif not ENOUGH[name](agree, part):
                wanted = Result.FAILED
            assert decide(regime, heads, area) is wanted, (part, agree)


# Six holders of one flat each; the first four take part, the first three of them agree. Areas in cm².
@pytest.mark.parametrize(
    ("regime", "areas", "outcome"),
    [
        ("owners:half", (100, 100, 100, 99, 100, 100), "no_quorum"),
        ("owners:half", (100, 100, 100, 100, 100, 100), "passed"),
        ("owners:half", (100, 100, 100, 101, 100, 100), "passed"),
        ("owners:half", (100, 100, 100, 299, 100, 100), "passed"),
        ("owners:half", (100, 100, 100, 300, 100, 100), "failed"),
        ("owners:half", (100, 100, 100, 301, 100, 100), "failed"),
        ("owners:three-quarters", (100, 100, 100, 99, 50, 50), "passed"),
        ("owners:three-quarters", (100, 100, 100, 100, 50, 50), "passed"),
        ("owners:three-quarters", (100, 100, 100, 101, 50, 50), "failed"),
        ("owners:half", (100, 100, 100, None, 100, 100), "undetermined"),
    ],
)
def test_a_published_result_is_exact_to_the_square_centimetre(working, regime, areas, outcome):
    """Four of six heads are exactly two thirds, three of four exactly three quarters; the database counts again."""
    asked = make_asked(units=6, people=4, regime=regime, areas=areas, holders=list("甲乙丙丁戊己"), sheets=0)
    for number in range(4):
        phone(asked, number, Choice.AGREE if number < 3 else Choice.OPPOSE)
    assert publish(asked, at(KEYED)).value == outcome
