"""When a body may decide, what a show of hands comes to, and what a session needs before it is closed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from fundapp.kernel.bars import Bar, fraction_of_text
from fundapp.kernel.errors import BadInput, Refused

LONGEST_NOTICE = 30
MAJORITY = Bar(Fraction(1, 2), strict=True)


@dataclass(frozen=True)
class Terms:
    """The part "council" of a policy version: how many members must be present, how early a session is called."""

    quorum: Bar
    notice_days: int


USUAL_PART = {"quorum": "2/3", "notice_days": 3}


def terms_of(parts: Mapping[str, Any]) -> Terms:
    """Read the part "council" of a policy; a policy without one means the usual terms.

    Raises:
        BadInput: an unknown key, a quorum that is no share, or days out of range.

    Source: domain.md section 4.

    >>> terms_of({}).quorum.needed(20), terms_of({"council": {"quorum": "1/2", "notice_days": 5}}).notice_days
    (14, 5)
    """
    part = parts.get("council", USUAL_PART)
    if not isinstance(part, Mapping) or part.keys() != USUAL_PART.keys():
        raise BadInput("council", repr(part), "quorum and notice_days")
    days = part["notice_days"]
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= LONGEST_NOTICE:
        raise BadInput("council, notice_days", repr(days), f"a whole number from 0 to {LONGEST_NOTICE}")
    return Terms(Bar(fraction_of_text(part["quorum"], "council, quorum")), days)


class ItemOutcome(StrEnum):
    """What became of an item. 驳回 is a normal outcome."""

    PASSED = "passed"
    REJECTED = "rejected"
    ADJOURNED = "adjourned"


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


def check_outcome(outcome: ItemOutcome, hands: Hands, present: int, members: int, quorum: Bar) -> None:
    """Check an item's outcome against the hands that were raised.

    Passed means more than half of all who were present; without a quorum an item can only be adjourned.

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
    if outcome is ItemOutcome.ADJOURNED:
        return
    if not quorum.reached(present, members):
        raise Refused("council.no_quorum", field="outcome", present=present, needed=quorum.needed(members))
    carried = MAJORITY.reached(hands.votes_for, present)
    if outcome is ItemOutcome.PASSED and not carried:
        raise Refused("council.not_a_majority", field="outcome", needed=MAJORITY.needed(present))
    if outcome is ItemOutcome.REJECTED and carried:
        raise Refused("council.is_a_majority", field="outcome", needed=MAJORITY.needed(present))


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
