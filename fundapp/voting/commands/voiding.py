"""Say which shares of a key are lost, and declare a round void that nobody can open any more: two people do that."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.wiring import tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.places.queries import get_place
from fundapp.voting import policy, queries
from fundapp.voting.events import RoundVoided
from fundapp.voting.models import VoteRound
from fundapp.voting.seal import NEEDED, SHARES
from fundapp.voting.secrecy import Secrecy
from fundapp.voting.void_models import VoteShareWord, VoteVoid, VoteVoidAsk


@dataclass(frozen=True)
class TellShare:
    """The share of this number is lost, or was found again."""

    round_id: int
    number: int
    lost: bool
    reason: str


@dataclass(frozen=True)
class AskVoid:
    """Ask that a round be void."""

    round_id: int
    reason: str


@dataclass(frozen=True)
class ConfirmVoid:
    """Confirm what another person asked: the ask as it was read."""

    round_id: int
    ask_id: int


def tell_share(session: Session, actor: Actor, cmd: TellShare, clock: Clock) -> VoteShareWord:
    """Say that a share is lost or found again: who keeps it, or for her an officer of the place, named with the reason.

    Pools that vote together have one key: it is said for each of them that is not counted yet.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the holder of that share nor one of those who publish there.
        Refused: not a sealed round; counted, published or void; no such share; no reason; found, but never lost.
    """
    together = queries.voting_together(session, cmd.round_id)
    for round_id in together:
        lock(session, VoteRound, round_id)
    round_, now = _hold(session, cmd.round_id, clock)
    keeps = {row.number for row in session.scalars(queries.holders(round_.id)) if row.person_id == actor.person_id}
    if not (actor.signed_in and (cmd.number in keeps or _publishes(session, actor, round_))):
        raise Forbidden("voting.not_your_share")
    if not 1 <= cmd.number <= SHARES:
        raise Refused("voting.no_such_share", field="number")
    _check_reason(cmd.reason)
    word = _say(session, actor, round_, cmd, now)
    for round_id in together:
        if round_id != cmd.round_id:
            with suppress(NotVisible, Refused):  # counted, void, or said there already
                _say(session, actor, _hold(session, round_id, clock)[0], cmd, now)
    return word


def _say(session: Session, actor: Actor, round_: VoteRound, cmd: TellShare, now: datetime) -> VoteShareWord:
    """Write down what is said of a share of one round's key; who may say it was seen to."""
    known = queries.newest_words(session, round_.id).get(cmd.number)
    if (known.lost if known else False) == cmd.lost:
        if known is None or not cmd.lost:
            raise Refused("voting.share_not_lost", field="number", number=cmd.number)
        return known
    word = VoteShareWord(
        round_id=round_.id,
        number=cmd.number,
        lost=cmd.lost,
        reason=cmd.reason.strip(),
        person_id=actor.person_id,
        at=now,
    )
    session.add(word)
    session.flush()
    record(session, actor, "voting.tell_share", f"vote_round:{round_.id}", now, number=cmd.number, lost=cmd.lost)
    return word


def ask_void(session: Session, actor: Actor, cmd: AskVoid, clock: Clock) -> VoteVoidAsk:
    """Ask that a round be void, because two of the three shares of its key are lost.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: neither the worker nor an officer of the place.
        Refused: not a sealed round; counted, published or void; two shares are still there; no reason.
    """
    round_, now = _hold(session, cmd.round_id, clock)
    policy.check_publisher(actor, get_place(session, round_.place_id).path)
    _check_lost(session, round_)
    _check_reason(cmd.reason)
    ask = VoteVoidAsk(round_id=round_.id, reason=cmd.reason.strip(), asked_by_id=actor.person_id, at=now)
    session.add(ask)
    session.flush()
    record(session, actor, "voting.ask_void", f"vote_round:{round_.id}", now, reason=ask.reason)
    return ask


def confirm_void(session: Session, actor: Actor, cmd: ConfirmVoid, clock: Clock) -> VoteVoid:
    """Declare a round void, as a second person; its projects are candidates again.

    Raises:
        NotVisible: there is no such round, or it is a draft, or nobody asked that.
        Forbidden: neither the worker nor an officer of the place; the person who asked (``voting.void_by_another``).
        Refused: not a sealed round; counted, published or void; two shares are still there; asked anew since.

    Source: docs/decisions/0014-secrecy-modes.md.
    """
    round_, now = _hold(session, cmd.round_id, clock)
    policy.check_publisher(actor, get_place(session, round_.place_id).path)
    _check_lost(session, round_)
    ask = queries.newest_ask(session, round_.id)
    if ask is None:
        raise NotVisible
    if ask.id != cmd.ask_id:
        raise Refused("voting.void_asked_anew")
    if ask.asked_by_id == actor.person_id:
        raise Forbidden("voting.void_by_another")
    void = VoteVoid(
        round_id=round_.id, ask_id=ask.id, asked_by_id=ask.asked_by_id, confirmed_by_id=actor.person_id, at=now
    )
    session.add(void)
    session.flush()
    record(session, actor, "voting.void", f"vote_round:{round_.id}", now, reason=ask.reason)
    projects = tuple(sorted(queries.ballot_lines(session, round_.id)))
    tell(session, RoundVoided(round_.id, round_.title, projects, actor, now))
    return void


def _hold(session: Session, round_id: int, clock: Clock) -> tuple[VoteRound, datetime]:
    """Hold a sealed round that was opened and has neither a count nor a result."""
    round_ = lock(session, VoteRound, round_id)
    if round_ is None or queries.opening_of(session, round_id) is None:
        raise NotVisible
    now = clock.now(session)
    if round_.secrecy is not Secrecy.SEALED:
        raise Refused("voting.not_sealed")
    policy.check_not_void(queries.state_now(session, round_, now))
    if queries.opened_of(session, round_id) is not None:
        raise Refused("voting.counted_already")
    return round_, now


def _publishes(session: Session, actor: Actor, round_: VoteRound) -> bool:
    return policy.may_publish_here(actor, get_place(session, round_.place_id).path)


def _check_lost(session: Session, round_: VoteRound) -> None:
    there = SHARES - sum(word.lost for word in queries.newest_words(session, round_.id).values())
    if there >= NEEDED:
        raise Refused("voting.shares_still_there", there=there)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("voting.void_needs_a_reason", field="reason")
