"""Printed codes and kiosks, for tests."""

from uuid import uuid4

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import NOBODY
from fundapp.people.commands import Slip
from fundapp.voting import commands
from tests.voting.polling import NOW, OPEN, Polled, at

SECRET = "the key of the tests"


def print_codes(polled: Polled, door="", who=None, clock=None, secret=SECRET) -> dict[int, Slip]:
    """Let the worker print slips; give them by household."""
    with unit_of_work() as session:
        cmd = commands.PrintCodes(polled.round, door)
        made = commands.print_codes(session, who or polled.worker, cmd, secret, clock or at(NOW))
    return {slip.unit_id: slip for slip in made}


def code_of(slip, secret=SECRET) -> int | None:
    """Give the number of the living code on a slip."""
    with reading_session() as session:
        return commands.code_of_typed(session, slip.typed, secret)


def cast_coded(polled: Polled, code: int, number: int, *chosen: int, clock=OPEN, key=None, kiosk=None) -> int:
    """Let whoever holds a code vote for the household with this place in the list; give the ballot."""
    unit, projects = polled.places.units[number], tuple(polled.projects[one] for one in chosen)
    with unit_of_work() as session:
        cmd = commands.CastBallot(polled.round, unit, projects, key or str(uuid4()))
        return commands.cast_ballot(session, NOBODY, cmd, clock, by=commands.Coded(code, kiosk)).id


def seal_coded(polled: Polled, code: int, number: int, *chosen: int, clock=OPEN, kiosk=None):
    """Let whoever holds a code vote under seal; give what is shown."""
    unit, projects = polled.places.units[number], tuple(polled.projects[one] for one in chosen)
    with unit_of_work() as session:
        cmd = commands.CastSealed(polled.round, unit, projects, "2580")
        return commands.cast_sealed(session, NOBODY, cmd, clock, by=commands.Coded(code, kiosk))


def stand_kiosk(polled: Polled, seat="服务大厅", clock=None, place=None) -> int:
    """Set up a kiosk; give its number."""
    with unit_of_work() as session:
        cmd = commands.OpenKiosk(place or polled.places.community, seat)
        return commands.open_kiosk(session, polled.worker, cmd, clock or at(NOW)).id


def end_kiosk(polled: Polled, kiosk: int, clock=OPEN, who=None) -> None:
    """Put a kiosk away."""
    with unit_of_work() as session:
        commands.end_kiosk(session, who or polled.worker, kiosk, clock)
