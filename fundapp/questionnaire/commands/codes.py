"""Print the codes of a questionnaire: one for each household, in clear only on the slip."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.commands import Slip, keep_slips
from fundapp.people.rules import MOST_SLIPS, draw_token, draw_typed, read_code, slip_hash
from fundapp.places.queries import get_place
from fundapp.questionnaire import policy, queries
from fundapp.questionnaire.models import Questionnaire, QuestionnaireCode
from fundapp.rosters.queries import snapshot_units


@dataclass(frozen=True)
class PrintCodes:
    """Print for all households that have no code yet, or anew for the one behind ``door``."""

    questionnaire_id: int
    door: str = ""


def print_codes(
    session: Session,
    actor: Actor,
    cmd: PrintCodes,
    secret: str,
    clock: Clock,
    tokens: Callable[[], str] = draw_token,
    typed: Callable[[], str] = draw_typed,
) -> list[Slip]:
    """Make new codes; the former code of a household dies.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is no such questionnaire.
        Refused: it has closed; no such door; every household has a code.
    """
    row = lock(session, Questionnaire, cmd.questionnaire_id)
    if row is None:
        raise NotVisible
    now = clock.now(session)
    policy.check_worker(actor, get_place(session, row.place_id).path)
    if policy.state_of(row.opens_at, row.closes_at, now) is policy.State.CLOSED:
        raise Refused("questionnaire.closed", closes_at=row.closes_at)
    doors = _doors(session, row, cmd.door)[:MOST_SLIPS]
    if not doors:
        raise Refused("questionnaire.nothing_to_print")
    slips = [Slip(unit_id, door, tokens(), typed()) for unit_id, door in doors]
    of = {"questionnaire_id": row.id, "snapshot_id": row.snapshot_id}
    keep_slips(session, QuestionnaireCode, of, slips, partial(kept, secret=secret), actor, now)
    record(session, actor, "questionnaire.print_codes", f"questionnaire:{row.id}", now, slips=len(slips))
    return slips


def code_of_token(session: Session, token: str, secret: str) -> int | None:
    """Find the living code of a scanned slip; ``None`` for every other one, whatever the cause."""
    return queries.living_code(session, QuestionnaireCode.token_hash == kept(token, secret))


def code_of_typed(session: Session, typed: str, secret: str) -> int | None:
    """Find the living code that somebody typed; ``None`` for every other one, whatever the cause."""
    return queries.living_code(session, QuestionnaireCode.typed_hash == kept(read_code(typed) or "", secret))


def kept(plain: str, secret: str) -> str:
    """Give the keyed hash under which a code is kept; never that of a code for something else."""
    return slip_hash("questionnaire", plain, secret)


def _doors(session: Session, row: Questionnaire, door: str) -> list[tuple[int, str]]:
    doors = [(unit_id, named) for unit_id, named, _area in snapshot_units(session, row.snapshot_id)]
    if door.strip():
        wanted = queries.unit_of_door(session, row.snapshot_id, door)
        return [one for one in doors if one[0] == wanted]
    done = queries.coded_units(session, row.id)
    return [one for one in doors if one[0] not in done]
