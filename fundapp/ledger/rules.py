"""Postings as values: their shape, their canonical text, their hashes. No database."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from fundapp.db.types import canonical

FORMAT = 1
MOST_LEGS = 200
MOST_FEN = 10**15
BODY = ("book", "ledger", "key", "purpose", "source", "subject", "event_date", "legs", "evidence", "reverses", "reason")
"""What :func:`body_of` gives by name: the part of a journal's text that does not depend on when and by whom."""


class Holder(StrEnum):
    """Whose book it is."""

    FOUNDATION = "foundation"
    COMMITTEE = "committee"
    CHARITY = "charity"


class Ledger(StrEnum):
    """Money that moved, or money that was promised."""

    ACTUAL = "actual"
    COMMIT = "commit"


class ReversalReason(StrEnum):
    """Why a journal was taken back."""

    DUPLICATE = "duplicate"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_ACCOUNT = "wrong_account"
    WRONG_PARTY = "wrong_party"
    BANK_RETURNED = "bank_returned"
    NOT_HAPPENED = "not_happened"


@dataclass(frozen=True)
class Leg:
    """One side of a posting: debit positive, credit negative, in fen."""

    account_code: str
    amount_fen: int


@dataclass(frozen=True)
class Posting:
    """What is to be posted. ``key`` is this deed's own and makes a repeated posting harmless.

    ``purpose`` is printed in public. ``source`` names the row that caused it ("gift:12"), ``subject`` what it is
    about ("project:12"), ``evidence`` the public ids of attachments; ``asked_by`` and ``approved_by`` are the two
    people of a payment.
    """

    book_id: int
    ledger: Ledger
    key: str
    purpose: str
    source: str
    subject: str | None
    event_date: date
    legs: tuple[Leg, ...]
    evidence: tuple[str, ...] = ()
    asked_by: int | None = None
    approved_by: int | None = None


def check_posting(posting: Posting) -> None:
    """See that a posting is well formed: a fault here is the program's own, never the user's.

    Raises:
        ValueError: fewer than two legs or more than 200, an account twice, an amount that is 0, no whole number or
            out of range, legs that do not sum to 0, an empty or overlong text.

    """
    amounts = [leg.amount_fen for leg in posting.legs]
    if not 2 <= len(amounts) <= MOST_LEGS or len({leg.account_code for leg in posting.legs}) != len(amounts):
        raise ValueError(f"posting {posting.key}: needs 2 to {MOST_LEGS} legs, each on an account of its own")
    if any(type(amount) is not int or amount == 0 or abs(amount) > MOST_FEN for amount in amounts):
        raise ValueError(f"posting {posting.key}: each amount is a whole number of fen other than 0")
    if sum(amounts) != 0:
        raise ValueError(f"posting {posting.key}: the legs sum to {sum(amounts)} fen, not 0")
    for text, most in ((posting.key, 80), (posting.purpose, 200), (posting.source, 64)):
        if not 1 <= len(text.strip()) <= most:
            raise ValueError(f"posting {posting.key}: {text!r} must have 1 to {most} characters")


def mirrored(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Turn every leg round.

    >>> mirrored([Leg("bank", 5), Leg("grant:1", -5)])
    (Leg(account_code='bank', amount_fen=-5), Leg(account_code='grant:1', amount_fen=5))
    """
    return tuple(Leg(leg.account_code, -leg.amount_fen) for leg in legs)


def body_of(posting: Posting, reverses_id: int | None = None, reason: ReversalReason | None = None) -> dict[str, Any]:
    """Give what a posting says, without when and by whom: two postings with one body are the same posting."""
    return {
        "book": posting.book_id,
        "ledger": posting.ledger.value,
        "key": posting.key,
        "purpose": unicodedata.normalize("NFC", posting.purpose),
        "source": posting.source,
        "subject": posting.subject,
        "event_date": posting.event_date.isoformat(),
        "legs": [[leg.account_code, leg.amount_fen] for leg in posting.legs],
        "evidence": list(posting.evidence),
        "reverses": reverses_id,
        "reason": reason.value if reason else None,
    }


def body_hash(body: Mapping[str, Any]) -> str:
    """Hash what a posting says."""
    return digest(canonical(body))


@dataclass(frozen=True)
class People:
    """Who posted; who asked for the payment and who approved it, where it is one."""

    posted_by: int | None
    asked_by: int | None = None
    approved_by: int | None = None


def journal_text(body: Mapping[str, Any], seq: int, prev_hash: str, posted_at: datetime, people: People) -> str:
    """Write the canonical text of a journal: the bytes that are stored, hashed and published."""
    head = {"v": FORMAT, "seq": seq, "prev": prev_hash, "posted_at": instant_text(posted_at)}
    return canonical({**head, **asdict(people), **body})


@dataclass(frozen=True)
class Posted:
    """A journal as whoever posted it needs it: its number, its place in its book, its hash."""

    id: int
    seq: int
    hash: str


def journal_pieces(body: Mapping[str, Any], posted_at: datetime, people: People) -> tuple[str, str, str]:
    """Write a journal's canonical text in three pieces: between them come the hash before it, and its number.

    >>> journal_pieces({"key": "k"}, datetime(2026, 3, 2, tzinfo=UTC), People(None))[1:]
    ('","seq":', ',"v":1}')
    """
    text = journal_text(body, 0, "", posted_at, people)
    first, _, rest = text.partition(_NO_LINK)
    second, _, third = rest.rpartition(_NO_NUMBER)
    return first + _NO_LINK[:-1], f'"{second}{_NO_NUMBER[:-2]}', "," + third


_NO_LINK, _NO_NUMBER = '"prev":""', '"seq":0,'
"""How the two stand in a canonical text. Within a value every quotation mark has a stroke before it."""


def month_of(day: date) -> tuple[date, date]:
    """Give the first and the last day of a day's month.

    >>> [day.isoformat() for day in month_of(date(2028, 2, 17))]
    ['2028-02-01', '2028-02-29']
    """
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def book_text(holder: str, holder_name: str, place_id: int, opened_at: str) -> str:
    """Write what a book's chain of journals starts from."""
    return canonical({"v": FORMAT, "holder": holder, "name": holder_name, "place": place_id, "opened_at": opened_at})


def instant_text(at: datetime) -> str:
    """Write an instant in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(text: str) -> str:
    """Hash a text's UTF-8 bytes with SHA-256.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode()).hexdigest()


MONEY_KINDS = {
    "gift:residents": "gift:%:residents",
    "gift:street": "gift:%:street",
    "gift:donors": "gift:%:donors",
    "gift:foundation": "gift:%:foundation",
    "donation": "donation:%",
    "advance": "advance:%",
    "grant": "grant:%",
    "spend": "spend:%",
    "cash": "cash:%",
    "bank": "bank%",
}
"""The kinds of account of real money, by the pattern of their codes."""

POOL_PARTS = ("source", "available", "held", "committed", "paid", "shared")


class Fit(StrEnum):
    """Whether a balance stays within its account's limits."""

    FITS = "fits"
    TOO_LOW = "too low"
    TOO_HIGH = "too high"


def fit(balance_fen: int, amount_fen: int, floor_fen: int | None, ceiling_fen: int | None) -> Fit:
    """Tell whether *amount_fen* may be added; reaching a limit exactly is within it.

    >>> fit(100, -100, 0, None), fit(100, -101, 0, None), fit(-5, 6, None, 0)
    (<Fit.FITS: 'fits'>, <Fit.TOO_LOW: 'too low'>, <Fit.TOO_HIGH: 'too high'>)
    """
    after = balance_fen + amount_fen
    if floor_fen is not None and after < floor_fen:
        return Fit.TOO_LOW
    if ceiling_fen is not None and after > ceiling_fen:
        return Fit.TOO_HIGH
    return Fit.FITS
