"""What follows the count of a round: its notice, what came of objections, and what binds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.publicity.models import PublicityNotice
from fundapp.publicity.queries import Standing, notices_of
from fundapp.publicity.rules import NoticeState
from fundapp.voting.after import NAMED, SOURCE, Bound, Consequence, bound_of, overridden, round_of, source_of
from fundapp.voting.after_models import VoteBinding, VoteConsequence, VoteFall
from fundapp.voting.models import VoteCandidate, VoteOpening, VoteResult, VoteRound, VoteStanding
from fundapp.voting.policy import PUBLISHERS
from fundapp.voting.queries.moves import MoveRow, moves_of
from fundapp.voting.queries.overrides import OverrideRow, overrides_of, signed_changes
from fundapp.voting.queries.waiting import WaitingRound, in_places_of, rounds_with_place
from fundapp.voting.texts import CONSEQUENCES

__all__ = ["round_of"]


class AfterState(StrEnum):
    """Where a result stands; computed from time and facts."""

    NOTICE = "notice"
    ANSWERING = "answering"
    UNPROVEN = "unproven"
    BODY = "body"
    DUE = "due"
    BOUND = "bound"
    VOID = "void"


@dataclass(frozen=True)
class After:
    """What follows a result: its notice where it has one, what upheld objections led to, what ended it."""

    state: AfterState
    notice: Standing | None
    consequences: tuple[tuple[datetime, Consequence], ...]
    ended_at: datetime | None
    fall_reason: str
    overrides: tuple[OverrideRow, ...]
    moves: tuple[MoveRow, ...]


def result_of(session: Session, round_id: int) -> VoteResult | None:
    """Give the published result of a round."""
    return session.scalar(select(VoteResult).where(VoteResult.round_id == round_id))


def result_place(session: Session, round_id: int) -> tuple[int, datetime]:
    """Give the place of a round, and when its result was published.

    Raises:
        NotVisible: there is no such round, or it has no result.
    """
    row = session.execute(
        select(VoteRound.place_id, VoteResult.at)
        .join(VoteResult, VoteResult.round_id == VoteRound.id)
        .where(VoteRound.id == round_id)
    ).first()
    if row is None:
        raise NotVisible
    return row[0], row[1]


def notice_of(session: Session, round_id: int) -> int | None:
    """Give the number of the notice of a round's result."""
    return session.scalar(select(PublicityNotice.id).where(PublicityNotice.source == source_of(round_id)))


def ends_of(session: Session, round_id: int) -> tuple[bool, bool]:
    """Tell whether the outcome of a round binds, and whether the round fell."""
    binds = select(VoteBinding.id).where(VoteBinding.round_id == round_id)
    fell = select(VoteFall.id).where(VoteFall.round_id == round_id)
    row = session.execute(select(binds.exists(), fell.exists())).one()
    return bool(row[0]), bool(row[1])


def bound_of_round(session: Session, round_id: int) -> Bound:
    """Give what binds, or would bind now: what was counted, and what bodies decided otherwise."""
    bound = computed_of_round(session, round_id)
    for changes in signed_changes(session, round_id):
        bound = overridden(bound, changes)
    return bound


def computed_of_round(session: Session, round_id: int) -> Bound:
    """Give what the count came to, whatever a body decided since."""
    rows = session.execute(
        select(VoteCandidate.project_id, VoteStanding.selected, VoteStanding.rank)
        .join(VoteCandidate, VoteCandidate.id == VoteStanding.candidate_id)
        .where(VoteStanding.round_id == round_id)
    )
    return bound_of((project_id, selected, rank) for project_id, selected, rank in rows)


def body_waits(session: Session, round_id: int) -> bool:
    """Tell whether something was handed to the body that it has not decided yet."""
    handed = select(func.max(VoteConsequence.at)).where(
        VoteConsequence.round_id == round_id, VoteConsequence.kind == Consequence.BODY
    )
    at = session.scalar(handed)
    return at is not None and not any(row.signed_at and row.signed_at >= at for row in overrides_of(session, round_id))


def turnout_told(session: Session, round_id: int) -> tuple[int, int]:
    """Give how many households voted, and how many stand on the roster, as the result says."""
    row = session.execute(
        select(VoteResult.ballots, VoteResult.households).where(VoteResult.round_id == round_id)
    ).one()
    return row[0], row[1]


def may_see(session: Session, source: str) -> bool:
    """Tell whether a source is a round that was opened: everybody sees those."""
    query = select(VoteOpening.id).where(VoteOpening.round_id == (round_of(source) or 0))
    return session.scalar(query) is not None


def nameable(session: Session, source: str) -> list[tuple[int, str]]:
    """List what an upheld objection to a result may lead to, by number; nothing once the round is settled."""
    if any(ends_of(session, round_of(source) or 0)):
        return []
    return [(number, str(CONSEQUENCES[kind])) for number, kind in enumerate(NAMED, start=1)]


def parties(session: Session, source: str) -> frozenset[int]:
    """Give who published the result: she does not answer what is objected to it."""
    query = select(VoteResult.published_by_id).where(VoteResult.round_id == (round_of(source) or 0))
    return frozenset(session.scalars(query))


def after_of(session: Session, round_id: int, now: datetime) -> After | None:
    """Tell what follows the result of a round; ``None`` before there is one."""
    if result_of(session, round_id) is None:
        return None
    binding = session.scalar(select(VoteBinding.at).where(VoteBinding.round_id == round_id))
    void = session.execute(select(VoteFall.at, VoteFall.reason).where(VoteFall.round_id == round_id)).first()
    notices = notices_of(session, [source_of(round_id)], now)
    notice = notices[0] if notices else None
    query = select(VoteConsequence.at, VoteConsequence.kind).where(VoteConsequence.round_id == round_id)
    return After(
        state=_state(notice, binding is not None, void is not None, body_waits(session, round_id)),
        notice=notice,
        consequences=tuple((at, kind) for at, kind in session.execute(query.order_by(VoteConsequence.id))),
        ended_at=void.at if void else binding,
        fall_reason=void.reason if void else "",
        overrides=overrides_of(session, round_id),
        moves=moves_of(session, round_id) if binding else (),
    )


def _state(notice: Standing | None, binds: bool, fell: bool, handed: bool) -> AfterState:
    if fell or binds:
        return AfterState.VOID if fell else AfterState.BOUND
    if handed:
        return AfterState.BODY
    if notice is None or notice.state is NoticeState.OVER:
        return AfterState.DUE
    known = {NoticeState.UNPROVEN: AfterState.UNPROVEN, NoticeState.ANSWERING: AfterState.ANSWERING}
    return known.get(notice.state, AfterState.NOTICE)


def rounds_waiting_to_bind(session: Session, actor: Actor, now: datetime) -> list[WaitingRound]:
    """List the rounds whose notice has run its whole course, for who may let their outcome bind."""
    settled = select(VoteBinding.round_id).union(select(VoteFall.round_id))
    rows = session.execute(
        rounds_with_place()
        .join(VoteResult, VoteResult.round_id == VoteRound.id)
        .where(in_places_of(actor, *PUBLISHERS), VoteRound.id.not_in(settled))
        .order_by(VoteRound.id)
    )
    found = [WaitingRound(*row) for row in rows]
    over = _over(session, [row.round_id for row in found], now)
    return [row for row in found if row.round_id in over and not body_waits(session, row.round_id)]


def _over(session: Session, round_ids: Iterable[int], now: datetime) -> set[int]:
    notices = notices_of(session, [source_of(number) for number in round_ids], now)
    return {int(row.source.removeprefix(SOURCE)) for row in notices if row.state is NoticeState.OVER}


def published_rounds(session: Session) -> list[tuple[int, str]]:
    """List the rounds with a published result, the newest first."""
    query = select(VoteRound.id, VoteRound.title).join(VoteResult, VoteResult.round_id == VoteRound.id)
    return [(number, title) for number, title in session.execute(query.order_by(VoteRound.id.desc()))]


def bindings(session: Session) -> list[VoteBinding]:
    """List what binds, round by round."""
    return list(session.scalars(select(VoteBinding).order_by(VoteBinding.id)))


def results_unbound(session: Session) -> int | None:
    """Give the first round without a notice whose result does not bind; a result without notice binds at once."""
    query = (
        select(func.min(VoteResult.round_id))
        .join(VoteRound, VoteRound.id == VoteResult.round_id)
        .where(VoteRound.publicity_days == 0, VoteResult.round_id.not_in(select(VoteBinding.round_id)))
    )
    return session.scalar(query)
