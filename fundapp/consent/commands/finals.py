"""Publish the final result when its notice is over, and carry out what answers to objections ask for."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.consent import queries
from fundapp.consent.commands.announcing import strike
from fundapp.consent.commands.rounds import hold, settle
from fundapp.consent.models import ConsentResult
from fundapp.consent.policy import check_may_finish, check_worker
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, SetClock
from fundapp.kernel.errors import Refused
from fundapp.projects.commands import lock_project
from fundapp.publicity.commands import hold as hold_notice
from fundapp.publicity.events import ObjectionAnswered
from fundapp.publicity.policy import check_settled
from fundapp.publicity.queries import standing_of


@dataclass(frozen=True)
class PublishFinal:
    """Publish the final result of a round whose preliminary one was announced."""

    round_id: int


def publish_final(session: Session, actor: Actor, cmd: PublishFinal, clock: Clock) -> ConsentResult:
    """Count once more, publish the final result, and move the project to 已同意 or 不通过.

    Raises:
        Forbidden: not the worker of the community.
        Refused: no preliminary result was announced; its notice is still open, was not proven on paper, or has an
            objection without an answer; published or struck already.

    """
    project = lock_project(session, queries.project_of(session, cmd.round_id))
    held = hold(session, cmd.round_id, clock)
    round_, now = held.round, held.now
    check_worker(actor, queries.path_of(session, round_.place_id))
    check_may_finish(held.state)
    announced = queries.announced_of(session, round_.id)
    if announced is None:
        raise Refused("consent.not_announced")
    hold_notice(session, announced.notice_id)
    notice = standing_of(session, announced.notice_id, now)
    check_settled(notice.state, notice.period.ends_at, notice.unanswered)
    return settle(session, actor, round_, project.id, announced.keying_complete, now)


def carry_out(session: Session, event: ObjectionAnswered) -> None:
    """Strike what the answer to an objection names, if it is about a round (a reaction of the same deed).

    Raises:
        Refused: the round is not on notice any more, or one of those named has no answer that stands.

    """
    round_id = queries.round_of(event.source)
    if round_id is None or not event.named:
        return
    lock_project(session, queries.project_of(session, round_id))
    held = hold(session, round_id, SetClock(event.at))
    check_may_finish(held.state)
    strike(session, held.round, queries.terms_of_round(session, held.round), event)
