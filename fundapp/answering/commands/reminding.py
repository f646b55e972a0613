"""Remind the households that are silent: once a day each, and without a word about the others."""

from sqlalchemy.orm import Session

from fundapp.answering import policy, queries
from fundapp.answering.texts import reminder
from fundapp.audit.commands import record
from fundapp.consent.commands import hold
from fundapp.consent.policy import check_worker
from fundapp.consent.queries import path_of
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Refused
from fundapp.notify.commands import note_reminders, tell_people
from fundapp.notify.queries import reminded_on
from fundapp.web.filters import moment


def remind_silent(session: Session, actor: Actor, round_id: int, clock: Clock) -> tuple[int, int]:
    """Remind every silent household that was not reminded today; give how many households and how many messages.

    A household without an account is noted too: it stands on the list of doors to visit.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the round is not open, or nobody is left to be reminded today.
    """
    held = hold(session, round_id, clock)
    check_worker(actor, path_of(session, held.round.place_id))
    policy.check_open(held.state)
    source, day = f"consent_round:{round_id}", local_date(held.now)
    waiting = queries.silent_units(session, round_id) - reminded_on(session, source, day)
    if not waiting:
        raise Refused("answering.nobody_silent")
    people = queries.readers_of_units(session, waiting, held.now)
    spoken = {unit: sum(unit in units for units in people.values()) for unit in waiting}
    note_reminders(session, actor, source, spoken, held.now)
    title = queries.title_of(session, round_id)
    told = reminder(round_id, title, moment(held.window.closes_at), day.isoformat())
    sent = tell_people(session, people, told, held.now)
    record(session, actor, "answering.remind", source, held.now, households=len(waiting), messages=sent)
    return len(waiting), sent
