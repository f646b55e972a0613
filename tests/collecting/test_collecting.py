"""Door to door: what is noted without a signal counts once, from where it was to come, by when it was noted."""

import multiprocessing
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.collecting import commands, queries
from fundapp.collecting.rules import Fate, noted_at
from fundapp.consent.papers import VisitResult
from fundapp.consent.policy import Choice
from fundapp.consent.queries import bar_of_round, current_answer, visits_of
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.places.queries import get_place
from tests.collecting.walking import HOUR, PHONE, note
from tests.consent.asking import CLOSES, KEYED, OPENS, at, attack, bound, phone, publish
from tests.support.world import NOW, make_account, make_person, make_place_tree

ENTRY = (
    "INSERT INTO collect_entry (op_key, device_id, round_id, unit_id, answer, photo_id, noted_at, received_at, "
    "person_id, fate, answer_id) SELECT 'x', device_id, round_id, {unit}, answer, photo_id, {noted}, received_at, "
    "{person}, 'superseded', NULL FROM collect_entry"
)


def code_of(deed, *given, **named):
    """Give the code with which a deed is refused."""
    with pytest.raises(Refused) as refusal:
        deed(*given, **named)
    return refusal.value.code


def standing(walking, number):
    """Give what counts for a household."""
    with reading_session() as session:
        row = current_answer(session, walking.asked.round, walking.asked.places.units[number])
        return row and (row.answer, row.channel.value)


def test_what_a_household_signs_at_its_door_counts(walking):
    """As its answer by the channel door, once, with the photo of its signature."""
    assert note(walking, 0)[0] is Fate.COUNTED
    assert standing(walking, 0) == (Choice.AGREE, "door")
    with reading_session() as session:
        assert bar_of_round(session, walking.asked.round, OPENS + 3 * HOUR).agree == 1


def test_a_phone_that_sends_everything_twice_is_heard_once(walking):
    """The same key gives the same answer again, also a day later; another content under it is refused."""
    key = str(uuid4())
    first = note(walking, 0, key=key)
    assert note(walking, 0, key=key, received=OPENS + timedelta(days=1)) == first
    assert code_of(note, walking, 0, Choice.OPPOSE, key=key) == "web.used_key"
    with reading_session() as session:
        assert session.scalar(text("SELECT count(*) FROM consent_answer")) == 1


def test_what_the_household_said_later_by_phone_stands(walking):
    """Noted at ten, said by phone at eleven, sent at twelve: the phone counts, the entry is kept beside it."""
    phone(walking.asked, 0, Choice.OPPOSE, clock=at(OPENS + 2 * HOUR))
    assert note(walking, 0, noted=OPENS + HOUR, received=OPENS + 3 * HOUR) == (Fate.SUPERSEDED, None)
    assert standing(walking, 0) == (Choice.OPPOSE, "phone")


def test_what_was_signed_after_the_phone_replaces_it(walking):
    """The last word counts, whichever way it came."""
    phone(walking.asked, 0, Choice.OPPOSE, clock=at(OPENS + HOUR))
    assert note(walking, 0, noted=OPENS + 2 * HOUR, received=OPENS + 3 * HOUR)[0] is Fate.COUNTED
    assert standing(walking, 0) == (Choice.AGREE, "door")


def test_an_outbox_that_comes_late_counts_until_keying_ends(walking):
    """Noted before the close and sent after it; noted after the close, or sent when keying is over, it does not."""
    late = {"noted": CLOSES - HOUR, "received": CLOSES + HOUR}
    assert note(walking, 0, **late)[0] is Fate.COUNTED
    assert code_of(note, walking, 1, noted=CLOSES, received=CLOSES + HOUR) == "collecting.outside_round"
    assert code_of(note, walking, 1, noted=OPENS, received=KEYED) == "consent.keying_over"
    assert publish(walking.asked, at(KEYED)).value == "failed"


def test_a_phone_with_a_wrong_clock_is_told_so(walking):
    """Five minutes ahead are forgiven and count as now; more are not, nor is a time before the round."""
    soon = OPENS + 2 * HOUR
    assert noted_at(soon + timedelta(minutes=5), OPENS, CLOSES, soon) == soon
    assert code_of(note, walking, 0, noted=soon + timedelta(minutes=6), received=soon) == "collecting.clock_ahead"
    assert code_of(note, walking, 0, noted=OPENS - HOUR, received=soon) == "collecting.outside_round"


def test_a_collector_notes_only_the_doors_of_her_walk(walking):
    """Not the other building, not under another's phone, and nothing noted once the walk has ended."""
    assert code_of(note, walking, 4) == "collecting.not_on_walk"
    assert code_of(note, walking, 0, device=str(uuid4())) == "collecting.other_phone"
    assert code_of(note, walking, 0, actor=walking.asked.worker) == "collecting.other_phone"
    with unit_of_work() as session:
        commands.end_walk(session, walking.asked.worker, walking.walk, at(OPENS + 2 * HOUR))
    assert note(walking, 0, noted=OPENS + HOUR, received=OPENS + 3 * HOUR)[0] is Fate.COUNTED
    later = {"noted": OPENS + 2 * HOUR, "received": OPENS + 3 * HOUR}
    assert code_of(note, walking, 1, **later) == "collecting.not_on_walk"


def test_her_phone_holds_the_doors_of_her_walk_and_no_others(walking):
    """Doors and whether they have answered; no name, no answer, no other building."""
    phone(walking.asked, 0, Choice.OPPOSE)
    with reading_session() as session:
        doors = queries.doors_of_walks(session, walking.asked.round, walking.head)
    assert [(one.unit_id, one.answered) for one in doors] == list(
        zip(walking.asked.places.units[:3], (True, False, False), strict=True)
    )


def test_the_worker_picks_from_those_who_may_collect(walking):
    """Her community's workers and the heads of its buildings, by name; no resident, no head of another yard."""
    asked = walking.asked
    with unit_of_work() as session:
        elsewhere = make_place_tree(session)
        make_account(session, make_person(session, "别院楼长", Role.BUILDING_HEAD, elsewhere.buildings[0]), "other")
        make_account(session, walking.head, "head")
        make_account(session, asked.worker, "worker")
        make_account(session, asked.residents[0], "resident")
    with reading_session() as session:
        path = get_place(session, asked.places.compound).path
        found = [(one.login, one.role) for one in queries.collectors_at(session, path, NOW)]
    assert sorted(found) == [("head", Role.BUILDING_HEAD), ("worker", Role.WORKER)]


def test_only_the_worker_gives_walks_and_only_to_who_may_collect(walking):
    """A resident is not sent to her neighbours' doors, an administrator sends nobody."""
    asked, building = walking.asked, walking.asked.places.buildings[0]
    with unit_of_work() as session:
        admin = make_person(session, "管理员二", Role.ADMINISTRATOR, asked.places.district)

    def give(actor, person, to=building, clock=None):
        with unit_of_work() as session:
            return commands.give_walk(session, actor, commands.GiveWalk(asked.round, to, person), clock or at(NOW)).id

    assert code_of(give, admin, walking.head.person_id) == "collecting.not_worker"
    assert code_of(give, walking.head, walking.head.person_id) == "collecting.not_worker"
    assert code_of(give, asked.worker, asked.residents[0].person_id) == "collecting.not_collector"
    assert code_of(give, asked.worker, walking.head.person_id, asked.places.buildings[1]) == "collecting.not_collector"
    assert code_of(give, asked.worker, walking.head.person_id, asked.places.compound) == "collecting.other_building"
    assert code_of(give, asked.worker, walking.head.person_id, clock=at(CLOSES)) == "consent.closed"
    assert give(asked.worker, walking.head.person_id) == walking.walk


def test_a_phone_is_registered_by_who_has_a_walk_before_the_close(walking):
    """Once for each round; another collector cannot take its name over."""
    asked = walking.asked

    def register(actor, key=PHONE, clock=None):
        with unit_of_work() as session:
            return commands.register_device(session, actor, asked.round, key, clock or at(NOW)).id

    first = register(walking.head)
    assert register(walking.head) == first
    assert code_of(register, asked.worker) == "collecting.no_walk"
    assert code_of(register, NOBODY) == "collecting.no_walk"
    assert code_of(register, walking.head, "phone") == "collecting.no_key"
    assert code_of(register, walking.head, str(uuid4()), at(CLOSES)) == "consent.closed"
    with unit_of_work() as session:
        cmd = commands.GiveWalk(asked.round, asked.places.buildings[0], asked.worker.person_id or 0)
        commands.give_walk(session, asked.worker, cmd, at(NOW))
    with pytest.raises(Forbidden, match="other_phone"):
        register(asked.worker)


@pytest.mark.parametrize(
    ("guard", "statement"),
    [
        ("collect_entry_of_its_phone", ENTRY.format(unit="unit_id", noted="noted_at", person=1)),
        ("collect_entry_on_a_walk", ENTRY.format(unit="unit_id + 4", noted="noted_at", person="person_id")),
    ],
)
def test_the_database_takes_entries_from_a_walk_only(walking, guard, statement):
    """Attacked by plain SQL; each attack gets past the other guards once its own is gone."""
    note(walking, 0)
    attack(statement)
    with bound_engine().execution_options(writes=True).begin() as connection:
        names = (guard, "collect_entry_on_a_walk") if guard == "collect_entry_of_its_phone" else (guard,)
        for one in guards():
            if one.name in names:
                drop_guard(connection, one)
        connection.execute(text(statement))


def test_nothing_that_was_noted_is_changed_or_taken_away(walking):
    """Entries, phones and who was sent where."""
    note(walking, 0)
    for statement in (
        "UPDATE collect_entry SET answer = 'oppose'",
        "DELETE FROM collect_entry",
        "UPDATE collect_device SET person_id = 1",
        "DELETE FROM collect_device",
        "UPDATE collect_walk SET person_id = 1",
        "DELETE FROM collect_walk",
        "UPDATE consent_answer SET answer = 'oppose'",
    ):
        attack(statement)


def test_no_answer_from_a_door_without_a_walk(walking):
    """Staff who were sent nowhere cannot write one, not even by plain SQL."""
    note(walking, 0)
    forged = (
        "INSERT INTO consent_answer (round_id, snapshot_id, unit_id, voice, revision, answer, channel, op_key, "
        "person_id, at, serial, scan_id, reason) SELECT round_id, snapshot_id, unit_id + 4, voice + 4, 1, answer, "
        "channel, 'forged', person_id, at, serial, scan_id, reason FROM consent_answer"
    )
    attack(forged)
    guard = next(one for one in guards() if one.name == "consent_answer_from_a_walk")
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, guard)
        connection.execute(text(forged))


def _send(url, walking, key, queue):
    with bound(url):
        try:
            queue.put(note(walking, 0, key=key))
        except (Refused, DBAPIError) as error:
            queue.put(repr(error))


def test_one_entry_sent_by_eight_processes_at_once_is_taken_once(walking, working):
    """Real processes, real commits: every one hears the same answer number."""
    fork, key = multiprocessing.get_context("fork"), str(uuid4())
    queue = fork.Queue()
    bound_engine().dispose()
    crowd = [fork.Process(target=_send, args=(working, walking, key, queue)) for _ in range(8)]
    for one in crowd:
        one.start()
    heard = {queue.get(timeout=60) for _ in crowd}
    for one in crowd:
        one.join()
    assert len(heard) == 1
    with reading_session() as session:
        assert session.scalar(text("SELECT count(*) FROM consent_answer")) == 1


def visit(walking, number, result=VisitResult.ABSENT, key="", device=PHONE, actor=None, noted=OPENS + HOUR):
    """Send a visit that brought no answer."""
    asked = walking.asked
    cmd = commands.VisitedDoor(asked.round, device, asked.places.units[number], result, noted, key or str(uuid4()))
    with unit_of_work() as session:
        return commands.note_visit(session, actor or walking.head, cmd, at(OPENS + 2 * HOUR)).id


def test_a_visit_from_a_walk_is_kept_beside_answers(walking):
    """Refused, absent and unreachable come through the same outbox, once; the household stays silent."""
    key = str(uuid4())
    assert visit(walking, 0, key=key) == visit(walking, 0, key=key)
    assert code_of(visit, walking, 0, VisitResult.REFUSED, key=key) == "web.used_key"
    visit(walking, 0, VisitResult.REFUSED)
    with reading_session() as session:
        kept = visits_of(session, walking.asked.round)[walking.asked.places.units[0]]
        assert [(one.result, one.visitor) for one in kept] == [
            (VisitResult.ABSENT, "周楼长"),
            (VisitResult.REFUSED, "周楼长"),
        ]
        assert bar_of_round(session, walking.asked.round, OPENS).silent == 6
    assert standing(walking, 0) is None


def test_a_visit_comes_from_a_registered_phone_on_its_walk_and_within_the_round(walking):
    """Other buildings, other phones and moments outside the round are refused."""
    assert code_of(visit, walking, 3) == "collecting.not_on_walk"
    assert code_of(visit, walking, 0, device=str(uuid4())) == "collecting.other_phone"
    assert code_of(visit, walking, 0, noted=OPENS - HOUR) == "collecting.outside_round"
