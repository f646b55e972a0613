"""The first check, the project group, and what lists show to whom; on both databases."""

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY, Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.projects import commands, queries
from fundapp.projects.queries import Filters
from fundapp.projects.rules import Finding, Kind, Stage, StageGroup, Task, Theme
from tests.projects.life import begin, check, make_street, submit
from tests.support.world import (
    CLOCK,
    NOW,
    again,
    make_account,
    make_group,
    make_person,
    make_resident,
    make_text,
)


@pytest.fixture
def street(app):
    """A street with a programme."""
    return make_street()


@pytest.fixture
def waiting(street):
    """A proposal that waits for its first check."""
    draft = begin(street)
    submit(street, draft)
    return draft


def test_the_head_of_a_building_passes_on_and_returns(street, waiting):
    """楼栋长 of one building checks what is proposed for the compound (domain.md section 1.3)."""
    assert check(street, waiting, Finding.RETURN, "请写清地点", street.head) is Stage.RETURNED
    submit(street, waiting)
    assert check(street, waiting, actor=street.head) is Stage.FEASIBLE


def test_only_a_worker_rejects(street, waiting):
    """A neighbour with a task does not close the door on a neighbour."""
    with pytest.raises(Forbidden, match=r"projects\.only_worker_rejects"):
        check(street, waiting, Finding.REJECT, "物业的事", street.head)
    assert check(street, waiting, Finding.REJECT, "物业的事") is Stage.REJECTED


@pytest.mark.parametrize("finding", [Finding.RETURN, Finding.REJECT])
def test_no_answer_without_a_reason(street, waiting, finding):
    """The proposer is owed a reason."""
    with pytest.raises(Refused, match=r"projects\.reason_needed"):
        check(street, waiting, finding, "  ")


def test_nobody_checks_her_own_proposal(street):
    """Maker is never checker, worker or not."""
    own = begin(street, street.worker)
    submit(street, own, actor=street.worker)
    with pytest.raises(Forbidden, match=r"projects\.own_proposal"):
        check(street, own)
    assert check(street, own, actor=street.head) is Stage.FEASIBLE


def test_residents_and_workers_of_elsewhere_do_not_check(street, waiting):
    """A role holds in its own place."""
    for other in (street.neighbour, street.stranger):
        with pytest.raises(Forbidden, match=r"projects\.not_checker"):
            check(street, waiting, actor=other)


def test_a_draft_is_not_there_for_checkers(street):
    """Nobody checks what was not handed in."""
    with pytest.raises(NotVisible):
        check(street, begin(street))


def test_what_was_passed_on_can_still_be_returned_but_not_passed_again(street, waiting):
    """As long as no household has been asked."""
    check(street, waiting)
    with pytest.raises(Refused, match=r"projects\.already_passed"):
        check(street, waiting)
    assert check(street, waiting, Finding.RETURN, "价格有变") is Stage.RETURNED
    with pytest.raises(Forbidden, match=r"projects\.not_to_check"):
        check(street, waiting)


def group_of(street, project_id, actor=None, **logins):
    cmd = commands.FormGroup(project_id, **({"members": (), "supervisors": ("jian",)} | logins))
    with unit_of_work() as session:
        return commands.form_group(session, actor or street.resident, cmd, CLOCK)


@pytest.fixture
def people(street):
    """Four persons with login names."""
    with unit_of_work() as session:
        made = {login: make_person(session, login) for login in ("zu", "cai", "yuan", "jian")}
        for login, actor in made.items():
            make_account(session, actor, login)
    return made


def test_a_group_is_named_and_its_members_get_their_roles(street, waiting, people):
    """Lead, treasurer and members run it, the supervisor watches."""
    check(street, waiting)
    tasks = group_of(street, waiting, lead=" ZU ", treasurer="cai", members=("yuan",))
    assert tasks[people["zu"].person_id] is Task.LEAD
    with unit_of_work() as session:
        path = queries.get_project(session, waiting).place_path
        assert again(session, people["yuan"]).has(Role.GROUP_MEMBER, path)
        assert again(session, people["jian"]).has(Role.SUPERVISOR, path)
        assert not again(session, people["jian"]).has(Role.GROUP_MEMBER, path)
        assert [row.task for row in queries.group_of_project(session, waiting)] == list(Task)


def test_a_group_named_again_replaces_the_first(street, waiting, people):
    """Who left has no task any more."""
    check(street, waiting)
    group_of(street, waiting, lead="zu", treasurer="cai", members=("yuan",))
    group_of(street, waiting, street.worker, lead="yuan", treasurer="cai")
    with reading_session() as session:
        tasks = queries.tasks_of(session, waiting)
    assert tasks == {
        people["yuan"].person_id: Task.LEAD,
        people["cai"].person_id: Task.TREASURER,
        people["jian"].person_id: Task.SUPERVISOR,
    }


@pytest.mark.parametrize(
    ("logins", "code", "field"),
    [
        ({"lead": "zu", "treasurer": "nobody"}, "projects.unknown_login", "treasurer"),
        ({"lead": "zu", "treasurer": "zu"}, "projects.two_tasks", "members"),
        ({"lead": "jian", "treasurer": "cai"}, "projects.supervisor_has_task", "supervisors"),
        ({"lead": "zu", "treasurer": "cai", "supervisors": ()}, "projects.no_supervisor", "supervisors"),
    ],
)
def test_a_group_in_which_tasks_meet_is_refused(street, waiting, people, logins, code, field):
    """Each refusal names its field."""
    check(street, waiting)
    with pytest.raises(Refused) as refusal:
        group_of(street, waiting, **logins)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_a_group_is_named_by_the_proposer_or_a_worker_after_the_first_check(street, waiting, people):
    """Neither before nor by a neighbour, nor when matched money has come."""
    good = {"lead": "zu", "treasurer": "cai"}
    with pytest.raises(Forbidden, match=r"projects\.group_too_early"):
        group_of(street, waiting, **good)
    check(street, waiting)
    with pytest.raises(Forbidden, match=r"projects\.not_founder"):
        group_of(street, waiting, street.neighbour, **good)
    with unit_of_work() as session:
        for stage in (Stage.CONSENTING, Stage.CONSENTED, Stage.SELECTED, Stage.MATCHED):
            commands.move_on(session, street.worker, waiting, stage, NOW)
    with pytest.raises(Forbidden, match=r"projects\.group_fixed"):
        group_of(street, waiting, **good)


def test_the_builder_of_groups_gives_actors_with_their_roles(street, waiting):
    """Other packages' tests stand on it."""
    check(street, waiting)
    with unit_of_work() as session:
        group = make_group(session, street.places, waiting)
    assert group[Task.SUPERVISOR].has_any(Role.SUPERVISOR)
    assert group[Task.TREASURER].has_any(Role.GROUP_MEMBER)


def many(street, count):
    """Several public projects of different kinds and themes."""
    made = []
    for number in range(count):
        draft = begin(street)
        kind = Kind.GOODS if number % 2 else Kind.WORKS
        submit(street, draft, make_text(f"项目{number}", kind=kind, theme=list(Theme)[number % 5]))
        check(street, draft)
        made.append(draft)
    return made


def test_a_long_list_is_read_page_by_page_without_gap_or_double(street):
    """Keyset paging: a project that comes in meanwhile moves nothing."""
    made = many(street, 5)
    seen, before = [], None
    with reading_session() as session:
        while True:
            page = queries.list_projects(session, NOBODY, Filters(), before, limit=2)
            seen += [row.id for row in page.rows]
            if page.next_key is None:
                break
            before = int(page.next_key)
    assert seen == sorted(made, reverse=True)


def test_a_list_is_narrowed_by_group_theme_kind_place_and_programme(street):
    """Each filter alone, and together."""
    made = many(street, 5)
    with unit_of_work() as session:
        commands.move_on(session, street.worker, made[0], Stage.CONSENTING, NOW)
    with reading_session() as session:
        path = queries.get_project(session, made[0]).place_path

        def found(**filters):
            return [row.id for row in queries.list_projects(session, NOBODY, Filters(**filters)).rows]

        assert found(group=StageGroup.CONSENT) == [made[0]]
        assert found(theme=Theme.CULTURE) == [made[2]]
        assert found(kind=Kind.GOODS) == [made[3], made[1]]
        assert found(kind=Kind.GOODS, theme=Theme.SAFETY) == []
        assert len(found(place_path=path)) == 5
        assert found(place_path="/999/") == []
        assert len(found(programme_id=street.programme)) == 5
        assert queries.count_by_stage(session, path) == {Stage.FEASIBLE: 4, Stage.CONSENTING: 1}


def test_strangers_see_public_stages_and_checkers_what_waits_for_them(street, waiting):
    """One rule of who may see for every exit."""
    draft = begin(street)
    with reading_session() as session:
        for nosy in (NOBODY, street.neighbour, street.stranger):
            assert queries.list_projects(session, nosy, Filters()).rows == []
            assert queries.waiting_for_check(session, nosy) == []
        for checker in (street.worker, street.head):
            assert [row.id for row in queries.waiting_for_check(session, checker)] == [waiting]
            assert [row.id for row in queries.list_projects(session, checker, Filters()).rows] == [waiting]
        assert [row.id for row in queries.my_proposals(session, street.resident)] == [draft, waiting]
        assert queries.count_by_stage(session) == {}


def test_a_checker_does_not_wait_for_herself(street):
    """One's own proposal waits for somebody else."""
    own = begin(street, street.worker)
    submit(street, own, actor=street.worker)
    with unit_of_work() as session:
        second = make_resident(session, "又一户", street.places.units[2])
    assert second.person_id
    with reading_session() as session:
        assert queries.waiting_for_check(session, street.worker) == []
        assert [row.id for row in queries.waiting_for_check(session, street.head)] == [own]
