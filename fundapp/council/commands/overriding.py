"""Decide otherwise than the count of a vote: by an item that a competent body passed, signed by two."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.council import policy, queries
from fundapp.council.models import CouncilBody
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.places.queries import get_place
from fundapp.voting import commands as voting
from fundapp.voting.override_models import VoteOverride, VoteOverrideSignature
from fundapp.voting.queries import override_row, result_place


@dataclass(frozen=True)
class ProposeOverride:
    """What a passed item decided about the result of a round."""

    round_id: int
    item_id: int
    reason: str
    put_in: tuple[int, ...] = ()
    taken_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class SignOverride:
    """Sign what the secretary wrote down."""

    override_id: int


def propose_override(session: Session, actor: Actor, cmd: ProposeOverride, clock: Clock) -> VoteOverride:
    """Write down, as secretary of a competent body, what it decided about a result that does not bind yet.

    Competent is a body of the round's place, or of a place around it; the session is held after the result was
    published, and closed with the item passed.

    Raises:
        NotVisible: there is no such item, or no such result.
        Forbidden: not the secretary of the body; a body of another place (``council.not_competent``).
        Refused: the item is not passed or its session not closed; it was held before the result, or the item was used
            before; and what the voting refuses.
    """
    item, held = queries.item_with_session(session, cmd.item_id)
    body = session.get_one(CouncilBody, held.body_id)
    path = get_place(session, body.place_id).path
    policy.check_secretary(actor, path)
    place_id, published_at = result_place(session, cmd.round_id)
    policy.check_competent(path, get_place(session, place_id).path)
    policy.check_decided(held.closed_at, item.outcome)
    if held.held_at < published_at:
        raise Refused("council.before_the_result", field="item_id")
    if queries.item_used(session, item.id):
        raise Refused("council.item_used", field="item_id")
    new = voting.NewOverride(cmd.round_id, item.id, body.name, cmd.reason, cmd.put_in, cmd.taken_out)
    return voting.draft_override(session, actor, new, clock.now(session))


def sign_override(session: Session, actor: Actor, cmd: SignOverride, clock: Clock) -> VoteOverrideSignature:
    """Sign a decision, as a member of the body who was present at the session and did not write it down.

    Raises:
        NotVisible: there is no such decision.
        Forbidden: no member who was there; who wrote it down.
        Refused: what the voting refuses.
    """
    override = override_row(session, cmd.override_id)
    _item, held = queries.item_with_session(session, override.item_id)
    policy.check_was_there(actor, queries.people_present(session, held.id))
    return voting.sign_override(session, actor, override, clock.now(session))
