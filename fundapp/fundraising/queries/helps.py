"""Read help that is not money: line by line, and in sum beside the money, never in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from moneyed import Money
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.fundraising.models import HelpDecision, InKindHelp
from fundapp.fundraising.rules import Giver, Help, ReceiptState, state_of
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO


@dataclass(frozen=True)
class HelpRow:
    """Help with its state; ``shown`` is who gave it as the public may read it, blank: nobody is named."""

    id: int
    project_id: int
    giver: str
    giver_kind: Giver
    shown: str
    kind: Help
    what: str
    half_days: int | None
    helped_on: date
    value: Money | None
    recorded_by_id: int
    state: ReceiptState
    reason: str


@dataclass(frozen=True)
class HelpTotals:
    """Confirmed help in sum. ``value`` adds up what was valued: no money; ``units``: public units."""

    entries: int
    units: int
    half_days: int
    valued: int
    value: Money


def help_of(session: Session, project_id: int) -> list[HelpRow]:
    """List help in kind."""
    return _rows(session, InKindHelp.project_id == project_id)


def help_of_projects(session: Session, project_ids: Sequence[int]) -> list[HelpRow]:
    """List the help in kind of several projects."""
    return _rows(session, InKindHelp.project_id.in_(project_ids))


def get_help(session: Session, help_id: int) -> HelpRow:
    """Give one entry.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _rows(session, InKindHelp.id == help_id)
    if not found:
        raise NotVisible
    return found[0]


def _rows(session: Session, where: object) -> list[HelpRow]:
    query = (
        select(InKindHelp, HelpDecision)
        .outerjoin(HelpDecision, HelpDecision.help_id == InKindHelp.id)
        .where(where)  # type: ignore[arg-type]  # conditions made in this file
        .order_by(InKindHelp.id)
    )
    return [_row(*cells) for cells in session.execute(query)]


def _row(h: InKindHelp, decision: HelpDecision | None) -> HelpRow:
    hidden = h.anonymous or h.giver_kind is Giver.HOUSEHOLD
    return HelpRow(
        id=h.id,
        project_id=h.project_id,
        giver=h.giver,
        giver_kind=h.giver_kind,
        shown="" if hidden else h.giver,
        kind=h.kind,
        what=h.what,
        half_days=h.half_days,
        helped_on=h.helped_on,
        value=h.value_fen,
        recorded_by_id=h.recorded_by_id,
        state=state_of(decision.confirmed if decision else None),
        reason=decision.reason if decision else "",
    )


def help_totals(rows: Iterable[HelpRow]) -> HelpTotals:
    """Add up confirmed help; a public unit counts once however often it helped."""
    there = [row for row in rows if row.state is ReceiptState.CONFIRMED]
    valued = [row.value for row in there if row.value is not None]
    units = {row.giver for row in there if row.giver_kind is Giver.PUBLIC_UNIT}
    days = sum(row.half_days or 0 for row in there)
    return HelpTotals(len(there), len(units), days, len(valued), sum(valued, ZERO))
