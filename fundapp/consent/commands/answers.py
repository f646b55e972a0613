"""Take a household's answer: by phone from its own person, or from a numbered sheet of paper."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from fundapp.audit.commands import append, record
from fundapp.consent import queries
from fundapp.consent.commands.rounds import Held, hold, hold_for
from fundapp.consent.events import AnswerGiven
from fundapp.consent.models import ConsentAnswer
from fundapp.consent.policy import (
    BEFORE_CLOSE,
    Channel,
    Choice,
    RoundState,
    check_may_answer,
    check_stands,
    check_takes,
    check_worker,
    sayable,
)
from fundapp.db.once import done_before, own_key
from fundapp.db.wiring import tell
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.projects.queries import get_project
from fundapp.projects.rules import PUBLIC_STAGES
from fundapp.rosters.queries import household_since

_ANSWERS = cast(Table, ConsentAnswer.__table__)


@dataclass(frozen=True)
class Answered:
    """The row that a deed of answering wrote, as far as others go on from it."""

    id: int
    round_id: int
    unit_id: int
    voice: int
    revision: int
    answer: Choice
    channel: Channel
    at: datetime
    serial: int | None


@dataclass(frozen=True)
class AnswerByPhone:
    """A household's own answer, whichever way it gives it.

    ``confirmed`` is the fingerprint of the text that it has checked; ``None`` where the caller has compared it.
    """

    round_id: int
    unit_id: int
    answer: Choice
    op_key: str
    confirmed: str | None = None


@dataclass(frozen=True)
class KeyPaper:
    """A sheet of paper as it was filled in; ``scan_id`` is the attachment with its photo."""

    round_id: int
    serial: int
    unit_id: int
    answer: Choice
    scan_id: int
    op_key: str


@dataclass(frozen=True)
class AnswerAtDoor:
    """What a household signed at its door; ``noted_at`` is when, ``scan_id`` the photo of its signature."""

    round_id: int
    unit_id: int
    answer: Choice
    scan_id: int
    op_key: str
    noted_at: datetime


@dataclass(frozen=True)
class CorrectPaper:
    """A sheet that was keyed in wrongly, as it should have been, and how the mistake came about."""

    round_id: int
    serial: int
    unit_id: int
    answer: Choice
    reason: str
    op_key: str


@dataclass(frozen=True)
class _Sheet:
    """What was signed; without a serial number at the door. A reason marks a correction."""

    serial: int | None
    scan_id: int
    reason: str = ""


@dataclass(frozen=True)
class _Said:
    """Which unit says what, under which key of a form."""

    unit_id: int
    answer: Choice
    op_key: str
    channel: Channel = Channel.PAPER


@dataclass(frozen=True)
class _Next:
    """For which head a revision is written, its number, and whether anybody else is to hear of it."""

    voice: queries.Voice
    revision: int
    heard: bool = True


def answer_by_phone(session: Session, actor: Actor, cmd: AnswerByPhone, clock: Clock) -> Answered:
    """Take a household's answer; until the close a later one replaces it, also one that came on paper.

    Where owners are asked it is the answer of the holder for all her units: it replaces what another of them said.

    Raises:
        NotVisible: the project is hidden from this person.
        Forbidden: not a person of the household, or the household is not on the frozen roster.
        Refused: the round is not open; who held the home before has answered; another text than the round's was
            checked; the key was used for something else.

    Source: peers.md failures 16, 18 and 26.

    """

    def speaks(_now: datetime, known: queries.Known) -> bool:
        if known.stage not in PUBLIC_STAGES:
            get_project(session, queries.project_of(session, cmd.round_id), actor)
        return known.speaks

    return answer_through(session, actor, cmd, Channel.PHONE, clock, speaks)


def answer_through(
    session: Session,
    actor: Actor,
    cmd: AnswerByPhone,
    channel: Channel,
    clock: Clock,
    entitled: Callable[[datetime, queries.Known], bool],
) -> Answered:
    """Take a household's answer by one of the channels that end with the close.

    ``entitled`` says at the moment of the deed, with the round held and what it knows of the household, whether this
    actor speaks for the household by this channel; it may also refuse by itself.

    Raises:
        Forbidden: not entitled, or the household is not on the frozen roster.
        Refused: the round is not open; who held the home before has answered; the key was used for something else.

    """
    key = own_key(actor, cmd.op_key)
    held, voice, known = hold_for(session, cmd.round_id, cmd.unit_id, actor.person_id, key, clock)
    sent = _sent_before(session, key, cmd, channel) if known.sent else None
    if sent is not None:
        return sent
    check_may_answer(held.window, held.state, entitled(held.now, known), known.listed)
    if cmd.confirmed is not None and cmd.confirmed != held.round.version_hash:
        raise Refused("consent.other_text")
    if known.since is not None and known.revision:
        check_stands(queries.current_answer(session, cmd.round_id, cmd.unit_id), known.since)
    next_ = _Next(voice, known.revision + 1, known.others)
    row = _write(session, held, actor, _Said(cmd.unit_id, cmd.answer, key, channel), next_)
    about = f"consent_round:{cmd.round_id}"
    record(session, actor, f"consent.answer_by_{channel}", about, held.now, revision=row.revision)
    return row


def answer_at_door(session: Session, actor: Actor, cmd: AnswerAtDoor, clock: Clock) -> Answered:
    """Take what a household signed at its door. Who may bring it is for the caller, who holds the collector's walk.

    Raises:
        Refused: the round takes nothing any more; the household answered by phone after it signed, or it has
            answered by phone and the round has closed (code ``consent.phone_later``); it was signed by a new household
            where the former one has answered.

    """
    held = hold(session, cmd.round_id, clock)
    round_ = held.round
    check_takes(held.window, held.state, Channel.DOOR)
    if not queries.on_roster(session, round_.snapshot_id, cmd.unit_id):
        raise Refused("consent.door_not_on_roster")
    at = queries.phone_answer_at(session, round_.id, queries.voice_of(session, round_, cmd.unit_id).number)
    if at is not None and (at > cmd.noted_at or held.state is not RoundState.OPEN):
        raise Refused("consent.phone_later", at=at)
    _check_former(session, round_.id, cmd.unit_id, cmd.noted_at)
    said = _Said(cmd.unit_id, cmd.answer, own_key(actor, cmd.op_key), Channel.DOOR)
    row = _next(session, held, actor, said, _Sheet(None, cmd.scan_id))
    record(session, actor, "consent.take_from_door", f"consent_round:{round_.id}", held.now, revision=row.revision)
    return row


def key_paper(session: Session, actor: Actor, cmd: KeyPaper, clock: Clock) -> Answered:
    """Take the answer on a registered sheet; each sheet once. The only way in which staff enter an answer.

    Raises:
        Forbidden: not the worker of the community, or the household is not on the frozen roster.
        Refused: the round takes no paper any more; the sheet is not registered or was keyed in already; after the
            close, the household has answered by phone; who held the home before has answered.

    """
    held = _for_paper(session, actor, cmd.round_id, cmd.unit_id, clock)
    round_ = held.round
    key = own_key(actor, cmd.op_key)
    sent = _sent_before(session, key, cmd)
    if sent is not None:
        return sent
    check_takes(held.window, held.state, Channel.PAPER)
    _check_sheet(session, round_.id, cmd.serial)
    _check_no_phone(session, held, cmd.unit_id)
    _check_former(session, round_.id, cmd.unit_id)
    sheet = _Sheet(cmd.serial, cmd.scan_id)
    row = _next(session, held, actor, _Said(cmd.unit_id, cmd.answer, key), sheet)
    record(session, actor, "consent.key_paper", f"consent_round:{round_.id}", held.now, serial=cmd.serial)
    return row


def correct_paper(session: Session, actor: Actor, cmd: CorrectPaper, clock: Clock) -> Answered:
    """Put a keying mistake right with a new revision and its reason, until keying in ends.

    A sheet that a second person has keyed in can be put right until the result: a difference is settled late, too.

    A sheet keyed in under the wrong door is struck there: the door's answer from before it stands again.

    Raises:
        Forbidden: not the worker of the community, or the household is not on the frozen roster.
        Refused: the round takes no paper any more; the sheet was not keyed in; nothing would change; no reason; a
            phone answer has replaced the sheet since.

    """
    held = _for_paper(session, actor, cmd.round_id, cmd.unit_id, clock)
    round_ = held.round
    key = own_key(actor, cmd.op_key)
    sent = _sent_before(session, key, cmd)
    if sent is not None:
        return sent
    if held.state is not RoundState.COUNTABLE or queries.second_of(session, round_.id, cmd.serial) is None:
        check_takes(held.window, held.state, Channel.PAPER)
    keyed = queries.keyed_paper(session, round_.id, cmd.serial)
    if keyed is None or keyed.scan_id is None:
        raise Refused("consent.not_keyed", field="serial", serial=cmd.serial)
    elsewhere = keyed.voice != queries.voice_of(session, round_, cmd.unit_id).number
    _check_correction(session, held, keyed, cmd, elsewhere)
    sheet = _Sheet(cmd.serial, keyed.scan_id, cmd.reason.strip())
    if elsewhere:
        _strike(session, held, actor, keyed, sheet, f"{key[:-1]}s")
    row = _next(session, held, actor, _Said(cmd.unit_id, cmd.answer, key), sheet)
    record(session, actor, "consent.correct_paper", f"consent_round:{round_.id}", held.now, serial=cmd.serial)
    return row


def _for_paper(session: Session, actor: Actor, round_id: int, unit_id: int, clock: Clock) -> Held:
    held = hold(session, round_id, clock)
    check_worker(actor, queries.path_of(session, held.round.place_id))
    if not queries.on_roster(session, held.round.snapshot_id, unit_id):
        raise Refused("consent.door_not_on_roster", field="door")
    return held


def _sent_before(
    session: Session, key: str, cmd: AnswerByPhone | KeyPaper | CorrectPaper, channel: Channel = Channel.PAPER
) -> Answered | None:
    """Give the row that the same form wrote when it was sent before; its picture is stored anew each time."""
    said = {"round_id": cmd.round_id, "unit_id": cmd.unit_id, "answer": cmd.answer, "channel": channel}
    serial = None if isinstance(cmd, AnswerByPhone) else cmd.serial
    row = done_before(session, ConsentAnswer, key, serial=serial, **said)
    return Answered(**{name: getattr(row, name) for name in Answered.__dataclass_fields__}) if row else None


def _check_sheet(session: Session, round_id: int, serial: int) -> None:
    if not queries.registered(session, round_id, serial):
        raise Refused("consent.not_registered", field="serial", serial=serial)
    if queries.keyed_paper(session, round_id, serial) is not None:
        raise Refused("consent.sheet_used", field="serial", serial=serial)


def _check_former(session: Session, round_id: int, unit_id: int, signed_at: datetime | None = None) -> None:
    """Let what a former household answered stand, unless it was she herself who signed before the home was sold."""
    since = household_since(session, unit_id)
    if since is not None and (signed_at is None or signed_at >= since):
        check_stands(queries.current_answer(session, round_id, unit_id), since)


def _check_no_phone(session: Session, held: Held, unit_id: int) -> None:
    """Keep what a household said by phone once it can no longer answer to a paper."""
    voice = queries.voice_of(session, held.round, unit_id)
    at = queries.phone_answer_at(session, held.round.id, voice.number)
    if held.state is not RoundState.OPEN and at is not None:
        raise Refused("consent.phone_stands", field="door", at=at)


def _check_correction(session: Session, held: Held, keyed: ConsentAnswer, cmd: CorrectPaper, elsewhere: bool) -> None:
    if not cmd.reason.strip():
        raise Refused("consent.reason_needed", field="reason")
    if (keyed.unit_id, keyed.answer) == (cmd.unit_id, cmd.answer):
        raise Refused("consent.nothing_changed", field="answer")
    if elsewhere:
        _check_no_phone(session, held, cmd.unit_id)
        _check_former(session, held.round.id, cmd.unit_id)
        return
    current = queries.current_answer(session, held.round.id, cmd.unit_id)
    if current is not None and current.channel in BEFORE_CLOSE:
        raise Refused("consent.phone_replaced", field="answer", at=current.at)


def _strike(session: Session, held: Held, actor: Actor, keyed: ConsentAnswer, sheet: _Sheet, op_key: str) -> None:
    """Take a sheet off the wrong door; where another answer has come since, that one stands anyway."""
    trail = queries.trail_of(session, held.round.id, [keyed.voice])
    if trail[-1].serial != sheet.serial:
        return
    before = [row.answer for row in trail if row.serial != sheet.serial]
    _next(session, held, actor, _Said(keyed.unit_id, before[-1] if before else Choice.NONE, op_key), sheet)


def _next(session: Session, held: Held, actor: Actor, said: _Said, sheet: _Sheet | None = None) -> Answered:
    """Append the head's next revision; the round is held, so nobody else writes it."""
    voice = queries.voice_of(session, held.round, said.unit_id)
    revision = queries.last_revision(session, held.round.id, voice.number) + 1
    return _write(session, held, actor, said, _Next(voice, revision), sheet)


def _write(
    session: Session, held: Held, actor: Actor, said: _Said, next_: _Next, sheet: _Sheet | None = None
) -> Answered:
    round_ = held.round
    if said.answer not in sayable(round_.follow) and not (said.answer is Choice.NONE and sheet and sheet.reason):
        raise Refused("consent.no_such_answer", field="answer")
    values: dict[str, Any] = {
        "round_id": round_.id,
        "unit_id": said.unit_id,
        "voice": next_.voice.number,
        "revision": next_.revision,
        "answer": said.answer,
        "channel": said.channel,
        "at": held.now,
        "serial": sheet.serial if sheet else None,
    }
    number = append(
        session,
        _ANSWERS,
        **values,
        snapshot_id=round_.snapshot_id,
        area_cm2=next_.voice.area_cm2,
        op_key=said.op_key,
        person_id=actor.person_id,
        scan_id=sheet.scan_id if sheet else None,
        reason=sheet.reason if sheet else "",
        objection_id=None,
    )
    tell(session, AnswerGiven(round_.id, said.unit_id, said.channel, actor.person_id, held.now, next_.heard))
    return Answered(id=number, **values)
