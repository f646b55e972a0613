"""A notice runs its days, hangs where it should, and is over only with every objection answered."""

from datetime import UTC, datetime

import pytest

from fundapp.db import wiring
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.publicity import commands, queries
from fundapp.publicity.events import ObjectionAnswered
from fundapp.publicity.policy import check_settled
from fundapp.publicity.rules import Medium, NoticeState, Verdict, end_of_days
from tests.publicity.posting import DAY, ENDS, JUST, NOW, SOURCE, at, object_to, on_paper, prove, reply, standing


def refused(code, deed, *values, kind=Refused, **named):
    """Show that a deed is refused by this name."""
    with pytest.raises(kind) as told:
        deed(*values, **named)
    assert told.value.code == code


def test_five_days_are_five_whole_days_after_the_first():
    """Posted on the second of March at ten, the notice hangs to the end of the seventh."""
    start = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert end_of_days(start, 5) == datetime(2026, 3, 7, 16, 0, tzinfo=UTC)
    assert end_of_days(datetime(2026, 3, 1, 16, 0, tzinfo=UTC), 5) == end_of_days(start, 5)


def test_a_notice_without_a_photo_of_the_board_is_not_over(posted):
    """Who has no phone reads the board; without proof that it hung there nothing becomes final."""
    assert standing(posted, ENDS - JUST).state is NoticeState.OPEN
    assert standing(posted, ENDS).state is NoticeState.UNPROVEN
    prove(posted)
    now = standing(posted, ENDS)
    assert now.state is NoticeState.OVER
    check_settled(now.state, now.period.ends_at, now.unanswered)


def test_a_proof_says_where_and_hangs_to_the_end(posted):
    """A board that comes down early, a place without a name and a medium that was not chosen prove nothing."""
    refused("publicity.taken_down_early", prove, posted, until=ENDS - JUST)
    refused("publicity.text_needed", prove, posted, spot="  ")
    refused("publicity.not_posted_there", prove, posted, medium=Medium.CHAT)
    refused("publicity.not_worker", prove, posted, actor=posted.residents[0], kind=Forbidden)
    refused("publicity.over", prove, posted, moment=ENDS, until=ENDS + DAY)


def test_a_household_objects_inside_the_period_only(posted):
    """The last moment counts, the first one after it does not; a stranger and another's household never."""
    object_to(posted, moment=ENDS - JUST)
    refused("publicity.over", object_to, posted, moment=ENDS)
    refused("publicity.not_your_household", object_to, posted, number=1, actor=posted.residents[0], kind=Forbidden)
    refused("publicity.not_your_household", object_to, posted, actor=posted.worker, kind=Forbidden)
    refused("publicity.text_needed", object_to, posted, text="  ")


def test_a_household_elsewhere_has_nothing_to_object(posted):
    """The notice is for its place."""
    with unit_of_work() as session:
        cmd = commands.Object(posted.notice, next(iter(posted.stranger.unit_ids)), "不行", "k" * 36)
        refused("publicity.not_here", commands.object_to, session, posted.stranger, cmd, at(NOW), kind=Forbidden)


def test_an_objection_sent_twice_is_one(posted):
    """The key of the form makes it once; another text under the same key is refused."""
    key = "3f2a9c41-0000-4000-8000-000000000000"
    assert object_to(posted, key=key) == object_to(posted, key=key)
    refused("web.used_key", object_to, posted, key=key, text="别的")
    assert standing(posted, ENDS).objections == 1


def test_paper_goes_through_the_worker_and_needs_its_photo(posted):
    """Who has no phone hands a sheet in."""
    refused("publicity.photo_needed", on_paper, posted, photo=False)
    refused("publicity.not_worker", on_paper, posted, actor=posted.residents[0], kind=Forbidden)
    on_paper(posted)
    assert standing(posted, NOW + DAY).unanswered == 1


def test_an_unanswered_objection_blocks_what_would_be_final(posted):
    """Past its limit it still blocks; a late answer is taken and stays late for ever."""
    prove(posted)
    number = object_to(posted)
    now = standing(posted, ENDS + DAY)
    assert now.state is NoticeState.ANSWERING
    assert now.reply_due_at == end_of_days(NOW + DAY, 3)
    refused("publicity.unanswered", check_settled, now.state, now.period.ends_at, now.unanswered)
    reply(posted, number, moment=ENDS + DAY)
    assert standing(posted, ENDS + DAY).state is NoticeState.OVER
    with reading_session() as session:
        (row,) = queries.objections_of(session, posted.notice, NOBODY, "/")
    assert row.late


def test_an_objection_is_answered_once_by_the_staff(posted):
    """Neither a neighbour nor the supervisor nor anybody of the household itself answers."""
    number = object_to(posted)
    refused("publicity.not_staff", reply, posted, number, actor=posted.residents[1], kind=Forbidden)
    refused("publicity.not_staff", reply, posted, number, actor=posted.supervisor, kind=Forbidden)
    reply(posted, number, actor=posted.officer)
    refused("publicity.answered", reply, posted, number)


def test_what_falls_with_an_objection_is_told_to_its_source(posted, monkeypatch):
    """Only an objection that stands brings anything down, and only what the source offers."""
    told = []
    monkeypatch.setitem(wiring._reactions, ObjectionAnswered, [lambda _session, event: told.append(event)])
    number = object_to(posted)
    refused("publicity.nothing_falls", reply, posted, number, named=(1,))
    refused("publicity.not_nameable", reply, posted, number, Verdict.UPHELD, named=(3,))
    assert told == []
    reply(posted, number, Verdict.UPHELD, named=(1,))
    assert [(event.source, event.named, event.verdict) for event in told] == [(SOURCE, (1,), Verdict.UPHELD)]


def test_the_clock_starts_again_when_the_notice_changes(posted):
    """A new revision has its reason and the whole period; the old proof counts no more, the objections stay."""
    prove(posted)
    object_to(posted)
    later = NOW + 2 * DAY
    with unit_of_work() as session:
        refused("publicity.reason_needed", commands.repost, session, posted.worker, posted.notice, (), " ", at(later))
    with unit_of_work() as session:
        commands.repost(session, posted.worker, posted.notice, (Medium.BOARD,), "公告栏的纸被雨淋坏了", at(later))
    now = standing(posted, later)
    assert (now.number, now.period.ends_at, now.unproven) == (2, end_of_days(later, 5), (Medium.BOARD,))
    assert now.unanswered == 1
    assert now.media == (Medium.ONLINE, Medium.BOARD)


def test_a_notice_that_is_over_or_withdrawn_is_not_posted_again(posted):
    """What ran its course stays; what fell says nothing more, takes nothing more."""
    prove(posted)
    with unit_of_work() as session:
        refused("publicity.settled", commands.repost, session, posted.worker, posted.notice, (), "再来", at(ENDS))
    with unit_of_work() as session:
        assert commands.withdraw(session, SOURCE, None, "内容有重大修改", NOW + DAY) == 1
    refused("publicity.withdrawn", object_to, posted, moment=NOW + DAY)
    with unit_of_work() as session:
        assert commands.withdraw(session, SOURCE, None, "内容有重大修改", NOW + DAY) == 0


def test_what_was_said_is_read_by_the_household_and_the_staff_only(posted):
    """Everybody sees that there is an objection; nobody else its words, its door or its photo."""
    object_to(posted)
    with reading_session() as session:
        path = queries.notice_page(session, posted.notice, NOBODY, NOW).place.path

        def seen(actor):
            (row,) = queries.objections_of(session, posted.notice, actor, path)
            return row.text, row.door

        assert seen(posted.residents[0]) == seen(posted.worker) == seen(posted.supervisor) == ("我家没有签字", "1栋101")
        assert seen(NOBODY) == seen(posted.residents[1]) == seen(posted.stranger) == ("", "")


def test_open_notices_of_a_place_wait_until_they_are_over(posted):
    """The desk lists what runs, what lacks a proof and what waits for an answer, with the first limit."""
    number = object_to(posted)
    with reading_session() as session:
        found = queries.notices_at(session, [posted.places.compound], ENDS)
        assert [row.notice_id for row in found] == [posted.notice]
        assert queries.objections_waiting(session, [posted.notice]) == [
            (number, posted.notice, end_of_days(NOW + DAY, 3))
        ]
        assert queries.notices_at(session, [posted.places.street], ENDS) == []
