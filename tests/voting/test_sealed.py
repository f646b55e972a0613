"""A sealed round from its key to its result, and what must not happen on the way."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from fundapp.audit.models import AuditEntry
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import BadInput, Forbidden, NotVisible, Refused
from fundapp.voting import checks, commands, queries
from fundapp.voting.box_models import VoteBox, VoteBoxRoot, VoteSlip
from fundapp.voting.rounds import Channel
from fundapp.voting.seal import join_shares, make_key
from tests.voting.polling import CLOSES, JUST, OPEN, OPENS, SHUT, at, cast, publish, run
from tests.voting.sealing import bring_back, confirm, counted, drop, hand_in, make_sealed, register, shut


@pytest.fixture
def sealed(working):
    """An open sealed round over four households."""
    return make_sealed()


def code_of(deed, *args, **kwargs):
    """Give the code of the refusal."""
    with pytest.raises(Refused) as refused:
        deed(*args, **kwargs)
    return refused.value.code


def rows(table):
    """Count the rows of a table."""
    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(table))


def faults():
    """Run the check of boxes and results."""
    with reading_session() as session:
        return [one.run(session).first_fault for one in checks.CHECKS]


def test_a_sealed_round_is_counted_outside_and_every_voter_finds_her_ballot(sealed):
    """The newest ballot of each household counts, a paper counts instead of it, and codes and digits are found again.

    Source: reliability.md V2, V5, V12.
    """
    drop(sealed, 0, 0)
    given = {0: drop(sealed, 0, 1, 2, digits="1111"), 1: drop(sealed, 1, 1), 2: drop(sealed, 2, 3)}
    assert [given[number].again for number in range(3)] == [True, False, False]
    hand_in(sealed, 2)
    with unit_of_work() as session:
        commands.print_ballots(session, sealed.polled.worker, commands.PrintBallots(sealed.round, 1), OPEN)
    assert shut(sealed) == 2
    with reading_session() as session:
        prints = queries.closing_of(session, sealed.round).fingerprints
    assert prints == sorted(given[number].fingerprint for number in (0, 1))
    files = [counted(sealed, *pair) for pair in ((0, 1), (0, 2), (1, 2))]
    assert files[0] == files[1] == files[2]
    bring_back(sealed, files[0])
    with reading_session() as session:
        slips = {slip.code: (slip.digits, dict(slip.marks)) for slip in queries.slips_of(session, sealed.round)}
        turnout = queries.turnout(session, sealed.round)
    ids = sealed.polled.projects
    assert slips == {given[0].code: ("1111", {ids[1]: 1, ids[2]: 1}), given[1].code: ("2580", {ids[1]: 1})}
    assert turnout == {Channel.PHONE: 2, Channel.PAPER: 1}
    assert code_of(publish, sealed.polled) == "voting.not_counted_yet"
    for who in (sealed.polled.worker, sealed.polled.officer):
        with unit_of_work() as session:
            commands.read_ballot(session, who, commands.ReadBallot(sealed.round, 1, (ids[3],)), SHUT)
    publish(sealed.polled)
    assert set(faults()) == {None}
    assert code_of(drop, sealed, 3, 0, clock=SHUT) == "voting.closed"


def test_one_share_opens_nothing_and_shares_of_another_key_neither(sealed):
    """Less than two, twice the same, or a foreign one: a clear refusal, and nothing is opened.

    Source: reliability.md V16.
    """
    drop(sealed, 0, 0)
    shut(sealed)
    for wrong in ([sealed.shares[0]], [sealed.shares[0]] * 2, [sealed.shares[0], make_key()[1][1]]):
        with pytest.raises(BadInput):
            join_shares(wrong)
    other = make_key()[1]
    with pytest.raises(BadInput):
        counted(replace(sealed, shares=tuple(other)))


def test_a_round_opens_under_seal_only_when_three_holders_confirmed(working):
    """The key belongs to a draft; the code of another share, and of somebody who keeps none, confirms nothing."""
    draft = make_sealed(opened=False, confirmed=2)
    assert code_of(confirm, draft, 2, code="0" * 12) == "voting.other_share"
    with pytest.raises(NotVisible):
        confirm(draft, 2, who=draft.polled.residents[0])

    def open_it():
        with unit_of_work() as session:
            cmd = commands.OpenRound(draft.round)
            commands.open_round(session, draft.polled.worker, cmd, at(OPENS - timedelta(hours=1)))

    assert code_of(open_it) == "voting.keys_missing"
    twice = (draft.holders[0].person_id,) * 3
    assert code_of(register, draft, holders=twice) == "voting.three_holders"
    with pytest.raises(Forbidden):
        register(draft, who=draft.polled.officer)
    confirm(draft, 2)
    open_it()
    assert code_of(register, draft) == "voting.frozen"


def test_a_box_takes_no_ballot_with_a_door_and_none_outside_its_window(sealed):
    """Ballots by door stay out; nothing goes in before the start, after the closing second, or without four digits."""
    assert code_of(cast, sealed.polled, 0, 0) == "voting.not_by_door"
    assert code_of(drop, sealed, 0, 0, clock=at(OPENS - JUST)) == "voting.not_open_yet"
    assert code_of(drop, sealed, 0, 0, clock=at(CLOSES)) == "voting.closed"
    for digits in ("", "123", "12a4", "１２３４"):
        assert code_of(drop, sealed, 0, 0, digits=digits) == "voting.four_digits"
    assert code_of(drop, sealed, 0, 0, 1, 2, 3) == "voting.too_many"
    drop(sealed, 0, 0, clock=at(CLOSES - JUST))
    assert rows(VoteBox) == 1


@pytest.mark.parametrize("who", ["worker", "officer"])
def test_staff_neither_vote_nor_close_early(sealed, who):
    """No role is a household, and nobody closes the box, counts or publishes before the close.

    Source: reliability.md V7.
    """
    actor = getattr(sealed.polled, who)
    with pytest.raises(Forbidden):
        drop(sealed, 0, 0, who=actor)
    early = at(CLOSES - JUST)
    assert code_of(shut, sealed, who=actor, clock=early) == "voting.still_open"
    assert code_of(publish, sealed.polled, who=actor) == "voting.not_counted_yet"
    with reading_session() as session, pytest.raises(NotVisible):
        queries.packed_box(session, sealed.round)


def test_a_household_that_voted_on_paper_cannot_vote_again(sealed):
    """It sees when and where; only the worker takes papers, once for each household.

    Source: reliability.md V5.
    """
    hand_in(sealed, 0)
    assert code_of(drop, sealed, 0, 0) == "voting.already_cast_paper"
    assert code_of(hand_in, sealed, 0) == "voting.already_cast_paper"
    with pytest.raises(Forbidden):
        hand_in(sealed, 1, who=sealed.polled.residents[1])
    with reading_session() as session:
        page = queries.round_page(session, sealed.round, sealed.polled.residents[0], OPEN.now(session))
    assert [(unit.seat, unit.channel, unit.at) for unit in page.own] == [("服务大厅", Channel.PAPER, OPEN.now(None))]
    assert page.left == []


def test_what_is_written_back_is_the_whole_box_opened_by_its_key(sealed):
    """Another box, a made-up file, a ballot more or less, one against the rules: refused, and nothing is written."""
    for number in range(3):
        drop(sealed, number, number)
    assert code_of(bring_back, sealed, {}) == "voting.box_not_closed"
    shut(sealed)
    assert code_of(shut, sealed) == "voting.box_is_closed"
    count = counted(sealed)
    lies = {
        "voting.no_count": {**count, "format": "x"},
        "voting.count_of_another_box": {**count, "root": "0" * 64},
        "voting.count_without_key": {**count, "proof": "guessed"},
        "voting.count_not_whole": {**count, "ballots": count["ballots"][1:]},
        "voting.not_a_candidate": {**count, "ballots": [[*count["ballots"][0][:2], [[0, 1]]], *count["ballots"][1:]]},
    }
    assert {code_of(bring_back, sealed, lie) for lie in lies.values()} == set(lies)
    with pytest.raises(Forbidden):
        bring_back(sealed, count, who=sealed.polled.residents[0])
    assert rows(VoteSlip) == 0
    bring_back(sealed, count)
    assert code_of(bring_back, sealed, count) == "voting.counted_already"


def test_the_root_of_the_hour_finds_a_row_that_was_changed(sealed):
    """A swapped seal, a row that is gone, a changed root: the check names table and row.

    Source: contracts.md "check"; reliability.md V8.
    """
    drop(sealed, 0, 0, clock=at(OPENS))
    drop(sealed, 1, 1, clock=at(OPENS + timedelta(minutes=20)))
    drop(sealed, 2, 1, clock=at(OPENS + timedelta(hours=1)))
    drop(sealed, 1, 2, clock=at(OPENS + timedelta(hours=2)))
    assert rows(VoteBoxRoot) == 3
    assert set(faults()) == {None}
    with reading_session() as session:
        row = session.get(VoteBox, (sealed.round, sealed.polled.places.units[0]))
        session.expunge(row)
        row.sealed = "00" * 112
    with pytest.raises(DBAPIError):
        run("DELETE FROM vote_box")
    run("UPDATE vote_box SET sealed = :one, leaf = :leaf WHERE unit_id = :unit",
        one="00" * 112, leaf=queries.leaf_of_row(row), unit=sealed.polled.places.units[0])  # fmt: skip
    assert f"vote_box:{sealed.round},{sealed.polled.places.units[0]} is not what was put in" in faults()


def test_the_database_keeps_a_box_to_its_rules(sealed):
    """Plain SQL: a copied seal, another household's row, a ballot after a paper, one into a closed box.

    Source: reliability.md V11.
    """
    drop(sealed, 0, 0)
    drop(sealed, 1, 1)
    hand_in(sealed, 2)
    units = sealed.polled.places.units
    copied = "UPDATE vote_box SET sealed = (SELECT sealed FROM vote_box WHERE unit_id = :one) WHERE unit_id = :two"
    for statement, values in (
        (copied, {"one": units[0], "two": units[1]}),
        ("UPDATE vote_box SET unit_id = :one WHERE unit_id = :two", {"one": units[3], "two": units[1]}),
        ("UPDATE vote_box SET channel = 'phone', sealed = 'aa', taken_by_id = NULL WHERE unit_id = :two",
         {"two": units[2]}),
        ("UPDATE vote_holder SET confirmed_at = NULL", {}),
        ("DELETE FROM vote_key", {}),
    ):  # fmt: skip
        with pytest.raises(DBAPIError):
            run(statement, **values)
    shut(sealed)
    with pytest.raises(DBAPIError):
        run("UPDATE vote_box SET sealed = 'bb' WHERE unit_id = :one", one=units[0])


def test_casting_leaves_no_trace_of_its_own_in_the_trail(sealed):
    """The trail holds roots and no ballots: who cast is not in it, nor is a fingerprint of her row."""
    before = rows(AuditEntry)
    for number in range(4):
        drop(sealed, number, 0, chance=random.Random(number))
    assert rows(AuditEntry) == before
