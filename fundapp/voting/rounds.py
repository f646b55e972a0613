"""What a round of voting is: its terms, its moments, what may be told when, and how its ballots are counted."""

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from moneyed import Money

from fundapp.db.types import canonical
from fundapp.kernel.errors import BadInput, Refused
from fundapp.publicity.rules import NOTICE_KEYS, USUAL_NOTICE, NoticeTerms, notice_terms
from fundapp.voting.method import OPTIONAL, Method, method_of, named_options
from fundapp.voting.rules import Outcome, Why, allocate, marked_election

SHORTEST = timedelta(days=1)
LONGEST = timedelta(days=60)
SMALL = 10
STEP = 5
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE = 12


class Channel(StrEnum):
    """How a ballot came in: by an account, by a printed code, at a kiosk, on paper, or on paper fetched at the door."""

    PHONE = "phone"
    CODE = "code"
    KIOSK = "kiosk"
    PAPER = "paper"
    VISIT = "visit"

    @property
    def on_paper(self) -> bool:
        """Say whether it came on paper."""
        return self in PAPERS


PAPERS = (Channel.PAPER, Channel.VISIT)


class RivalRule(StrEnum):
    """Whether rivals exclude each other in a round: once one is selected the other is out, or both may be."""

    EXCLUDE = "exclude"
    FREE = "free"


class RoundState(StrEnum):
    """Where a round stands; computed from time and facts."""

    DRAFT = "draft"
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    VOID = "void"


@dataclass(frozen=True)
class Terms:
    """The part "voting" of a policy version."""

    choose_by_vote: bool
    method: Method
    days: int
    notice: NoticeTerms = USUAL_NOTICE

    @property
    def max_choices(self) -> int:
        """Give the number of projects that a ballot may name."""
        return self.method.most


@dataclass(frozen=True)
class ProgrammeFacts:
    """What a round must know of its programme; the layer above tells it."""

    programme_id: int
    name: str
    place_path: str
    policy_version_id: int
    terms: Terms


@dataclass(frozen=True)
class Option:
    """A project that could stand on a ballot, with the exact version that would be asked about."""

    project_id: int
    version_id: int
    title: str
    gives: str
    place_name: str
    place_path: str
    cost: Money
    reserve: bool


@dataclass(frozen=True)
class Standing:
    """One project's place in a result: selected in this order, or this far up in the reserve list.

    ``votes`` are ballots that named it, ``points`` what they gave it together.
    """

    project_id: int
    selected: bool
    rank: int
    votes: int
    points: int
    why: Why


class Window(Protocol):
    """The two moments of a round."""

    @property
    def opens_at(self) -> datetime:
        """Give the moment from which ballots are taken."""

    @property
    def closes_at(self) -> datetime:
        """Give the moment at which casting ends; itself no longer inside."""


def terms_of(parts: Mapping[str, Any]) -> Terms:
    """Read the part "voting" of a policy version.

    Raises:
        BadInput: no such part, an unknown key, or a number out of range.

    >>> terms_of({"voting": {"choose_by_vote": True, "max_choices": 3, "days": 7}}).max_choices
    3
    """
    part = parts.get("voting")
    names = {"choose_by_vote", "max_choices", "days"}
    if not isinstance(part, Mapping) or part.keys() - OPTIONAL - NOTICE_KEYS != names:
        expected = f"a table with {', '.join(sorted(names))}, and {', '.join(sorted(OPTIONAL | NOTICE_KEYS))} if wished"
        raise BadInput("voting", repr(part), expected)
    by_vote, days = part["choose_by_vote"], part["days"]
    if type(by_vote) is not bool:
        raise BadInput("voting.choose_by_vote", repr(by_vote), "true or false")
    if type(days) is not int or not 1 <= days <= LONGEST.days:
        raise BadInput("voting.days", repr(days), f"a whole number from 1 to {LONGEST.days}")
    return Terms(by_vote, method_of(part), days, notice_terms(part, "voting"))


def state_of(window: Window, now: datetime, *, opened: bool, published: bool, void: bool = False) -> RoundState:
    """Tell where a round stands: open means ``opens_at <= now < closes_at``, for everybody alike."""
    if not opened:
        return RoundState.DRAFT
    if void:
        return RoundState.VOID
    if published:
        return RoundState.PUBLISHED
    if now < window.opens_at:
        return RoundState.WAITING
    return RoundState.OPEN if now < window.closes_at else RoundState.CLOSED


def results_visible(window: Window, now: datetime) -> bool:
    """Tell whether anything about choices may be told to anybody: only from the close on, staff included."""
    return now >= window.closes_at


def shown_turnout(cast: int, window: Window, now: datetime) -> int:
    """Give the number of households that may be told: exact after the close, rounded down to five before it."""
    return cast if results_visible(window, now) else cast - cast % STEP


def by_channel(counts: Mapping[Channel, int]) -> dict[Channel | None, int]:
    """Give the ballots by channel; those with fewer than ten together under ``None``, which has ten or is all.

    Where the small ones together are still fewer than ten, the next larger channel joins them, so that nothing follows
    from the sum.

    >>> by_channel({Channel.PHONE: 40, Channel.PAPER: 9})
    {None: 49}
    >>> by_channel({Channel.PHONE: 40, Channel.PAPER: 20, Channel.CODE: 9, Channel.KIOSK: 1})
    {<Channel.PHONE: 'phone'>: 40, <Channel.PAPER: 'paper'>: 20, None: 10}
    """
    rising = sorted((count, channel) for channel, count in counts.items() if count)
    merged, hidden = 0, set()
    for count, channel in rising:
        if count < SMALL or 0 < merged < SMALL:
            merged += count
            hidden.add(channel)
    told: dict[Channel | None, int] = {one: counts[one] for one in Channel if counts.get(one) and one not in hidden}
    return told | ({None: merged} if hidden else {})


def votes_shown(ballots: int) -> bool:
    """Tell whether the votes of each project may be told: with fewer than ten ballots they would name people."""
    return ballots >= SMALL


def check_window(opens_at: datetime, closes_at: datetime) -> None:
    """Check how long a round is to be open.

    Raises:
        Refused: ``voting.too_short`` or ``voting.too_long``, on the field ``closes_at``.
    """
    if closes_at - opens_at < SHORTEST:
        raise Refused("voting.too_short", field="closes_at", days=SHORTEST.days)
    if closes_at - opens_at > LONGEST:
        raise Refused("voting.too_long", field="closes_at", days=LONGEST.days)


def ballot_order(rules_hash: str, unit_id: int, project_ids: Iterable[int]) -> list[int]:
    """Mix the candidates for one household: another order for each, the same whenever it looks.

    >>> ballot_order("a", 1, [7, 8, 9]) == ballot_order("a", 1, [9, 8, 7])
    True
    """

    def place(project_id: int) -> str:
        return hashlib.sha256(f"{rules_hash}:{unit_id}:{project_id}".encode()).hexdigest()

    return sorted(project_ids, key=place)


def instant_text(at: datetime) -> str:
    """Write an instant for hashing: UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def rules_hash(frozen: Mapping[str, Any]) -> str:
    """Give the fingerprint of everything that was frozen at the opening."""
    return hashlib.sha256(canonical(dict(frozen)).encode()).hexdigest()


def draw_code(chance: random.Random) -> str:
    """Draw a receipt code: 59 bits, without letters that look alike.

    >>> len(draw_code(random.Random(1)))
    12
    """
    return "".join(chance.choice(LETTERS) for _ in range(_CODE))


def read_code(typed: str) -> str:
    """Read a receipt code as people type it: blanks, dashes and small letters do not matter."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def show_code(code: str) -> str:
    """Write a receipt code in groups of four.

    >>> show_code("ABCDEFGHJKMN")
    'ABCD-EFGH-JKMN'
    """
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def count_votes(
    method: Method,
    candidates: Iterable[tuple[int, int]],
    ballots: Iterable[Mapping[int, int]],
    budget_fen: int,
    lots: Sequence[int],
    *,
    invalid: int = 0,
    explain: bool = False,
    rivals: Iterable[tuple[int, int]] = (),
) -> Outcome:
    """Count the ballots of a round by its method; nothing is selected without a vote.

    ``candidates`` are (project, cost in fen), ``ballots`` give points by project; equals go by lower cost, more points,
    and then by the order of *lots*. Of a pair of *rivals* the second to come is left out.

    Source: docs/rules/voting.md.

    >>> method = method_of({"max_choices": 2})
    >>> outcome = count_votes(method, [(1, 300), (2, 200)], [{1: 1, 2: 1}, {2: 1}, {1: 1}], 400, [1, 2])
    >>> outcome.selected, outcome.ties[0].chosen
    (('2',), '2')
    """
    election = marked_election(
        [(str(project), cost) for project, cost in candidates],
        [{str(project): points for project, points in ballot.items()} for ballot in ballots],
        budget_fen,
        vote_type=method.ballot.vote_type,
        invalid=invalid,
        rivals=[(str(one), str(other)) for one, other in rivals],
    )
    return allocate(election, replace(method.options, lots=tuple(str(project) for project in lots), explain=explain))


def standings(outcome: Outcome) -> list[Standing]:
    """Rank the selected projects, filled ones after them, and from one again the reserve list."""
    found, ranks = [], {True: 0, False: 0}
    for verdict in outcome.verdicts:
        selected = verdict.why in (Why.SELECTED, Why.FILLED)
        ranks[selected] += 1
        points = int(verdict.points)
        found.append(Standing(int(verdict.project), selected, ranks[selected], verdict.votes, points, verdict.why))
    return found


def plain_count(outcome: Outcome) -> list[int]:
    """Give what counting points alone would have selected from the same ballots.

    What is too dear is passed over, and the rival of what was selected.

    Source: docs/rules/voting.md, rule `greedy`.
    """
    lots = {project: place for place, project in enumerate(outcome.options.lots or ())}
    left, found, out = outcome.budget, [], set()
    for one in sorted(outcome.verdicts, key=lambda one: (-one.points, one.cost, lots[one.project])):
        if one.votes and one.cost <= left and one.project not in out:
            left -= one.cost
            found.append(int(one.project))
            out |= {rival for pair in outcome.rivals if one.project in pair for rival in pair}
    return found


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """Write an outcome with its reasons as it is stored: numbers of projects as texts, money in whole fen.

    What each ballot starts with in the end (``endowment``) is an exact fraction of fen, as text.
    """
    return {
        "rule": outcome.options.rule.value,
        "options": named_options(outcome.options),
        "ties": outcome.options.ties.value,
        "lots": list(outcome.options.lots or ()),
        "budget_fen": outcome.budget,
        "cost_fen": outcome.cost,
        "ballots": outcome.ballots,
        "invalid": outcome.invalid,
        "selected": list(outcome.selected),
        "filled": list(outcome.filled),
        "endowment": None if outcome.endowment is None else str(outcome.endowment),
        "tied": [{"at": tie.at, "among": list(tie.among), "chosen": tie.chosen} for tie in outcome.ties],
        **({"rivals": [list(pair) for pair in outcome.rivals]} if outcome.rivals else {}),
        "verdicts": [
            {
                "project": verdict.project,
                "why": verdict.why.value,
                "cost_fen": verdict.cost,
                "votes": verdict.votes,
                "points": str(verdict.points),
                "left_fen": verdict.left,
            }
            for verdict in outcome.verdicts
        ],
    }
