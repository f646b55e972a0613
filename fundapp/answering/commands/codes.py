"""Print the codes of a round and take answers by them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import Session

from fundapp.answering import policy, queries, rules
from fundapp.answering.models import AnswerCode
from fundapp.answering.rules import SlipScope
from fundapp.audit.commands import record
from fundapp.consent.commands import AnswerByPhone, Answered, Held, answer_through, hold
from fundapp.consent.policy import Channel, Choice, check_worker
from fundapp.consent.queries import door_or_refuse, path_of
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.people.commands import Slip, keep_slips
from fundapp.people.events import HouseholdLeft
from fundapp.people.rules import MOST_SLIPS, draw_token, draw_typed, read_code
from fundapp.rosters.queries import snapshot_units


@dataclass(frozen=True)
class PrintSlips:
    """Print slips of a round for a scope; ``door`` names the one household whose slip is replaced."""

    round_id: int
    scope: SlipScope = SlipScope.WITHOUT_CODE
    door: str = ""


@dataclass(frozen=True)
class AnswerByCode:
    """What the holder of a code says for its household."""

    code_id: int
    answer: Choice
    op_key: str


def print_slips(
    session: Session,
    actor: Actor,
    cmd: PrintSlips,
    secret: str,
    clock: Clock,
    tokens: Callable[[], str] = draw_token,
    typed: Callable[[], str] = draw_typed,
) -> list[Slip]:
    """Make new codes for the households of a scope; the former code of each of them dies.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the round has closed; nobody of this scope is left; more slips than one print can hold; no such door.
    """
    held = hold(session, cmd.round_id, clock)
    round_, now = held.round, held.now
    check_worker(actor, path_of(session, round_.place_id))
    policy.check_takes_codes(held.window, held.state)
    doors = _doors_in_scope(session, held, cmd)
    if not doors:
        raise Refused("answering.nothing_to_print", field="scope")
    doors = doors[:MOST_SLIPS]
    slips = [Slip(unit_id, door, tokens(), typed()) for unit_id, door in doors]
    of = {"round_id": round_.id, "snapshot_id": round_.snapshot_id}
    keep_slips(session, AnswerCode, of, slips, partial(rules.kept, secret=secret), actor, now)
    record(session, actor, "answering.print_slips", f"consent_round:{round_.id}", now, slips=len(slips))
    return slips


def code_of_token(session: Session, token: str, secret: str) -> int | None:
    """Find the living code of a scanned slip; ``None`` for every other one, whatever the cause."""
    return queries.living_code(session, AnswerCode.token_hash == rules.kept(token, secret))


def code_of_typed(session: Session, typed: str, secret: str) -> int | None:
    """Find the living code that somebody typed; ``None`` for every other one, whatever the cause."""
    plain = read_code(typed) or ""
    return queries.living_code(session, AnswerCode.typed_hash == rules.kept(plain, secret))


def answer_by_code(session: Session, cmd: AnswerByCode, clock: Clock) -> Answered:
    """Take a household's answer from whoever holds its code; until the close a later one replaces it.

    Raises:
        Refused: the code was replaced meanwhile, or the round is not open.
    """
    round_id, unit_id = queries.door_of_code(session, cmd.code_id)

    def alive(_now: datetime, _known: object) -> bool:
        if queries.living_code(session, AnswerCode.id == cmd.code_id) is None:
            raise Refused("answering.code_unknown", field="code")
        return True

    answer = AnswerByPhone(round_id, unit_id, cmd.answer, f"code:{cmd.code_id}:{cmd.op_key}")
    return answer_through(session, NOBODY, answer, Channel.CODE, clock, alive)


def end_codes(session: Session, event: HouseholdLeft) -> None:
    """Let the codes of a household that moved out die with it (reacts to ``HouseholdLeft``).

    The new household gets slips of its own, printed when it asks for them.
    """
    session.execute(
        update(AnswerCode)
        .where(AnswerCode.unit_id == event.unit_id, AnswerCode.replaced_at.is_(None), AnswerCode.issued_at <= event.at)
        .values(replaced_at=event.at)
    )


def _doors_in_scope(session: Session, held: Held, cmd: PrintSlips) -> list[tuple[int, str]]:
    doors = [(unit_id, door) for unit_id, door, _ in snapshot_units(session, held.round.snapshot_id)]
    if cmd.scope is SlipScope.ONE:
        wanted = door_or_refuse(session, held.round.snapshot_id, cmd.door)
        return [one for one in doors if one[0] == wanted]
    done = queries.coded_units(session, held.round.id)
    if cmd.scope is SlipScope.SILENT:
        silent = queries.silent_units(session, held.round.id)
        return [one for one in doors if one[0] in silent]
    return [one for one in doors if one[0] not in done]
