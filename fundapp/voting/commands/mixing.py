"""Mix the ballots of a simple round when its result is published: from then on they have no household."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fundapp.db.erase import wipe_after_commit
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.voting import queries
from fundapp.voting.box_models import VoteSlip, VoteSlipChoice
from fundapp.voting.mix_models import VoteLoose, VoteMixing
from fundapp.voting.mixing import marks_hash, mixed
from fundapp.voting.rounds import Channel


def mix(session: Session, actor: Actor, round_id: int, now: datetime) -> None:
    """Lay what the ballots name out as slips in an order of their contents, and take it from the ballots.

    The caller holds the round alone and records the deed. Equal ballots cannot be told apart and all are written at one
    moment, so neither number nor order nor transaction leads back to a household.

    Raises:
        Refused: ``voting.ballot_changed``: a ballot does not name any more what was put in.

    Source: reliability.md §4.1 "simple-secret", V10.
    """
    loose, prints = queries.loose_of(session, round_id), queries.prints_of(session, round_id)
    if {ballot_id: marks_hash(marks) for ballot_id, marks in loose.items()} != prints:
        raise Refused("voting.ballot_changed")
    contents = mixed(loose)
    slips = [VoteSlip(round_id=round_id, channel=Channel.PHONE, choices=len(marks)) for marks in contents]
    for slip in slips:  # one after the other: their numbers are those of this order
        session.add(slip)
    session.flush()
    session.add_all(
        VoteSlipChoice(round_id=round_id, slip_id=slip.id, candidate_id=candidate_id, points=points)
        for slip, marks in zip(slips, contents, strict=True)
        for candidate_id, points in marks
    )
    session.add(VoteMixing(round_id=round_id, ballots=len(slips), by_id=actor.person_id, at=now))
    session.flush()
    session.execute(delete(VoteLoose).where(VoteLoose.round_id == round_id))
    wipe_after_commit(session, VoteLoose.__tablename__)
