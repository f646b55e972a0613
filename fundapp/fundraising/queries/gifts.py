"""Read self-raised money. Public rows carry no name where the giver asked for none, and no door."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from moneyed import Money
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from fundapp.files.models import Attachment
from fundapp.fundraising.models import Contribution, ContributionDecision, Refund, RefundDecision
from fundapp.fundraising.queries.refunds import RefundRow, refunds, refunds_of, returned_by_source, returned_of
from fundapp.fundraising.rules import Giver, Means, Source, hides_name, receipt_label
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import fen, from_fen
from fundapp.places.models import Place
from fundapp.places.queries import units_by_id
from fundapp.projects.models import Project, ProjectMember


@dataclass(frozen=True)
class ContributionRow:
    """One contribution with its state; ``shown`` is the giver as the public may read it: blank, no name is shown."""

    id: int
    project_id: int
    project_title: str
    receipt: str
    book_id: int
    receipt_year: int
    receipt_no: int
    source: Source
    giver_kind: Giver
    giver: str
    shown: str
    anonymous: bool
    purpose: str
    reference: str
    amount: Money
    means: Means
    received_on: date
    proof: str
    recorded_by_id: int
    confirmed: bool | None
    decided_by_id: int | None
    reason: str
    returned: Money


def _rows(session: Session, *where: object) -> list[ContributionRow]:
    query = (
        select(Contribution, ContributionDecision, Attachment.public_id, Project.title)
        .join(Project, Project.id == Contribution.project_id)
        .join(Attachment, Attachment.id == Contribution.proof_id)
        .outerjoin(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(*where)  # type: ignore[arg-type]  # conditions made in this file
        .order_by(Contribution.id)
    )
    found = list(session.execute(query))
    back = returned_of(session, [row.id for row, *_ in found])
    return [_row(*cells, from_fen(back.get(cells[0].id, 0))) for cells in found]


def _row(
    c: Contribution, decision: ContributionDecision | None, proof: str, title: str, back: Money
) -> ContributionRow:
    return ContributionRow(
        id=c.id,
        project_id=c.project_id,
        project_title=title,
        receipt=receipt_label(c.receipt_year, c.receipt_no),
        book_id=c.book_id,
        receipt_year=c.receipt_year,
        receipt_no=c.receipt_no,
        source=c.source,
        giver_kind=c.giver_kind,
        giver=c.giver,
        shown="" if hides_name(c.source, c.anonymous) else c.giver,
        anonymous=c.anonymous,
        purpose=c.purpose,
        reference=c.reference,
        amount=c.amount_fen,
        means=c.means,
        received_on=c.received_on,
        proof=proof,
        recorded_by_id=c.recorded_by_id,
        confirmed=decision.confirmed if decision else None,
        decided_by_id=decision.decided_by_id if decision else None,
        reason=decision.reason if decision else "",
        returned=back,
    )


def contributions_of(session: Session, project_id: int) -> list[ContributionRow]:
    """List a project's contributions in the order of their receipts."""
    return _rows(session, Contribution.project_id == project_id)


def get_contribution(session: Session, contribution_id: int) -> ContributionRow:
    """Give one contribution.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _rows(session, Contribution.id == contribution_id)
    if not found:
        raise NotVisible
    return found[0]


def waiting_for_confirmation(session: Session, actor: Actor) -> list[ContributionRow]:
    """List what waits for this actor's confirmation: of her groups and her communities, not of her own hand."""
    undecided = ContributionDecision.id.is_(None)
    mine = confirmable(actor, Contribution.project_id)
    return _rows(session, mine, undecided, Contribution.recorded_by_id != actor.person_id)


def refunds_waiting_for(session: Session, actor: Actor) -> list[RefundRow]:
    """List the refunds that wait for this actor's confirmation, not of her own hand."""
    mine = confirmable(actor, Contribution.project_id)
    return refunds(session, mine, RefundDecision.id.is_(None), Refund.prepared_by_id != actor.person_id)


def confirmable(actor: Actor, project_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Say whose money an actor may confirm: that of her groups and her communities; *project_id* is a column."""
    mine = select(ProjectMember.project_id).where(ProjectMember.person_id == actor.person_id)
    condition: ColumnElement[bool] = project_id.in_(mine)
    for grant in actor.grants:
        if grant.role is Role.WORKER:
            places = select(Place.id).where(Place.path.startswith(grant.path, autoescape=True))
            condition = condition | project_id.in_(select(Project.id).where(Project.place_id.in_(places)))
    return condition


def raised(session: Session, project_ids: list[int]) -> dict[int, dict[Source, int]]:
    """Give confirmed fen by source for several projects, what went back taken off: two statements."""
    query = (
        select(Contribution.project_id, Contribution.source, func.sum(Contribution.amount_fen))
        .join(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.project_id.in_(project_ids), ContributionDecision.confirmed)
        .group_by(Contribution.project_id, Contribution.source)
    )
    found: dict[int, dict[Source, int]] = {project_id: {} for project_id in project_ids}
    for project_id, source, total in session.execute(query):
        found[project_id][source] = fen(total) if isinstance(total, Money) else int(total)
    for (project_id, source), back in returned_by_source(session, project_ids).items():
        found[project_id][source] -= fen(back)
    return found


@dataclass(frozen=True)
class HouseholdGift:
    """A confirmed gift of a household, for matching."""

    unit_id: int
    door: str
    amount_fen: int
    related: bool


def hands_in_money(session: Session, project_id: int) -> set[int]:
    """Give the people who recorded what the community raised for a project.

    An officer who paid the street's share is not among them: her deed is the street's own, counts only once somebody
    else found it, and raises no match; it lowers what is still lacking.
    """
    query = select(Contribution.recorded_by_id).where(Contribution.project_id == project_id)
    query = query.where(Contribution.source != Source.STREET)
    return set(session.scalars(query.distinct()))


def household_gifts(session: Session, project_id: int) -> list[HouseholdGift]:
    """List the confirmed gifts of households in the order of their receipts, then what went back of them, below 0."""
    query = (
        select(Contribution)
        .join(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.project_id == project_id, ContributionDecision.confirmed)
        .where(Contribution.source == Source.RESIDENTS)
        .order_by(Contribution.id)
    )
    rows = list(session.scalars(query))
    doors = units_by_id(session, [row.unit_id for row in rows if row.unit_id is not None])
    gifts = [
        HouseholdGift(int(r.unit_id or 0), doors[int(r.unit_id or 0)].door, fen(r.amount_fen), r.related) for r in rows
    ]
    back = returned_of(session, [row.id for row in rows])
    pairs = zip(rows, gifts, strict=True)
    return gifts + [replace(gift, amount_fen=-back[row.id]) for row, gift in pairs if row.id in back]


def unconfirmed(session: Session, project_id: int) -> int:
    """Count the contributions and refunds of a project that nobody has decided on."""
    query = (
        select(func.count())
        .select_from(Contribution)
        .outerjoin(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.project_id == project_id, ContributionDecision.id.is_(None))
    )
    waiting = sum(row.confirmed is None for row in refunds_of(session, project_id))
    return (session.scalar(query) or 0) + waiting


def what_speaks_against_editing(session: Session, project_id: int, now: datetime) -> list[str]:
    """Name what forbids a material edit: neighbours have given money for the text as it stands."""
    given = session.scalar(select(func.count()).select_from(Contribution).where(Contribution.project_id == project_id))
    return ["fundraising.money_given"] if given else []


def money_waits(session: Session, project_id: int) -> bool:
    """Tell whether money of a project is recorded in its keeper's book and waits to be confirmed."""
    query = (
        select(Contribution.id)
        .outerjoin(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.project_id == project_id, ContributionDecision.id.is_(None))
    )
    return session.scalar(query.limit(1)) is not None
