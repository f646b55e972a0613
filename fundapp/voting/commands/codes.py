"""Print the codes with which households vote without an account; end those of a household that moved out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.commands import Slip, keep_slips
from fundapp.people.events import HouseholdLeft
from fundapp.people.rules import MOST_SLIPS, draw_token, draw_typed, read_code, slip_hash
from fundapp.places.queries import get_place
from fundapp.rosters.queries import snapshot_units
from fundapp.voting import policy, queries
from fundapp.voting.code_models import VoteCode
from fundapp.voting.models import VoteRound
from fundapp.voting.secrecy import Secrecy


@dataclass(frozen=True)
class PrintCodes:
    """Print for all households without a code that have not voted, or anew for the one behind ``door``."""

    round_id: int
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
    """Make new codes; the former code of a household dies. Who printed how many, and for whom anew, is on record.

    Raises:
        NotVisible: there is no such round, or it is a draft.
        Forbidden: not the worker of the community.
        Refused: a round on paper only; it has closed; no such door; that household has voted already; nobody is left.
    """
    round_ = lock(session, VoteRound, cmd.round_id)
    opening = queries.opening_of(session, cmd.round_id) if round_ else None
    if round_ is None or opening is None:
        raise NotVisible
    now = clock.now(session)
    policy.check_worker(actor, get_place(session, round_.place_id).path)
    policy.check_takes_codes(round_.secrecy, round_, queries.state_now(session, round_, now))
    doors = _doors(session, round_, opening.snapshot_id, cmd.door)[:MOST_SLIPS]
    if not doors:
        raise Refused("voting.nothing_to_print")
    former = queries.coded_units(session, round_.id)
    slips = [Slip(unit_id, door, tokens(), typed()) for unit_id, door in doors]
    of = {"round_id": round_.id, "snapshot_id": opening.snapshot_id}
    keep_slips(session, VoteCode, of, slips, partial(kept, secret=secret), actor, now)
    again = sum(slip.unit_id in former for slip in slips)
    record(session, actor, "voting.print_codes", f"vote_round:{round_.id}", now, slips=len(slips), again=again)
    return slips


def code_of_token(session: Session, token: str, secret: str) -> int | None:
    """Find the living code of a scanned slip; ``None`` for every other one, whatever the cause."""
    return queries.living_code(session, VoteCode.token_hash == kept(token, secret))


def code_of_typed(session: Session, typed: str, secret: str) -> int | None:
    """Find the living code that somebody typed, or that a scanner typed as an address; ``None`` for every other one."""
    if "/scan/" in typed:
        return code_of_token(session, typed.rsplit("/", 1)[1].strip()[:80], secret)
    return queries.living_code(session, VoteCode.typed_hash == kept(read_code(typed) or "", secret))


def kept(plain: str, secret: str) -> str:
    """Give the keyed hash under which a code is kept; never that of a code for something else."""
    return slip_hash("vote", plain, secret)


def end_codes(session: Session, event: HouseholdLeft) -> None:
    """Let the codes of a household that moved out die with it (reacts to ``HouseholdLeft``)."""
    session.execute(
        update(VoteCode)
        .where(VoteCode.unit_id == event.unit_id, VoteCode.replaced_at.is_(None), VoteCode.issued_at <= event.at)
        .values(replaced_at=event.at)
    )


def _doors(session: Session, round_: VoteRound, snapshot_id: int, door: str) -> list[tuple[int, str]]:
    doors = [(unit_id, named) for unit_id, named, _area in snapshot_units(session, snapshot_id)]
    if door.strip():
        wanted = queries.door_or_refuse(session, snapshot_id, door)
        _check_left(session, round_, wanted)
        return [one for one in doors if one[0] == wanted]
    done = queries.coded_units(session, round_.id) | queries.voted_units(session, round_.id)
    return [one for one in doors if one[0] not in done]


def _check_left(session: Session, round_: VoteRound, unit_id: int) -> None:
    """Refuse a code for a household that cannot vote any more: a final ballot, or a paper, stands."""
    stands = queries.vote_of_unit(session, round_.id, unit_id)
    if stands is not None and (round_.secrecy is not Secrecy.SEALED or stands.channel.on_paper):
        raise Refused(f"voting.already_cast_{stands.channel.value}", field="door", at=stands.at)
