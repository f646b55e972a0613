"""Proposing: draft, hand in, change, take back; on both databases."""

from dataclasses import replace

import pytest

from fundapp.consent.commands import OpenRound, open_round
from fundapp.db import wiring
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.kernel.money import from_fen
from fundapp.programmes.rules import usual_parts
from fundapp.projects import commands, queries
from fundapp.projects.events import ProjectMaterialEdit, ProjectSubmitted
from fundapp.projects.rules import CostItem, Finding, Stage, content_hash, content_of
from tests.projects.life import begin, check, make_street, submit
from tests.support.world import (
    CLOCK,
    NOW,
    later,
    make_place_tree,
    make_resident,
    make_text,
    make_version,
)


@pytest.fixture
def street(app):
    """A street with a programme."""
    return make_street()


def project(project_id, actor=None):
    with reading_session() as session:
        return queries.get_project(session, project_id, actor)


def refused(deed, *given, **named):
    with pytest.raises(Refused) as refusal:
        deed(*given, **named)
    return refusal.value.code


def test_a_draft_is_kept_as_typed_and_seen_by_nobody_else(street):
    """Wrong amounts and all; not even the worker knows of it."""
    draft = begin(street)
    typed = {"title": " 新题目 ", "lines-0-amount": "一千", "beneficiaries": "-3"}
    with unit_of_work() as session:
        commands.save_draft(session, street.resident, commands.SaveDraft(draft, typed), CLOCK)
    with reading_session() as session:
        assert queries.draft_of(session, draft) == typed
        assert queries.get_project(session, draft, street.resident).title == "新题目"
        for other in (street.neighbour, street.worker, street.head, NOBODY):
            with pytest.raises(NotVisible):
                queries.get_project(session, draft, other)


def test_a_worker_proposes_on_behalf_and_that_is_marked(street):
    """What staff wrote down for residents is told apart from what residents wrote."""
    assert project(begin(street, street.worker)).on_behalf
    assert not project(begin(street)).on_behalf


def test_only_neighbours_and_their_workers_propose(street):
    """A head without a household, and a worker of elsewhere, do not."""
    for other in (street.head, street.stranger):
        assert refused(begin, street, other) == "projects.not_resident"


def test_a_proposal_is_for_a_compound_with_a_programme(street):
    """Not for a whole community, and not where there is nothing to apply for."""
    assert refused(begin, street, street.worker, place_id=street.places.community) == "projects.not_a_compound"
    with unit_of_work() as session:
        bare = make_place_tree(session)
        resident = make_resident(session, "无计划", bare.units[0])
    assert refused(begin, street, resident, place_id=bare.compound) == "projects.no_programme"
    assert refused(begin, street, programme_id=10**6) == "projects.no_programme"
    assert refused(begin, street, title="  ") == "projects.text_needed"
    assert refused(begin, street, title="长" * 81) == "projects.title_too_long"


def test_handing_in_makes_the_first_version_and_pins_the_policy(street):
    """What was agreed to, and under which rules, is fixed from here."""
    draft = begin(street)
    assert submit(street, draft) is Stage.SUBMITTED
    row = project(draft)
    assert (row.version, row.budget) == (1, from_fen(3_000_000))
    assert row.policy_version_id is not None
    with reading_session() as session:
        version = queries.version(session, row.version_id)
        assert sum((line.amount for line in version.text.lines), from_fen(0)) == row.budget
        assert [move.to_stage for move in queries.history(session, draft)] == [Stage.SUBMITTED]
        assert queries.draft_of(session, draft)["lines-0-amount"] == "20000.00"


def test_the_event_is_told_in_the_same_transaction(street, monkeypatch):
    """Who reacts may still refuse the whole deed."""
    told = []
    monkeypatch.setitem(wiring._reactions, ProjectSubmitted, [lambda session, event: told.append(event)])
    draft = begin(street)
    submit(street, draft)
    assert [event.project_id for event in told] == [draft]


def test_a_proposal_over_the_cap_of_its_kind_is_not_taken(street):
    """The policy says how large a small project may be."""
    draft = begin(street)
    assert refused(submit, street, draft, make_text(budget="500000.01")) == "projects.over_cap"
    assert submit(street, draft, make_text(budget="500000.00")) is Stage.SUBMITTED


def test_lines_that_do_not_add_up_are_not_taken(street):
    """A stated budget must be the sum of its lines."""
    text = replace(make_text(), budget=from_fen(1))
    assert refused(submit, street, begin(street), text) == "projects.lines_do_not_sum"


def test_who_has_not_read_what_is_not_paid_for_hands_in_nothing(street):
    """The tick is needed each time."""
    assert refused(submit, street, begin(street), confirmed=False) == "projects.not_confirmed"


def test_only_the_proposer_hands_in_and_takes_back(street):
    """A neighbour does not even learn that there is a draft."""
    draft = begin(street)
    with pytest.raises(NotVisible):
        submit(street, draft, actor=street.neighbour)
    submit(street, draft)
    with pytest.raises(Forbidden, match=r"projects\.not_proposer"):
        submit(street, draft, actor=street.neighbour)
    with unit_of_work() as session, pytest.raises(Forbidden):
        commands.withdraw(session, street.neighbour, draft, CLOCK)


def test_blanks_around_words_do_not_make_another_text(street):
    """The hash is of what is said."""
    draft = begin(street)
    submit(street, draft)
    text = replace(make_text(), title=" 睦邻驿站 ", why="院里没有坐处\n")
    assert refused(submit, street, draft, text) == "projects.nothing_changed"


def test_a_returned_proposal_is_changed_and_handed_in_again(street):
    """The proposer reads the reason; the changed text is another version under the same policy."""
    draft = begin(street)
    submit(street, draft)
    pinned = project(draft).policy_version_id
    parts = usual_parts() | {"limits": {"works": "1.00", "goods": "1.00", "service": "1.00"}}
    with unit_of_work() as session:
        make_version(session, street.programme, parts, later(minutes=1))
    assert check(street, draft, Finding.RETURN, "请写清地点") is Stage.RETURNED
    assert submit(street, draft, replace(make_text(), location="3 栋门口"), clock=later(hours=1)) is Stage.SUBMITTED
    row = project(draft)
    assert (row.version, row.policy_version_id) == (2, pinned)
    with reading_session() as session:
        assert queries.history(session, draft)[1].reason == "请写清地点"
        assert [version.number for version in queries.versions(session, draft)] == [2, 1]


def test_a_proposal_returned_for_its_photos_keeps_its_version(street):
    """The same text handed in again is not another version."""
    draft = begin(street)
    submit(street, draft)
    check(street, draft, Finding.RETURN, "请补照片")
    submit(street, draft)
    assert project(draft).version == 1


def feasible(street):
    """A proposal that was passed on."""
    draft = begin(street)
    submit(street, draft)
    check(street, draft)
    return draft


def asked(street):
    """A project about which the households are being asked."""
    draft = feasible(street)
    with unit_of_work() as session:
        open_round(session, street.worker, OpenRound(draft), CLOCK)
    return draft


def test_a_material_change_while_households_are_asked_asks_them_again(street):
    """The round is struck, the project goes back to 可行 and the reason stands in its history."""
    draft = asked(street)
    assert submit(street, draft, make_text(budget="33000.01")) is Stage.FEASIBLE
    with reading_session() as session:
        last = queries.history(session, draft)[-1]
        assert (last.from_stage, last.to_stage) == (Stage.CONSENTING, Stage.FEASIBLE)
        assert "重大修改" in last.reason
    with unit_of_work() as session:
        assert open_round(session, street.worker, OpenRound(draft), CLOCK).version_id == project(draft).version_id


def test_nobody_is_asked_again_before_the_proposer_was_warned_of_this_very_text(street):
    """A warning about one text is none about another, and a small change needs none."""
    draft, dearer = asked(street), make_text(budget="33000.01")
    assert refused(submit, street, draft, dearer, warned=False) == "projects.not_warned"
    wrong = commands.SubmitProposal(draft, make_text("别的事"), warned=content_hash(content_of(dearer)))
    with unit_of_work() as session, pytest.raises(Refused, match=r"projects\.not_warned"):
        commands.submit_proposal(session, street.resident, wrong, CLOCK)
    assert project(draft).stage is Stage.CONSENTING
    assert submit(street, draft, make_text(budget="33000.00"), warned=False) is Stage.CONSENTING


def test_small_steps_are_measured_against_what_households_were_asked_about(street):
    """30,000 to 33,000 is a tenth; 2,000 more is little against 33,000, and too much against 30,000."""
    draft = asked(street)
    assert submit(street, draft, make_text(budget="33000.00")) is Stage.CONSENTING
    assert refused(submit, street, draft, make_text(budget="35000.00"), warned=False) == "projects.not_warned"
    assert submit(street, draft, make_text(budget="35000.00")) is Stage.FEASIBLE
    with reading_session() as session:
        reason = queries.history(session, draft)[-1].reason
    assert "总预算由 ¥30,000.00 增加到 ¥35,000.00，超过 10%" in reason


def test_a_changed_place_that_is_changed_back_asks_nobody(street):
    """What counts is the text that households saw, not the way there."""
    draft = asked(street)
    submit(street, draft, make_text(budget="33000.00", why="换一种说法"))
    assert submit(street, draft, warned=False) is Stage.CONSENTING
    with reading_session() as session:
        assert [row.material for row in queries.versions(session, draft)] == [False, False, True]


def test_the_policy_says_how_much_dearer_is_too_much(street):
    """A programme that allows nothing but half a percent asks again at half a percent and a fen."""
    parts = usual_parts()
    parts["consent"] |= {"cost_rise": "1/200"}
    with unit_of_work() as session:
        make_version(session, street.programme, parts, later(minutes=1))
    draft = begin(street)
    submit(street, draft, clock=later(days=1))
    check(street, draft)
    with unit_of_work() as session:
        open_round(session, street.worker, OpenRound(draft), CLOCK)
    assert submit(street, draft, make_text(budget="30150.00"), warned=False) is Stage.CONSENTING
    assert refused(submit, street, draft, make_text(budget="30150.01"), warned=False) == "projects.not_warned"


def test_a_small_change_while_households_are_asked_goes_on(street):
    """A tenth more, or a clearer reason, is another version but the same question."""
    draft = asked(street)
    assert submit(street, draft, make_text(budget="33000.00", why="院里老人没有坐处")) is Stage.CONSENTING
    with reading_session() as session:
        newest = queries.versions(session, draft)[0]
        assert (newest.number, newest.material) == (2, False)


def test_what_speaks_against_a_material_change_refuses_it(street, monkeypatch):
    """Where neighbours have given money for the text as it stands, the text stays."""
    draft = asked(street)
    monkeypatch.setitem(
        wiring._providers,
        "projects.what_speaks_against_editing",
        lambda session, number, now: ["fundraising.money_given"],
    )
    assert refused(submit, street, draft, make_text("别的事")) == "fundraising.money_given"
    assert submit(street, draft, make_text(why="说清楚些")) is Stage.CONSENTING


def test_a_material_change_is_told_once_and_only_where_households_were_asked(street, monkeypatch):
    """Before anybody was asked there is nothing to void."""
    told = []
    monkeypatch.setitem(wiring._reactions, ProjectMaterialEdit, [lambda session, event: told.append(event.reason)])
    draft = feasible(street)
    assert submit(street, draft, make_text("别的事")) is Stage.FEASIBLE
    assert told == []
    submit(street, asked(street), make_text("别的事"))
    assert len(told) == 1


def test_a_text_is_fixed_once_the_project_goes_to_the_vote(street):
    """What is voted on does not change under the voters."""
    draft = asked(street)
    with unit_of_work() as session:
        for stage in (Stage.CONSENTED, Stage.IN_ROUND):
            commands.move_on(session, street.worker, draft, stage, NOW)
    assert refused(submit, street, draft, make_text("别的事")) == "projects.text_locked"
    with unit_of_work() as session, pytest.raises(Forbidden, match=r"projects\.text_locked"):
        commands.save_draft(session, street.resident, commands.SaveDraft(draft, {}), CLOCK)


def test_a_proposal_is_taken_back_until_households_are_asked(street):
    """Afterwards it belongs to all of them."""
    draft = feasible(street)
    with unit_of_work() as session:
        assert commands.withdraw(session, street.resident, draft, CLOCK, "不办了").stage is Stage.WITHDRAWN
    late = asked(street)
    with unit_of_work() as session, pytest.raises(Forbidden, match=r"projects\.too_late_to_withdraw"):
        commands.withdraw(session, street.resident, late, CLOCK)


def test_a_move_without_a_road_is_refused(street):
    """A stage changes by deeds only, in their order."""
    draft = begin(street)
    with unit_of_work() as session, pytest.raises(Refused, match=r"projects\.no_such_move"):
        commands.move_on(session, street.worker, draft, Stage.SELECTED, NOW)
    with unit_of_work() as session, pytest.raises(NotVisible):
        commands.move_on(session, street.worker, 10**6, Stage.SUBMITTED, NOW)


def test_a_line_of_a_single_fen_is_a_line(street):
    """Nothing is rounded away."""
    text = replace(make_text(), lines=(CostItem("一分", from_fen(1)),))
    draft = begin(street)
    submit(street, draft, text)
    assert project(draft).budget == from_fen(1)
