"""What the ballots of a simple round name while it runs, and whether they are mixed; no page is told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.voting.mix_models import VoteLoose, VoteMixing
from fundapp.voting.mixing import Mark
from fundapp.voting.models import VoteBallot


def is_mixed(session: Session, round_id: int) -> bool:
    """Tell whether the ballots of a simple round are mixed: then nobody can say any more what a household chose."""
    return session.scalar(select(VoteMixing.id).where(VoteMixing.round_id == round_id)) is not None


def loose_of(session: Session, round_id: int) -> dict[int, list[Mark]]:
    """Give what is named on each ballot of a simple round that is not mixed, by its number; invalid ones empty."""
    found: dict[int, list[Mark]] = {
        ballot_id: [] for ballot_id in session.scalars(select(VoteBallot.id).where(VoteBallot.round_id == round_id))
    }
    rows = session.execute(
        select(VoteLoose.ballot_id, VoteLoose.candidate_id, VoteLoose.points, VoteLoose.nonce).where(
            VoteLoose.round_id == round_id
        )
    )
    for ballot_id, candidate_id, points, nonce in rows:
        found.setdefault(ballot_id, []).append(Mark(candidate_id, points, nonce))
    return found


def loose_rounds(session: Session) -> list[int]:
    """List the rounds that have loose choices, or ballots that should have some: those of simple rounds not mixed."""
    kept = select(VoteBallot.round_id).where(VoteBallot.marks_hash.is_not(None))
    kept = kept.where(VoteBallot.round_id.not_in(select(VoteMixing.round_id)))
    return sorted({*session.scalars(kept.distinct()), *session.scalars(select(VoteLoose.round_id).distinct())})


def prints_of(session: Session, round_id: int) -> dict[int, str | None]:
    """Give the fingerprint that each ballot of a round keeps of what it names."""
    rows = session.execute(select(VoteBallot.id, VoteBallot.marks_hash).where(VoteBallot.round_id == round_id))
    return {ballot_id: kept for ballot_id, kept in rows}
