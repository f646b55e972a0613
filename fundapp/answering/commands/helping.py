"""Help a household to answer: openly, for one household, fifteen minutes at most."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.answering import policy, queries, rules
from fundapp.answering.commands.codes import code_of_typed
from fundapp.answering.models import AnswerCode, AssistedSession
from fundapp.audit.commands import record
from fundapp.consent.commands import AnswerByPhone, Answered, answer_through, hold
from fundapp.consent.policy import Channel, Choice, check_worker
from fundapp.consent.queries import door_or_refuse, path_of
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.models import Person


@dataclass(frozen=True)
class BeginHelp:
    """Begin to help the household behind a door: with its code, or with a reason and a witness."""

    round_id: int
    door: str
    code: str = ""
    reason: str = ""
    witness: str = ""


@dataclass(frozen=True)
class AnswerWithHelp:
    """What the household said to its helper."""

    help_id: int
    answer: Choice
    op_key: str


def begin_help(session: Session, actor: Actor, cmd: BeginHelp, secret: str, clock: Clock) -> AssistedSession:
    """Begin to help; a help of the same worker that still runs ends now.

    Raises:
        Forbidden: not the worker of the community, or it is her own household.
        Refused: the round is not open; no such door; the code is not this household's living one; without a code, no
            reason or no witness.
    """
    held = hold(session, cmd.round_id, clock)
    check_worker(actor, path_of(session, held.round.place_id))
    unit_id = door_or_refuse(session, held.round.snapshot_id, cmd.door)
    policy.check_may_help(held.state, actor.unit_ids, unit_id)
    policy.check_grounds(bool(cmd.code.strip()), cmd.reason, cmd.witness)
    code_id = _code_of(session, cmd, unit_id, secret)
    lock(session, Person, actor.person_id or 0)
    _end_running(session, actor, held.now)
    made = AssistedSession(
        round_id=held.round.id,
        snapshot_id=held.round.snapshot_id,
        unit_id=unit_id,
        worker_id=actor.person_id,
        code_id=code_id,
        reason=cmd.reason.strip(),
        witness=cmd.witness.strip() or None,
        started_at=held.now,
        until=held.now + rules.HELP,
    )
    session.add(made)
    session.flush()
    record(session, actor, "answering.begin_help", f"unit:{unit_id}", held.now, round=held.round.id, code=bool(code_id))
    return made


def answer_with_help(session: Session, actor: Actor, cmd: AnswerWithHelp, clock: Clock) -> Answered:
    """Take the answer of the household that the worker helps now.

    Raises:
        NotVisible: there is no such help, or it is somebody else's.
        Refused: its time is over, or the round is not open.
    """
    help_ = _own(session, actor, cmd.help_id)

    def running(now: datetime, _known: object) -> bool:
        kept = lock(session, AssistedSession, cmd.help_id)
        if kept is None or not policy.runs(kept.until, kept.ended_at, now):
            raise Refused("answering.help_over")
        return True

    answer = AnswerByPhone(help_.round_id, help_.unit_id, cmd.answer, cmd.op_key)
    return answer_through(session, actor, answer, Channel.ASSISTED, clock, running)


def end_help(session: Session, actor: Actor, help_id: int, clock: Clock) -> None:
    """End a help before its time; one that is over already stays as it is.

    Raises:
        NotVisible: there is no such help, or it is somebody else's.
    """
    help_ = _own(session, actor, help_id)
    lock(session, AssistedSession, help_id)
    now = clock.now(session)
    if policy.runs(help_.until, help_.ended_at, now):
        help_.ended_at = now
        record(session, actor, "answering.end_help", f"unit:{help_.unit_id}", now)


def _own(session: Session, actor: Actor, help_id: int) -> AssistedSession:
    found = session.get(AssistedSession, help_id)
    if found is None or found.worker_id != actor.person_id:
        raise NotVisible
    return found


def _code_of(session: Session, cmd: BeginHelp, unit_id: int, secret: str) -> int | None:
    if not cmd.code.strip():
        return None
    code_id = code_of_typed(session, cmd.code, secret)
    code = session.get(AnswerCode, code_id) if code_id is not None else None
    if code is None or (code.round_id, code.unit_id) != (cmd.round_id, unit_id):
        raise Refused("answering.code_unknown", field="code")
    return code.id


def _end_running(session: Session, actor: Actor, now: datetime) -> None:
    """Close the worker's former help: one that ran out ends with its own time."""
    former = queries.unended_help(session, actor.person_id or 0)
    if former is not None:
        former.ended_at = min(now, former.until)
        session.flush()
