"""Read claims, the queue and what was granted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import func, select, type_coerce, union_all
from sqlalchemy.orm import Session

from fundapp.db.types import MoneyInFen
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.matching.allocation import Mode
from fundapp.matching.approving import Hands, next_step, steps_of
from fundapp.matching.models import (
    Disbursement,
    MatchClaim,
    MatchDecision,
    MatchGrant,
    MatchParty,
    MatchRelated,
    MatchRelease,
    Release,
    Step,
)
from fundapp.matching.policy import STEP_ROLE
from fundapp.matching.queries.rounds import mode_of
from fundapp.places.models import Place
from fundapp.projects.models import Project
from fundapp.projects.queries import tasks_of
from fundapp.projects.rules import Stage


def decisions_of(session: Session, claim_id: int) -> dict[Step, bool]:
    """Give what was decided on a claim, by step."""
    query = select(MatchDecision.step, MatchDecision.passed).where(MatchDecision.claim_id == claim_id)
    return {step: passed for step, passed in session.execute(query)}


def decided_steps(session: Session, claim_ids: Sequence[int]) -> dict[int, set[Step]]:
    """Give the steps that have been decided, of each claim."""
    found: dict[int, set[Step]] = {number: set() for number in claim_ids}
    query = select(MatchDecision.claim_id, MatchDecision.step).where(MatchDecision.claim_id.in_(claim_ids))
    for number, step in session.execute(query):
        found[number].add(step)
    return found


def people_of(session: Session, claim_id: int) -> dict[str, int]:
    """Give who had a hand in a claim so far, by what she did."""
    rows = session.execute(
        select(MatchDecision.step, MatchDecision.decided_by_id).where(MatchDecision.claim_id == claim_id)
    )
    people = {step.value: person for step, person in rows}
    people["claim"] = session.scalar(select(MatchClaim.claimed_by_id).where(MatchClaim.id == claim_id)) or 0
    return people


def another_signer(session: Session, claim_id: int, person_id: int | None) -> int | None:
    """Give who, other than this person, decided on a claim last."""
    query = select(MatchDecision.decided_by_id).where(
        MatchDecision.claim_id == claim_id, MatchDecision.decided_by_id != person_id
    )
    return session.scalar(query.order_by(MatchDecision.id.desc()).limit(1))


def parties_of(session: Session, claim_id: int) -> set[int]:
    """Give who had a hand in the project when it claimed."""
    return set(session.scalars(select(MatchParty.person_id).where(MatchParty.claim_id == claim_id)))


def hands_of(session: Session, project_id: int) -> set[int]:
    """Give who had a hand in a project at any of its claims, and its group of today."""
    claims = select(MatchClaim.id).where(MatchClaim.project_id == project_id)
    then = session.scalars(select(MatchParty.person_id).where(MatchParty.claim_id.in_(claims)))
    return {*then, *tasks_of(session, project_id)}


def related_when_claimed(session: Session, claim_id: int) -> frozenset[int]:
    """Give the households that were related to the project when it claimed."""
    return frozenset(session.scalars(select(MatchRelated.unit_id).where(MatchRelated.claim_id == claim_id)))


def place_of() -> Any:
    """Give, as a column beside a claim, its place in the queue: its ticket, or the last place it fell back to."""
    fallen = select(func.max(MatchRelease.ticket)).where(MatchRelease.claim_id == MatchClaim.id).scalar_subquery()
    return func.coalesce(fallen, MatchClaim.ticket)


def places_of(session: Session, programme_id: int) -> dict[int, int]:
    """Give the places of a pool's claims in its queue."""
    query = select(MatchClaim.id, place_of()).where(MatchClaim.programme_id == programme_id)
    return {number: place for number, place in session.execute(query)}


def live_claims(session: Session, programme_id: int) -> Sequence[MatchClaim]:
    """List the claims of a pool that may still be granted something, in the order of their places.

    Those that were refused or settled are over, and so are those of closed projects.
    """
    refused = select(MatchDecision.claim_id).where(~MatchDecision.passed)
    settled = select(MatchRelease.claim_id).where(MatchRelease.kind == Release.SETTLED)
    query = (
        select(MatchClaim)
        .join(Project, Project.id == MatchClaim.project_id)
        .where(MatchClaim.programme_id == programme_id, MatchClaim.id.not_in(refused), MatchClaim.id.not_in(settled))
        .where(Project.stage != Stage.CLOSED)
        .order_by(place_of())
    )
    return session.scalars(query).all()


def net_grants() -> Any:
    """Select what was granted to claims and, below zero, what went back: columns claim_id and amount_fen."""
    back: Any = -MatchRelease.amount_fen
    taken = select(MatchRelease.claim_id, type_coerce(back, MoneyInFen()))
    return union_all(select(MatchGrant.claim_id, MatchGrant.amount_fen), taken).subquery()


def granted_by_claim(session: Session, claim_ids: Sequence[int]) -> dict[int, int]:
    """Give the fen granted to claims so far, less what went back."""
    net = net_grants()
    query = (
        select(net.c.claim_id, func.sum(net.c.amount_fen)).where(net.c.claim_id.in_(claim_ids)).group_by(net.c.claim_id)
    )
    return {claim_id: fen(total) for claim_id, total in session.execute(query)}


def cut_by_claim(session: Session, claim_ids: Sequence[int]) -> dict[int, int]:
    """Give the fen by which claims are entitled to less than when they were made: gifts refunded, costs settled."""
    query = select(MatchRelease.claim_id, func.sum(MatchRelease.cut_fen)).where(MatchRelease.claim_id.in_(claim_ids))
    return {claim_id: fen(total) for claim_id, total in session.execute(query.group_by(MatchRelease.claim_id))}


def entitled_before(session: Session, project_id: int, claim_id: int | None = None) -> int:
    """Give the fen that a project's claims (those before *claim_id*) are entitled to; refused ones earned nothing."""
    refused = select(MatchDecision.claim_id).where(~MatchDecision.passed)
    query = select(MatchClaim.id, MatchClaim.entitled_fen)
    query = query.where(MatchClaim.project_id == project_id, MatchClaim.id.not_in(refused))
    if claim_id is not None:
        query = query.where(MatchClaim.id < claim_id)
    entitled = {number: fen(amount) for number, amount in session.execute(query)}
    cuts = cut_by_claim(session, list(entitled)) if claim_id is None else {}
    return sum(entitled.values()) - sum(cuts.values())


@dataclass(frozen=True)
class ClaimRow:
    """A claim with its place in the queue, as everybody may read it."""

    id: int
    programme_id: int
    ticket: int
    place: int
    project_id: int
    project_title: str
    place_path: str
    matchable: Money
    entitled: Money
    granted: Money
    viable: Money
    givers: int
    steps: list[str]
    facts: dict[str, Any]
    policy_version_id: int
    claimed_at: datetime
    passed: dict[Step, bool]
    notes: dict[Step, str]
    hands: Hands
    settled: bool = False
    cut: Money = ZERO

    @property
    def needs(self) -> tuple[Step, ...]:
        """List the steps of the claim's band in their order."""
        return steps_of(self.hands)

    @property
    def waits_for(self) -> Step | None:
        """Give the step that the claim waits for."""
        return next_step(self.passed, self.hands)

    @property
    def refused(self) -> bool:
        """Tell whether it was refused at some step."""
        return False in self.passed.values()

    @property
    def approved(self) -> bool:
        """Tell whether it was approved."""
        return self.passed.get(Step.APPROVAL, False)

    @property
    def waiting(self) -> bool:
        """Tell whether less than the entitlement has been granted."""
        return not self.refused and not self.settled and self.granted < self.entitled - self.cut

    @property
    def lapsed(self) -> bool:
        """Tell whether it fell back to the tail of the queue."""
        return self.place != self.ticket


def _claims(session: Session, *where: Any) -> list[ClaimRow]:
    settled = select(MatchRelease.claim_id).where(MatchRelease.kind == Release.SETTLED)
    query = (
        select(MatchClaim, Project.title, Place.path, place_of().label("place"), MatchClaim.id.in_(settled))
        .join(Project, Project.id == MatchClaim.project_id)
        .join(Place, Place.id == Project.place_id)
        .where(*where)
        .order_by(MatchClaim.programme_id, "place")
    )
    rows = session.execute(query).all()
    ids = [row[0].id for row in rows]
    granted, cuts = granted_by_claim(session, ids), cut_by_claim(session, ids)
    decided: dict[int, list[MatchDecision]] = {claim_id: [] for claim_id in ids}
    for decision in session.scalars(select(MatchDecision).where(MatchDecision.claim_id.in_(ids))):
        decided[decision.claim_id].append(decision)
    return [_claim_row(row, (granted.get(row[0].id, 0), cuts.get(row[0].id, 0)), decided[row[0].id]) for row in rows]


def _claim_row(row: Any, sums: tuple[int, int], decided: list[MatchDecision]) -> ClaimRow:
    c, title, path, place, settled = row
    return ClaimRow(
        id=c.id,
        programme_id=c.programme_id,
        ticket=c.ticket,
        place=place,
        project_id=c.project_id,
        project_title=title,
        place_path=path,
        matchable=c.matchable_fen,
        entitled=c.entitled_fen,
        granted=from_fen(sums[0]),
        viable=c.viable_fen,
        givers=c.givers,
        steps=c.steps,
        facts=c.facts,
        policy_version_id=c.policy_version_id,
        claimed_at=c.claimed_at,
        passed={d.step: d.passed for d in decided},
        notes={d.step: d.note for d in decided},
        hands=Hands(c.checkers, c.supervised),
        settled=settled,
        cut=from_fen(sums[1]),
    )


def queue_of(session: Session, programme_id: int) -> list[ClaimRow]:
    """List a pool's tickets in their order, refused ones included: four statements, however long the queue."""
    return _claims(session, MatchClaim.programme_id == programme_id)


def claims_of_project(session: Session, project_id: int) -> list[ClaimRow]:
    """List a project's claims."""
    return _claims(session, MatchClaim.project_id == project_id)


def granted(session: Session, project_id: int) -> int:
    """Give the fen that the pool has granted to a project."""
    return sum(fen(claim.granted) for claim in claims_of_project(session, project_id) if not claim.refused)


def what_speaks_against_refunds(session: Session, project_id: int) -> list[str]:
    """Name what keeps a project's gifts in place: a claim on matched money that rests on them."""
    standing = [claim for claim in claims_of_project(session, project_id) if not claim.refused]
    return ["matching.gifts_are_matched"] if standing else []


def get_claim(session: Session, claim_id: int) -> ClaimRow:
    """Give one claim.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _claims(session, MatchClaim.id == claim_id)
    if not found:
        raise NotVisible
    return found[0]


def waiting_for(session: Session, actor: Actor) -> list[ClaimRow]:
    """List the claims whose next step this actor may decide by her role and place."""
    if not actor.has_any(*STEP_ROLE.values()):
        return []
    done = select(MatchDecision.claim_id).where((MatchDecision.step == Step.APPROVAL) | ~MatchDecision.passed)
    rows = _claims(session, MatchClaim.id.not_in(done))
    mine = [row for row in rows if row.waits_for and actor.has(STEP_ROLE[row.waits_for], row.place_path)]
    modes = {number: mode_of(session, number) for number in {row.programme_id for row in mine}}
    return [row for row in mine if modes[row.programme_id] is Mode.QUEUE or _in_round(row)]


def _in_round(row: ClaimRow) -> bool:
    """Tell whether a step may be decided before, or after, the round of a pool that is shared all at once."""
    return row.waits_for is Step.STREET_REVIEW or row.granted > ZERO


def waiting_for_payment(session: Session, actor: Actor) -> list[ClaimRow]:
    """List one approved claim of each project that has been promised more than was paid, for a foundation's officer."""
    if not actor.has_any(Role.FOUNDATION_OFFICER):
        return []
    approved = select(MatchDecision.claim_id).where(MatchDecision.step == Step.APPROVAL, MatchDecision.passed)
    rows = _claims(session, MatchClaim.id.in_(approved), Project.stage != Stage.CLOSED)
    paid = select(Disbursement.project_id, func.sum(Disbursement.amount_fen)).group_by(Disbursement.project_id)
    open_fen = {number: -fen(total) for number, total in session.execute(paid)}
    for row in rows:
        open_fen[row.project_id] = open_fen.get(row.project_id, 0) + fen(row.granted)
    newest = {row.project_id: row for row in rows if open_fen[row.project_id] > 0}
    return [row for row in newest.values() if actor.has(Role.FOUNDATION_OFFICER, row.place_path)]


def promised(session: Session, project_ids: Sequence[int]) -> dict[int, int]:
    """Give the fen granted to projects by claims that were not refused, less what went back; in one statement."""
    refused, net = select(MatchDecision.claim_id).where(~MatchDecision.passed), net_grants()
    query = (
        select(MatchClaim.project_id, func.sum(net.c.amount_fen))
        .join(net, net.c.claim_id == MatchClaim.id)
        .where(MatchClaim.project_id.in_(project_ids), MatchClaim.id.not_in(refused))
        .group_by(MatchClaim.project_id)
    )
    return {project_id: fen(total) for project_id, total in session.execute(query)}


def paid_out(session: Session, project_id: int) -> Money:
    """Give what was paid to a project."""
    total = session.scalar(select(func.sum(Disbursement.amount_fen)).where(Disbursement.project_id == project_id))
    return total if total is not None else from_fen(0)
