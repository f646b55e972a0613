"""Register the key of a sealed round, and let its three holders confirm that they have their shares."""

import hashlib
import hmac
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Forbidden, NotVisible, Refused
from fundapp.voting import policy, queries
from fundapp.voting.box_models import VoteHolder, VoteKey
from fundapp.voting.commands.rounds import hold_draft
from fundapp.voting.models import VoteRound
from fundapp.voting.seal import SHARES
from fundapp.voting.secrecy import Secrecy


@dataclass(frozen=True)
class RegisterKey:
    """A public key, the fingerprints of the three check codes, and who keeps which share."""

    round_id: int
    public_key: str
    checks: tuple[str, ...]
    holders: tuple[int, ...]


@dataclass(frozen=True)
class ConfirmShare:
    """The check code of a share, by the one who keeps it."""

    round_id: int
    code: str


def register_key(session: Session, actor: Actor, cmd: RegisterKey, clock: Clock) -> VoteKey:
    """Register the key of a draft that is to be sealed; an earlier one and its confirmations go.

    Pools that vote together have one key: it is registered for all of them, and its holders have a task in the place
    of the whole vote. A ballot is sealed to the frozen terms of its own round, so one key opens none in another's name.

    Raises:
        Forbidden: not the worker of the place, of all pools' together.
        Refused: the round is opened, or not sealed; not a key; not three different people who have a task here.
    """
    pools = queries.voting_together(session, cmd.round_id)
    made = {one: _register(session, actor, replace(cmd, round_id=one), clock) for one in pools}
    return made[cmd.round_id]


def _register(session: Session, actor: Actor, cmd: RegisterKey, clock: Clock) -> VoteKey:
    draft, _place, now = hold_draft(session, actor, cmd.round_id, clock)
    if draft.secrecy is not Secrecy.SEALED:
        raise Refused("voting.not_sealed")
    if len(cmd.checks) != SHARES or any(len(one) != 64 for one in (cmd.public_key, *cmd.checks)):
        raise Refused("voting.no_key", field="file")
    around = queries.place_of_key(session, draft.id)
    known = {person_id for person_id, _name in queries.possible_holders(session, around, now)}
    if len(set(cmd.holders)) != SHARES or not set(cmd.holders) <= known:
        raise Refused("voting.three_holders", field="holders")
    for row in (*session.scalars(queries.holders(draft.id)), *queries.keys_of(session, draft.id)):
        session.delete(row)
        session.flush()
    made = dict(round_id=draft.id, registered_by_id=actor.person_id, registered_at=now)
    key = VoteKey(public_key=cmd.public_key, **made)
    session.add(key)
    session.flush()
    session.add_all(
        VoteHolder(round_id=draft.id, number=number, person_id=person_id, check_hash=check)
        for number, (person_id, check) in enumerate(zip(cmd.holders, cmd.checks, strict=True), start=1)
    )
    session.flush()
    record(session, actor, "voting.register_key", f"vote_round:{draft.id}", now)
    return key


def confirm_share(session: Session, actor: Actor, cmd: ConfirmShare, clock: Clock) -> VoteHolder:
    """Let a holder show that she has the share that was made for her, before the round opens.

    Of pools that vote together under one key she shows it once, for all.

    Raises:
        NotVisible: no such round, or none of whose key she keeps a share.
        Refused: the round is opened already; another code.
    """
    pools = queries.voting_together(session, cmd.round_id)
    made = {one: _confirm(session, actor, replace(cmd, round_id=one), clock) for one in pools}
    return made[cmd.round_id]


def _confirm(session: Session, actor: Actor, cmd: ConfirmShare, clock: Clock) -> VoteHolder:
    draft = lock(session, VoteRound, cmd.round_id)
    rows: list[VoteHolder] = [
        row for row in session.scalars(queries.holders(cmd.round_id)) if row.person_id == actor.person_id
    ]
    if draft is None or not rows or not actor.signed_in:
        raise NotVisible
    now, holder = clock.now(session), rows[0]
    if holder.confirmed_at is not None:
        return holder
    policy.check_draft(queries.state_now(session, draft, now))
    given = hashlib.sha256("".join(cmd.code.split()).lower().encode()).hexdigest()
    if not hmac.compare_digest(given, holder.check_hash):
        raise Forbidden("voting.other_share", field="code")
    holder.confirmed_at = now
    session.flush()
    record(session, actor, "voting.confirm_share", f"vote_round:{draft.id}", now, number=holder.number)
    return holder
