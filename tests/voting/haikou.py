"""A vote of the shape of 海口 2017: 15 pools, 136 candidates, phones and paper. Only the counts are published.

Published: two streets with 105万 each, thirteen communities with 30万 each; 61 works and 75 services stand; 74 are
selected, 32 of one street (2 + 30, of these 15 works and 15 services) and 42 of the other (5 + 37: 26 and 11),
so that 48 are works and 26 services. Names, costs and ballots are invented and say so (演示).

Source: domain.md (b) 5.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice
from uuid import uuid4

from sqlalchemy.orm import Session

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.money import from_fen
from fundapp.places.commands import MakePlace, make_place
from fundapp.places.models import PlaceKind
from fundapp.projects.commands import (
    BeginProposal,
    CheckProposal,
    SubmitProposal,
    begin_proposal,
    check_proposal,
    move_on,
    submit_proposal,
)
from fundapp.projects.rules import Finding, Kind, Stage, Theme
from fundapp.voting import commands
from tests.support.world import (
    NOW,
    administrator,
    make_compound,
    make_person,
    make_programme,
    make_resident,
    make_text,
)
from tests.voting import polling as rows

STREETS = ("演示·海甸街道", "演示·白沙街道")
COMMUNITIES = (
    ("椰林", "海风", "红树", "潮声", "长堤", "灯塔"),
    ("榕荫", "鹭洲", "珊瑚", "渔港", "沙洲", "木棉", "月湾"),
)
WORKS = (
    "修楼道台阶", "装路灯", "修雨棚", "铺院内路面", "换破井盖", "楼梯加扶手", "建电动车棚", "修凉亭",
    "清淤排水", "换消防栓", "装健身器材", "砌花池补绿", "改无障碍坡道", "刷楼道墙面",
)  # fmt: skip
SERVICES = (
    "老人上门理发", "亲子阅读角", "急救培训", "四点半课堂", "长者助餐", "法律咨询日", "家电维修日", "广场舞课",
    "反诈讲座", "邻里心理小组", "眼科义诊", "跳蚤市场",
)  # fmt: skip
STREET_MONEY, COMMUNITY_MONEY = 105_000_000, 30_000_000
MOST = 5
OPENS = NOW + timedelta(hours=1)
CLOSES = OPENS + timedelta(days=7)


@dataclass
class PoolPlan:
    """A pool as it will come out: its place, its money, and its candidates, the selected ones first."""

    name: str
    budget: int
    wins: int
    kinds: list[Kind]
    cost: int
    place_id: int = 0
    projects: tuple[int, ...] = ()


@dataclass
class Haikou:
    """The vote that was made."""

    district: int = 0
    worker: Actor | None = None
    second: Actor | None = None
    scan: int = 0
    cycle: int = 0
    programme: int = 0
    rounds: list[int] = field(default_factory=list)
    pools: list[PoolPlan] = field(default_factory=list)
    homes: list[tuple[int, PoolPlan, PoolPlan]] = field(default_factory=list)
    residents: dict[int, Actor] = field(default_factory=dict)


def plan() -> list[PoolPlan]:
    """Lay the pools out so that the published counts come out: streets first, then their communities."""
    left = iter([Kind.WORKS] * 13 + [Kind.SERVICE] * 49)
    first = iter([Kind.WORKS] * 15 + [Kind.SERVICE] * 15)
    second = iter([Kind.WORKS] * 26 + [Kind.SERVICE] * 11)
    pools = [
        PoolPlan(STREETS[0], STREET_MONEY, 2, [Kind.WORKS] * 2 + list(islice(left, 4)), 48_000_000),
        PoolPlan(STREETS[1], STREET_MONEY, 5, [Kind.WORKS] * 5 + list(islice(left, 4)), 21_000_000),
    ]
    wins = [5] * 6 + [5, 5, 5, 5, 5, 6, 6]
    losing = [5, 5, 5, *[4] * 9, 3]
    for place, name in enumerate((*COMMUNITIES[0], *COMMUNITIES[1])):
        winners = list(islice(first if place < 6 else second, wins[place]))
        cost = COMMUNITY_MONEY // wins[place]
        pools.append(
            PoolPlan(f"{name}社区", COMMUNITY_MONEY, wins[place], winners + list(islice(left, losing[place])), cost)
        )
    return pools


def make_haikou(households: int = 2, quick: bool = False) -> Haikou:
    """Make the places with so many households in each community, their residents, and 136 candidates.

    *quick* puts the candidates there as rows, where nothing is wired but rounds.
    """
    made = Haikou(pools=plan())
    with unit_of_work() as session:
        who, clock = administrator(session), SetClock(NOW)
        tag = uuid4().hex[:4]
        made.district = make_place(session, who, MakePlace(PlaceKind.DISTRICT, f"演示·美兰区{tag}", None), clock).id
        made.worker = make_person(session, "演示·符社工", Role.WORKER, made.district)
        made.second = make_person(session, "演示·街道干事", Role.FOUNDATION_OFFICER, made.district)
        parts = {"voting": {"choose_by_vote": True, "max_choices": MOST, "days": 7}}
        if quick:
            made.programme, policy = rows.make_programme(
                session, made.district, made.second, parts["voting"], 6 * 10**8
            )
        else:
            made.programme = make_programme(session, made.district, parts, funding="6000000.00").id
        compounds = _places(session, made, who, households)
        made.scan = rows.make_scan(session, made.worker, compounds[made.pools[2].name])
        for number, (unit, _street, _pool) in enumerate(made.homes, start=1):
            made.residents[unit] = make_resident(session, f"演示·住户{number}", unit)
        for pool in (made.pools[0], *made.pools[2:4]) if quick else ():
            about = made.worker, compounds[pool.name], (made.programme, policy)
            pool.projects = tuple(
                rows.make_project(session, *about, f"{pool.name}{number}", pool.cost)
                for number, _kind in enumerate(pool.kinds)
            )
    if not quick:
        _propose(made, compounds)
    return made


def _places(session: Session, made: Haikou, who: Actor, households: int) -> dict[str, int]:
    """Make streets, communities and their households; give a compound for each pool."""
    clock = SetClock(NOW)
    compounds: dict[str, int] = {}
    communities = iter(made.pools[2:])
    for street, names in zip(made.pools[:2], COMMUNITIES, strict=True):
        street.place_id = make_place(session, who, MakePlace(PlaceKind.STREET, street.name, made.district), clock).id
        for pool in islice(communities, len(names)):
            community = MakePlace(PlaceKind.COMMUNITY, pool.name, street.place_id)
            pool.place_id = make_place(session, who, community, clock).id
            compound, units = make_compound(session, pool.place_id, f"{pool.name[:-2]}小区", households)
            compounds[pool.name] = compound
            compounds.setdefault(street.name, compound)
            made.homes += [(unit, street, pool) for unit in units]
    return compounds


def _propose(made: Haikou, compounds: dict[str, int]) -> None:
    """Propose and check every candidate, and let its households agree."""
    words = {Kind.WORKS: cycle(WORKS), Kind.SERVICE: cycle(SERVICES)}
    clock = SetClock(NOW)
    for pool in made.pools:
        with unit_of_work() as session:
            checker = make_person(session, "演示·初审", Role.WORKER, pool.place_id)
            numbers = []
            for kind in pool.kinds:
                yuan = f"{pool.cost // 100}.00"
                text = make_text(f"{pool.name.removeprefix('演示·')[:-2]}：{next(words[kind])}", yuan, kind=kind,
                                 theme=Theme.SAFETY, why="居民提了多次，办起来不难，办成了天天用得上。")  # fmt: skip
                begun = begin_proposal(
                    session, made.worker, BeginProposal(compounds[pool.name], text.title, made.programme), clock
                )
                submit_proposal(session, made.worker, SubmitProposal(begun.id, text), clock)
                check_proposal(session, checker, CheckProposal(begun.id, Finding.PASS), clock)
                for stage in (Stage.CONSENTING, Stage.CONSENTED):
                    move_on(session, made.worker, begun.id, stage, NOW)
                numbers.append(begun.id)
            pool.projects = tuple(numbers)


def open_haikou(made: Haikou, opens=OPENS, closes=CLOSES, at=NOW) -> None:
    """Draft the cycle with its fifteen pools and open it."""
    with unit_of_work() as session:
        pools = tuple(commands.Pool(pool.place_id, from_fen(pool.budget), pool.projects) for pool in made.pools)
        wish = commands.DraftCycle(made.programme, made.district, "民生小实事表决（演示）", opens, closes, pools)
        made.cycle = commands.draft_cycle(session, made.worker, wish, SetClock(at)).id
        commands.open_cycle(session, made.worker, made.cycle, SetClock(at), random.Random(1))


def choices_of(pool: PoolPlan, voter: int) -> tuple[int, ...]:
    """Give what a household marks in a pool: most of those that will be selected, and one or two of the others."""
    wins = pool.wins
    found = [pool.projects[(voter + step) % wins] for step in range(min(wins, MOST - 1))]
    lost = pool.projects[wins:]
    return (*found, lost[voter % len(lost)])


def vote(made: Haikou, rounds: dict[str, int], every_paper: int = 5, at=None) -> tuple[int, int]:
    """Let every household hand in a ballot for its street and one for its community; give phones and papers."""
    clock, serials, phones, papers = SetClock(at or OPENS + timedelta(hours=1)), dict.fromkeys(rounds, 0), 0, 0
    for voter, (unit, street, community) in enumerate(made.homes):
        with unit_of_work() as session:
            for pool in (street, community):
                chosen = choices_of(pool, voter)
                if voter % every_paper:
                    cmd = commands.CastBallot(rounds[pool.name], unit, chosen, str(uuid4()))
                    commands.cast_ballot(session, made.residents[unit], cmd, clock)
                    phones += 1
                else:
                    serials[pool.name] += 1
                    cmd = commands.KeyBallot(
                        rounds[pool.name], unit, chosen, serials[pool.name], made.scan, str(uuid4())
                    )
                    for reader in (made.worker, made.second):
                        commands.key_ballot(session, reader, cmd, clock)
                    papers += 1
    return phones, papers
