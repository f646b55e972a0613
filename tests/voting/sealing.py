"""A round under seal, for tests: a key whose shares the test holds, three holders, an open box."""

import hashlib
import random
from dataclasses import dataclass

from fundapp.db.types import canonical
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.money import from_fen
from fundapp.voting import commands, queries
from fundapp.voting.box import open_box
from fundapp.voting.seal import check_code, join_shares, make_key
from fundapp.voting.secrecy import Secrecy
from tests.support.world import NOW, make_person, make_place_tree, make_resident
from tests.voting.polling import CLOSES, OPEN, OPENS, SHUT, TITLES, Polled, at, make_programme, make_project, make_scan

COSTS = (100_000, 200_000, 300_000, 400_000)


@dataclass(frozen=True)
class Sealed:
    """An open round with a box, the shares of its key and their holders."""

    polled: Polled
    holders: tuple[Actor, ...]
    shares: tuple[str, ...]
    checks: tuple[str, ...]
    public: str

    @property
    def round(self) -> int:
        """Give the number of the round."""
        return self.polled.round


def make_sealed(people=4, secrecy=Secrecy.SEALED, opened=True, confirmed=3, voting=None, costs=COSTS) -> Sealed:
    """Draft a round with a box over *people* households, let holders confirm, and open it."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=people)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        officer = make_person(session, "李干事", Role.FOUNDATION_OFFICER, places.street)
        supervisor = make_person(session, "监督员", Role.SUPERVISOR, places.community)
        residents = tuple(make_resident(session, f"居民{n}", places.units[n]) for n in range(people))
        programme = make_programme(session, places.street, officer, voting)
        projects = tuple(
            make_project(session, worker, places.compound, programme, TITLES[n % 6], cost)
            for n, cost in enumerate(costs)
        )
        scan = make_scan(session, worker, places.compound)
        wish = commands.DraftRound(
            programme[0], places.community, "密封表决", OPENS, CLOSES, from_fen(500_000), secrecy=secrecy
        )
        made = commands.draft_round(session, worker, wish, at(NOW))
        commands.set_candidates(session, worker, commands.SetCandidates(made.id, projects), at(NOW))
    public, shares = make_key()
    holders = (worker, officer, supervisor)
    checks = tuple(hashlib.sha256(check_code(share).encode()).hexdigest() for share in shares)
    polled = Polled(places, worker, officer, residents, programme[0], projects, made.id, scan)
    sealed = Sealed(polled, holders, tuple(shares), checks, public)
    if secrecy is Secrecy.SEALED:
        register(sealed)
        for number in range(confirmed):
            confirm(sealed, number)
    if opened:
        with unit_of_work() as session:
            commands.open_round(session, worker, commands.OpenRound(made.id), at(NOW), random.Random(7))
    return sealed


def register(sealed: Sealed, who=None, clock=None, holders=None) -> None:
    """Register the key."""
    holders = holders or tuple(one.person_id for one in sealed.holders)
    with unit_of_work() as session:
        cmd = commands.RegisterKey(sealed.round, sealed.public, sealed.checks, holders)
        commands.register_key(session, who or sealed.polled.worker, cmd, clock or at(NOW))


def confirm(sealed: Sealed, number: int, code=None, who=None, clock=None) -> None:
    """Let a holder confirm her share."""
    with unit_of_work() as session:
        cmd = commands.ConfirmShare(sealed.round, code or check_code(sealed.shares[number]))
        commands.confirm_share(session, who or sealed.holders[number], cmd, clock or at(NOW))


def drop(sealed: Sealed, number: int, *chosen: int, clock=OPEN, who=None, digits="2580", unit=None, chance=None):
    """Let a household vote under seal; give what it is shown."""
    polled = sealed.polled
    cmd = commands.CastSealed(
        polled.round,
        unit if unit is not None else polled.places.units[number],
        tuple(polled.projects[one] for one in chosen),
        digits,
    )
    with unit_of_work() as session:
        return commands.cast_sealed(session, who or polled.residents[number], cmd, clock, chance)


def hand_in(sealed: Sealed, number: int, clock=OPEN, who=None, seat="服务大厅") -> None:
    """Let a household hand in its paper."""
    with unit_of_work() as session:
        cmd = commands.TakePaper(sealed.round, sealed.polled.places.units[number], seat)
        commands.take_paper(session, who or sealed.polled.worker, cmd, clock)


def shut(sealed: Sealed, who=None, clock=SHUT) -> int:
    """Close the box; give the number of sealed ballots."""
    with unit_of_work() as session:
        cmd = commands.CloseBox(sealed.round)
        return commands.close_box(session, who or sealed.polled.worker, cmd, clock).phones


def counted(sealed: Sealed, *places: int) -> dict:
    """Open the box outside with the shares at these places."""
    with reading_session() as session:
        box = queries.packed_box(session, sealed.round)
    return open_box(box, join_shares([sealed.shares[place] for place in places or (0, 2)]))


def say_lost(sealed: Sealed, number: int, who=None, clock=OPEN, lost=True, reason="搬家时丢了") -> int:
    """Let a holder, or *who*, say that the share of this number (from 1) is lost; give the word."""
    with unit_of_work() as session:
        cmd = commands.TellShare(sealed.round, number, lost, reason)
        return commands.tell_share(session, who or sealed.holders[number - 1], cmd, clock).id


def ask_void(sealed: Sealed, who=None, clock=OPEN, reason="两份钥匙丢了，谁也打不开") -> int:
    """Let the worker, or *who*, ask that the round be void; give the ask."""
    with unit_of_work() as session:
        cmd = commands.AskVoid(sealed.round, reason)
        return commands.ask_void(session, who or sealed.polled.worker, cmd, clock).id


def confirm_void(sealed: Sealed, ask: int, who=None, clock=OPEN) -> int:
    """Let the officer, or *who*, confirm that the round is void."""
    with unit_of_work() as session:
        cmd = commands.ConfirmVoid(sealed.round, ask)
        return commands.confirm_void(session, who or sealed.polled.officer, cmd, clock).id


def bring_back(sealed: Sealed, count, who=None, clock=SHUT):
    """Write the count back; give what stands."""
    with unit_of_work() as session:
        cmd = commands.WriteBack(sealed.round, canonical(count).encode())
        return commands.write_back(session, who or sealed.polled.worker, cmd, clock)
