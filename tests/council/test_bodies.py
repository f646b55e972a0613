"""Bodies: templates, bars, members with their terms, draws that anybody repeats, recusal, and the way one level up."""

import hashlib
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy.exc import DBAPIError

from fundapp.council import commands, queries
from fundapp.council.bars import USUAL_PASSING, Charter, Passing, bar_of_text
from fundapp.council.lots import draw
from fundapp.council.rules import Hands, ItemOutcome, Origin, Seat, check_outcome
from fundapp.council.templates import SETS, TEMPLATES, BodyKind
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY, Role
from fundapp.kernel.bars import Bar
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from tests.council.conftest import BEGUN, NAMES, attend, close, decide, write
from tests.support.world import NOW, make_account, make_person
from tests.voting.polling import run

CLOCK = SetClock(NOW)
REFERRED, PASSED, REJECTED = ItemOutcome.REFERRED, ItemOutcome.PASSED, ItemOutcome.REJECTED


def do(deed, called, cmd, clock=CLOCK, who=None):
    """Do something as the worker; give the number of what was made."""
    with unit_of_work() as session:
        made = deed(session, who or called.worker, cmd, clock)
        return getattr(made, "id", made)


def code_of(deed, *values, **named):
    """Do something that is refused, and give the code."""
    with pytest.raises(Refused) as refused:
        do(deed, *values, **named)
    return refused.value.code


def found(called, kind=BodyKind.COMMUNITY, name="上一级", **other):
    """Found another body in the community."""
    cmd = commands.MakeBody(called.places.community, name, ("甲", "乙", "丙"), kind, **other)
    return do(commands.make_body, called, cmd)


def recuse(called, member, item=0, clock=BEGUN, who=None):
    """Let a member step aside."""
    cmd = commands.Recuse(called.items[item], called.members[member], "本人亲属是施工方")
    return do(commands.recuse, called, cmd, clock, who)


def members(called, body, at):
    """List the names of those who count."""
    with reading_session() as session:
        return [row.name for row in queries.members_of(session, body, at)]


def test_the_ready_sets_name_the_body_above_each():
    """三级议事会, 三会, 131, 四议两公开 and 居民代表会议; a dispute climbs inside the sets and ends somewhere.

    Source: domain.md section 4.
    """
    assert [len(kinds) for kinds in SETS.values()] == [3, 3, 1, 3, 4]
    assert set(TEMPLATES) == set(BodyKind) == {kind for kinds in SETS.values() for kind in kinds}
    for kind in BodyKind:
        seen, above = [kind], TEMPLATES[kind].above
        while above is not None:
            assert above not in seen
            seen, above = [*seen, above], TEMPLATES[above].above


@pytest.mark.parametrize(
    ("present", "members_", "hands", "passing", "passed"),
    [
        (14, 20, 8, USUAL_PASSING, True),  # more than half of 14
        (14, 20, 7, USUAL_PASSING, False),  # exactly half is not more than half
        (14, 20, 10, Passing(Bar(Fraction(2, 3))), True),  # 9 1/3: ten
        (14, 20, 13, Passing(Bar(Fraction(2, 3)), of_members=True), False),  # of all twenty: fourteen
        (12, 18, 7, USUAL_PASSING, True),  # two of twenty stepped aside: 12 of 18 are two thirds
    ],
)
def test_what_carries_is_an_exact_share(present, members_, hands, passing, passed):
    """The share of those present, or of all members whom it does not concern."""
    told = Hands(hands, present - hands, 0)
    assert passing.carried(hands, present, members_) is passed
    check_outcome(PASSED if passed else REJECTED, told, present, members_, Bar(Fraction(2, 3)), passing)


def test_a_body_cannot_go_below_the_law(called):
    """居民代表会议: two thirds present, more than half of them. Source: 居民委员会组织法 2025, 28."""
    low = Charter(Bar(Fraction(1, 2)), USUAL_PASSING, 3)
    cmd = commands.MakeBody(called.places.community, "代表会议", ("甲",), BodyKind.REPRESENTATIVES, low)
    assert code_of(commands.make_body, called, cmd) == "council.below_law"
    half = Charter(Bar(Fraction(2, 3)), Passing(bar_of_text("1/2", "x")), 3)
    body = found(called, BodyKind.REPRESENTATIVES)
    assert (
        code_of(commands.change_charter, called, commands.ChangeCharter(body, half, None, "改")) == "council.below_law"
    )
    high = Charter(Bar(Fraction(3, 4)), USUAL_PASSING, 5)
    do(commands.change_charter, called, commands.ChangeCharter(body, high, None, "改"))
    with reading_session() as session:
        assert (queries.charter_of(session, body).number, queries.charter_of(session, body).notice_days) == (2, 5)


def test_the_body_above_is_wider_and_never_in_a_circle(called):
    """A body is not above itself, nor above the one that is above it."""
    above = found(called)
    usual = TEMPLATES[BodyKind.COMMUNITY].charter
    do(commands.change_charter, called, commands.ChangeCharter(called.body, usual, above, "改"))
    for body, parent in ((above, called.body), (above, above), (above, 999)):
        cmd = commands.ChangeCharter(body, usual, parent, "改")
        assert code_of(commands.change_charter, called, cmd) == "council.not_above"
    cmd = commands.ChangeCharter(called.body, usual, above, " ")
    assert code_of(commands.change_charter, called, cmd) == "council.reason_needed"


def test_a_session_keeps_the_bars_of_the_day_it_was_called(called):
    """A body that changes how it works does not change a session that was called."""
    all_of_all = Charter(Bar(Fraction(1)), Passing(Bar(Fraction(1)), of_members=True), 30)
    do(commands.change_charter, called, commands.ChangeCharter(called.body, all_of_all, None, "改"))
    attend(called, 4)
    decide(called, 0, PASSED, 3, 1, 0)


def test_members_have_a_seat_an_origin_and_a_term(called):
    """A term ends by itself; an observer does not count; there is one chair."""
    until = NOW + timedelta(days=365)
    body = found(called, chair="王主任", term_ends_at=until, origin=Origin.ELECTED)
    assert members(called, body, NOW) == ["王主任", "甲", "乙", "丙"]
    assert members(called, body, until) == []
    seat = {"seat": Seat.OBSERVER}
    do(commands.add_member, called, commands.AddMember(body, "观察员", **seat))
    assert len(members(called, body, NOW)) == 4
    chair = commands.AddMember(body, "另一位", seat=Seat.CHAIR)
    assert code_of(commands.add_member, called, chair) == "council.chair_already"
    past = commands.AddMember(body, "丁", term_ends_at=NOW)
    assert code_of(commands.add_member, called, past) == "council.term_over"


def test_who_decides_does_not_carry_out_or_supervise(called):
    """131: nobody sits in two of the three in one place; a login name names the person."""
    deciding = found(called, BodyKind.DECIDING, "议事会")
    supervising = found(called, BodyKind.SUPERVISING, "监委会")
    with unit_of_work() as session:
        make_account(session, make_person(session, "孙丽"), "sunli")
    do(commands.add_member, called, commands.AddMember(deciding, login="sunli"))
    cmd = commands.AddMember(supervising, login="sunli")
    assert code_of(commands.add_member, called, cmd) == "council.two_hats"
    assert code_of(commands.add_member, called, commands.AddMember(deciding, login="nobody")) == "council.unknown_login"
    do(commands.add_member, called, commands.AddMember(called.body, login="sunli"))


def test_a_draw_is_repeated_by_anybody_with_the_published_seed(called):
    """Sorted sha256 of "seed:number": the numbers drawn are the members, and drawing again is refused."""
    names = tuple(f"候选{n}" for n in range(1, 31))
    lot = do(commands.announce_lot, called, commands.AnnounceLot(called.body, names, 5, "福彩 3D 第 2026060 期"))
    cmd = commands.DrawLot(lot, "2026060:517")
    later = SetClock(NOW + timedelta(hours=1))
    do(commands.draw_lot, called, cmd, later)
    by_hand = sorted(range(1, 31), key=lambda n: hashlib.sha256(f"2026060:517:{n}".encode()).hexdigest())[:5]
    assert draw("2026060:517", 30, 5) == tuple(by_hand)
    assert members(called, called.body, later.at)[-5:] == [names[n - 1] for n in by_hand]
    assert code_of(commands.draw_lot, called, cmd, later) == "council.drawn_already"
    with reading_session() as session:
        public = queries.body_page(session, called.body, NOBODY, later.at)
    assert (public.lots[0].numbers, public.members) == (tuple(by_hand), ())


@pytest.mark.parametrize(
    ("names", "seats", "seed_from", "code"),
    [
        (("甲", "乙"), 2, "开奖", "council.too_many_seats"),
        (("甲", "甲", "乙"), 1, "开奖", "council.name_twice"),
        (("甲", "乙"), 1, " ", "council.reason_needed"),
    ],
)
def test_a_draw_that_is_none_is_refused(called, names, seats, seed_from, code):
    """Everybody drawn, a name twice, or no source that everybody can read."""
    cmd = commands.AnnounceLot(called.body, names, seats, seed_from)
    assert code_of(commands.announce_lot, called, cmd) == code


def test_who_steps_aside_counts_nowhere_for_that_item(called):
    """Six members, two step aside: three of four are enough for it, two are not; for the other item all six count."""
    recuse(called, 0)
    recuse(called, 1)
    attend(called, 4)  # two of them may not take part in the first item
    with pytest.raises(Refused) as refused:
        decide(called, 0, PASSED, 2, 0, 0)
    assert (refused.value.code, refused.value.facts["needed"]) == ("council.no_quorum", 3)
    attend(called, 5)
    with pytest.raises(Refused) as refused:
        decide(called, 0, PASSED, 4, 0, 0)
    assert refused.value.code == "council.more_hands_than_present"
    decide(called, 0, PASSED, 2, 1, 0)
    decide(called, 1, PASSED, 3, 2, 0)
    assert code_of(commands.recuse, called, commands.Recuse(called.items[0], called.members[2], "x"), BEGUN) == (
        "council.decided_already"
    )
    write(called)
    close(called)
    with reading_session() as session:
        page = queries.session_page(session, called.session, NOBODY, BEGUN.at)
    assert [(row.recused, row.members, row.present) for row in page.items] == [(2, 4, 3), (0, 6, 5)]
    assert page.recusals == ()


def test_stepping_aside_is_noted_once_by_the_secretary_while_it_is_open(called):
    """Not before it begins, not twice, not for a stranger, not by an officer, not after the close."""
    assert code_of(commands.recuse, called, commands.Recuse(called.items[0], called.members[0], "x")) == (
        "council.not_held_yet"
    )
    recuse(called, 0)
    for member, reason, code in (
        (called.members[0], "x", "council.recused_already"),
        (999, "x", "council.not_a_member"),
        (called.members[1], " ", "council.reason_needed"),
    ):
        assert code_of(commands.recuse, called, commands.Recuse(called.items[0], member, reason), BEGUN) == code
    with unit_of_work() as session:
        officer = make_person(session, "干部", Role.STREET_OFFICER, called.places.street)
    with pytest.raises(Forbidden):
        recuse(called, 1, who=officer)


def hand_up(called):
    """Let the second item of the session be handed up to a new body; give that body."""
    above = found(called, BodyKind.REPRESENTATIVES)
    usual = TEMPLATES[BodyKind.COMMUNITY].charter
    do(commands.change_charter, called, commands.ChangeCharter(called.body, usual, above, "有争议的事有人接"))
    attend(called, 5)
    decide(called, 0, REJECTED, 1, 4, 0)
    decide(called, 1, REFERRED, 2, 2, 1)
    return above


def waiting(body):
    """List the items that wait to come on a body's agenda."""
    with reading_session() as session:
        return [row.id for row in queries.comes_back(session, body)]


def test_a_disputed_matter_goes_one_level_up_and_is_taken_once(called):
    """Two against two: handed up, offered above once the session is closed, and gone from there when taken."""
    above = hand_up(called)
    assert waiting(above) == []
    write(called)
    close(called)
    assert waiting(above) == [called.items[1]]
    later = SetClock(BEGUN.at + timedelta(hours=1))
    cmd = commands.CallSession(above, "代表会议", later.at + timedelta(days=4), from_item_ids=(called.items[1],))
    held = do(commands.call_session, called, cmd, later)
    assert waiting(above) == []
    assert code_of(commands.call_session, called, cmd, later) == "council.not_waiting"
    with reading_session() as session:
        assert [row.title for row in queries.items_of_session(session, held)] == ["楼顶防水"]


def test_nothing_is_handed_up_where_nobody_stands_above(called):
    """It can be adjourned; and what was adjourned waits for the same body."""
    attend(called)
    with pytest.raises(Refused) as refused:
        decide(called, 1, REFERRED)
    assert refused.value.code == "council.nothing_above"
    decide(called, 0, REJECTED, 1, 4, 0)
    decide(called, 1, ItemOutcome.ADJOURNED)
    write(called)
    close(called)
    assert waiting(called.body) == [called.items[1]]


ITEM = (
    "INSERT INTO council_item (session_id, position, title, "
    "from_item_id, votes_for, votes_against, votes_abstain, note) VALUES (1, {position}, 'x', {back}, 0, 0, 0, '')"
)


@pytest.mark.parametrize(
    "statement",
    [
        ITEM.format(position=3, back="NULL"),  # outside the notice
        ITEM.format(position=2, back=1),  # the place is taken, and nothing was handed up
        "UPDATE council_item SET title = 'x'",
        "UPDATE council_session SET items = 3",
        "UPDATE council_session SET pass_over = 1, pass_under = 100",
        "UPDATE council_body SET kind = 'joint'",
        "UPDATE council_charter SET quorum_under = 100",
        "UPDATE council_member SET seat = 'chair'",
        "DELETE FROM council_recusal",
        "UPDATE council_lot SET seed_from = 'x'",
        "INSERT INTO council_draw (lot_id, seed, numbers, drawn_by_id, drawn_at) "
        "SELECT 1, 'x', '[1]', 1, announced_at FROM council_lot",
    ],
)
def test_the_database_keeps_notice_bars_and_draws(called, statement):
    """Whoever writes the row: plain SQL is refused."""
    recuse(called, 0)
    do(commands.announce_lot, called, commands.AnnounceLot(called.body, NAMES, 2, "开奖"))
    with pytest.raises(DBAPIError):
        run(statement)


def test_only_the_worker_of_the_place_keeps_bodies_and_draws(called):
    """Not an officer of the street, and not the worker of another community; the officer keeps the street's own."""
    usual = TEMPLATES[BodyKind.COMMUNITY].charter
    with unit_of_work() as session:
        officer = make_person(session, "干部", Role.STREET_OFFICER, called.places.street)
    for deed, cmd in (
        (commands.change_charter, commands.ChangeCharter(called.body, usual, None, "改")),
        (commands.add_member, commands.AddMember(called.body, "甲")),
        (commands.announce_lot, commands.AnnounceLot(called.body, NAMES, 2, "开奖")),
    ):
        with pytest.raises(Forbidden):
            do(deed, called, cmd, who=officer)
    joint = commands.MakeBody(called.places.street, "联席会", ("甲",), BodyKind.JOINT)
    with pytest.raises(Forbidden):
        do(commands.make_body, called, joint)
    do(commands.make_body, called, joint, who=officer)
    with pytest.raises(NotVisible):
        do(commands.draw_lot, called, commands.DrawLot(99, "x"))
