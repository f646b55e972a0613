"""Single facts about a round, for the deeds on it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select, union_all
from sqlalchemy.orm import Session, aliased

from fundapp.db.base import ID
from fundapp.db.prepared import Prepared
from fundapp.kernel.money import fen
from fundapp.people.queries import speaks
from fundapp.rosters.models import SnapshotUnit
from fundapp.voting.box_models import VoteKey
from fundapp.voting.mix_models import VoteLoose
from fundapp.voting.models import VoteBallot, VoteCandidate, VoteChoice, VoteOpening, VoteResult, VoteRound
from fundapp.voting.rival_models import VoteRival
from fundapp.voting.rounds import RivalRule, RoundState, instant_text, state_of
from fundapp.voting.secrecy import Secrecy
from fundapp.voting.void_models import VoteVoid


def opening_of(session: Session, round_id: int) -> VoteOpening | None:
    """Give the opening of a round; ``None`` while it is a draft."""
    return session.scalar(select(VoteOpening).where(VoteOpening.round_id == round_id))


@dataclass(frozen=True)
class Opened:
    """What a ballot carries of the opening of its round: the frozen roster and the fingerprint of what is frozen."""

    snapshot_id: int
    rules_hash: str


def opened_now(session: Session, round_: VoteRound, now: datetime) -> tuple[Opened | None, RoundState]:
    """Give the opening of a round, and where it stands: in one statement."""
    found = _OPENED.rows(session, round_id=round_.id)
    opened = Opened(found[0].snapshot_id, found[0].rules_hash) if found else None
    told = {name: bool(found and getattr(found[0], name)) for name in ("published", "void")}
    return opened, state_of(round_, now, opened=bool(found), **told)


_OPENED = Prepared(
    lambda: select(
        VoteOpening.snapshot_id,
        VoteOpening.rules_hash,
        exists().where(VoteResult.round_id == VoteOpening.round_id).label("published"),
        exists().where(VoteVoid.round_id == VoteOpening.round_id).label("void"),
    ).where(VoteOpening.round_id == bindparam("round_id"))
)


def title_of(session: Session, round_id: int) -> str:
    """Give the title of a round."""
    return session.scalars(select(VoteRound.title).where(VoteRound.id == round_id)).one()


def state_now(session: Session, round_: VoteRound, now: datetime) -> RoundState:
    """Tell where a round stands."""
    opened = select(VoteOpening.id).where(VoteOpening.round_id == round_.id)
    published = select(VoteResult.id).where(VoteResult.round_id == round_.id)
    void = select(VoteVoid.id).where(VoteVoid.round_id == round_.id)
    row = session.execute(select(opened.exists(), published.exists(), void.exists())).one()
    return state_of(round_, now, opened=bool(row[0]), published=bool(row[1]), void=bool(row[2]))


def candidates_of(session: Session, round_id: int) -> list[VoteCandidate]:
    """List the candidates by the number of their projects."""
    query = select(VoteCandidate).where(VoteCandidate.round_id == round_id).order_by(VoteCandidate.project_id)
    return list(session.scalars(query))


def rival_pairs(session: Session, round_id: int) -> list[tuple[int, int]]:
    """List the pairs of projects of a round that are rivals, as they were frozen with it; the smaller number first."""
    one, other = aliased(VoteCandidate), aliased(VoteCandidate)
    query = (
        select(one.project_id, other.project_id)
        .join(VoteRival, VoteRival.candidate_id == one.id)
        .join(other, other.id == VoteRival.rival_id)
        .where(VoteRival.round_id == round_id)
        .order_by(one.project_id, other.project_id)
    )
    return [(first, second) for first, second in session.execute(query)]


def excluding(session: Session, round_: VoteRound) -> list[tuple[int, int]]:
    """List the pairs of rivals of which a round selects no more than one: none where its rule leaves them free."""
    return rival_pairs(session, round_.id) if round_.rivals is RivalRule.EXCLUDE else []


def ballot_lines(session: Session, round_id: int) -> dict[int, tuple[int, int]]:
    """Give the candidates by project: their number and cost in fen."""
    return {line.project_id: (line.id, fen(line.cost_fen)) for line in _LINES.rows(session, round_id=round_id)}


def candidate_ids(session: Session, round_id: int) -> dict[int, int]:
    """Give the candidates' numbers by project."""
    rows = session.execute(select(VoteCandidate.project_id, VoteCandidate.id).where(VoteCandidate.round_id == round_id))
    return {project_id: candidate_id for project_id, candidate_id in rows}


def on_roster(session: Session, snapshot_id: int, unit_id: int) -> bool:
    """Tell whether a household stands on a frozen roster."""
    query = select(SnapshotUnit.unit_id).where(SnapshotUnit.snapshot_id == snapshot_id, SnapshotUnit.unit_id == unit_id)
    return session.scalar(query) is not None


_UNIT = bindparam("unit_id", type_=ID)
_KNOWN = Prepared(
    lambda: select(
        exists()
        .where(SnapshotUnit.snapshot_id == bindparam("snapshot_id"), SnapshotUnit.unit_id == _UNIT)
        .label("listed"),
        exists().where(VoteBallot.op_key == bindparam("op_key")).label("sent"),
        speaks(_UNIT, bindparam("person_id", type_=ID)).label("speaks"),
    )
)
_LINES = Prepared(
    lambda: select(VoteCandidate.project_id, VoteCandidate.id, VoteCandidate.cost_fen).where(
        VoteCandidate.round_id == bindparam("round_id")
    )
)


@dataclass(frozen=True)
class Known:
    """What a held round knows of a household that is to vote.

    Whether it stands on the frozen roster, whether the form came before, whether the person speaks for it.
    """

    listed: bool
    sent: bool
    speaks: bool


def known_of(session: Session, **said: Any) -> Known:
    """Give what is known under ``snapshot_id``, ``unit_id``, ``op_key``, ``person_id`` and ``now``: one statement."""
    return Known(*(bool(one) for one in _KNOWN.rows(session, **said)[0]))


def ballot_of_key(session: Session, op_key: str) -> VoteBallot | None:
    """Give the ballot that a form wrote."""
    return session.scalar(select(VoteBallot).where(VoteBallot.op_key == op_key))


def ballot_of_unit(session: Session, round_id: int, unit_id: int) -> VoteBallot | None:
    """Give the one ballot of a household."""
    return session.scalar(select(VoteBallot).where(VoteBallot.round_id == round_id, VoteBallot.unit_id == unit_id))


def marks_on(session: Session, ballot_id: int) -> dict[int, int]:
    """Give a ballot's points by project, most first: for the deed that wrote it and for the person who cast it.

    Of a simple round there is nothing any more once its ballots are mixed.
    """
    kept = union_all(
        *(
            select(VoteCandidate.project_id, table.points)
            .join(table, table.candidate_id == VoteCandidate.id)
            .where(table.ballot_id == ballot_id)
            for table in (VoteChoice, VoteLoose)
        )
    )
    rows = sorted(session.execute(kept), key=lambda row: (-row[1], row[0]))
    return {project_id: points for project_id, points in rows}


@dataclass(frozen=True)
class Cast:
    """A ballot that was taken: its number, whose it is, and the number of its paper."""

    id: int
    unit_id: int
    serial: int | None


def cast_of_serial(session: Session, round_id: int, serial: int) -> Cast | None:
    """Give the ballot that a sheet became."""
    query = select(VoteBallot).where(VoteBallot.round_id == round_id, VoteBallot.serial == serial)
    row = session.scalar(query)
    return Cast(row.id, row.unit_id, row.serial) if row else None


def serial_used(session: Session, round_id: int, serial: int) -> bool:
    """Tell whether a sheet of this number was keyed in."""
    query = select(VoteBallot.id).where(VoteBallot.round_id == round_id, VoteBallot.serial == serial)
    return session.scalar(query) is not None


def sealing_key(session: Session, round_: VoteRound) -> dict[str, str]:
    """Give the key of a sealed round as it is frozen with it; nothing for the other modes."""
    if round_.secrecy is not Secrecy.SEALED:
        return {}
    return {"key": session.scalar(select(VoteKey.public_key).where(VoteKey.round_id == round_.id)) or ""}


def frozen_terms(
    session: Session, round_: VoteRound, candidates: Sequence[VoteCandidate], lots: list[int], roster: tuple[int, str]
) -> dict[str, Any]:
    """Give what is frozen at the opening: window, ballot, rule, secrecy, money, candidates, rivals, lots, roster.

    *roster* is the number of the snapshot and its fingerprint.
    """
    return {
        **sealing_key(session, round_),
        **({} if round_.cycle_id is None else {"cycle": round_.cycle_id}),
        "round": round_.id,
        "programme": round_.programme_id,
        "place": round_.place_id,
        "policy_version": round_.policy_version_id,
        "title": round_.title,
        "opens_at": instant_text(round_.opens_at),
        "closes_at": instant_text(round_.closes_at),
        "max_choices": round_.max_choices,
        "ballot": round_.ballot.value,
        "points": round_.points,
        "most_points": round_.most_points,
        "options": round_.options,
        "budget_fen": fen(round_.budget_fen),
        "rule": round_.rule.value,
        "secrecy": round_.secrecy.value,
        "notice": asdict(round_.notice),
        "snapshot": roster[0],
        "roster": roster[1],
        "lots": lots,
        "rivals": {"rule": round_.rivals.value, "pairs": [list(pair) for pair in rival_pairs(session, round_.id)]},
        "candidates": [[row.project_id, row.version_id, fen(row.cost_fen), row.title, row.gives] for row in candidates],
    }
