"""A round whose result is on notice: made for the tests of what follows a count."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.projects.models import Project
from fundapp.publicity import commands as publicity
from fundapp.publicity.rules import Medium, Verdict
from fundapp.voting import commands, queries
from fundapp.voting.after import NAMED, Consequence
from tests.support.world import make_person
from tests.voting.polling import BY_VOTE, CLOSES, OPEN, SHUT, Polled, at, cast, make_polled

NOTICED = BY_VOTE | {"publicity_days": 5, "objections_most": 2}
DAY = timedelta(days=1)
IN, OVER = at(CLOSES + DAY), at(CLOSES + 7 * DAY)


def make_noticed(media=(), publish=True, also=(), **more) -> tuple[Polled, Actor]:
    """Let three households vote for the first two of four projects, publish, and give a street officer too.

    One of them also votes for those of *also*.
    """
    polled = make_polled(voting=NOTICED | more)
    for number in range(3):
        cast(polled, number, 0, 1, *(also if number == 0 else ()), clock=OPEN)
    with unit_of_work() as session:
        street = make_person(session, "赵街道", Role.STREET_OFFICER, polled.places.street)
        if publish:
            commands.publish_result(session, polled.worker, commands.PublishResult(polled.round, media), SHUT)
    return polled, street


def notice(polled: Polled) -> int:
    """Give the number of the round's notice."""
    with reading_session() as session:
        return queries.notice_of(session, polled.round) or 0


def object_to(polled: Polled, number=0, clock=IN, text="我家的票没有算进去") -> int:
    """Let a household object."""
    cmd = publicity.Object(notice(polled), polled.places.units[number], text, str(uuid4()))
    with unit_of_work() as session:
        return publicity.object_to(session, polled.residents[number], cmd, clock).id


def reply(objection: int, actor: Actor, *what: Consequence, verdict=Verdict.UPHELD, clock=IN) -> None:
    """Answer an objection, naming what it leads to."""
    named = tuple(NAMED.index(one) + 1 for one in what)
    cmd = publicity.Reply(objection, verdict, "一户说票没有算进去", "核对了全部选票。", named)
    with unit_of_work() as session:
        publicity.reply(session, actor, cmd, clock)


def bind(polled: Polled, actor=None, clock=OVER) -> int:
    """Let the outcome bind."""
    with unit_of_work() as session:
        return commands.bind_outcome(session, actor or polled.worker, commands.BindOutcome(polled.round), clock).id


def stages(polled: Polled) -> list[str]:
    """Tell where the projects of the round stand, in their order."""
    with reading_session() as session:
        rows = session.execute(select(Project.id, Project.stage).where(Project.id.in_(polled.projects)))
        known = {number: stage.value for number, stage in rows}
        return [known[number] for number in polled.projects]


def proven(polled: Polled, clock=IN) -> None:
    """Prove that the notice hangs on the board."""
    cmd = publicity.ProvePosting(notice(polled), Medium.BOARD, "1栋门口", CLOSES + 30 * DAY, polled.scan)
    with unit_of_work() as session:
        publicity.prove_posting(session, polled.worker, cmd, clock)


def after(polled: Polled, clock=OVER) -> queries.After:
    """Tell what follows the result."""
    with reading_session() as session:
        found = queries.after_of(session, polled.round, clock.at)
        assert found is not None
        return found
