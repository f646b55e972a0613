"""A household's one ballot, by phone or on paper."""

from uuid import uuid4

import pytest

from fundapp.audit.commands import record
from fundapp.audit.models import AuditEntry
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.people.commands import bind_household
from fundapp.voting import commands, queries
from fundapp.voting.mix_models import VoteLoose
from fundapp.voting.models import VoteBallot
from fundapp.voting.rounds import Channel
from tests.support.world import NOW, again, make_person, make_place_tree, make_resident
from tests.voting.polling import CLOSES, JUST, OPEN, OPENS, at, cast, make_polled, paper, publish


def code_of(deed, *values, **named):
    """Do something that is refused, and give the code."""
    with pytest.raises(Refused) as refused:
        deed(*values, **named)
    return refused.value.code


def stored():
    """Count ballots and choices."""
    with reading_session() as session:
        return session.query(VoteBallot).count(), session.query(VoteLoose).count()


def test_a_ballot_is_kept_with_what_it_names(polled):
    """One ballot, its choices, and a receipt for the household."""
    ballot = cast(polled, 0, 0, 2)
    assert stored() == (1, 2)
    with reading_session() as session:
        assert queries.marks_on(session, ballot) == {polled.projects[0]: 1, polled.projects[2]: 1}
        receipt = queries.receipt_of(session, polled.round, polled.places.units[0], polled.residents[0])
        assert (len(receipt.code), receipt.valid, receipt.channel) == (12, True, Channel.PHONE)
        assert receipt.named == (("装路灯", 1), ("铺路面", 1))


def test_a_household_votes_once_whoever_of_it_votes(polled):
    """The second of the family is told when and how the first has voted; nothing is replaced."""
    with unit_of_work() as session:
        spouse = make_resident(session, "家属", polled.places.units[0])
    cast(polled, 0, 0)
    with pytest.raises(Refused) as refused:
        cast(polled, 0, 1, who=spouse)
    assert refused.value.code == "voting.already_cast_phone"
    assert refused.value.facts["at"] == OPEN.at
    assert stored() == (1, 1)


def test_a_person_with_two_households_has_two_ballots(polled):
    """The vote belongs to the household, not to the account."""
    with unit_of_work() as session:
        bind_household(session, polled.residents[0].person_id, polled.places.units[5], NOW)
        record(session, polled.worker, "tests.bind", "tests:1", NOW)
    with unit_of_work() as session:
        both = again(session, polled.residents[0])
    cast(polled, 0, 0, who=both)
    cast(polled, 5, 1, who=both)
    assert stored() == (2, 2)


def test_a_household_outside_the_roster_has_no_ballot(polled):
    """Whoever speaks for a home that the frozen roster does not have is told so, and nothing is stored."""
    with unit_of_work() as session:
        elsewhere = make_place_tree(session, units=1).units[0]
        stranger = make_resident(session, "外院人", elsewhere)
    with pytest.raises(Forbidden, match=r"voting\.not_on_roster"):
        cast(polled, 0, 0, unit=elsewhere, who=stranger)
    assert stored() == (0, 0)


@pytest.mark.parametrize(("chosen", "code"), [((), "voting.nothing_chosen"), ((0, 1, 2, 3), "voting.too_many")])
def test_a_ballot_outside_the_rules_stores_nothing(polled, chosen, code):
    """None, or one more than allowed: refused, and the household may still vote."""
    assert code_of(cast, polled, 0, *chosen) == code
    assert stored() == (0, 0)
    cast(polled, 0, 1)
    assert stored() == (1, 1)


@pytest.mark.parametrize("moment", [OPENS - JUST, CLOSES, CLOSES + JUST])
def test_nobody_votes_outside_the_window(polled, moment):
    """Neither a moment too early nor at the very close."""
    expected = "voting.not_open_yet" if moment < OPENS else "voting.closed"
    assert code_of(cast, polled, 0, 0, clock=at(moment)) == expected
    assert code_of(paper, polled, 1, 0, 0, clock=at(moment)) == expected
    assert stored() == (0, 0)


@pytest.mark.parametrize("moment", [OPENS, CLOSES - JUST])
def test_the_first_and_the_last_moment_are_inside(polled, moment):
    """The window is half open: its first moment counts."""
    cast(polled, 0, 0, clock=at(moment))
    assert stored() == (1, 1)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.RESIDENT, Role.GROUP_MEMBER)])
def test_no_role_gives_a_vote(polled, role):
    """Staff and administrators vote for no household, in the window or outside it."""
    with unit_of_work() as session:
        staff = make_person(session, "工作人员", role, polled.places.district)
    for moment in (OPENS - JUST, OPENS, CLOSES):
        with pytest.raises(Forbidden):
            cast(polled, 0, 0, who=staff, clock=at(moment))
    assert stored() == (0, 0)


def test_a_neighbour_cannot_vote_for_another_household(polled):
    """A bound account votes for its own household only."""
    with pytest.raises(Forbidden):
        cast(polled, 1, 0, who=polled.residents[0])


def test_a_draft_takes_no_ballot_and_is_not_known(polled):
    """A round that is not opened does not exist for voters."""
    cmd = commands.CastBallot(999, polled.places.units[0], (polled.projects[0],), str(uuid4()))
    with pytest.raises(NotVisible), unit_of_work() as session:
        commands.cast_ballot(session, polled.residents[0], cmd, at(OPENS))


def test_one_form_sent_twenty_times_is_one_ballot(polled):
    """The same key gives the same ballot, even after the close; with other content it is refused."""
    key = str(uuid4())
    assert len({cast(polled, 0, 0, 1, key=key) for _ in range(20)}) == 1
    assert cast(polled, 0, 1, 0, key=key, clock=at(CLOSES)) == cast(polled, 0, 0, 1, key=key)
    assert code_of(cast, polled, 0, 2, key=key) == "web.used_key"
    assert stored() == (1, 2)


def test_the_key_of_another_is_a_form_of_ones_own(polled):
    """Who sends a neighbour's key casts her own ballot with it, and is never shown the neighbour's."""
    key = str(uuid4())
    assert cast(polled, 0, 0, 1, key=key) != cast(polled, 1, 0, 1, key=key)
    assert stored() == (2, 4)


def test_paper_and_phone_stand_in_one_register(polled):
    """Whichever comes first stands; the other is told of it."""
    paper(polled, 1, 0, 0)
    assert code_of(cast, polled, 0, 1) == "voting.already_cast_paper"
    cast(polled, 1, 1)
    assert code_of(paper, polled, 2, 1, 0) == "voting.already_cast_phone"
    assert stored() == (2, 2)


def test_a_sheet_is_keyed_in_once(polled):
    """The number of a sheet is used once in a round."""
    paper(polled, 1, 0, 0)
    assert code_of(paper, polled, 1, 4, 1) == "voting.serial_used"
    assert stored() == (1, 1)


def test_only_those_who_publish_key_paper_in(polled):
    """A resident cannot enter paper for others, nor a worker of another community."""
    for who in (polled.residents[0], make_polled().worker):
        cmd = commands.KeyBallot(
            polled.round, polled.places.units[4], (polled.projects[0],), 1, polled.scan, str(uuid4())
        )
        with pytest.raises(Forbidden), unit_of_work() as session:
            commands.key_ballot(session, who, cmd, at(OPENS))


def test_a_paper_that_cannot_be_counted_is_counted_as_returned(polled):
    """A sheet with too many ticks names nothing, but the household has voted.

    Source: domain.md (b) case 6.
    """
    assert code_of(paper, polled, 1, 0, 0, 1, 2, 3) == "voting.too_many"
    assert code_of(paper, polled, 1, 0, 0, valid=False) == "voting.invalid_names_nothing"
    paper(polled, 1, 0, valid=False)
    assert stored() == (1, 0)
    with reading_session() as session:
        assert queries.recount(session, polled.round).invalid == 1
        assert queries.turnout(session, polled.round) == {Channel.PAPER: 1}


def test_a_keyed_paper_gives_the_worker_no_list_of_choices(polled):
    """The receipt of a paper says when it came in, to the household and not to the worker, and never what it names."""
    paper(polled, 1, 0, 0)
    with reading_session() as session:
        receipt = queries.receipt_of(session, polled.round, polled.places.units[0], polled.residents[0])
        assert receipt.named == ()
        with pytest.raises(NotVisible):
            queries.receipt_of(session, polled.round, polled.places.units[0], polled.worker)


def test_a_receipt_is_found_by_its_code_and_tells_no_choice(polled):
    """Whoever holds the slip sees that the ballot came in; an unknown code finds nothing."""
    cast(polled, 0, 0, 1)
    with reading_session() as session:
        own = queries.own_receipts(session, polled.residents[0])[0]
        found = queries.receipt_by_code(session, own.code.lower())
        assert (found.code, found.named, own.named) == (own.code, (), ())
        assert queries.own_receipts(session, polled.residents[1]) == []
        with pytest.raises(Refused):
            queries.receipt_by_code(session, "AAAA-AAAA-AAAA")


def test_the_spouse_sees_the_receipt_but_not_the_choices(polled):
    """What was chosen is shown to the person who cast it, not to the family."""
    with unit_of_work() as session:
        spouse = make_resident(session, "家属", polled.places.units[0])
    cast(polled, 0, 0)
    with reading_session() as session:
        assert queries.receipt_of(session, polled.round, polled.places.units[0], spouse).named == ()


def test_the_trail_of_deeds_does_not_say_what_was_chosen(polled):
    """The fingerprint of the ballot, a channel, and nothing of its choices, from which they could be guessed."""
    cast(polled, 0, 0, 2)
    with reading_session() as session:
        entry = session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
        assert entry.details == {"channel": "phone"}
        assert entry.about == f"vote_round:{polled.round}"
        assert session.query(VoteLoose).count() == 2
        assert [key.partition(":")[0] for key in entry.rows] == ["vote_ballot"]


def test_after_a_result_no_ballot_comes_in(polled):
    """What was published stays what was counted."""
    cast(polled, 0, 0)
    publish(polled)
    assert code_of(cast, polled, 1, 0, clock=at(OPENS)) == "voting.closed"
