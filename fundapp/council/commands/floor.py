"""What happens in the room: sign in, move and second, amend, ask to speak, speak."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.council import policy, queries
from fundapp.council.commands.sessions import check_hands, hold_session
from fundapp.council.models import CouncilAttendance, CouncilItem, CouncilMotion, CouncilSession, CouncilSpeech
from fundapp.council.rules import Hands, ItemOutcome, Side, state_of
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused

EARLY = timedelta(hours=1)
"""How long before it begins members may sign in."""


@dataclass(frozen=True)
class SignIn:
    """A member says that she is there; the page has checked the code on the screen."""

    session_id: int


@dataclass(frozen=True)
class Move:
    """A motion on an item, or an amendment where one was moved: who, seconded by whom, what, for how much."""

    item_id: int
    mover_id: int
    seconder_id: int
    text: str
    budget: Money | None = None


@dataclass(frozen=True)
class DecideAmendment:
    """The hands for an amendment."""

    motion_id: int
    outcome: ItemOutcome
    votes_for: int = 0
    votes_against: int = 0
    votes_abstain: int = 0


@dataclass(frozen=True)
class AskToSpeak:
    """A member wants to speak."""

    item_id: int
    member_id: int
    side: Side


def sign_in(session: Session, actor: Actor, cmd: SignIn, clock: Clock) -> CouncilAttendance:
    """Note that a member is there, by her own phone; twice is once.

    Raises:
        NotVisible: there is no such session.
        Forbidden: no member of this session.
        Refused: more than an hour before it begins; closed.
    """
    held = lock(session, CouncilSession, cmd.session_id)
    if held is None:
        raise NotVisible
    now = clock.now(session)
    members = queries.members_of(session, held.body_id, held.called_at)
    mine = policy.own_seat(actor, members)
    if held.closed_at is not None:
        raise Refused("council.closed")
    if now < held.held_at - EARLY:
        raise Refused("council.not_held_yet", held_at=held.held_at)
    known = {row.member_id: row for row in queries.attendance_of(session, held.id)}
    row = known.get(mine.id) or CouncilAttendance(session_id=held.id, member_id=mine.id)
    if not row.present:
        row.present, row.by_herself = True, True
        session.add(row)
        session.flush()
        record(session, actor, "council.sign_in", f"council_session:{held.id}", now)
    return row


def move(session: Session, actor: Actor, cmd: Move, clock: Clock) -> CouncilMotion:
    """Note a motion; the second one and those after it amend the first.

    Raises:
        Forbidden: not the secretary.
        NotVisible: there is no such item.
        Refused: before it begins or after it was closed; decided already; nothing said; mover and seconder are one, are
            not there, or step aside.
    """
    held, now = _open_item(session, actor, cmd.item_id, clock)
    if not cmd.text.strip():
        raise Refused("council.reason_needed", field="text")
    if cmd.mover_id == cmd.seconder_id:
        raise Refused("council.seconded_by_herself", field="seconder_id")
    for field, member in (("mover_id", cmd.mover_id), ("seconder_id", cmd.seconder_id)):
        _check_there(session, held, cmd.item_id, member, field)
    earlier = queries.motions_of_item(session, cmd.item_id)
    made = CouncilMotion(
        item_id=cmd.item_id,
        number=len(earlier) + 1,
        amends_id=earlier[0].id if earlier else None,
        mover_id=cmd.mover_id,
        seconder_id=cmd.seconder_id,
        text=cmd.text.strip(),
        budget_fen=cmd.budget,
        noted_by_id=actor.person_id,
        at=now,
    )
    session.add(made)
    session.flush()
    record(session, actor, "council.move", f"council_item:{cmd.item_id}", now, number=made.number)
    return made


def decide_amendment(session: Session, actor: Actor, cmd: DecideAmendment, clock: Clock) -> CouncilMotion:
    """Note what became of an amendment, by the bars of the session.

    Raises:
        Forbidden: not the secretary.
        NotVisible: there is no such amendment.
        Refused: before it begins or after it was closed; its item is decided; an outcome that the hands contradict.
    """
    motion = session.get(CouncilMotion, cmd.motion_id)
    if motion is None or motion.amends_id is None:
        raise NotVisible
    held, now = _open_item(session, actor, motion.item_id, clock)
    hands = Hands(cmd.votes_for, cmd.votes_against, cmd.votes_abstain)
    check_hands(session, held, motion.item_id, cmd.outcome, hands)
    motion.outcome = cmd.outcome
    motion.votes_for, motion.votes_against, motion.votes_abstain = cmd.votes_for, cmd.votes_against, cmd.votes_abstain
    record(session, actor, "council.amend", f"council_item:{motion.item_id}", now, outcome=cmd.outcome.value)
    return motion


def ask_to_speak(session: Session, actor: Actor, cmd: AskToSpeak, clock: Clock) -> CouncilSpeech:
    """Put a member on the list of speakers.

    Raises:
        Forbidden: not the secretary.
        NotVisible: there is no such item.
        Refused: before it begins or after the close; decided already; on the list already, not there, stepped aside.
    """
    held, now = _open_item(session, actor, cmd.item_id, clock)
    _check_there(session, held, cmd.item_id, cmd.member_id, "member_id")
    waits = [one for one in queries.speeches_of_item(session, cmd.item_id) if one.ended_at is None]
    if any(one.member_id == cmd.member_id for one in waits):
        raise Refused("council.on_the_list", field="member_id")
    made = CouncilSpeech(item_id=cmd.item_id, member_id=cmd.member_id, side=cmd.side, asked_at=now)
    session.add(made)
    session.flush()
    record(session, actor, "council.ask_to_speak", f"council_item:{cmd.item_id}", now)
    return made


def next_speaker(
    session: Session, actor: Actor, item_id: int, clock: Clock, after: int | None = None
) -> CouncilSpeech | None:
    """End who speaks, and give the floor to the next on the list; ``None`` where nobody waits.

    ``after`` is the speech that went on when the button was shown, 0 where nobody spoke: where it goes on no longer,
    somebody pressed it already, and nothing happens. Two taps skip nobody.

    Raises:
        Forbidden: not the secretary.
        NotVisible: there is no such item.
        Refused: before it begins or after it was closed; decided already.
    """
    _held, now = _open_item(session, actor, item_id, clock)
    speeches = queries.speeches_of_item(session, item_id)
    speaks = next((one for one in speeches if one.started_at is not None and one.ended_at is None), None)
    if after is not None and after != (speaks.id if speaks else 0):
        return speaks
    if speaks is not None:
        speaks.ended_at = now
    session.flush()
    turns = queries.turns(speeches)
    chosen = next((one for one in speeches if turns and one.id == turns[0].number), None)
    if chosen is not None:
        chosen.started_at = now
    record(session, actor, "council.next_speaker", f"council_item:{item_id}", now)
    return chosen


def _open_item(session: Session, actor: Actor, item_id: int, clock: Clock) -> tuple[CouncilSession, datetime]:
    held, now = hold_session(session, actor, queries.session_of_item(session, item_id), clock)
    policy.check_may_record(state_of(held.held_at, held.closed_at, now), held.held_at)
    if session.get_one(CouncilItem, item_id).outcome is not None:
        raise Refused("council.item_decided")
    return held, now


def _check_there(session: Session, held: CouncilSession, item_id: int, member_id: int, field: str) -> None:
    there = {row.member_id for row in queries.attendance_of(session, held.id) if row.present}
    if member_id not in there - queries.recused_at(session, held.id, item_id):
        raise Refused("council.not_there", field=field)
