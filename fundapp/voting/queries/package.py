"""What a stranger needs to count a published round again: frozen terms, roll, ballots, result, and a program."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.db.home import home
from fundapp.db.types import canonical
from fundapp.kernel.archive import table
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit
from fundapp.voting.after_models import VoteBinding
from fundapp.voting.box_models import VoteBox
from fundapp.voting.models import VoteBallot, VoteOpening, VoteResult, VoteRound
from fundapp.voting.pabulib_write import Written, pb_text
from fundapp.voting.queries.boxes import closing_of, slips_of
from fundapp.voting.queries.counting import ballot_list, turnout
from fundapp.voting.queries.facts import candidates_of, excluding, frozen_terms
from fundapp.voting.queries.moves import moves_of
from fundapp.voting.queries.noticed import computed_of_round
from fundapp.voting.queries.overrides import overrides_of
from fundapp.voting.queries.sheets import paper_serials
from fundapp.voting.rounds import by_channel, instant_text, votes_shown
from fundapp.voting.secrecy import Secrecy

FORMAT = "fundapp-vote-package/1"
ROLL = ("door", "voted")
TURNOUT = ("channel", "households")
BALLOTS = ("ballot", "project", "points")
CODES, PRINTS = ("code", "digits", "project", "points"), ("sha256",)


def package_of(session: Session, round_id: int) -> dict[str, bytes]:
    """Give the files of a published round's package by name, all but README and manifest.

    Ballots stand in an order of their contents: neither time nor number tells whose one is.

    Raises:
        NotVisible: there is no such round, or its result is not published.
        Refused: fewer than ten ballots (code ``voting.too_few_to_tell``).

    Source: reliability.md §4.1 "what is published".
    """
    round_, opening, result, roster_hash = _published(session, round_id)
    frozen = frozen_terms(
        session, round_, candidates_of(session, round_id), opening.lots, (opening.snapshot_id, roster_hash)
    )
    ballots, _invalid = ballot_list(session, round_id, round_.secrecy)
    return {
        "retally.py": (home("static") / "recount" / "retally.py").read_bytes(),
        "round.json": _text(
            {
                "frozen": frozen,
                "rules_hash": opening.rules_hash,
                "households": opening.households,
                "not_in_the_box": _not_in_the_box(session, round_),
            }
        ),
        "roll.csv": table(ROLL, _roll(session, round_id, opening.snapshot_id)),
        "turnout.csv": table(TURNOUT, _turnout(session, round_id)),
        "ballots.csv": table(BALLOTS, _rows(ballots)),
        "result.json": _text(result.outcome),
        "outcome.json": _text(_outcome(session, round_id)),
        "ballots.pb": _pb(session, round_, result, ballots).encode(),
        **_out_of_the_box(session, round_),
    }


def pb_of(session: Session, round_id: int) -> str:
    """Give a published round's ballots in the .pb format.

    Raises:
        NotVisible: there is no such round, or its result is not published.
        Refused: fewer than ten ballots (code ``voting.too_few_to_tell``).
    """
    round_, _opening, result, _hash = _published(session, round_id)
    ballots, _invalid = ballot_list(session, round_id, round_.secrecy)
    return _pb(session, round_, result, ballots)


def check_recount(session: Session, round_id: int) -> None:
    """Check that a published round may be given out for counting.

    Raises:
        NotVisible: there is no such round, or its result is not published.
        Refused: fewer than ten ballots (code ``voting.too_few_to_tell``).
    """
    _published(session, round_id)


def _published(session: Session, round_id: int) -> tuple[VoteRound, VoteOpening, VoteResult, str]:
    row = session.execute(
        select(VoteRound, VoteOpening, VoteResult, RosterSnapshot.roster_hash)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(VoteResult, VoteResult.round_id == VoteRound.id)
        .join(RosterSnapshot, RosterSnapshot.id == VoteOpening.snapshot_id)
        .where(VoteRound.id == round_id)
    ).first()
    if row is None:
        raise NotVisible
    if not votes_shown(row[2].ballots):
        raise Refused("voting.too_few_to_tell")
    return row[0], row[1], row[2], row[3]


def _not_in_the_box(session: Session, round_: VoteRound) -> int:
    """Count the households that were noted for a paper which was not among the counted sheets."""
    closing = None if round_.secrecy.by_door else closing_of(session, round_.id)
    return closing.papers - len(paper_serials(session, round_.id)) if closing else 0


def _outcome(session: Session, round_id: int) -> dict[str, Any]:
    """Tell what binds beside what was computed, every signed decision between the two, and who moved since."""
    binding = session.scalar(select(VoteBinding).where(VoteBinding.round_id == round_id))
    computed = computed_of_round(session, round_id)
    decided = [
        {
            "body": row.body,
            "item": row.item_id,
            "reason": row.reason,
            "put_in": list(row.put_in),
            "taken_out": list(row.taken_out),
            "drafted_by": row.drafted_by,
            "signed_by": row.signed_by,
            "signed_at": instant_text(row.signed_at),
        }
        for row in overrides_of(session, round_id)
        if row.signed_at
    ]
    binds = None
    if binding is not None:
        binds = {"at": instant_text(binding.at), "selected": binding.selected, "reserve": binding.reserve}
    moves = [
        {
            "project": row.project_id,
            "enters": row.enters,
            "at": instant_text(row.at),
            "reason": row.reason,
            "skipped": [[title, why.value] for title, why in row.skipped],
            "cost_fen": row.cost,
            "asked_by": row.asked_by,
            "by": row.by,
        }
        for row in moves_of(session, round_id)
    ]
    return {"computed": asdict(computed), "overrides": decided, "binds": binds, "moves": moves}


def _out_of_the_box(session: Session, round_: VoteRound) -> dict[str, bytes]:
    """Give what a box showed before and after it was opened: the fingerprints, and every code with its ballot."""
    closing = closing_of(session, round_.id) if round_.secrecy is Secrecy.SEALED else None
    if closing is None:
        return {}
    codes = [
        (slip.code, slip.digits, project, points)
        for slip in slips_of(session, round_.id)
        for project, points in slip.marks
    ]
    prints = [(one,) for one in closing.fingerprints]
    return {"codes.csv": table(CODES, codes), "fingerprints.csv": table(PRINTS, prints)}


def _roll(session: Session, round_id: int, snapshot_id: int) -> list[tuple[str, str]]:
    of_door = (VoteBallot.round_id == round_id) & (VoteBallot.unit_id == SnapshotUnit.unit_id)
    in_box = (VoteBox.round_id == round_id) & (VoteBox.unit_id == SnapshotUnit.unit_id)
    rows = session.execute(
        select(SnapshotUnit.door, func.coalesce(VoteBallot.round_id, VoteBox.round_id))
        .outerjoin(VoteBallot, of_door)
        .outerjoin(VoteBox, in_box)
        .where(SnapshotUnit.snapshot_id == snapshot_id)
        .order_by(SnapshotUnit.unit_id)
    )
    return [(door, "no" if voted is None else "yes") for door, voted in rows]


def _turnout(session: Session, round_id: int) -> list[tuple[str, int]]:
    """Give the households by channel, small numbers merged."""
    told = by_channel(turnout(session, round_id)).items()
    return [(channel.value if channel else "merged", count) for channel, count in told]


def _sorted(ballots: list[dict[int, int]]) -> list[list[tuple[int, int]]]:
    return sorted(sorted(ballot.items()) for ballot in ballots)


def _rows(ballots: list[dict[int, int]]) -> list[tuple[int, int, int]]:
    return [
        (number, project, points)
        for number, ballot in enumerate(_sorted(ballots), start=1)
        for project, points in ballot
    ]


def _pb(session: Session, round_: VoteRound, result: VoteResult, ballots: list[dict[int, int]]) -> str:
    names = {row.project_id: (row.title, row.cost_fen) for row in candidates_of(session, round_.id)}
    outcome: dict[str, Any] = result.outcome
    return pb_text(
        Written(
            title=round_.title,
            method=round_.method,
            budget=round_.budget_fen,
            opens_at=round_.opens_at,
            closes_at=round_.closes_at,
            projects={project: names[project] for project in sorted(names)},
            ballots=[dict(ballot) for ballot in _sorted(ballots)],
            selected=frozenset(int(one) for one in outcome["selected"] + outcome["filled"]),
            rivals=excluding(session, round_),
        )
    )


def _text(value: object) -> bytes:
    return canonical(value).encode()
