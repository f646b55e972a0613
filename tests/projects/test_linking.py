"""Two projects are linked as the same or as rivals: by whom, when, with what effect, and on which pages."""

from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from fundapp.consent.commands.rounds import terms_for
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.notify.queries import messages_of
from fundapp.projects.commands import AnswerLink, LinkProjects, answer_link, link_projects, linking, move_on
from fundapp.projects.linking import LinkKind, LinkState, LinkStep, against_linking
from fundapp.projects.links import barred_by_links, carried_on, link_of, links_of, links_waiting, similar_to
from fundapp.projects.queries import get_project
from fundapp.projects.rules import Stage
from tests.projects.life import begin, check, make_street, submit
from tests.support.races import Meeting, at_once
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, make_account, make_text

RIVALS, DUPLICATE = LinkKind.RIVALS, LinkKind.DUPLICATE
STANDS, DECLINED, WITHDRAWN, ENDED = LinkStep
ATTACKS = {
    "another reason": "UPDATE project_link SET reason = '别的'",
    "no link": "DELETE FROM project_link",
    "no step": "DELETE FROM project_link_step",
    "a link twice": "INSERT INTO project_link (project_id, other_id, kind, reason, made_by_id, at) "
    "SELECT project_id, other_id, 'duplicate', reason, made_by_id, at FROM project_link",
    "a link turned": "INSERT INTO project_link (project_id, other_id, kind, reason, made_by_id, at) "
    "SELECT other_id, project_id, 'duplicate', reason, made_by_id, at FROM project_link",
    "rivals with an order": "INSERT INTO project_link (project_id, other_id, kind, reason, made_by_id, at) "
    "SELECT other_id, project_id, kind, reason, made_by_id, at FROM project_link",
    "with itself": "INSERT INTO project_link (project_id, other_id, kind, reason, made_by_id, at) "
    "SELECT project_id, project_id, 'duplicate', reason, made_by_id, at FROM project_link",
    "declined after it stood": "INSERT INTO project_link_step (link_id, step, reason, person_id, at) "
    "SELECT link_id, 'declined', '不是', person_id, at FROM project_link_step",
    "ended without a reason": "INSERT INTO project_link_step (link_id, step, reason, person_id, at) "
    "SELECT link_id, 'ended', ' ', person_id, at FROM project_link_step",
    "ended by a proposer": "INSERT INTO project_link_step (link_id, step, reason, person_id, at) "
    "SELECT s.link_id, 'ended', '不是', p.proposer_id, s.at FROM project_link_step s, project p",
    "taken back by another": "INSERT INTO project_link_step (link_id, step, reason, person_id, at) "
    "SELECT s.link_id, 'withdrawn', '', p.proposer_id, s.at FROM project_link_step s, project p",
}


@pytest.fixture
def street(app):
    """A street with a lamp of the resident's, a lamp of the neighbour's and a pavilion, all passed on."""
    app.extensions["clock"] = CLOCK
    made = make_street()
    for actor, title in (
        (made.resident, "3栋门口装路灯"),
        (made.neighbour, "3 栋门口，装路灯！"),
        (made.neighbour, "修凉亭"),
    ):
        number = begin(made, actor, title=title)
        submit(made, number, make_text(title=title), actor)
        check(made, number)
    return made


def link(actor, kind=RIVALS, project_id=1, other_id=2, reason="都在北门空地"):
    with unit_of_work() as session:
        return link_projects(session, actor, LinkProjects(project_id, other_id, kind, reason), CLOCK).id


def answer(actor, link_id, step, reason=""):
    with unit_of_work() as session:
        return answer_link(session, actor, AnswerLink(link_id, step, reason), CLOCK)


def told(actor):
    with reading_session() as session:
        return [row.title for row in messages_of(session, actor).rows]


def test_a_worker_links_at_once_and_both_groups_are_told(street):
    """Both pages show it with its reason; an end leaves it there as ended."""
    number = link(street.worker, project_id=2, other_id=1)
    with reading_session() as session:
        one, other = links_of(session, 1)[0], links_of(session, 2)[0]
        assert (one.other_id, other.other_id, one.state, one.reason) == (2, 1, LinkState.STANDS, "都在北门空地")
        assert (one.made_by, one.answered_by) == ("王*", "王*")
    assert told(street.resident)[0] == told(street.neighbour)[0] == "项目互斥登记：同意登记"
    assert answer(street.worker, number, ENDED, "北门空地扩大了") is LinkState.ENDED
    with reading_session() as session:
        assert [(row.state, row.answer) for row in links_of(session, 2)] == [(LinkState.ENDED, "北门空地扩大了")]
    assert link(street.worker, DUPLICATE) != number


def test_a_group_is_not_told_the_title_of_what_is_still_in_its_first_check(street):
    """Its own title stands there; of the other it hears that there is one; its page shows no such link either."""
    number = begin(street, street.resident, title="周家卫生间漏水")
    submit(street, number, make_text(title="周家卫生间漏水"), street.resident)
    link(street.worker, project_id=2, other_id=number)
    with reading_session() as session:
        told_neighbour = messages_of(session, street.neighbour).rows[0].text
        told_resident = messages_of(session, street.resident).rows[0].text
        assert links_of(session, 2, street.neighbour) == ()
    assert "还在初审的提案" in told_neighbour
    assert "周家" not in told_neighbour
    assert "3 栋门口" in told_neighbour
    assert "周家" in told_resident
    assert "3 栋门口" in told_resident


def link_and_meet(meeting, *args):
    """Link in a process of its own, and wait for the other one after reading what is linked already."""
    linking.open_links = meeting.after(linking.open_links)
    return link(*args)


def test_of_two_links_of_one_pair_at_once_one_is_made(street):
    """As rivals, or as a double and as rivals: whoever comes second is told that they are linked already."""
    for one, other in ((RIVALS, RIVALS), (DUPLICATE, RIVALS)):
        meeting = Meeting(2, seconds=0.5)
        ended = at_once([
            partial(link_and_meet, meeting, street.worker, one),
            partial(link_and_meet, meeting, street.worker, other, 2, 1),
        ])  # fmt: skip
        assert [how for how, _what in ended] == ["done", "refused"]
        assert ended[1][1] == "projects.linked_already"
        answer(street.worker, ended[0][1], ENDED, "两件都办")


def test_of_two_answers_at_once_one_counts(street):
    """One worker lets it stand, another declines it: the second hears that it was answered."""
    number = link(street.resident)
    ended = at_once([
        partial(answer, street.worker, number, STANDS), partial(answer, street.worker, number, DECLINED, "不冲突"),
    ])  # fmt: skip
    assert sorted(how for how, _what in ended) == ["done", "refused"]


def test_two_links_that_would_make_a_chain_of_doubles_are_not_both_made(street):
    """The lamp becomes the neighbour's lamp's double while that becomes the pavilion's: one stands."""
    meeting = Meeting(2, seconds=0.5)
    ended = at_once([
        partial(link_and_meet, meeting, street.worker, DUPLICATE, 1, 2),
        partial(link_and_meet, meeting, street.worker, DUPLICATE, 2, 3),
    ])  # fmt: skip
    assert [how for how, _what in ended] == ["done", "refused"]
    assert ended[1][1] == "projects.link_one_carries"


def test_what_a_group_asks_for_waits_for_a_worker(street):
    """The other group is told, strangers see nothing, and only a worker without a task in either decides."""
    number = link(street.resident)
    assert told(street.neighbour)[0] == "项目互斥登记：有人提出，等社区工作者答复"
    with reading_session() as session:
        assert links_of(session, 1, NOBODY) == ()
        assert [row.id for row in links_waiting(session, street.worker)] == [number]
    for actor in (street.resident, street.neighbour, street.head, street.stranger):
        with pytest.raises(Forbidden):
            answer(actor, number, STANDS)
    with pytest.raises(Refused, match="link_needs_reason"):
        answer(street.worker, number, DECLINED, " ")
    assert answer(street.worker, number, STANDS) is LinkState.STANDS
    with pytest.raises(Forbidden, match="link_answered"):
        answer(street.worker, number, DECLINED, "想错了")


def test_only_who_asked_takes_it_back(street):
    """And then it may be asked for again."""
    number = link(street.resident)
    with pytest.raises(Refused, match="linked_already"):
        link(street.neighbour, project_id=2, other_id=1)
    with pytest.raises(Forbidden, match="link_of_another"):
        answer(street.worker, number, WITHDRAWN)
    assert answer(street.resident, number, WITHDRAWN) is LinkState.WITHDRAWN
    assert link(street.neighbour, project_id=2, other_id=1) > number


def test_who_has_a_task_in_a_project_does_not_decide_on_its_links(street):
    """A worker who proposed one of the two only asks."""
    number = begin(street, street.worker, title="北门凉亭")
    submit(street, number, make_text(title="北门凉亭"), street.worker)
    check(street, number, actor=street.head)
    asked = link(street.worker, project_id=number, other_id=3)
    with reading_session() as session:
        assert link_of(session, asked)[1] is LinkState.ASKED
        assert links_waiting(session, street.worker) == []
    with pytest.raises(Forbidden, match="link_of_own"):
        answer(street.worker, asked, STANDS)


@pytest.mark.parametrize(
    ("who", "said", "refusal"),
    [
        ("worker", {"reason": "  "}, "link_needs_reason"),
        ("worker", {"other_id": 1}, "link_no_such"),
        ("worker", {"other_id": 99}, "link_no_such"),
        ("neighbour", {"other_id": 4}, "link_no_such"),
        ("resident", {"other_id": 4}, "link_gone"),
        ("head", {}, "link_not_yours"),
        ("stranger", {}, "link_not_yours"),
    ],
)
def test_what_is_no_link_is_refused(street, who, said, refusal):
    """Without a reason, with itself, with nothing, with a draft, by who has nothing to do with it."""
    begin(street, title="只是草稿")
    with pytest.raises(Refused, match=refusal):
        link(getattr(street, who), **said)


def test_a_double_is_carried_on_by_one_and_has_no_other_link(street):
    """It is asked about no more and stands on no ballot; who carries it on does."""
    link(street.worker, DUPLICATE, 2, 1)
    with reading_session() as session:
        assert carried_on(session, [1, 2, 3]) == {2: 1}
        assert barred_by_links(session, [1, 2, 3]) == {2}
        with pytest.raises(Refused, match="is_carried_on"):
            terms_for(session, get_project(session, 2))
        assert terms_for(session, get_project(session, 1))
    for kind, one, other in ((DUPLICATE, 1, 3), (DUPLICATE, 3, 2), (RIVALS, 2, 3)):
        with pytest.raises(Refused, match="link_one_carries"):
            link(street.worker, kind, one, other)
    asked = link(street.worker, RIVALS, 1, 3)
    with reading_session() as session:
        assert link_of(session, asked)[1] is LinkState.STANDS


def test_what_was_asked_is_looked_at_again_when_it_is_answered(street):
    """Between asking and answering another link may have come to stand."""
    asked = link(street.neighbour, DUPLICATE, 3, 1)
    link(street.worker, DUPLICATE, 1, 2)
    with pytest.raises(Refused, match="link_one_carries"):
        answer(street.worker, asked, STANDS)


def test_a_double_after_its_vote_is_none(street):
    """And two rivals that were both chosen are none any more; one that was chosen bars the other."""
    link(street.worker, RIVALS, 1, 2)
    with unit_of_work() as session:
        for stage in (Stage.CONSENTING, Stage.CONSENTED, Stage.SELECTED):
            move_on(session, street.worker, 1, stage, CLOCK.now(session))
    with reading_session() as session:
        assert barred_by_links(session, [2, 3]) == {2}
    with pytest.raises(Refused, match="link_too_late"):
        link(street.worker, DUPLICATE, 1, 3)
    assert against_linking(RIVALS, Stage.SELECTED, Stage.CLOSED) == "projects.link_both_chosen"


def test_a_worker_is_shown_what_looks_alike(street):
    """Both lamps, not the pavilion; nothing once they are linked."""
    with reading_session() as session:
        assert [row.id for row in similar_to(session, get_project(session, 1), street.worker)] == [2]
    link(street.worker)
    with reading_session() as session:
        assert similar_to(session, get_project(session, 1), street.worker) == []


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_database_refuses_what_the_rules_forbid(street, attack):
    """Links and what became of them are written once, in order, and by another than who has a task."""
    link(street.worker)
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(attack))


def test_the_database_lets_no_double_have_two(street):
    """Even where a step is written past the program."""
    asked = link(street.neighbour, DUPLICATE, 3, 1)
    link(street.worker, DUPLICATE, 1, 2)
    step = (
        "INSERT INTO project_link_step (link_id, step, reason, person_id, at) "
        f"SELECT {asked}, 'stands', '', person_id, at FROM project_link_step"
    )
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(step))


@pytest.fixture
def enter(app, street):
    """A function that lets a person in by her login name."""
    with unit_of_work() as session:
        for login in ("resident", "neighbour", "worker", "stranger"):
            make_account(session, getattr(street, login), login)
    return lambda login=None: Visitor(app, login)


def test_the_pages_of_both_projects_show_a_link(street, enter):
    """A group asks on its page, the worker finds it on her desk and answers, and everybody reads it on both pages."""
    asks, decides, anybody = enter("resident"), enter("worker"), enter()
    assert "可能相近的项目（1 个）" in decides.text("/proposals/1")
    wrong = asks.post("/proposals/1/links/new", **{"other": "2", "kind": "rivals", "reason": ""})
    assert wrong.status_code == 422
    sent = asks.post("/proposals/1/links/new", **{"other": "2", "kind": "rivals", "reason": "<b>北门</b>只放得下一个"})
    assert sent.status_code == 303
    assert "只放得下一个" not in anybody.text("/projects/1")
    assert "/proposals/links/1" in decides.text("/desk/")
    assert enter("stranger").get("/proposals/links/1").status_code == 404
    assert "要由两个项目所在社区的社区工作者决定" in enter("neighbour").text("/proposals/links/1")
    assert decides.post("/proposals/links/1", **{"step": "stands"}).status_code == 303
    for number, other in ((1, 2), (2, 1)):
        page = anybody.text(f"/projects/{number}")
        assert "&lt;b&gt;北门&lt;/b&gt;只放得下一个" in page
        assert f'href="/projects/{other}"' in page
    assert decides.post("/proposals/links/1", **{"step": "ended", "reason": ""}).status_code == 422
    assert decides.post("/proposals/links/1", **{"step": "ended", "reason": "扩大了"}).status_code == 303
    assert "已解除：扩大了" in anybody.text("/projects/2")
