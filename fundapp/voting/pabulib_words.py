"""The words of the .pb format, and its numbers.

Source: the field lists of the Pabulib checker, and the limits named in docs/rules/voting.md.
"""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from fractions import Fraction

from fundapp.kernel.errors import BadInput
from fundapp.voting.ballots import VoteType

SECTIONS = ("META", "PROJECTS", "VOTES")
NEEDED = ("budget", "vote_type")
WITH_POINTS = (VoteType.CUMULATIVE, VoteType.SCORING)
LIMITED = ("length", "sum_cost", "points", "sum_points")
LIMITS = frozenset(f"{end}_{what}" for end in ("min", "max") for what in LIMITED)
RIVALS = "#1: rivals="
"""So begins the comment that names pairs of rivals: the format has no key for them."""
NUMBERS = LIMITS | {"budget", "num_projects", "num_votes", "min_project_score_threshold"}
NOT_APPLIED = frozenset(
    {
        "budget_per_category", "budget_per_neighborhood", "min_length_per_category", "max_length_per_category",
        "min_sum_cost_per_category", "max_sum_cost_per_category", "default_score",
    }
)  # fmt: skip
META = (
    NUMBERS
    | NOT_APPLIED
    | {
        "description", "country", "unit", "district", "subunit", "instance", "vote_type", "rule", "date_begin",
        "date_end", "scoring_fn", "min_project_cost", "max_project_cost", "neighborhoods", "subdistricts",
        "categories", "edition", "language", "currency", "fully_funded", "experimental", "comment",
        "acknowledgments", "leftover_budget",
    }
)  # fmt: skip
COLUMNS: Mapping[str, Collection[str]] = {
    "META": {"key", "value"},
    "PROJECTS": {
        "project_id", "cost", "votes", "score", "name", "category", "beneficiaries", "target", "selected",
        "neighborhood", "subunit", "district", "description", "proposer", "public_id", "latitude", "longitude",
    },
    "VOTES": {
        "voter_id", "vote", "points", "age", "sex", "voting_method", "district", "neighborhood", "education",
        "topic_preference_transport", "topic_preference_culture", "topic_preference_nature", "district_preference",
        "time_taken_seconds", "format_easiness", "format_expressiveness", "format_rank",
    },
}  # fmt: skip
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")


def nearest(word: str, known: Collection[str]) -> str:
    """Say what was expected instead of an unknown word."""
    close = get_close_matches(word, sorted(known), n=1)
    return f"{close[0]!r}" if close else "one of the words of the format"


def number(text: str, where: str) -> Fraction:
    """Read a plain number: digits, at most one point, no sign, no blank, no comma, no exponent.

    Raises:
        BadInput: anything else.

    >>> number("2.5", "points")
    Fraction(5, 2)
    """
    if not _PLAIN.fullmatch(text):
        raise BadInput(where, repr(text[:40]), "a plain number, not negative, like 1200 or 1200.50")
    return Fraction(text)


def fen_number(text: str, where: str) -> int:
    """Read an amount in yuan, to the fen.

    Raises:
        BadInput: not a plain number, or finer than a fen.

    >>> fen_number("1200.5", "cost")
    120050
    """
    fen = number(text, where) * 100
    if fen.denominator != 1:
        raise BadInput(where, repr(text[:40]), "an amount with at most two decimals")
    return int(fen)


def fen(meta: Mapping[str, str], key: str, where: str) -> int:
    """Read a positive amount of META.

    Raises:
        BadInput: not such an amount.
    """
    amount = fen_number(meta[key], f"{where} META {key}")
    if amount <= 0:
        raise BadInput(f"{where} META {key}", repr(meta[key]), "an amount above 0")
    return amount
