"""Tell people something, once each; note what was read and which households were reminded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible
from fundapp.notify.models import NotifyMessage, NotifyRead, NotifyReminder


@dataclass(frozen=True)
class Told:
    """What is told: a title, a text, a page of this site, and the key under which it is told once to each person."""

    title: str
    text: str
    link: str
    once_key: str


def tell_people(session: Session, person_ids: Iterable[int], told: Told, at: datetime) -> int:
    """Send a message to each of some persons who has not had it yet; give how many were sent.

    Whether these persons may know is the calling deed's rule. The caller holds a lock under which the same matter is
    told, so that two deeds at once do not meet at the key.
    """
    wanted = set(person_ids)
    query = select(NotifyMessage.person_id).where(
        NotifyMessage.person_id.in_(wanted), NotifyMessage.once_key == told.once_key
    )
    fresh = sorted(wanted - set(session.scalars(query)))
    session.add_all(
        NotifyMessage(
            person_id=person_id, title=told.title, text=told.text, link=told.link, once_key=told.once_key, sent_at=at
        )
        for person_id in fresh
    )
    session.flush()
    return len(fresh)


def read_message(session: Session, actor: Actor, message_id: int, clock: Clock) -> str:
    """Note that the actor has read a message of hers; give the page that it leads to. Reading twice is fine.

    Raises:
        NotVisible: it is somebody else's, or there is none of this number.
    """
    query = select(NotifyMessage).where(NotifyMessage.id == message_id).with_for_update()
    message = session.scalar(query)
    if message is None or message.person_id != actor.person_id:
        raise NotVisible
    if session.get(NotifyRead, message_id) is None:
        session.add(NotifyRead(message_id=message_id, read_at=clock.now(session)))
    return message.link


def read_all(session: Session, actor: Actor, clock: Clock) -> int:
    """Note that the actor has read all her messages; give how many were new."""
    query = (
        select(NotifyMessage.id)
        .outerjoin(NotifyRead, NotifyRead.message_id == NotifyMessage.id)
        .where(NotifyMessage.person_id == actor.person_id, NotifyRead.message_id.is_(None))
        .with_for_update(of=NotifyMessage)
    )
    waiting = list(session.scalars(query))
    now = clock.now(session)
    kept = set(session.scalars(select(NotifyRead.message_id).where(NotifyRead.message_id.in_(waiting))))
    session.add_all(NotifyRead(message_id=number, read_at=now) for number in waiting if number not in kept)
    return len(waiting)


def note_reminders(session: Session, actor: Actor, source: str, people: Mapping[int, int], at: datetime) -> None:
    """Note that households were reminded, with how many persons each; the caller holds the matter's lock."""
    session.add_all(
        NotifyReminder(
            source=source, unit_id=unit_id, day=local_date(at), people=count, reminded_by_id=actor.person_id, at=at
        )
        for unit_id, count in people.items()
    )
    session.flush()
