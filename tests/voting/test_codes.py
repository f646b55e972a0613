"""Voting by printed code and at a kiosk: one register for all channels, whoever tries whatever."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from fundapp.audit.models import AuditEntry
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.people.events import HouseholdLeft
from fundapp.voting import commands, queries
from fundapp.voting.checks import CHECKS
from fundapp.voting.models import VoteBallot
from fundapp.voting.rounds import Channel
from fundapp.voting.secrecy import Secrecy
from tests.voting.coding import cast_coded, code_of, end_kiosk, print_codes, seal_coded, stand_kiosk
from tests.voting.polling import CLOSES, JUST, NOW, OPEN, OPENS, SHUT, at, cast, make_polled, paper, publish
from tests.voting.sealing import bring_back, counted, hand_in, make_sealed, shut
from tests.voting.test_guards import BALLOT, ballot, refused_by
from tests.voting.test_races import at_once, patiently, stored_ballots

CODE = (
    "INSERT INTO vote_code (round_id, snapshot_id, unit_id, token_hash, typed_hash, issued_by_id, issued_at) "
    "VALUES (:round, :snapshot, :unit, 'a', 'b', :person, :at)"
)


def refused(code):
    """Expect a refusal by its code."""
    return pytest.raises(Refused, match=f"^{code.replace('.', '[.]')}")


def deeds(what):
    """What the trail says of deeds of one kind."""
    with reading_session() as session:
        query = select(AuditEntry.person_id, AuditEntry.details).where(AuditEntry.deed == what).order_by(AuditEntry.seq)
        return [tuple(row) for row in session.execute(query)]


def test_every_household_gets_a_code_and_only_its_hash_is_kept(polled):
    """Six slips, none alike; a second print finds nobody; nothing on a slip stands in the database.

    Source: reliability.md §2, guessable links.
    """
    slips = print_codes(polled)
    assert set(slips) == set(polled.places.units)
    assert len({one.token for one in slips.values()} | {one.typed for one in slips.values()}) == 12
    with refused("voting.nothing_to_print"):
        print_codes(polled)
    with bound_engine().connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM vote_code")).all())
    assert not any(one.token in stored or one.typed in stored for one in slips.values())


def test_a_code_printed_anew_kills_the_old_one_and_is_on_record(polled):
    """Who printed, how many, and how many of them anew."""
    old = print_codes(polled)[polled.places.units[4]]
    new = print_codes(polled, door=old.door)[polled.places.units[4]]
    assert code_of(old) is None
    assert code_of(new) is not None
    with reading_session() as session:
        assert queries.code_counts(session, polled.round) == queries.CodeCount(6, 1)
    assert deeds("voting.print_codes") == [
        (polled.worker.person_id, {"slips": 6, "again": 0}),
        (polled.worker.person_id, {"slips": 1, "again": 1}),
    ]


def test_whoever_holds_a_code_votes_for_that_household_once(polled):
    """The ballot names nobody; the code is spent; the other channels of the household see when and how."""
    unit = polled.places.units[0]
    code = code_of(print_codes(polled)[unit])
    key = str(uuid4())
    first = cast_coded(polled, code, 0, 1, key=key)
    assert cast_coded(polled, code, 0, 1, key=key) == first
    with refused("voting.already_cast_code"):
        cast_coded(polled, code, 0, 2)
    with refused("voting.already_cast_code"):
        cast(polled, 0, 2)
    with refused("voting.already_cast_code"):
        paper(polled, 1, 0, 2)
    with reading_session() as session:
        row = session.scalars(select(VoteBallot)).one()
        assert (row.channel, row.person_id, row.seat) == (Channel.CODE, None, "")
        page = queries.round_page(session, polled.round, polled.residents[0], OPEN.now())
    assert (page.own[0].at, page.own[0].channel) == (OPEN.now(), Channel.CODE)


def test_a_household_that_voted_otherwise_cannot_vote_by_its_code(polled):
    """By account or on paper first: the code opens nothing more, and no new one is printed for it."""
    slips = print_codes(polled)
    cast(polled, 0, 0)
    paper(polled, 1, 1, 0)
    for number, channel in ((0, "phone"), (1, "paper")):
        slip = slips[polled.places.units[number]]
        with refused(f"voting.already_cast_{channel}"):
            cast_coded(polled, code_of(slip), number, 1)
        with refused(f"voting.already_cast_{channel}"):
            print_codes(polled, door=slip.door)


def test_a_code_votes_for_no_other_household_and_no_other_round(polled):
    """Whatever household the form names, the code says which one may vote."""
    code = code_of(print_codes(polled)[polled.places.units[0]])
    with refused("voting.code_unknown"):
        cast_coded(polled, code, 1, 0)
    other = make_polled()
    with refused("voting.code_unknown"):
        cast_coded(other, code, 0, 0)
    assert stored_ballots(polled.round) == stored_ballots(other.round) == 0


def test_a_code_opens_no_way_around_the_window(polled):
    """Not before the opening, not at the close; no code is printed after it, and none of a published round lives."""
    slip = print_codes(polled)[polled.places.units[0]]
    code = code_of(slip)
    with refused("voting.not_open_yet"):
        cast_coded(polled, code, 0, 0, clock=at(OPENS - JUST))
    with refused("voting.closed"):
        cast_coded(polled, code, 0, 0, clock=SHUT)
    with refused("voting.closed"):
        print_codes(polled, door=slip.door, clock=SHUT)
    publish(polled)
    assert code_of(slip) is None


def test_only_the_worker_of_the_place_prints_and_stands_kiosks(polled):
    """Not an officer, not a resident, not the worker of another community; not for a draft; not for paper only."""
    for who in (polled.officer, polled.residents[0], make_polled().worker):
        with pytest.raises(Forbidden, match="not_worker"):
            print_codes(polled, who=who)
    with pytest.raises(NotVisible):
        print_codes(make_polled(opened=False))
    with refused("voting.paper_only"):
        print_codes(make_sealed(secrecy=Secrecy.PAPER).polled)
    kiosk = stand_kiosk(polled)
    with pytest.raises(Forbidden, match="not_worker"):
        stand_kiosk(polled, place=polled.places.street)
    with pytest.raises(Forbidden, match="not_worker"):
        end_kiosk(polled, kiosk, who=polled.residents[0])
    with pytest.raises(NotVisible):
        end_kiosk(polled, 999)


def test_a_kiosk_counts_under_its_own_channel_and_says_where(polled):
    """Until it is put away, and only for the votes of its place."""
    slips, kiosk = print_codes(polled), stand_kiosk(polled)
    codes = [code_of(slips[unit]) for unit in polled.places.units]
    cast_coded(polled, codes[0], 0, 1, kiosk=kiosk)
    with reading_session() as session:
        page = queries.round_page(session, polled.round, polled.residents[0], OPEN.now())
    assert (page.own[0].channel, page.own[0].seat) == (Channel.KIOSK, "服务大厅")
    elsewhere = stand_kiosk(make_polled())
    with refused("voting.kiosk_ended"):
        cast_coded(polled, codes[1], 1, 1, kiosk=elsewhere)
    end_kiosk(polled, kiosk)
    end_kiosk(polled, kiosk)
    with refused("voting.kiosk_ended"):
        cast_coded(polled, codes[1], 1, 1, kiosk=kiosk)
    assert len(deeds("voting.end_kiosk")) == 1


def test_under_seal_a_code_votes_again_until_a_paper_is_handed_in(working):
    """The last one counts, by whichever channel; a code tells the box no more than a phone does."""
    sealed = make_sealed(people=12)
    polled = sealed.polled
    slips, kiosk = print_codes(polled), stand_kiosk(polled)
    codes = [code_of(slips[unit]) for unit in polled.places.units]
    first = seal_coded(polled, codes[0], 0, 0)
    again = seal_coded(polled, codes[0], 0, 1, kiosk=kiosk, clock=at(OPEN.now() + timedelta(minutes=1)))
    assert (first.again, again.again) == (False, True)
    seal_coded(polled, codes[1], 1, 0)
    hand_in(sealed, 1, clock=at(OPEN.now() + timedelta(minutes=2)))
    with refused("voting.already_cast_paper"):
        seal_coded(polled, codes[1], 1, 0, clock=at(OPEN.now() + timedelta(minutes=3)))
    with reading_session() as session:
        assert queries.turnout(session, polled.round) == {Channel.KIOSK: 1, Channel.PAPER: 1}
        box = session.execute(text("SELECT * FROM vote_box")).all()
    assert first.code not in str(box)
    assert again.code not in str(box)
    assert shut(sealed) == 1
    bring_back(sealed, counted(sealed))
    with reading_session() as session:
        assert [slip.code for slip in queries.slips_of(session, sealed.round)] == [again.code]


def test_a_household_that_moved_out_takes_its_code_along(polled):
    """Whoever moves in finds no code in the letter box that votes."""
    slip = print_codes(polled)[polled.places.units[4]]
    with unit_of_work() as session:
        event = HouseholdLeft(unit_id=polled.places.units[4], at=OPEN.now())
        commands.end_codes(session, event)
    assert code_of(slip) is None


def test_a_scanner_at_a_kiosk_types_the_address(polled):
    """It opens the same ballot as the code below it."""
    slip = print_codes(polled)[polled.places.units[0]]
    with reading_session() as session:
        found = commands.code_of_typed(
            session, f"https://x.example/votes/code/scan/{slip.token}", "the key of the tests"
        )
    assert found == code_of(slip)
    assert code_of(slip, secret="another key") is None


@pytest.mark.parametrize("channel", ["code", "kiosk"])
def test_the_database_takes_no_ballot_by_code_without_a_living_one(polled, channel):
    """Nor one at a kiosk where none stands."""
    stand_kiosk(polled)
    values = ballot(polled, channel=channel, person=None, seat="服务大厅" if channel == "kiosk" else "")
    refused_by("vote_ballot_insert_by_code", BALLOT, **values)


def test_the_database_takes_no_ballot_from_a_kiosk_that_is_not_there(polled):
    """One that has ended is not there."""
    print_codes(polled)
    end_kiosk(polled, stand_kiosk(polled), clock=at(OPENS))
    refused_by("vote_ballot_insert_at_kiosk", BALLOT, **ballot(polled, channel="kiosk", person=None, seat="服务大厅"))


def test_the_database_holds_codes_to_their_round(polled):
    """No code for a round that has closed, none with a person, none that comes back to life."""
    values = ballot(polled)
    code = {name: values[name] for name in ("round", "snapshot", "unit", "person")}
    refused_by("vote_code_of_living_round", CODE, **code, at=CLOSES)
    refused_by(None, BALLOT, **ballot(polled, channel="code"))
    refused_by(None, BALLOT, **ballot(polled, person=None))
    slip = print_codes(polled)[polled.places.units[1]]
    print_codes(polled, door=slip.door)
    revive = "UPDATE vote_code SET replaced_at = issued_at WHERE replaced_at IS NOT NULL"
    refused_by("vote_code_stays_dead", revive)


def test_one_code_on_sixteen_phones_leaves_one_ballot(working):
    """And the account of the same household beside them: one register.

    Source: reliability.md V1, V5.
    """
    polled = make_polled()
    code = code_of(print_codes(polled)[polled.places.units[0]])
    by_code = [partial(patiently, partial(cast_coded, polled, code, 0, n % 4, key=str(uuid4()))) for n in range(6)]
    by_phone = [partial(patiently, partial(cast, polled, 0, n, key=str(uuid4()))) for n in range(2)]
    ended = at_once(working, by_code + by_phone)
    assert [kind for kind, _ in ended] == ["done"] + ["refused"] * 7
    assert {what for kind, what in ended if kind == "refused"} <= {
        "voting.already_cast_code",
        "voting.already_cast_phone",
    }
    assert stored_ballots(polled.round) == 1
    with reading_session() as session:
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)


def test_a_code_that_is_printed_anew_while_it_votes_either_votes_or_is_dead(working):
    """Never both: a ballot by the old code after the new slip was printed."""
    polled = make_polled()
    slip = print_codes(polled)[polled.places.units[0]]
    code = code_of(slip)
    voting = partial(patiently, partial(cast_coded, polled, code, 0, 1))
    printing = partial(
        patiently, lambda: len(print_codes(polled, door=slip.door, clock=at(NOW + timedelta(minutes=1))))
    )
    ended = at_once(working, [voting, printing])
    assert [kind for kind, _ in ended] == ["done", "refused"]
    assert ended[1][1] in ("voting.already_cast_code", "voting.code_unknown")
    assert stored_ballots(polled.round) == (1 if ended[1][1] == "voting.already_cast_code" else 0)


def test_turnout_is_told_by_channel_after_the_close_and_small_numbers_together(working):
    """On the page, in the open data and in the package: 12 by account, 10 by code, kiosk, paper and visit together."""
    polled = make_polled(units=22, people=12)
    slips, kiosk = print_codes(polled), stand_kiosk(polled)
    for number in range(12):
        cast(polled, number, number % 4)
    for number in range(12, 18):
        cast_coded(polled, code_of(slips[polled.places.units[number]]), number, 1, kiosk=kiosk if number > 15 else None)
    for number in range(18, 22):
        paper(polled, number, number, 1, visit=number > 19)
    told = {Channel.PHONE: 12, None: 10}
    with reading_session() as session:
        assert queries.closed_turnouts(session, CLOSES - JUST, 10) == []
        assert queries.round_page(session, polled.round, polled.worker, CLOSES - JUST).turnout.channels == {}
        assert queries.round_page(session, polled.round, polled.worker, CLOSES).turnout.channels == told
        assert [one.channels for one in queries.closed_turnouts(session, CLOSES, 10)] == [told]
        assert len(queries.turnout(session, polled.round)) == 5
    publish(polled)
    with reading_session() as session:
        assert queries.package_of(session, polled.round)["turnout.csv"] == b"channel,households\nphone,12\nmerged,10\n"
