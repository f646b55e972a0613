"""Read requests for the street's money: what was asked, approved, paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.wiring import ask
from fundapp.fundraising.models import ContributionDecision
from fundapp.fundraising.queries import raised
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.places.models import Place
from fundapp.projects.apart import why_tied
from fundapp.projects.models import Project
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.subsidies.models import SubsidyPayment, SubsidyRequest, SubsidyReview
from fundapp.subsidies.rules import RequestState, state_of


@dataclass(frozen=True)
class RequestRow:
    """A request with what became of it; ``approved`` none: nobody has decided."""

    id: int
    project_id: int
    programme_id: int
    project_title: str
    place_path: str
    asked: Money
    reason: str
    reported_by_id: int
    reported_at: datetime
    approved: Money | None
    why: str
    reviewed_at: datetime | None
    sent: Money
    confirmed: Money

    @property
    def state(self) -> RequestState:
        """Give where it stands."""
        approved = None if self.approved is None else fen(self.approved)
        return state_of(approved, fen(self.sent), fen(self.confirmed))

    @property
    def room(self) -> Money:
        """Give what was approved and not paid."""
        return (self.approved or ZERO) - self.sent


def _requests(session: Session, *where: Any) -> list[RequestRow]:
    query = (
        select(SubsidyRequest, SubsidyReview, Project.programme_id, Project.title, Place.path)
        .join(Project, Project.id == SubsidyRequest.project_id)
        .join(Place, Place.id == Project.place_id)
        .outerjoin(SubsidyReview, SubsidyReview.request_id == SubsidyRequest.id)
        .where(*where)
        .order_by(SubsidyRequest.id)
    )
    rows = session.execute(query).all()
    paid = _paid(session, [row[0].id for row in rows])
    return [
        RequestRow(
            q.id, q.project_id, programme_id, title, path, q.amount_fen, q.reason, q.reported_by_id, q.reported_at,
            v.amount_fen if v else None, v.reason if v else "", v.reviewed_at if v else None,
            *(from_fen(part) for part in paid.get(q.id, (0, 0))),
        )
        for q, v, programme_id, title, path in rows
    ]  # fmt: skip


def _paid(session: Session, request_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Give what was sent and not refused, and what of it was confirmed, in fen."""
    query = (
        select(SubsidyPayment.request_id, SubsidyPayment.amount_fen, ContributionDecision.confirmed)
        .outerjoin(ContributionDecision, ContributionDecision.contribution_id == SubsidyPayment.contribution_id)
        .where(SubsidyPayment.request_id.in_(request_ids))
    )
    found: dict[int, tuple[int, int]] = {}
    for number, amount, confirmed in session.execute(query):
        sent, there = found.get(number, (0, 0))
        if confirmed is not False:
            found[number] = (sent + fen(amount), there + (fen(amount) if confirmed else 0))
    return found


def requests_of(session: Session, project_id: int) -> list[RequestRow]:
    """List a project's requests in their order."""
    return _requests(session, SubsidyRequest.project_id == project_id)


def requests_of_programme(session: Session, programme_id: int) -> list[RequestRow]:
    """List the requests of all projects of a programme."""
    return _requests(session, Project.programme_id == programme_id)


def get_request(session: Session, request_id: int) -> RequestRow:
    """Give one request.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _requests(session, SubsidyRequest.id == request_id)
    if not found:
        raise NotVisible
    return found[0]


def requests_waiting(session: Session, actor: Actor) -> list[RequestRow]:
    """List what waits on this street officer's desk: to be reviewed, or to be paid."""
    if not actor.has_any(Role.STREET_OFFICER):
        return []
    waiting = (RequestState.REPORTED, RequestState.APPROVED)
    rows = [row for row in _requests(session) if row.state in waiting]
    return [row for row in rows if actor.has(Role.STREET_OFFICER, row.place_path)]


def gap_of(session: Session, project: ProjectRow) -> Money:
    """Give what the project lacks beside confirmed money and the pool's; never below 0."""
    came = sum(raised(session, [project.id])[project.id].values()) + int(
        ask("fundraising.granted", session, project.id)
    )
    budget = fen(project.budget) if project.budget is not None else 0
    return from_fen(max(0, budget - came))


def why_tied_to(session: Session, actor: Actor, project_id: int, now: datetime) -> list[str]:
    """Say in which way an officer is related to a project that she would review or pay; empty where she is not."""
    return why_tied(session, actor, get_project(session, project_id), tasks_of(session, project_id), now)
