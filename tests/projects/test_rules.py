"""What a project is and how it may move: functions of values."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from fundapp.kernel.errors import Refused
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.projects import texts
from fundapp.projects.changes import changes, is_material, rises_by_more
from fundapp.projects.forms import with_line, without_line
from fundapp.projects.rules import (
    GROUPS,
    MOST_LINES,
    MOVES,
    CostItem,
    Kind,
    Stage,
    StageGroup,
    Task,
    Theme,
    check_cap,
    check_group,
    check_text,
    content_hash,
    content_of,
    group_of,
    limits_of,
    typed_of,
)
from fundapp.projects.sharing import SharedSum, Sharing
from tests.support.world import make_text

AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=MOST_LINES)
TASKS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(Task)), max_size=7)


def text_of(amounts):
    """A proposal with lines of these amounts."""
    return replace(make_text(), lines=tuple(CostItem(f"第{n}项", from_fen(one)) for n, one in enumerate(amounts)))


def refusal_of(deed, *given):
    with pytest.raises(Refused) as refusal:
        deed(*given)
    return refusal.value


@given(AMOUNTS)
def test_the_lines_add_up_to_the_budget(amounts):
    """To the fen, whatever the lines."""
    text = text_of(amounts)
    check_text(text)
    assert fen(text.total) == content_of(text)["budget_fen"] == sum(amounts)


@given(AMOUNTS, st.integers(-5, 5))
def test_a_stated_budget_must_be_the_sum(amounts, off):
    """A budget that is one fen away from its lines is refused."""
    text = replace(text_of(amounts), budget=from_fen(sum(amounts) + off))
    if off == 0:
        check_text(text)
    else:
        assert refusal_of(check_text, text).code == "projects.lines_do_not_sum"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": " "}, "projects.text_needed", "title"),
        ({"why": ""}, "projects.text_needed", "why"),
        ({"location": ""}, "projects.text_needed", "location"),
        ({"origin": ""}, "projects.text_needed", "origin"),
        ({"payers": "\n"}, "projects.text_needed", "payers"),
        ({"title": "长" * 81}, "projects.title_too_long", "title"),
        ({"beneficiaries": 0}, "projects.nobody_benefits", "beneficiaries"),
        ({"lines": ()}, "projects.no_lines", "lines"),
        ({"lines": (CostItem("灯", from_fen(1)),) * 31}, "projects.too_many_lines", "lines"),
        ({"lines": (CostItem("灯", ZERO),)}, "projects.line_incomplete", "lines"),
        ({"lines": (CostItem(" ", from_fen(1)),)}, "projects.line_incomplete", "lines"),
    ],
)
def test_a_proposal_that_leaves_something_out_is_refused_by_name(change, code, field):
    """The refusal names the field, so that the page can point at it."""
    refusal = refusal_of(check_text, replace(make_text(), **change))
    assert (refusal.code, refusal.field) == (code, field)
    assert code in texts.REFUSALS


@given(st.sampled_from(Kind), st.integers(1, 10**8), st.integers(1, 10**8))
def test_exactly_the_cap_of_its_kind_is_allowed(kind, budget, cap):
    """One fen more is too much; the caps of other kinds do not matter."""
    caps = {one: from_fen(1) for one in Kind} | {kind: from_fen(cap)}
    text = replace(text_of([budget]), kind=kind)
    if budget <= cap:
        check_cap(text, caps)
    else:
        assert refusal_of(check_cap, text, caps).code == "projects.over_cap"


def test_the_caps_of_zhuhai_are_read():
    """50 万 for works and 20 万 for goods and services (domain.md section 1.1)."""
    caps = limits_of({"works": "500000.00", "goods": "200000.00", "service": "200000.00"})
    check_cap(text_of([50_000_000]), caps)
    assert refusal_of(check_cap, text_of([50_000_001]), caps).facts["cap"] == from_fen(50_000_000)


@given(AMOUNTS, AMOUNTS)
def test_a_hash_stands_for_one_content(one, other):
    """The same lines give the same hash, other lines another."""
    same = one == other
    assert (content_hash(content_of(text_of(one))) == content_hash(content_of(text_of(other)))) is same


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_cost_is_material_when_it_grows_by_more_than_a_tenth(old, new):
    """Exactly a tenth is not; growing cheaper never is (peers.md failure 17)."""
    edit = content_of(text_of([old])), content_of(text_of([new]))
    assert is_material(*edit) is (new * 10 > old * 11)
    assert is_material(*edit, Fraction(1, 3)) is (new * 3 > old * 4)


def test_exactly_a_tenth_more_is_not_more_than_a_tenth():
    """30,000.00 may become 33,000.00; a single fen above it asks again, and so does a tenth of an odd sum."""
    tenth = Fraction(1, 10)
    assert not rises_by_more(3_000_000, 3_300_000, tenth)
    assert rises_by_more(3_000_000, 3_300_001, tenth)
    assert not rises_by_more(3_000_001, 3_300_001, tenth)  # 3,300,001.1 is the bar
    assert rises_by_more(3_000_001, 3_300_002, tenth)


def test_what_was_agreed_to_stands_first_among_what_changed():
    """A reader sees first what asks the households again."""
    old, new = make_text(), replace(make_text(), why="换一种说法", payers="每户 500 元", theme=Theme.CARE)
    found = changes(content_of(old), content_of(new))
    assert [(one.field, one.material) for one in found] == [("payers", True), ("why", False), ("theme", False)]
    assert (found[0].old, found[0].new) == (old.payers, "每户 500 元")


@pytest.mark.parametrize(
    ("change", "material"),
    [
        ({"title": "别的事"}, True),
        ({"location": "别处"}, True),
        ({"kind": Kind.GOODS}, True),
        ({"payers": "每户 500 元"}, True),
        ({"why": "换一种说法"}, False),
        ({"theme": Theme.CARE}, False),
        ({"beneficiaries": 5}, False),
    ],
)
def test_what_where_and_who_pays_are_material(change, material):
    """Another reason for the same thing does not void what households said."""
    assert is_material(content_of(make_text()), content_of(replace(make_text(), **change))) is material


def test_who_shares_a_sum_is_part_of_what_was_agreed_to():
    """A sum to share, another sum, another rule or another building: each asks the households again."""
    shared = SharedSum(Sharing.FLOOR, from_fen(100), ("1栋",))
    others = (
        None,
        replace(shared, amount=from_fen(99)),
        replace(shared, how=Sharing.AREA),
        replace(shared, buildings=()),
    )
    for other in others:
        assert is_material(content_of(make_text(shared=shared)), content_of(make_text(shared=other)))
    assert not is_material(content_of(make_text(shared=shared)), content_of(make_text(shared=shared)))


@given(TASKS)
def test_a_group_has_one_lead_one_treasurer_supervisors_and_nobody_twice(tasks):
    """131: who executes and who supervises are different people."""
    people = [person for person, _task in tasks]
    count = {task: sum(one is task for _person, one in tasks) for task in Task}
    good = (
        len(people) == len(set(people))
        and count[Task.LEAD] == count[Task.TREASURER] == 1
        and count[Task.SUPERVISOR] >= 1
    )
    if good:
        check_group(tasks)
    else:
        assert refusal_of(check_group, tasks).code in texts.REFUSALS


def test_a_supervisor_with_another_task_is_told_so():
    """The reason names the supervisor's doubled task, not a missing one."""
    tasks = [(1, Task.LEAD), (2, Task.TREASURER), (1, Task.SUPERVISOR)]
    assert refusal_of(check_group, tasks).code == "projects.supervisor_has_task"


def test_every_stage_is_in_one_group_and_has_its_words():
    """A list that is narrowed by group shows every project somewhere, once."""
    listed = [stage for stages in GROUPS.values() for stage in stages]
    assert sorted(listed) == sorted(Stage)
    assert all(stage in GROUPS[group_of(stage)] for stage in Stage)
    assert set(texts.STAGE_LABELS) == set(texts.STAGE_TONES) == set(texts.STEPS) == set(MOVES) == set(Stage)
    assert set(texts.GROUP_LABELS) == set(StageGroup)
    assert (set(texts.KIND_LABELS), set(texts.THEME_LABELS), set(texts.TASK_LABELS)) == (
        set(Kind),
        set(Theme),
        set(Task),
    )


def test_every_life_can_end():
    """From each stage a road leads to one of the three ends."""
    ends = {Stage.CLOSED, Stage.REJECTED, Stage.WITHDRAWN}
    assert {stage for stage, roads in MOVES.items() if not roads} == ends
    for start in Stage:
        reached, ahead = {start}, [start]
        while ahead:
            fresh = MOVES[ahead.pop()] - reached
            reached |= fresh
            ahead += fresh
        assert reached & ends


@given(AMOUNTS)
def test_a_text_can_be_typed_again_from_what_the_form_shows(amounts):
    """What a returned proposal shows in its form is what was handed in."""
    typed = MultiDict(typed_of(text_of(amounts)))
    assert typed["title"] == "睦邻驿站"
    assert sum(name.endswith("-amount") for name in typed) == len(amounts)


LINES = st.dictionaries(
    st.integers(0, 40), st.tuples(st.text("灯杆12", max_size=3), st.text("1万x", max_size=3)), max_size=6
)


def typed_lines(lines):
    """The fields of a form with these lines."""
    fields = {"title": "灯"}
    for number, (name, amount) in lines.items():
        fields |= {f"lines-{number}-name": name, f"lines-{number}-amount": amount}
    return fields


def read_lines(fields):
    """Lines in their order, as the form shows them."""
    numbers = sorted({int(name.split("-")[1]) for name in fields if name.startswith("lines-")})
    return [(fields.get(f"lines-{n}-name", ""), fields.get(f"lines-{n}-amount", "")) for n in numbers]


@given(LINES)
def test_one_more_line_keeps_everything_that_was_typed(lines):
    """Wrong amounts included; there is at least one empty line afterwards."""
    after = read_lines(with_line(typed_lines(lines)))
    before = read_lines(typed_lines(lines))
    assert [line for line in after if line != ("", "")] == [line for line in before if line != ("", "")]
    assert after[-1] == ("", "")
    assert len(after) > len(before)


@given(LINES, st.integers(0, 6))
def test_one_line_less_keeps_the_others_in_their_order(lines, position):
    """A place that is not in the list takes nothing away."""
    before = read_lines(typed_lines(lines))
    after = read_lines(without_line(typed_lines(lines), position))
    assert after == before[:position] + before[position + 1 :]


def test_a_full_list_takes_no_further_line():
    """Thirty lines are enough for a small project."""
    full = typed_lines({n: ("灯", "1") for n in range(MOST_LINES)})
    assert with_line(full) == full
