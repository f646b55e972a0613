"""Forms about choosing projects: a ballot, a reason, a paper of points."""

from typing import Any

from sqlalchemy.orm import Session

from fundapp.council.commands import Say, say
from fundapp.council.rules import Side
from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor
from fundapp.scoring.commands import HandIn, hand_in
from fundapp.voting.commands import CastBallot, cast_ballot
from tests.council.conftest import make_called
from tests.db.town import Sending
from tests.scoring.conftest import make_scored
from tests.support.world import CLOCK, make_resident
from tests.voting.polling import BY_VOTE, OPEN, make_polled


def vote_ballot() -> Sending:
    """A household votes."""
    polled = make_polled()
    return Sending(
        polled.residents[0],
        polled.residents[1],
        lambda s, who, key, otherwise: cast_ballot(
            s, who, CastBallot(polled.round, min(who.unit_ids), (polled.projects[otherwise],), key), OPEN
        ),
    )


def council_point() -> Sending:
    """A household says something for or against a project."""
    called = make_called(BY_VOTE)
    with unit_of_work() as session:
        people = [make_resident(session, f"居民{n}", called.places.units[n]) for n in (0, 1)]

    def send(session: Session, who: Actor, key: str, otherwise: bool) -> Any:
        cmd = Say(called.project, min(who.unit_ids), Side.FOR, f"理由{otherwise:d}", key)
        return say(session, who, cmd, CLOCK)

    return Sending(people[0], people[1], send)


def score_paper() -> Sending:
    """A member of a sheet hands in her points."""
    made = make_scored()

    def send(session: Session, who: Actor, key: str, otherwise: bool) -> Any:
        points = {one: (6 + otherwise,) * 5 for one in made.projects}
        return hand_in(session, who, HandIn(made.sheet, points, {}, key), OPEN)

    return Sending(made.members[1], made.members[2], send)
