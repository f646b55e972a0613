"""Write down what a body decided otherwise than the count, and let it count once another has signed it.

Who may, and whether the body is competent, is asked by the council, whose deeds these are part of.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen, from_fen, yuan_text
from fundapp.voting import policy, queries
from fundapp.voting.after import Bound, overridden
from fundapp.voting.commands.after import hold_result, post_anew
from fundapp.voting.models import VoteRound
from fundapp.voting.override_models import VoteOverride, VoteOverrideLine, VoteOverrideSignature


@dataclass(frozen=True)
class NewOverride:
    """What a body decided by an item: the projects that it puts in and takes out; neither: the result stays."""

    round_id: int
    item_id: int
    body: str
    reason: str
    put_in: tuple[int, ...] = ()
    taken_out: tuple[int, ...] = ()


def draft_override(session: Session, actor: Actor, cmd: NewOverride, now: datetime) -> VoteOverride:
    """Write a decision down; it counts only once it is signed.

    Raises:
        NotVisible: there is no such round, or it has no result.
        Refused: bound or fallen already; no reason; a project put in that is selected already, or taken out that is
            not; one without a vote; more than the money of the round; two rivals of a round that excludes them.
    """
    round_, _result = hold_result(session, cmd.round_id)
    policy.check_not_settled(*queries.ends_of(session, round_.id))
    if not cmd.reason.strip():
        raise Refused("voting.override_needs_reason", field="reason")
    bound = queries.bound_of_round(session, round_.id)
    if not set(cmd.put_in) <= set(bound.reserve):
        raise Refused("voting.not_in_reserve", field="put_in")
    if not set(cmd.taken_out) <= set(bound.selected):
        raise Refused("voting.not_selected", field="taken_out")
    if set(cmd.put_in) & queries.without_votes(session, round_.id):
        raise Refused("voting.put_in_without_votes", field="put_in")
    changes = {**dict.fromkeys(cmd.put_in, True), **dict.fromkeys(cmd.taken_out, False)}
    _cost(session, round_, overridden(bound, changes))
    made = VoteOverride(
        round_id=round_.id,
        number=queries.overrides_until_now(session, round_.id) + 1,
        item_id=cmd.item_id,
        body=cmd.body,
        reason=cmd.reason.strip(),
        drafted_by_id=actor.person_id,
        drafted_at=now,
    )
    session.add(made)
    session.flush()
    numbers = queries.candidate_ids(session, round_.id)
    session.add_all(
        VoteOverrideLine(
            round_id=round_.id, override_id=made.id, candidate_id=numbers[project_id], selected=changes[project_id]
        )
        for project_id in sorted(changes)
    )
    session.flush()
    record(session, actor, "voting.draft_override", f"vote_round:{round_.id}", now, override=made.id)
    return made


def sign_override(session: Session, actor: Actor, override: VoteOverride, now: datetime) -> VoteOverrideSignature:
    """Sign a decision: from now on it counts, and the notice runs anew with what would bind.

    Raises:
        Forbidden: who drafted it.
        Refused: signed, bound or fallen already; what it changes has changed since; more than the money of the round.
    """
    round_, _result = hold_result(session, override.round_id)
    policy.check_not_settled(*queries.ends_of(session, round_.id))
    policy.check_second(actor, override.drafted_by_id)
    if queries.signature_of(session, override.id) is not None:
        raise Refused("voting.override_signed")
    if queries.notice_of(session, round_.id) is None:
        raise NotVisible
    changes = queries.lines_of(session, override.id)
    bound = queries.bound_of_round(session, round_.id)
    if any((project_id in bound.selected) == selected for project_id, selected in changes.items()):
        raise Refused("voting.override_outdated")
    cost = _cost(session, round_, overridden(bound, changes))
    made = VoteOverrideSignature(
        override_id=override.id,
        budget_fen=round_.budget_fen,
        cost_fen=from_fen(cost),
        person_id=actor.person_id,
        at=now,
    )
    session.add(made)
    session.flush()
    record(session, actor, "voting.sign_override", f"vote_round:{round_.id}", now, override=override.id)
    post_anew(session, actor, round_, f"{override.body}另作决定：{override.reason}", now)
    return made


def _cost(session: Session, round_: VoteRound, bound: Bound) -> int:
    costs = {row.project_id: fen(row.cost_fen) for row in queries.candidates_of(session, round_.id)}
    cost = sum(costs[project_id] for project_id in bound.selected)
    if cost > fen(round_.budget_fen):
        raise Refused(
            "voting.override_too_dear", field="put_in", cost=yuan_text(cost), budget=yuan_text(fen(round_.budget_fen))
        )
    if any(set(pair) <= set(bound.selected) for pair in queries.excluding(session, round_)):
        raise Refused("voting.rivals_together", field="put_in")
    return cost
