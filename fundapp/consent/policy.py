"""Role and moment: who may ask, answer, key in and publish, and where a round stands at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Protocol

from fundapp.consent.law import COUNCIL
from fundapp.consent.papers import NOTHING_SAID, PAPER_KEYS, PaperTerms, paper_terms_of
from fundapp.consent.rules import Regime
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.bars import fraction_of_text
from fundapp.kernel.errors import BadInput, Forbidden, Refused
from fundapp.projects.changes import USUAL_RISE
from fundapp.publicity.rules import NOTICE_KEYS, USUAL_NOTICE, NoticeTerms, notice_terms

SHORTEST = timedelta(days=1)
LONGEST = timedelta(days=60)
KEYING_DAYS = 3
TERMS = (
    "regime", "days", "keying_days", "follow", "show_doors", "cost_rise", *sorted(NOTICE_KEYS), *PAPER_KEYS,
)  # fmt: skip
MOST_SHEETS = 500


class Choice(StrEnum):
    """What a household said; ``none`` strikes a paper that was keyed in under the wrong door."""

    AGREE = "agree"
    OPPOSE = "oppose"
    ABSTAIN = "abstain"
    FOLLOW = "follow"
    NONE = "none"


def sayable(follow: bool) -> tuple[Choice, ...]:
    """Give the answers that a round offers; 从众 only where its rules name it."""
    plain = (Choice.AGREE, Choice.OPPOSE, Choice.ABSTAIN)
    return (*plain, Choice.FOLLOW) if follow else plain


class Channel(StrEnum):
    """How an answer came in; ``objection`` strikes one that an upheld objection named."""

    PHONE = "phone"
    CODE = "code"
    ASSISTED = "assisted"
    PAPER = "paper"
    DOOR = "door"
    OBJECTION = "objection"


BEFORE_CLOSE = (Channel.PHONE, Channel.CODE, Channel.ASSISTED)
"""The channels by which a household speaks itself: only before the close, and no paper replaces them after it."""


class RoundState(StrEnum):
    """Where a round stands; computed from time and facts."""

    WAITING = "waiting"
    OPEN = "open"
    KEYING = "keying"
    COUNTABLE = "countable"
    ANNOUNCED = "announced"
    PUBLISHED = "published"
    VOID = "void"


class Times(Protocol):
    """The three moments of a round, extensions and an early end reckoned in."""

    @property
    def opens_at(self) -> datetime:
        """Give the moment from which answers are taken."""

    @property
    def closes_at(self) -> datetime:
        """Give the moment at which answering ends; itself no longer inside."""

    @property
    def keying_until(self) -> datetime:
        """Give the moment at which keying in registered papers ends; itself no longer inside."""


@dataclass(frozen=True)
class Window:
    """The moments of a round as they stand after its extensions or its early end, and the latest close there may be."""

    opens_at: datetime
    closes_at: datetime
    keying_until: datetime
    latest_close: datetime


@dataclass(frozen=True)
class Terms:
    """The part "consent" of a policy version: the rule, the usual length, the days for keying in paper, 从众.

    ``notice`` is how long a preliminary result is on public notice (0 days: none, the result is final at once) and how
    objections are taken, ``show_doors`` whether the doors that took part are listed, ``cost_rise`` by how much the cost
    may rise before the households must be asked again.
    """

    regime: str
    days: int
    keying_days: int
    follow: bool = False
    notice: NoticeTerms = USUAL_NOTICE
    show_doors: bool = False
    cost_rise: Fraction = USUAL_RISE
    paper: PaperTerms = NOTHING_SAID

    @property
    def publicity_days(self) -> int:
        """Give for how many days a preliminary result is on public notice."""
        return self.notice.publicity_days

    @property
    def reply_days(self) -> int:
        """Give within how many days an objection is answered."""
        return self.notice.reply_days


def terms_of(parts: Mapping[str, Any]) -> Terms:
    """Read the part "consent" of a policy version.

    Where it is silent, ``keying_days`` is 3, nobody follows, there is no notice, no door is shown, the cost may rise
    by a tenth.

    Raises:
        BadInput: no such part, an unknown key or regime, or a number of days that is none.

    >>> terms_of({"consent": {"regime": "household:2/3", "days": 7}}) == Terms("household:2/3", 7, 3)
    True
    """
    part = parts.get("consent")
    if not isinstance(part, Mapping) or not isinstance(part.get("regime"), str):
        raise BadInput("consent", repr(part), 'a table with "regime" and "days"')
    unknown = part.keys() - set(TERMS)
    if unknown:
        raise BadInput("consent", repr(sorted(unknown)), ", ".join(TERMS))
    if part["regime"] != COUNCIL:
        Regime.of_text(part["regime"], "consent.regime")
    return Terms(
        regime=part["regime"],
        days=_days(part, "days", None, 1),
        keying_days=_days(part, "keying_days", KEYING_DAYS, 0),
        follow=_yes(part, "follow"),
        notice=notice_terms(part, "consent"),
        show_doors=_yes(part, "show_doors"),
        cost_rise=fraction_of_text(part["cost_rise"], "consent.cost_rise") if "cost_rise" in part else USUAL_RISE,
        paper=paper_terms_of(part),
    )


def _yes(part: Mapping[str, Any], name: str) -> bool:
    value = part.get(name, False)
    if not isinstance(value, bool):
        raise BadInput(f"consent.{name}", repr(value), "true or false")
    return value


def _days(part: Mapping[str, Any], name: str, usual: int | None, least: int) -> int:
    value = part.get(name, usual)
    if type(value) is not int or not least <= value <= LONGEST.days:
        raise BadInput(f"consent.{name}", repr(value), f"a whole number from {least} to {LONGEST.days}")
    return value


def state_of(
    times: Times, now: datetime, *, published: bool = False, void: bool = False, announced: bool = False
) -> RoundState:
    """Tell where a round stands: open means ``opens_at <= now < closes_at``; a struck round stays struck."""
    if void:
        return RoundState.VOID
    if published:
        return RoundState.PUBLISHED
    if announced:
        return RoundState.ANNOUNCED
    if now < times.opens_at:
        return RoundState.WAITING
    if now < times.closes_at:
        return RoundState.OPEN
    return RoundState.KEYING if now < times.keying_until else RoundState.COUNTABLE


def works_here(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor is the community's worker for this place."""
    return actor.signed_in and actor.has(Role.WORKER, place_path)


def check_worker(actor: Actor, place_path: str) -> None:
    """Let only the community's worker go on.

    Raises:
        Forbidden: somebody else (code ``consent.not_worker``).

    """
    if not works_here(actor, place_path):
        raise Forbidden("consent.not_worker")


def check_window(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Check the window that a worker wishes for: not in the past, between one and sixty days long.

    Raises:
        Refused: ``consent.opens_in_the_past``, ``consent.too_short`` or ``consent.too_long``, on the form's field.

    """
    if opens_at < now:
        raise Refused("consent.opens_in_the_past", field="opens_at")
    if closes_at - opens_at < SHORTEST:
        raise Refused("consent.too_short", field="closes_at", days=SHORTEST.days)
    if closes_at - opens_at > LONGEST:
        raise Refused("consent.too_long", field="closes_at", days=LONGEST.days)


def check_may_answer(times: Times, state: RoundState, bound: bool, on_roster: bool) -> None:
    """Let a household answer by phone: its own person, on the frozen roster, while the round is open.

    Raises:
        Forbidden: ``consent.not_your_household`` or ``consent.not_on_roster``.
        Refused: ``consent.void``, ``consent.not_open_yet`` or ``consent.closed``.

    """
    if not bound:
        raise Forbidden("consent.not_your_household", field="unit_id")
    if not on_roster:
        raise Forbidden("consent.not_on_roster", field="unit_id")
    check_takes(times, state, Channel.PHONE)


class Given(Protocol):
    """An answer as far as its standing matters."""

    @property
    def answer(self) -> Choice:
        """Give what was said."""

    @property
    def at(self) -> datetime:
        """Give when."""


def check_stands(given: Given | None, since: datetime | None) -> None:
    """Let what a former household answered stand: who took over *since* then may change her own answers only.

    Raises:
        Refused: ``consent.former_holder`` where the answer was given before *since*.

    Source: peers.md row 24.

    """
    if given is not None and given.answer is not Choice.NONE and since is not None and given.at < since:
        raise Refused("consent.former_holder", at=given.at, since=since)


def check_takes(times: Times, state: RoundState, channel: Channel) -> None:
    """Check that a round takes answers by *channel* in this state; paper is keyed in for some days longer.

    Raises:
        Refused: ``consent.void``, ``consent.not_open_yet``, ``consent.closed``, ``consent.announced`` or
            ``consent.keying_over``.

    """
    if state is RoundState.VOID:
        raise Refused("consent.void")
    if state is RoundState.WAITING:
        raise Refused("consent.not_open_yet", opens_at=times.opens_at)
    if channel in BEFORE_CLOSE and state is not RoundState.OPEN:
        raise Refused("consent.closed", closes_at=times.closes_at)
    if state is RoundState.ANNOUNCED:
        raise Refused("consent.announced")
    if state not in (RoundState.OPEN, RoundState.KEYING):
        raise Refused("consent.keying_over", keying_until=times.keying_until)


def check_takes_sheets(times: Times, state: RoundState) -> None:
    """Check that further sheets may be registered: only before the close.

    Raises:
        Refused: ``consent.void`` or ``consent.closed``.

    """
    if state is RoundState.VOID:
        raise Refused("consent.void")
    if state not in (RoundState.WAITING, RoundState.OPEN):
        raise Refused("consent.closed", closes_at=times.closes_at)


def check_may_publish(times: Times, state: RoundState, keying_complete: bool) -> None:
    """Let a result be published once: after the close, with the paper keyed in or its days over.

    Raises:
        Refused: ``consent.void``, ``consent.already_published``, ``consent.announced``, ``consent.still_open`` or
            ``consent.paper_outstanding`` (on the field ``keying_complete``).

    """
    if state is RoundState.VOID:
        raise Refused("consent.void")
    if state is RoundState.PUBLISHED:
        raise Refused("consent.already_published")
    if state is RoundState.ANNOUNCED:
        raise Refused("consent.announced")
    if state in (RoundState.WAITING, RoundState.OPEN):
        raise Refused("consent.still_open", closes_at=times.closes_at)
    if state is RoundState.KEYING and not keying_complete:
        raise Refused("consent.paper_outstanding", field="keying_complete", keying_until=times.keying_until)


def check_may_extend(times: Window, state: RoundState, closes_at: datetime, reason: str) -> None:
    """Let a round be given a later close, with a reason that is published, while it is waiting or open.

    Raises:
        Refused: ``consent.void``, ``consent.closed``, ``consent.not_later`` or ``consent.beyond_longest`` (on the field
            ``closes_at``), or ``consent.extension_reason_needed`` (on ``reason``).

    Source: domain.md 3.3 and worked case 4.
    """
    check_takes_sheets(times, state)
    if closes_at <= times.closes_at:
        raise Refused("consent.not_later", field="closes_at", closes_at=times.closes_at)
    if closes_at > times.latest_close:
        raise Refused("consent.beyond_longest", field="closes_at", latest=times.latest_close, days=LONGEST.days)
    if not reason.strip():
        raise Refused("consent.extension_reason_needed", field="reason")


def check_may_end(times: Times, state: RoundState, early_end: bool, won: bool) -> None:
    """Let an open round end early where its law allows it and the silent can no longer change the result.

    Raises:
        Refused: ``consent.no_early_end``, ``consent.void``, ``consent.not_open_yet``, ``consent.closed`` or
            ``consent.not_won``.

    Source: domain.md 3.3 and worked case 3.
    """
    if not early_end:
        raise Refused("consent.no_early_end")
    check_takes(times, state, Channel.PHONE)
    if not won:
        raise Refused("consent.not_won")


def check_may_finish(state: RoundState) -> None:
    """Let a final result be published only where a preliminary one was announced.

    Raises:
        Refused: ``consent.void``, ``consent.already_published`` or ``consent.not_announced``.

    """
    if state is RoundState.VOID:
        raise Refused("consent.void")
    if state is RoundState.PUBLISHED:
        raise Refused("consent.already_published")
    if state is not RoundState.ANNOUNCED:
        raise Refused("consent.not_announced")


def check_may_archive(actor: Actor, place_path: str) -> None:
    """Let the community's worker and the supervisors of the place take the evidence of a round to the file room.

    Raises:
        Forbidden: somebody else (code ``consent.not_keeper``).

    """
    if not (works_here(actor, place_path) or actor.has(Role.SUPERVISOR, place_path)):
        raise Forbidden("consent.not_keeper")
