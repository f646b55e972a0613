"""Codes, names, and who counts as related."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.parties.rules import (
    CONTROL,
    Bond,
    Holding,
    Tie,
    clean_code,
    kind_of,
    name_key,
    names_a_body,
    relations,
)
from fundapp.stories.props import made_up_code

PEOPLE = st.integers(1, 5)
HOLDINGS = st.lists(st.builds(Holding, PEOPLE, st.integers(1, 3), st.sampled_from(Bond)), max_size=6)
TIES = st.lists(st.builds(Tie, PEOPLE, PEOPLE, st.sampled_from([Bond.RELATIVE, Bond.HOUSEHOLD])), max_size=6)


@given(st.text(min_size=1))
def test_one_wrong_sign_of_a_code_is_found(name):
    """Every sign counts for the check digit: another sign in any place is never taken for the firm's code."""
    code = made_up_code(name)
    assert clean_code(f" {code[:8]}-{code[8:].lower()} ") == code
    for place in range(2, 18):
        other = "2" if code[place] != "2" else "7"
        assert clean_code(code[:place] + other + code[place + 1 :]) is None


@pytest.mark.parametrize("typed", ["", "9111", "91110000600037341O", "9111000060003734I1", "x" * 18])
def test_what_is_no_code_is_none(typed):
    """Too short, letters that no code has, no digits where the district stands."""
    assert clean_code(typed) is None


def test_a_code_tells_what_its_bearer_is():
    """9 trades, 5 is a society, 1 a public unit, and who has none is a person."""
    kinds = [kind_of(code).value for code in ("9" * 18, "5" * 18, "1" * 18, None)]
    assert kinds == ["firm", "organisation", "unit", "person"]


@pytest.mark.parametrize("name", ["甲木器厂", "乙家具店", "光明灯饰五金", "幸福社区居委会", "第一小学校"])
def test_a_body_is_known_by_its_name(name):
    """A firm that is written down as a person would be a second one, related to nobody."""
    assert names_a_body(name)
    assert not names_a_body(name_key("欧阳建国"))
    assert not names_a_body("阿依古丽·买买提")


@given(st.sets(PEOPLE, max_size=3), HOLDINGS, TIES)
def test_an_insiders_own_interest_always_counts_and_a_strangers_never(insiders, holdings, ties):
    """Whatever else is entered: her own of every kind, near people's only where they control."""
    found = relations(insiders, holdings, ties)
    assert {(h.person_id, h.counterparty_id) for h in holdings if h.person_id in insiders} == {
        (one.insider, one.counterparty_id) for one in found if one.through is None
    }
    for one in found:
        assert one.insider in insiders
        if one.through is not None:
            assert one.bond in CONTROL
            assert any({tie.one, tie.other} == {one.insider, one.through} for tie in ties)


@given(st.sets(PEOPLE, max_size=3), HOLDINGS, TIES)
def test_order_says_nothing(insiders, holdings, ties):
    """Turned ties and another order of entries give the same."""
    turned = [Tie(tie.other, tie.one, tie.bond) for tie in reversed(ties)]
    found = relations(insiders, holdings, ties)
    again = relations(insiders, list(reversed(holdings)), turned)
    assert {(o.insider, o.counterparty_id, o.bond, o.through) for o in found} == {
        (o.insider, o.counterparty_id, o.bond, o.through) for o in again
    }
