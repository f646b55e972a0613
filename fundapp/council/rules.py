"""When a body may decide, what a show of hands comes to, and what a session needs before it is closed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from fundapp.council.bars import USUAL_PASSING, Charter, Passing, bar_of_text
from fundapp.kernel.bars import Bar
from fundapp.kernel.errors import BadInput, Refused

LONGEST_NOTICE = 30
MOST_POINTS = 3
"""How many reasons and questions a household may write on one project."""
ANSWER_DAYS = 3
"""Within how many days a question is answered. Source: domain.md section 4 (advice: 3 working days)."""


@dataclass(frozen=True)
class Terms:
    """The part "council" of a policy version: the bars of its councils, and how early a session is called."""

    quorum: Bar
    notice_days: int
    passing: Passing = USUAL_PASSING
    quiet_voting: bool = False

    @property
    def charter(self) -> Charter:
        """Give the bars, to be joined with those of a body."""
        return Charter(self.quorum, self.passing, self.notice_days)


USUAL_PART = {"quorum": "2/3", "notice_days": 3}
OPTIONAL_PART: Mapping[str, Any] = {"passing": ">1/2", "passing_of": "present", "quiet_voting": False}
BASES = ("present", "members")


def terms_of(parts: Mapping[str, Any]) -> Terms:
    """Read the part "council" of a policy; a policy without one means the usual terms.

    Raises:
        BadInput: an unknown key, a bar that is no share, or days out of range.

    Source: domain.md section 4.

    >>> terms_of({}).quorum.needed(20), terms_of({"council": {"quorum": "1/2", "notice_days": 5}}).notice_days
    (14, 5)
    """
    part = parts.get("council", USUAL_PART)
    if not isinstance(part, Mapping) or not USUAL_PART.keys() <= part.keys() <= {*USUAL_PART, *OPTIONAL_PART}:
        raise BadInput("council", repr(part), f"quorum and notice_days; also {', '.join(OPTIONAL_PART)}")
    whole = {**OPTIONAL_PART, **part}
    if whole["passing_of"] not in BASES:
        raise BadInput("council, passing_of", repr(whole["passing_of"]), " or ".join(BASES))
    passing = Passing(bar_of_text(whole["passing"], "council, passing"), whole["passing_of"] == "members")
    days = _days(whole, "notice_days", 0, LONGEST_NOTICE)
    if not isinstance(whole["quiet_voting"], bool):
        raise BadInput("council, quiet_voting", repr(whole["quiet_voting"]), "true or false")
    return Terms(bar_of_text(whole["quorum"], "council, quorum"), days, passing, whole["quiet_voting"])


def _days(part: Mapping[str, Any], name: str, least: int, most: int) -> int:
    days = part[name]
    if isinstance(days, bool) or not isinstance(days, int) or not least <= days <= most:
        raise BadInput(f"council, {name}", repr(days), f"a whole number from {least} to {most}")
    return days


class ItemOutcome(StrEnum):
    """What became of an item. 驳回 is a normal outcome; 提交上一级 hands a disputed matter to the body above."""

    PASSED = "passed"
    REJECTED = "rejected"
    ADJOURNED = "adjourned"
    REFERRED = "referred"


OPEN_STILL = frozenset({ItemOutcome.ADJOURNED, ItemOutcome.REFERRED})
"""The outcomes that decide nothing: the matter comes back, here or one level up."""


class Seat(StrEnum):
    """What somebody is in a body; an observer neither counts nor votes."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    MEMBER = "member"
    OBSERVER = "observer"


class Origin(StrEnum):
    """How somebody came to be a member."""

    ELECTED = "elected"
    RECOMMENDED = "recommended"
    LOT = "lot"
    EX_OFFICIO = "ex_officio"


@dataclass(frozen=True)
class MemberRow:
    """A member with her name: for staff pages only."""

    id: int
    person_id: int | None
    name: str
    seat: Seat = Seat.MEMBER
    origin: Origin = Origin.RECOMMENDED
    joined_at: datetime | None = None
    term_ends_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Tell whether she counts and votes; an observer does not."""
        return self.seat is not Seat.OBSERVER


class Side(StrEnum):
    """What somebody wants to speak for; 询问 belongs to neither side."""

    FOR = "for"
    AGAINST = "against"
    ASKS = "asks"


class SessionState(StrEnum):
    """Where a session stands; computed from time and facts."""

    CALLED = "called"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True)
class Hands:
    """A show of hands."""

    votes_for: int
    votes_against: int
    votes_abstain: int

    @property
    def total(self) -> int:
        """Count all hands."""
        return self.votes_for + self.votes_against + self.votes_abstain


def state_of(held_at: datetime, closed_at: datetime | None, now: datetime) -> SessionState:
    """Tell where a session stands."""
    if closed_at is not None:
        return SessionState.CLOSED
    return SessionState.HELD if held_at <= now else SessionState.CALLED


def check_notice(held_at: datetime, now: datetime, days: int) -> None:
    """Check that a session is called early enough for its members to prepare.

    Raises:
        Refused: ``council.notice_too_short``, on the field ``held_at``.

    Source: domain.md section 4 (agenda two to three days ahead).
    """
    if held_at - now < timedelta(days=days):
        raise Refused("council.notice_too_short", field="held_at", days=days)


def check_outcome(
    outcome: ItemOutcome, hands: Hands, present: int, members: int, quorum: Bar, passing: Passing = USUAL_PASSING
) -> None:
    """Check an item's outcome against the hands that were raised.

    *present* and *members* count those whom the item does not concern. Without a quorum, or where nobody is left, an
    item can only be adjourned or handed up.

    Raises:
        Refused: ``council.more_hands_than_present``, ``council.no_quorum``, ``council.not_a_majority`` or
            ``council.is_a_majority``.

    Source: domain.md section 4.

    >>> check_outcome(ItemOutcome.PASSED, Hands(8, 5, 1), present=14, members=20, quorum=terms_of({}).quorum)
    """
    if min(hands.votes_for, hands.votes_against, hands.votes_abstain) < 0:
        raise ValueError("hands are counted from 0")
    if hands.total > present:
        raise Refused("council.more_hands_than_present", field="votes_for", hands=hands.total, present=present)
    if outcome in OPEN_STILL:
        return
    if not members or not quorum.reached(present, members):
        needed = max(1, quorum.needed(members))
        raise Refused("council.no_quorum", field="outcome", present=present, needed=needed)
    carried = passing.carried(hands.votes_for, present, members)
    if outcome is ItemOutcome.PASSED and not carried:
        raise Refused("council.not_a_majority", field="outcome", needed=passing.needed(present, members))
    if outcome is ItemOutcome.REJECTED and carried:
        raise Refused("council.is_a_majority", field="outcome", needed=passing.needed(present, members))


def against_closing(
    minutes: str, attended: bool, decided: Sequence[bool], held_at: datetime, now: datetime
) -> list[Refused]:
    """List what a session still lacks before it can be closed.

    >>> at = datetime(2026, 3, 1)
    >>> [refusal.code for refusal in against_closing("", False, [True, False], at, at)]
    ['council.attendance_missing', 'council.items_undecided', 'council.minutes_missing']
    """
    found = []
    if now < held_at:
        found.append(Refused("council.not_held_yet", held_at=held_at))
    if not attended:
        found.append(Refused("council.attendance_missing"))
    if not all(decided):
        found.append(Refused("council.items_undecided", count=decided.count(False)))
    if not minutes.strip():
        found.append(Refused("council.minutes_missing"))
    return found


def without_names(text: str, names: Iterable[str]) -> str:
    """Replace the members' names in a text for the public by the family name and 某, longest names first.

    >>> without_names("王淑芬说,李明同意", ["王淑芬", "李明"])
    '王某说,李某同意'
    """
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, f"{name[0]}某")
    return text
