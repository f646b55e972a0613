"""Print the codes of a questionnaire: one for each household, in clear only on the slip."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from fundapp.answering.rules import MOST_SLIPS, draw_token, draw_typed
from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.rules import code_hash, read_code
from fundapp.places.queries import get_place
from fundapp.questionnaire import policy, queries
from fundapp.questionnaire.models import Questionnaire, QuestionnaireCode
from fundapp.rosters.queries import snapshot_units


@dataclass(frozen=True)
class PrintCodes:
    """Print for all households that have no code yet, or anew for the one behind ``door``."""

    questionnaire_id: int
    door: str = ""


@dataclass(frozen=True)
class Slip:
    """A household's new code in clear: it exists only on the slip that is printed now."""

    unit_id: int
    door: str
    token: str
    typed: str


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
    _replace(session, row.id, [unit_id for unit_id, _door in doors], now)
    slips = [Slip(unit_id, door, tokens(), typed()) for unit_id, door in doors]
    session.add_all(_kept(row, slip, secret, actor, now) for slip in slips)
    session.flush()
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
    return code_hash(f"questionnaire:{plain}", secret)


def _doors(session: Session, row: Questionnaire, door: str) -> list[tuple[int, str]]:
    doors = [(unit_id, named) for unit_id, named, _area in snapshot_units(session, row.snapshot_id)]
    if door.strip():
        wanted = queries.unit_of_door(session, row.snapshot_id, door)
        return [one for one in doors if one[0] == wanted]
    done = queries.coded_units(session, row.id)
    return [one for one in doors if one[0] not in done]


def _replace(session: Session, questionnaire_id: int, unit_ids: list[int], now: datetime) -> None:
    session.execute(
        update(QuestionnaireCode)
        .where(
            QuestionnaireCode.questionnaire_id == questionnaire_id,
            QuestionnaireCode.unit_id.in_(unit_ids),
            QuestionnaireCode.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )


def _kept(row: Questionnaire, slip: Slip, secret: str, actor: Actor, now: datetime) -> QuestionnaireCode:
    return QuestionnaireCode(
        questionnaire_id=row.id,
        snapshot_id=row.snapshot_id,
        unit_id=slip.unit_id,
        token_hash=kept(slip.token, secret),
        typed_hash=kept(slip.typed, secret),
        issued_by_id=actor.person_id,
        issued_at=now,
    )
