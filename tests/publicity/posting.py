"""A notice in a neighbourhood: made for the tests of this folder."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.publicity import commands, queries
from fundapp.publicity.rules import Medium, NoticeTerms, Verdict, end_of_days
from tests.consent.asking import make_scan
from tests.support.world import NOW, PlaceTree, make_person, make_place_tree, make_resident

ENDS = end_of_days(NOW, 5)
DAY = timedelta(days=1)
JUST = timedelta(microseconds=1)
SOURCE = "consent:17"


@dataclass(frozen=True)
class Posted:
    """The places, who works there, the residents by household, one from elsewhere, and the notice."""

    places: PlaceTree
    worker: Actor
    officer: Actor
    supervisor: Actor
    residents: tuple[Actor, ...]
    stranger: Actor
    notice: int
    photo: int


def make_posted(media=(Medium.ONLINE, Medium.BOARD)) -> Posted:
    """Post a notice for five days over four households, two of which have a phone."""
    with unit_of_work() as session:
        places, elsewhere = make_place_tree(session, units=4), make_place_tree(session, units=2)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        officer = make_person(session, "赵街道", Role.STREET_OFFICER, places.street)
        supervisor = make_person(session, "陈监督", Role.SUPERVISOR, places.compound)
        residents = tuple(make_resident(session, f"居民{n}", places.units[n]) for n in range(2))
        stranger = make_resident(session, "外人", elsewhere.units[0])
        posting = commands.Posting("初步结果公示", "4 户中同意 3 户。\n门槛 3 户。", media)
        cmd = commands.OpenNotice(SOURCE, "preliminary", places.compound, posting, NoticeTerms(5, 3))
        notice = commands.open_notice(session, worker, cmd, NOW).id
        photo = make_scan(session, worker, places.compound)
        return Posted(places, worker, officer, supervisor, residents, stranger, notice, photo)


def at(moment) -> SetClock:
    """A clock that stands at *moment*."""
    return SetClock(moment)


def prove(posted: Posted, moment=NOW + DAY, until=ENDS, actor=None, medium=Medium.BOARD, spot="1栋门口") -> int:
    """Let the worker prove that the paper hangs."""
    with unit_of_work() as session:
        cmd = commands.ProvePosting(posted.notice, medium, spot, until, posted.photo)
        return commands.prove_posting(session, actor or posted.worker, cmd, at(moment)).id


def object_to(posted: Posted, number=0, moment=NOW + DAY, actor=None, key=None, text="我家没有签字") -> int:
    """Let a household object by phone."""
    with unit_of_work() as session:
        cmd = commands.Object(posted.notice, posted.places.units[number], text, key or str(uuid4()))
        return commands.object_to(session, actor or posted.residents[number], cmd, at(moment)).id


def on_paper(posted: Posted, number=3, actor=None, photo=True, moment=NOW + DAY) -> int:
    """Let the worker take an objection in from a sheet of paper."""
    with unit_of_work() as session:
        cmd = commands.Object(
            posted.notice,
            posted.places.units[number],
            "字不是我签的",
            str(uuid4()),
            posted.photo if photo else None,
            True,
        )
        return commands.object_to(session, actor or posted.worker, cmd, at(moment)).id


def reply(posted: Posted, objection: int, verdict=Verdict.REJECTED, actor=None, moment=NOW + 2 * DAY, named=()) -> int:
    """Let the worker answer."""
    with unit_of_work() as session:
        cmd = commands.Reply(objection, verdict, "一户认为没有签字", "核对了原件，是本人所签。", named)
        return commands.reply(session, actor or posted.worker, cmd, at(moment)).id


def standing(posted: Posted, moment):
    """Tell where the notice stands at a moment."""
    with reading_session() as session:
        return queries.standing_of(session, posted.notice, moment)
