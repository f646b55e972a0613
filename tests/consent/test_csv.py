"""Rosters and answers are read strictly, and a fault is told with file and line."""

import pytest

from fundapp.consent.csv_text import answers_of_csv, roster_of_csv
from fundapp.consent.rules import Answer, Unit
from fundapp.kernel.errors import BadInput


def roster(text: str) -> list[Unit]:
    """Read a roster."""
    return roster_of_csv(text.encode(), "R.csv")


def answers(text: str, allow_follow: bool = False) -> dict[str, Answer]:
    """Read answers of units 1 and 2."""
    return answers_of_csv(text.encode(), "A.csv", {"1", "2"}, allow_follow)


def test_a_roster_keeps_areas_exactly():
    """Areas are whole square centimetres, an empty one is unknown; quotes, a leading mark, blank lines are fine."""
    found = roster('\ufeffunit,holder,area_m2\r\n1-101,"张三, 李四",85.5\r\n\r\n1-102,,\r\n1-103,王五 ,0.0001\r\n')
    assert found == [Unit("1-101", "张三, 李四", 855_000), Unit("1-102", "", None), Unit("1-103", "王五", 1)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "R.csv line 1"),
        ("unit,holder,area\n", "R.csv line 1"),
        ("unit,area_m2,holder\n", "R.csv line 1"),
        ("unit,holder,area_m2,floor\n1,甲,1,3\n", "R.csv line 1"),
        ("unit;holder;area_m2\n", "R.csv line 1"),
        ("unit,holder,area_m2\n", "R.csv: found no unit"),
        ("unit,holder,area_m2\n1,甲,80\n2,乙\n", "R.csv line 3"),
        ("unit,holder,area_m2\n1,甲,80,\n", "R.csv line 2: found 4 columns"),
        ("unit,holder,area_m2\n1,甲,80\n2,乙,80\n1,丙,80\n", "R.csv line 4, unit"),
        ("unit,holder,area_m2\n,甲,80\n", "R.csv line 2, unit"),
        ("unit,holder,area_m2\n 1,甲,80\n", "R.csv line 2, unit"),
        ('unit,holder,area_m2\n1,"甲,80\n', "R.csv line 2"),
        ('unit,holder,area_m2\n1,"甲"x,80\n', "R.csv line 2"),
    ],
)
def test_a_roster_that_is_not_as_agreed_is_refused(text, named):
    """Wrong, missing or extra columns, a unit twice or without a name, a broken quote."""
    with pytest.raises(BadInput) as bad:
        roster(text)
    assert named in str(bad.value)


@pytest.mark.parametrize(
    "area",
    ["0", "0.0000", "-80", "+80", "8e1", "80.00001", "80,5", ".5", "80.", "NaN", "inf", "八十", "８０", " 80", "1/2"],
)
def test_an_area_is_a_plain_decimal_above_zero(area):
    """No sign, exponent, fraction, blank or fifth decimal."""
    with pytest.raises(BadInput, match=r"R\.csv line 2, area_m2"):
        roster(f'unit,holder,area_m2\n1,甲,"{area}"\n')


@pytest.mark.parametrize("raw", ["unit,holder,area_m2\n1,甲,80\n".encode("gb18030"), b"\xff\xfe", b"u\x00nit"])
def test_a_file_in_another_encoding_is_refused(raw):
    """A spreadsheet's old encoding is told, not read as nonsense."""
    with pytest.raises(BadInput, match=r"R\.csv"):
        roster_of_csv(raw, "R.csv")


def test_answers_are_read_by_unit():
    """Nobody has to answer; 从众 is read where the rule knows it."""
    assert answers("unit,answer\n") == {}
    assert answers("unit,answer\n2,abstain\n1,agree\n") == {"2": Answer.ABSTAIN, "1": Answer.AGREE}
    assert answers("unit,answer\n1,follow\n", allow_follow=True) == {"1": Answer.FOLLOW}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("unit,answers\n", "A.csv line 1"),
        ("unit,answer\n1,follow\n", "A.csv line 2, answer"),
        ("unit,answer\n1,Agree\n", "A.csv line 2, answer"),
        ("unit,answer\n1,\n", "A.csv line 2, answer"),
        ("unit,answer\n1, agree\n", "A.csv line 2, answer"),
        ("unit,answer\n1,agree\n3,agree\n", "A.csv line 3, unit"),
        ("unit,answer\n1,agree\n1,agree\n", "A.csv line 3, unit"),
        ("unit,answer\n1,agree,today\n", "A.csv line 2"),
        ("unit,answer\n1\n", "A.csv line 2"),
        ("unit,answer\n" + "x" * 200_000 + ",agree\n", "A.csv line 2"),
    ],
)
def test_answers_that_are_not_as_agreed_are_refused(text, named):
    """An unknown unit or answer, a unit twice, even with the same answer."""
    with pytest.raises(BadInput) as bad:
        answers(text)
    assert named in str(bad.value)
    assert len(str(bad.value)) < 400
