"""How many households voted, and how: for everybody, from the close on, small numbers merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from fundapp.places.models import Place
from fundapp.voting.box_models import VoteBox
from fundapp.voting.models import VoteBallot, VoteOpening, VoteRound
from fundapp.voting.rounds import Channel, by_channel


@dataclass(frozen=True)
class ClosedTurnout:
    """The turnout of a closed round by channel; ``None`` are those that are told together."""

    round_id: int
    title: str
    place_name: str
    closed_at: datetime
    households: int
    channels: Mapping[Channel | None, int]


def closed_turnouts(session: Session, now: datetime, limit: int) -> list[ClosedTurnout]:
    """Give the turnout of the rounds that have closed, the newest first: by then nobody votes any more."""
    rows = session.execute(
        select(VoteRound.id, VoteRound.title, Place.name, VoteRound.closes_at, VoteOpening.households)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(Place, Place.id == VoteRound.place_id)
        .where(VoteRound.closes_at <= now)
        .order_by(VoteRound.id.desc())
        .limit(limit)
    ).all()
    counts = _counts(session, [row.id for row in rows])
    return [ClosedTurnout(*row, by_channel(counts.get(row.id, {}))) for row in rows]


def _counts(session: Session, round_ids: list[int]) -> dict[int, dict[Channel, int]]:
    kept = [
        select(table.round_id, table.channel, func.count())
        .where(table.round_id.in_(round_ids))
        .group_by(table.round_id, table.channel)
        for table in (VoteBallot, VoteBox)
    ]
    found: dict[int, dict[Channel, int]] = {}
    for round_id, channel, count in session.execute(union_all(*kept)):
        found.setdefault(round_id, {})[channel] = count
    return found
