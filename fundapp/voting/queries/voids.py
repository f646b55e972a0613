"""What was said of the shares of a key, and how a round came to be void."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from fundapp.people.queries import names_of
from fundapp.voting.models import VoteRound
from fundapp.voting.queries.boxes import holders
from fundapp.voting.seal import NEEDED, SHARES
from fundapp.voting.void_models import VoteShareWord, VoteVoid, VoteVoidAsk


@dataclass(frozen=True)
class ShareRow:
    """A share, who keeps it, and what was said of it last; ``said_by`` is empty where nothing was."""

    number: int
    person_id: int
    name: str
    lost: bool
    reason: str
    said_by: str
    at: datetime | None


@dataclass(frozen=True)
class AskRow:
    """Who asked that a round be void, why and when."""

    id: int
    asked_by_id: int
    asked_by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class VoidRow:
    """A void round as everybody sees it: who asked and why, who confirmed, when, and which shares were lost."""

    ask: AskRow
    confirmed_by: str
    at: datetime


@dataclass(frozen=True)
class KeyLoss:
    """How the shares of a sealed round stand, what is asked, and whether it is void."""

    shares: tuple[ShareRow, ...]
    ask: AskRow | None
    void: VoidRow | None

    @property
    def dead(self) -> bool:
        """Tell whether nobody can open the box any more."""
        return SHARES - sum(one.lost for one in self.shares) < NEEDED


def is_void() -> ColumnElement[bool]:
    """Say of a round in a statement whether it is void."""
    return exists().where(VoteVoid.round_id == VoteRound.id)


def newest_words(session: Session, round_id: int) -> dict[int, VoteShareWord]:
    """Give what was said last of each share of a key, where anything was."""
    query = select(VoteShareWord).where(VoteShareWord.round_id == round_id).order_by(VoteShareWord.id)
    return {word.number: word for word in session.scalars(query)}


def newest_ask(session: Session, round_id: int) -> VoteVoidAsk | None:
    """Give who asked last that a round be void."""
    query = select(VoteVoidAsk).where(VoteVoidAsk.round_id == round_id).order_by(VoteVoidAsk.id.desc()).limit(1)
    return session.scalar(query)


def key_loss(session: Session, round_id: int) -> KeyLoss:
    """Tell how the shares of a round stand, and whether it is void."""
    rows, words, ask = list(session.scalars(holders(round_id))), newest_words(session, round_id), None
    asked = newest_ask(session, round_id)
    void = session.scalar(select(VoteVoid).where(VoteVoid.round_id == round_id))
    people = [row.person_id for row in rows] + [word.person_id for word in words.values()]
    people += [asked.asked_by_id] if asked else []
    people += [void.confirmed_by_id] if void else []
    names = names_of(session, people)
    if asked:
        ask = AskRow(asked.id, asked.asked_by_id, names.get(asked.asked_by_id, ""), asked.reason, asked.at)
    told = VoidRow(ask, names.get(void.confirmed_by_id, ""), void.at) if ask and void else None
    return KeyLoss(tuple(_share(row.number, row.person_id, words, names) for row in rows), ask, told)


def _share(number: int, person_id: int, words: dict[int, VoteShareWord], names: dict[int, str]) -> ShareRow:
    word, name = words.get(number), names.get(person_id, "")
    if word is None:
        return ShareRow(number, person_id, name, False, "", "", None)
    return ShareRow(number, person_id, name, word.lost, word.reason, names.get(word.person_id, ""), word.at)
