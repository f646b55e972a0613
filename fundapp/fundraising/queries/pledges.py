"""Read pledges: what was said and how much of it came. A pledge is never money."""

from dataclasses import dataclass
from datetime import date

from moneyed import Money
from sqlalchemy import BigInteger, ColumnElement, case, func, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.fundraising.models import Contribution, ContributionDecision, Pledge, PledgeEnding
from fundapp.fundraising.rules import Giver, PledgeState, Source, hides_name, pledge_state
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import fen, from_fen
from fundapp.places.queries import units_by_id


@dataclass(frozen=True)
class PledgeRow:
    """A pledge with its state; ``paid`` is confirmed, ``waiting`` recorded; ``room`` is what may still be recorded."""

    id: int
    project_id: int
    source: Source
    giver_kind: Giver
    unit_id: int | None
    door: str
    giver: str
    shown: str
    purpose: str
    amount: Money
    paid: Money
    waiting: Money
    due_on: date
    state: PledgeState
    reason: str

    @property
    def room(self) -> Money:
        """Give what of it may still be recorded as received."""
        return self.amount - self.paid - self.waiting


def pledges_of(session: Session, project_id: int, today: date) -> list[PledgeRow]:
    """List a project's pledges in their order: three statements."""
    query = (
        select(Pledge, PledgeEnding.reason)
        .outerjoin(PledgeEnding, PledgeEnding.pledge_id == Pledge.id)
        .where(Pledge.project_id == project_id)
        .order_by(Pledge.id)
    )
    rows = list(session.execute(query))
    sums = _sums(session, project_id)
    doors = units_by_id(session, [row.unit_id for row, _ in rows if row.unit_id is not None])
    return [
        _row(row, reason, sums.get(row.id, (0, 0)), doors[row.unit_id].door if row.unit_id in doors else "", today)
        for row, reason in rows
    ]


def _sums(session: Session, project_id: int) -> dict[int, tuple[int, int]]:
    amount: ColumnElement[int] = type_coerce(Contribution.amount_fen, BigInteger)
    query = (
        select(
            Contribution.pledge_id,
            func.sum(case((ContributionDecision.confirmed, amount), else_=0)),
            func.sum(case((ContributionDecision.id.is_(None), amount), else_=0)),
        )
        .outerjoin(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.project_id == project_id, Contribution.pledge_id.is_not(None))
        .group_by(Contribution.pledge_id)
    )
    return {int(number or 0): (int(paid), int(waits)) for number, paid, waits in session.execute(query)}


def _row(p: Pledge, ended: str | None, sums: tuple[int, int], door: str, today: date) -> PledgeRow:
    paid, waiting = sums
    return PledgeRow(
        id=p.id,
        project_id=p.project_id,
        source=p.source,
        giver_kind=p.giver_kind,
        unit_id=p.unit_id,
        door=door,
        giver=p.giver,
        shown="" if hides_name(p.source, p.anonymous) else p.giver,
        purpose=p.purpose,
        amount=p.amount_fen,
        paid=from_fen(paid),
        waiting=from_fen(waiting),
        due_on=p.due_on,
        state=pledge_state(fen(p.amount_fen), paid, ended is not None, p.due_on, today),
        reason=ended or "",
    )


def get_pledge(session: Session, pledge_id: int, today: date) -> PledgeRow:
    """Give one pledge.

    Raises:
        NotVisible: there is none of this number.
    """
    project_id = session.scalar(select(Pledge.project_id).where(Pledge.id == pledge_id))
    if project_id is None:
        raise NotVisible
    return next(row for row in pledges_of(session, project_id, today) if row.id == pledge_id)


def outstanding(rows: list[PledgeRow]) -> tuple[int, Money]:
    """Give how many pledges still stand, and what of them has not come."""
    open_ = [row for row in rows if row.state in (PledgeState.OPEN, PledgeState.PART)]
    return len(open_), sum((row.amount - row.paid for row in open_), from_fen(0))
