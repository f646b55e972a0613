"""Read the purposes that givers named: what came, was spent, was released, and is left of each."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import BigInteger, ColumnElement, select, type_coerce
from sqlalchemy.orm import Session

from fundapp.fundraising.models import Contribution
from fundapp.fundraising.purpose_models import AgreedBy, FundRelease, FundReleaseDecision, RestrictedFund
from fundapp.fundraising.purses import Purse
from fundapp.fundraising.queries.gifts import confirmable
from fundapp.fundraising.rules import Source
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import ZERO, from_fen
from fundapp.ledger.models import LedgerAccount, LedgerBalance
from fundapp.ledger.rules import Ledger
from fundapp.projects.models import Project


@dataclass(frozen=True)
class ReleaseRow:
    """A release with its state; ``confirmed`` none: nobody has decided."""

    id: int
    fund_id: int
    amount: Money
    agreed_by: AgreedBy
    reason: str
    recorded_by_id: int
    recorded_at: datetime
    confirmed: bool | None
    why_not: str


@dataclass(frozen=True)
class FundRow:
    """A purpose and its money; ``given`` is what its sources gave less what went back, by source and in fen."""

    id: int
    project_id: int
    project_title: str
    number: int
    purpose: str
    given: dict[Source, int]
    spent: Money
    left: Money
    releases: tuple[ReleaseRow, ...]

    @property
    def purse(self) -> Purse:
        """Give its accounts."""
        return Purse(self.project_id, self.number)

    @property
    def released(self) -> Money:
        """Give what was released and confirmed."""
        return sum((one.amount for one in self.releases if one.confirmed), ZERO)

    @property
    def came(self) -> Money:
        """Give what came for the purpose, refunds taken off."""
        return from_fen(sum(self.given.values())) + self.released

    @property
    def room(self) -> Money:
        """Give what is left and not asked to be released."""
        return self.left - sum((one.amount for one in self.releases if one.confirmed is None), ZERO)


def funds_of(session: Session, project_id: int) -> list[FundRow]:
    """List a project's purposes in their order: three statements, however many books there are."""
    return _funds(session, RestrictedFund.project_id == project_id)


def get_fund(session: Session, fund_id: int) -> FundRow:
    """Give one purpose.

    Raises:
        NotVisible: there is none of this number.
    """
    found = _funds(session, RestrictedFund.id == fund_id)
    if not found:
        raise NotVisible
    return found[0]


def fund_number(session: Session, project_id: int, purpose: str) -> int:
    """Give the number of a purpose in its project; 0 where the money is for the whole of it, or nothing came yet."""
    query = select(RestrictedFund.number).where(
        RestrictedFund.project_id == project_id, RestrictedFund.purpose == purpose
    )
    return (session.scalar(query) or 0) if purpose else 0


def purse_of(session: Session, gift: Contribution) -> Purse:
    """Give the accounts in which a gift lies."""
    return Purse(gift.project_id, fund_number(session, gift.project_id, gift.purpose))


def _funds(session: Session, where: ColumnElement[bool]) -> list[FundRow]:
    query = select(RestrictedFund, Project.title).join(Project, Project.id == RestrictedFund.project_id)
    rows = list(session.execute(query.where(where).order_by(RestrictedFund.id)))
    if not rows:
        return []
    purses = {fund.id: Purse(fund.project_id, fund.number) for fund, _title in rows}
    kept = _kept(session, [purse.fund for purse in purses.values()])
    released = _releases(session, list(purses))
    return [
        FundRow(
            fund.id, fund.project_id, title, fund.number, fund.purpose,
            {source: -kept.get(purses[fund.id].gift(source), 0) for source in Source},
            from_fen(kept.get(purses[fund.id].spend, 0)), from_fen(kept.get(purses[fund.id].cash, 0)),
            tuple(released.get(fund.id, ())),
        )
        for fund, title in rows
    ]  # fmt: skip


def _kept(session: Session, funds: list[str]) -> dict[str, int]:
    """Give the balances of all accounts of some funds by code, in whatever book they are."""
    query = (
        select(LedgerAccount.code, type_coerce(LedgerBalance.balance_fen, BigInteger))
        .join(LedgerBalance, LedgerBalance.account_id == LedgerAccount.id)
        .where(LedgerAccount.fund.in_(funds), LedgerAccount.ledger == Ledger.ACTUAL)
    )
    found: dict[str, int] = {}
    for code, amount in session.execute(query):
        found[code] = found.get(code, 0) + int(amount)
    return found


def _releases(session: Session, fund_ids: list[int]) -> dict[int, list[ReleaseRow]]:
    query = (
        select(FundRelease, FundReleaseDecision)
        .outerjoin(FundReleaseDecision, FundReleaseDecision.release_id == FundRelease.id)
        .where(FundRelease.fund_id.in_(fund_ids))
        .order_by(FundRelease.id)
    )
    found: dict[int, list[ReleaseRow]] = {}
    for r, d in session.execute(query):
        row = ReleaseRow(
            r.id, r.fund_id, r.amount_fen, r.agreed_by, r.reason, r.recorded_by_id, r.recorded_at,
            d.confirmed if d else None, d.reason if d else "",
        )  # fmt: skip
        found.setdefault(r.fund_id, []).append(row)
    return found


def get_release(session: Session, release_id: int) -> tuple[FundRow, ReleaseRow]:
    """Give one release with its purpose.

    Raises:
        NotVisible: there is none of this number.
    """
    row = session.get(FundRelease, release_id)
    if row is None:
        raise NotVisible
    fund = get_fund(session, row.fund_id)
    return fund, next(one for one in fund.releases if one.id == release_id)


def releases_waiting(session: Session, actor: Actor) -> list[tuple[FundRow, ReleaseRow]]:
    """List the releases that this actor may confirm."""
    decided = select(FundReleaseDecision.release_id)
    mine = (
        select(FundRelease.fund_id)
        .join(RestrictedFund, RestrictedFund.id == FundRelease.fund_id)
        .where(confirmable(actor, RestrictedFund.project_id), FundRelease.id.not_in(decided))
        .where(FundRelease.recorded_by_id != actor.person_id)
    )
    return [
        (fund, one)
        for fund in _funds(session, RestrictedFund.id.in_(mine))
        for one in fund.releases
        if one.confirmed is None and one.recorded_by_id != actor.person_id
    ]
