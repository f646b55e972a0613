"""The parts of a policy: their shape, their hash, their differences."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.kernel.errors import BadInput
from fundapp.policy_parts import check_policy_part
from fundapp.programmes.rules import SUBJECTS, changes, check_shape, parts_hash, usual_parts
from fundapp.programmes.shares import share_of

PARTS = st.dictionaries(
    st.sampled_from(SUBJECTS),
    st.dictionaries(
        st.text("abc", min_size=1), st.one_of(st.integers(), st.text("汉字ab", max_size=3), st.booleans()), max_size=4
    ),
    max_size=4,
)


def test_the_usual_policy_can_be_read_by_every_subject():
    """What the form offers as its default is a policy under which the whole life works."""
    for subject, data in check_shape(usual_parts()).items():
        check_policy_part(subject, data)


def test_the_usual_policy_is_given_anew_each_time():
    """Who changes her copy changes nobody else's."""
    usual_parts()["consent"]["days"] = 60
    assert usual_parts()["consent"]["days"] == 7


@pytest.mark.parametrize(
    "spoil",
    [
        lambda parts: parts.pop("limits"),
        lambda parts: parts.update(extra={"a": 1}),
        lambda parts: parts.update(consent=[]),
        lambda parts: parts.update(consent={}),
        lambda parts: parts["consent"].update(days=0.5),
        lambda parts: parts["queue"].update(order_by="loudest"),
        lambda parts: parts["queue"].update(other=1),
        lambda parts: parts["evaluation"].update(scale="stars"),
        lambda parts: parts["consent"].update(days=object()),
    ],
)
def test_a_policy_with_a_part_too_few_or_too_many_is_refused(spoil):
    """A typing error never removes a rule unseen."""
    parts = usual_parts()
    spoil(parts)
    with pytest.raises(BadInput):
        check_shape(parts)


def test_a_policy_from_before_the_council_had_a_part_stays_good():
    """It says nothing of the council, whose sessions then go by what is usual; its hash is what it was."""
    earlier = usual_parts()
    del earlier["council"]
    assert check_shape(earlier) == earlier


def test_what_is_no_table_is_refused():
    """A list is no policy."""
    with pytest.raises(BadInput):
        check_shape(["consent"])


@pytest.mark.parametrize(
    ("subject", "data"),
    [
        ("limits", {"works": "1.00", "goods": "1.00"}),
        ("limits", {"works": "1.00", "goods": "1.00", "service": "0.00"}),
        ("limits", {"works": 1, "goods": "1.00", "service": "1.00"}),
        ("limits", None),
    ],
)
def test_the_caps_are_three_amounts_above_nothing(subject, data):
    """Every kind of project has a highest budget."""
    with pytest.raises(BadInput):
        check_policy_part(subject, data)


@given(PARTS)
def test_the_hash_is_of_the_content_and_of_nothing_else(parts):
    """The order in which keys were written, or a round through text, does not change the hash."""
    turned = dict(reversed(list(parts.items())))
    assert parts_hash(turned) == parts_hash(parts) == parts_hash(json.loads(json.dumps(parts)))


@given(PARTS, PARTS)
def test_no_difference_means_the_same_hash(old, new):
    """Two policies between which nothing is shown to differ say the same, empty tables aside."""
    if not changes(old, new):
        assert {k: v for k, v in old.items() if v}.keys() == {k: v for k, v in new.items() if v}.keys()
    assert changes(old, old) == []
    assert {change.place for change in changes(old, new)} == {change.place for change in changes(new, old)}


def test_a_changed_tier_is_told_in_one_line():
    """The rows of a table of tiers are compared together."""
    new = usual_parts()
    new["matching"]["entitlement"]["amount_tiers"]["tiers"][0]["rate"] = "2/5"
    told = changes(usual_parts(), new)
    assert [change.place for change in told] == ["matching.entitlement.amount_tiers.tiers"]
    assert told[0].new is not None
    assert told[0].new.startswith("from=0.00 rate=2/5, from=5000.00")


@given(st.integers(0, 999_999), st.integers(1, 999_999))
def test_a_share_can_be_typed_as_a_fraction(over, under):
    """A typed fraction is read exactly."""
    read = share_of(f"{over}/{under}")
    assert read is not None
    assert read * under == over


@pytest.mark.parametrize("typed", ["", "half", "1/0", "-1/2", "1.2.3", "½", "1e3", "١/٢"])
def test_what_is_no_share_is_not_guessed_at(typed):
    """Anything else is refused on its field."""
    assert share_of(typed) is None
