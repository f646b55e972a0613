"""Tell the people of a household what was noted for it, and why it is asked again."""

from sqlalchemy.orm import Session

from fundapp.answering import queries
from fundapp.answering.texts import answer_told, round_struck
from fundapp.consent.events import AnswerGiven, RoundVoided
from fundapp.notify.commands import tell_people


def tell_household(session: Session, event: AnswerGiven) -> None:
    """Tell the other accounts of a household that it has a new answer (reacts to ``AnswerGiven``).

    What was said stands on the round's own page, which shows it to the household only.
    """
    if not event.heard:
        return
    people = queries.people_of_units(session, [event.unit_id], event.at) - {event.person_id}
    if people:
        title, door, number = queries.answer_in_words(session, event.round_id, event.unit_id)
        tell_people(session, people, answer_told(event, title, door, number), event.at)


def tell_struck(session: Session, event: RoundVoided) -> None:
    """Tell every household that had answered that its answer no longer counts (reacts to ``RoundVoided``)."""
    title, at, units = queries.struck_in_words(session, event.round_id)
    people = queries.people_of_units(session, units, at)
    tell_people(session, people, round_struck(event, title), at)
