"""Read advances: from whom, what went back, what is still owed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.advances.models import (
    Advance,
    AdvanceDecision,
    AdvanceRepayment,
    AdvanceRepaymentDecision,
    AdvanceWaiver,
)
from fundapp.advances.rules import LENDERS, AdvanceState, left_fen, state_of
from fundapp.files.models import Attachment
from fundapp.fundraising.models import ContributionDecision
from fundapp.fundraising.queries import confirmable
from fundapp.fundraising.rules import Giver, hides_name
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO, fen, from_fen
from fundapp.projects.models import Project


@dataclass(frozen=True)
class RepaymentRow:
    """A repayment with its state; ``confirmed`` none: nobody has decided."""

    id: int
    advance_id: int
    amount: Money
    paid_from: str
    prepared_by_id: int
    prepared_at: datetime
    confirmed: bool | None
    why_not: str


@dataclass(frozen=True)
class AdvanceRow:
    """An advance with what became of it; ``shown`` is the lender as the public may read: blank, no name is shown.

    ``waived``: given up and confirmed. ``promised``: repayments and waivers that wait for a second person.
    """

    id: int
    project_id: int
    project_title: str
    number: int
    lender_kind: Giver
    unit_id: int | None
    lender: str
    shown: str
    amount: Money
    received_on: date
    repay_from: str
    proof: str
    recorded_by_id: int
    confirmed: bool | None
    why_not: str
    repaid: Money
    waived: Money
    promised: Money
    repayments: tuple[RepaymentRow, ...]

    @property
    def owed(self) -> Money:
        """Give what the project still owes; nothing before somebody confirmed that the money came."""
        if not self.confirmed:
            return ZERO
        return from_fen(left_fen(fen(self.amount), fen(self.repaid), fen(self.waived)))

    @property
    def room(self) -> Money:
        """Give what could still be repaid or waived: what waits for a second person is taken off."""
        return self.owed - self.promised

    @property
    def state(self) -> AdvanceState:
        """Give where it stands."""
        return state_of(self.confirmed, fen(self.owed))


def _advances(session: Session, *where: Any) -> list[AdvanceRow]:
    query = (
        select(Advance, AdvanceDecision, Attachment.public_id, Project.title)
        .join(Project, Project.id == Advance.project_id)
        .join(Attachment, Attachment.id == Advance.proof_id)
        .outerjoin(AdvanceDecision, AdvanceDecision.advance_id == Advance.id)
        .where(*where)
        .order_by(Advance.id)
    )
    rows = list(session.execute(query))
    ids = [row[0].id for row in rows]
    back, given = (_repayments(session, ids), _waived(session, ids)) if ids else ({}, {})
    return [_row(*cells, back.get(cells[0].id, []), given.get(cells[0].id, (0, 0))) for cells in rows]


def _row(
    a: Advance, decision: AdvanceDecision | None, proof: str, title: str, back: list[RepaymentRow],
    given: tuple[int, int],
) -> AdvanceRow:  # fmt: skip
    waits = sum((one.amount for one in back if one.confirmed is None), from_fen(given[1]))
    return AdvanceRow(
        a.id, a.project_id, title, a.number, a.lender_kind, a.unit_id, a.lender,
        "" if hides_name(LENDERS[a.lender_kind], a.anonymous) else a.lender,
        a.amount_fen, a.received_on, a.repay_from, proof, a.recorded_by_id,
        decision.confirmed if decision else None, decision.reason if decision else "",
        sum((one.amount for one in back if one.confirmed), ZERO), from_fen(given[0]), waits, tuple(back),
    )  # fmt: skip


def _repayments(session: Session, ids: list[int]) -> dict[int, list[RepaymentRow]]:
    query = (
        select(AdvanceRepayment, AdvanceRepaymentDecision)
        .outerjoin(AdvanceRepaymentDecision, AdvanceRepaymentDecision.repayment_id == AdvanceRepayment.id)
        .where(AdvanceRepayment.advance_id.in_(ids))
        .order_by(AdvanceRepayment.id)
    )
    found: dict[int, list[RepaymentRow]] = {}
    for r, e in session.execute(query):
        row = RepaymentRow(
            r.id, r.advance_id, r.amount_fen, r.paid_from, r.prepared_by_id, r.prepared_at,
            e.confirmed if e else None, e.reason if e else "",
        )  # fmt: skip
        found.setdefault(r.advance_id, []).append(row)
    return found


def _waived(session: Session, ids: list[int]) -> dict[int, tuple[int, int]]:
    """Give what was waived and confirmed, and what of it waits, in fen by advance."""
    query = (
        select(AdvanceWaiver.advance_id, AdvanceWaiver.amount_fen, ContributionDecision.confirmed)
        .outerjoin(ContributionDecision, ContributionDecision.contribution_id == AdvanceWaiver.contribution_id)
        .where(AdvanceWaiver.advance_id.in_(ids))
    )
    found: dict[int, tuple[int, int]] = {}
    for number, amount, confirmed in session.execute(query):
        done, waits = found.get(number, (0, 0))
        if confirmed is not False:
            found[number] = (done + fen(amount), waits) if confirmed else (done, waits + fen(amount))
    return found


def advances_of(session: Session, project_id: int) -> list[AdvanceRow]:
    """List a project's advances in their order."""
    return _advances(session, Advance.project_id == project_id)


def get_advance(session: Session, advance_id: int) -> AdvanceRow:
    """Give one advance.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _advances(session, Advance.id == advance_id)
    if not found:
        raise NotVisible
    return found[0]


def get_repayment(session: Session, repayment_id: int) -> tuple[AdvanceRow, RepaymentRow]:
    """Give one repayment with its advance.

    Raises:
        NotVisible: there is none of this number.
    """
    row = session.get(AdvanceRepayment, repayment_id)
    if row is None:
        raise NotVisible
    advance = get_advance(session, row.advance_id)
    return advance, next(one for one in advance.repayments if one.id == repayment_id)


def open_advances(session: Session, project_id: int) -> int:
    """Count the advances of a project that are owed, or that nobody has decided on."""
    open_states = (AdvanceState.WAITING, AdvanceState.OWED)
    return sum(row.state in open_states for row in advances_of(session, project_id))


def advances_waiting(session: Session, actor: Actor) -> list[AdvanceRow]:
    """List the advances that this actor may confirm."""
    undecided = (AdvanceDecision.id.is_(None), Advance.recorded_by_id != actor.person_id)
    rows = _advances(session, confirmable(actor, Advance.project_id), *undecided)
    return [row for row in rows if row.unit_id not in actor.unit_ids]


def repayments_waiting(session: Session, actor: Actor) -> list[tuple[AdvanceRow, RepaymentRow]]:
    """List the repayments that this actor may confirm."""
    undecided = (
        select(AdvanceRepayment.advance_id)
        .outerjoin(AdvanceRepaymentDecision, AdvanceRepaymentDecision.repayment_id == AdvanceRepayment.id)
        .where(AdvanceRepaymentDecision.id.is_(None), AdvanceRepayment.prepared_by_id != actor.person_id)
    )
    mine = confirmable(actor, Advance.project_id)
    return [
        (row, one)
        for row in _advances(session, mine, Advance.id.in_(undecided))
        for one in row.repayments
        if one.confirmed is None and one.prepared_by_id != actor.person_id and row.unit_id not in actor.unit_ids
    ]
