"""Put a result on public notice, carry out what upheld objections lead to, and let the outcome bind."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.types import canonical
from fundapp.db.wiring import tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen
from fundapp.places.queries import get_place
from fundapp.publicity.commands import OpenNotice, Posting, open_notice, restart, withdraw
from fundapp.publicity.commands import hold as hold_notice
from fundapp.publicity.events import ObjectionAnswered
from fundapp.publicity.policy import check_settled
from fundapp.publicity.queries import newest_revision, standing_of
from fundapp.publicity.rules import Medium, Verdict
from fundapp.voting import policy, queries
from fundapp.voting.after import KIND, Candidate, Consequence, consequence_of, round_of, source_of, words
from fundapp.voting.after_models import VoteBinding, VoteConsequence, VoteFall
from fundapp.voting.events import OutcomeBound, RoundVoided
from fundapp.voting.models import VoteResult, VoteRound
from fundapp.voting.rounds import outcome_record


@dataclass(frozen=True)
class BindOutcome:
    """Let the outcome of a round bind."""

    round_id: int


def announce(session: Session, actor: Actor, round_: VoteRound, media: tuple[Medium, ...], now: datetime) -> None:
    """Put a result that was just published on notice: part of the caller's deed."""
    posting = Posting(f"表决结果公示：{round_.title}"[:160], words_of(session, round_), media)
    open_notice(session, actor, OpenNotice(source_of(round_.id), KIND, round_.place_id, posting, round_.notice), now)


def bind_outcome(session: Session, actor: Actor, cmd: BindOutcome, clock: Clock) -> VoteBinding:
    """Let an outcome bind once its notice has run its whole course: only now its projects move on.

    Raises:
        NotVisible: there is no such round, or it has no result.
        Forbidden: neither the worker nor an officer of the place.
        Refused: bound or fallen already; the body has to decide first; the notice is still open, was not proven on
            paper, or an objection waits.
    """
    round_, _result = hold_result(session, cmd.round_id)
    now = clock.now(session)
    policy.check_publisher(actor, get_place(session, round_.place_id).path)
    policy.check_not_settled(*queries.ends_of(session, round_.id))
    if queries.body_waits(session, round_.id):
        raise Refused("voting.body_waits")
    notice_id = queries.notice_of(session, round_.id)
    if notice_id is not None:
        hold_notice(session, notice_id)
        notice = standing_of(session, notice_id, now)
        check_settled(notice.state, notice.period.ends_at, notice.unanswered)
    return settle(session, actor, round_, now)


def settle(session: Session, actor: Actor, round_: VoteRound, now: datetime) -> VoteBinding:
    """Write what binds, and move its projects: part of the caller's deed, who holds the round."""
    bound = queries.bound_of_round(session, round_.id)
    costs = {row.project_id: fen(row.cost_fen) for row in queries.candidates_of(session, round_.id)}
    made = VoteBinding(
        round_id=round_.id,
        selected=list(bound.selected),
        reserve=list(bound.reserve),
        budget_fen=round_.budget_fen,
        cost_fen=from_fen(sum(costs[project_id] for project_id in bound.selected)),
        person_id=actor.person_id,
        at=now,
    )
    session.add(made)
    session.flush()
    record(session, actor, "voting.bind", f"vote_round:{round_.id}", now, selected=len(bound.selected))
    tell(session, OutcomeBound(round_.id, round_.title, round_.place_id, bound.selected, bound.reserve, actor, now))
    return made


def carry_out(session: Session, event: ObjectionAnswered) -> None:
    """Carry out what an upheld objection to a result leads to: a recount, or the fall of the round.

    A recount gives what was published, because ballots never change after the count; it is done before everybody's
    eyes, and the notice runs anew. What it cannot heal ends the round, or is handed to the council, and nothing binds
    before that has decided.

    Raises:
        Refused: bound or fallen already; not exactly one consequence; a recount that comes to something else.

    Source: docs/rules/voting.md "After the count".
    """
    round_id = round_of(event.source)
    if round_id is None or event.verdict is Verdict.REJECTED:
        return
    round_, result = hold_result(session, round_id)
    policy.check_not_settled(*queries.ends_of(session, round_id))
    kind = consequence_of(event.named)
    if kind is None:
        raise Refused("voting.one_consequence", field="named")
    actor = Actor(person_id=event.person_id)
    counted = _count_again(session, result) if kind is Consequence.RECOUNT else ""
    what = {"kind": kind, "counted": counted, "person_id": event.person_id, "at": event.at}
    session.add(VoteConsequence(round_id=round_id, objection_id=event.objection_id, **what))
    session.flush()
    record(session, actor, "voting.consequence", f"vote_round:{round_id}", event.at, kind=kind.value)
    if kind is Consequence.VOID:
        _fall(session, actor, round_, event)
    elif kind is Consequence.RECOUNT:
        post_anew(session, actor, round_, "一项异议成立，重新计票，结果相同。", event.at)


def post_anew(session: Session, actor: Actor, round_: VoteRound, reason: str, now: datetime) -> None:
    """Post what binds as things stand for the whole period again: part of the caller's deed."""
    notice_id = queries.notice_of(session, round_.id)
    if notice_id is None:
        raise NotVisible
    old = newest_revision(session, notice_id)
    media = tuple(Medium(name) for name in old.media)
    restart(session, actor, notice_id, Posting(old.title, words_of(session, round_), media), reason, now)


def words_of(session: Session, round_: VoteRound) -> str:
    """Say what would bind now in the words of its notice."""
    candidates = [
        Candidate(row.project_id, row.title, row.cost_fen) for row in queries.candidates_of(session, round_.id)
    ]
    bound, turnout = queries.bound_of_round(session, round_.id), queries.turnout_told(session, round_.id)
    return words(round_.budget_fen, candidates, bound, turnout, round_.reply_days)


def hold_result(session: Session, round_id: int) -> tuple[VoteRound, VoteResult]:
    """Hold a round whose result is published.

    Raises:
        NotVisible: there is no such round, or it has no result.
    """
    round_ = lock(session, VoteRound, round_id)
    result = queries.result_of(session, round_id)
    if round_ is None or result is None:
        raise NotVisible
    return round_, result


def _count_again(session: Session, result: VoteResult) -> str:
    counted = canonical(outcome_record(queries.recount(session, result.round_id)))
    if counted != canonical(result.outcome):
        raise Refused("voting.recount_differs", field="named")
    return hashlib.sha256(counted.encode()).hexdigest()


def _fall(session: Session, actor: Actor, round_: VoteRound, event: ObjectionAnswered) -> None:
    session.add(
        VoteFall(
            round_id=round_.id,
            objection_id=event.objection_id,
            reason=event.reason,
            person_id=event.person_id,
            at=event.at,
        )
    )
    session.flush()
    withdraw(session, event.source, event.person_id, "一项异议成立，本轮表决作废。", event.at)
    record(session, actor, "voting.fall", f"vote_round:{round_.id}", event.at)
    project_ids = tuple(row.project_id for row in queries.candidates_of(session, round_.id))
    tell(session, RoundVoided(round_.id, round_.title, project_ids, actor, event.at))
