"""What the public pages show, each page in few statements, the same for twenty and for twenty thousand projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, cast, func, literal, null, select, text, type_coerce, union_all
from sqlalchemy.orm import Session

from fundapp.advances.queries import AdvanceRow, advances_of
from fundapp.consent.queries import Bar, PastRound, bars, history_of_project
from fundapp.custody.queries import Keeper, keeper_of
from fundapp.delivery.models import ProgressPhoto, ProgressReport
from fundapp.files.models import Attachment
from fundapp.fundraising.models import Contribution, ContributionDecision, Refund, RefundDecision
from fundapp.fundraising.queries import HelpTotals, help_of_projects, help_totals
from fundapp.fundraising.rules import ORDER, Source, shares
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.queries import LedgerLine, Totals, lines_of, list_books, totals_by_kind
from fundapp.ledger.rules import Ledger
from fundapp.matching.models import MatchClaim, MatchDecision
from fundapp.matching.queries import net_grants
from fundapp.places.models import Place
from fundapp.places.queries import PlaceRow, get_place
from fundapp.pools.models import ShareUse, ShareUseDecision
from fundapp.projects.links import LinkRow, links_of
from fundapp.projects.models import CostLine, Project, ProjectPhoto
from fundapp.projects.queries import ProjectRow, get_project, project_row, select_projects, visible_to
from fundapp.projects.rules import PUBLIC_STAGES, Stage
from fundapp.questionnaire.queries import Listed, listed_of_project
from fundapp.trail.rules import GROUPS
from fundapp.voting.queries import RoundMark, place_of
from fundapp.web.paging import PER_PAGE, Page, page_of

BEFORE_MONEY = frozenset({Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.FEASIBLE, Stage.CONSENTING})
"""The stages in which it does not matter yet who keeps a project's money."""


@dataclass(frozen=True)
class FourSources:
    """Fen by source with shares in hundredths of a percent; ``total`` against the need."""

    amounts: dict[Source, int]
    shares: dict[Source, int]
    total: int


@dataclass(frozen=True)
class Card:
    """A project in a list."""

    project: ProjectRow
    bar: Bar | None
    mark: RoundMark | None
    raised: int


@cache
def _sources() -> Select[*tuple[Any, ...]]:
    ids: Any = bindparam("project_ids", expanding=True)
    given = (
        select(Contribution.project_id, Contribution.source, Contribution.amount_fen.label("fen"))
        .join(ContributionDecision, ContributionDecision.contribution_id == Contribution.id)
        .where(Contribution.project_id.in_(ids), ContributionDecision.confirmed)
    )
    back = (
        select(Contribution.project_id, Contribution.source, (-type_coerce(Refund.amount_fen, BigInteger)))
        .join(Refund, Refund.contribution_id == Contribution.id)
        .join(RefundDecision, RefundDecision.refund_id == Refund.id)
        .where(Contribution.project_id.in_(ids), RefundDecision.confirmed)
    )
    refused = select(MatchDecision.claim_id).where(~MatchDecision.passed)
    net = net_grants()
    matched = (
        select(MatchClaim.project_id, literal(Source.FOUNDATION.value), net.c.amount_fen)
        .join(net, net.c.claim_id == MatchClaim.id)
        .where(MatchClaim.project_id.in_(ids), MatchClaim.id.not_in(refused))
    )
    shared = (
        select(ShareUse.project_id, literal(Source.FOUNDATION.value), ShareUse.amount_fen)
        .join(ShareUseDecision, ShareUseDecision.use_id == ShareUse.id)
        .where(ShareUse.project_id.in_(ids), ShareUseDecision.passed)
    )
    both = union_all(given, back, matched, shared).subquery()
    return select(both.c.project_id, both.c.source, func.sum(both.c.fen)).group_by(both.c.project_id, both.c.source)


def sources_of(session: Session, project_ids: Sequence[int]) -> dict[int, FourSources]:
    """Give confirmed and granted fen by source, what went back taken off, in one statement."""
    rows = session.execute(_sources(), {"project_ids": list(project_ids)})
    amounts: dict[int, dict[Source, int]] = {project_id: {} for project_id in project_ids}
    for project_id, source, total in rows:
        amounts[project_id][Source(source)] = int(total.amount * 100)
    return {project_id: _four(found) for project_id, found in amounts.items()}


def sources_of_programme(session: Session, programme_id: int) -> FourSources:
    """Give the four sources of all projects of a programme together; help in kind is no money and not in it."""
    ids = list(session.scalars(select(Project.id).where(Project.programme_id == programme_id)))
    whole: dict[Source, int] = {}
    for one in sources_of(session, ids).values() if ids else ():
        for source, amount in one.amounts.items():
            whole[source] = whole.get(source, 0) + amount
    return _four(whole)


def help_of_programme(session: Session, programme_id: int) -> HelpTotals:
    """Give the confirmed help in kind of all projects of a programme: a public unit counts once."""
    ids = session.scalars(select(Project.id).where(Project.programme_id == programme_id))
    return help_totals(help_of_projects(session, list(ids)))


def _four(found: dict[Source, int]) -> FourSources:
    return FourSources({source: found.get(source, 0) for source in ORDER}, shares(found), sum(found.values()))


def _listed(actor: Actor) -> Select[*tuple[Any, ...]]:
    return select_projects().where(visible_to(actor), Project.stage != Stage.DRAFT).order_by(Project.id.desc())


@cache
def _for_visitors() -> Select[*tuple[Any, ...]]:
    return _listed(NOBODY)


@cache
def _by_stage() -> Select[*tuple[Any, ...]]:
    return select(Project.stage, func.count()).where(Project.stage.in_(PUBLIC_STAGES)).group_by(Project.stage)


def list_page(
    session: Session, actor: Actor, group: str | None, place_path: str | None, before: int | None, now: datetime
) -> Page[Card]:
    """List projects, the newest first: five statements, however many there are."""
    query = _for_visitors() if actor == NOBODY else _listed(actor)
    if group in GROUPS:
        query = query.where(Project.stage.in_(GROUPS[group]))
    if place_path:
        query = query.where(Place.path.startswith(place_path, autoescape=True))
    if before is not None:
        query = query.where(Project.id < before)
    rows = [project_row(*row) for row in session.execute(query.limit(PER_PAGE + 1))]
    page = page_of(rows, key=lambda row: row.id)
    return Page(cards_of(session, page.rows, now), page.next_key)


def cards_of(session: Session, rows: Sequence[ProjectRow], now: datetime) -> list[Card]:
    """Put the numbers beside projects."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    consent, votes, money = bars(session, ids, now), place_of(session, ids), sources_of(session, ids)
    return [Card(row, consent.get(row.id), votes.get(row.id), money[row.id].total) for row in rows]


def stage_counts(session: Session, place_path: str | None = None) -> dict[Stage, int]:
    """Count the public projects by stage."""
    query = _by_stage()
    if place_path:
        query = query.join(Place, Place.id == Project.place_id)
        query = query.where(Place.path.startswith(place_path, autoescape=True))
    return {stage: number for stage, number in session.execute(query)}


@dataclass(frozen=True)
class Trail:
    """One project's whole trail."""

    project: ProjectRow
    costs: list[tuple[str, int]]
    photos: list[str]
    rounds: list[PastRound]
    asked: list[Listed]
    mark: RoundMark | None
    sources: FourSources
    lines: list[LedgerLine]
    advances: list[AdvanceRow]
    keeper: Keeper | None
    links: tuple[LinkRow, ...]

    @property
    def bar(self) -> Bar | None:
        """Give the numbers of the newest round."""
        return self.rounds[0].bar if self.rounds else None

    @property
    def gifts(self) -> list[LedgerLine]:
        """Give the lines of money that people gave."""
        return [line for line in self.lines if line.source.startswith("contribution:")]

    @property
    def moved(self) -> list[LedgerLine]:
        """Give all other lines of real money."""
        real = [line for line in self.lines if line.ledger is Ledger.ACTUAL]
        return [line for line in real if not line.source.startswith("contribution:")]

    @property
    def promised(self) -> list[LedgerLine]:
        """Give the lines of what the pool kept for the project: no money moves there."""
        return [line for line in self.lines if line.ledger is Ledger.COMMIT]


def project_trail(session: Session, project_id: int, actor: Actor, now: datetime) -> Trail:
    """Give everything that the project page shows of money and consent.

    Raises:
        NotVisible: no such project, or not for this actor.
    """
    project = get_project(session, project_id, actor)
    if project.stage is Stage.DRAFT:
        raise NotVisible
    lines = lines_of(session, f"project:{project_id}")
    lent = any(line.account_code.startswith("advance:") for line in lines)
    costs, photos = costs_and_photos(session, project_id, project.version_id)
    return Trail(
        project=project,
        costs=costs,
        photos=photos,
        rounds=history_of_project(session, project_id, now),
        asked=listed_of_project(session, project_id, now),
        mark=place_of(session, [project_id]).get(project_id),
        sources=sources_of(session, [project_id])[project_id],
        keeper=None if project.stage in BEFORE_MONEY else keeper_of(session, project),
        lines=public_entries(lines),
        advances=[row for row in advances_of(session, project_id) if row.owed.amount] if lent else [],
        links=links_of(session, project_id, actor),
    )


def costs_and_photos(
    session: Session, project_id: int, version_id: int | None
) -> tuple[list[tuple[str, int]], list[str]]:
    """List a version's cost lines with their fen, and the public ids of the project's pictures, in one statement.

    The pictures of the place come first, then those of the work as it went on.
    """
    place = select(ProjectPhoto.attachment_id).where(ProjectPhoto.project_id == project_id)
    work = select(ProgressPhoto.attachment_id).join(ProgressReport).where(ProgressReport.project_id == project_id)
    fen_of = type_coerce(CostLine.amount_fen, BigInteger)
    lines = select(literal(0), CostLine.position, CostLine.name, fen_of).where(CostLine.version_id == version_id)
    shown = Attachment.id.in_(union_all(place, work))
    pictures = select(literal(1), Attachment.id, Attachment.public_id, cast(null(), BigInteger)).where(shown)
    rows = session.execute(union_all(lines, pictures).order_by(text("1"), text("2"))).all()
    costs = [(name, int(amount)) for kind, _place, name, amount in rows if kind == 0]
    return costs, [name for kind, _place, name, _amount in rows if kind == 1]


def public_entries(lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Keep one side of each posting: what it did to the project's money, to its promise, or to the pool."""
    best: dict[int, LedgerLine] = {}
    for line in lines:
        if _tells(line) and (line.journal_id not in best or line.amount_fen > 0):
            best[line.journal_id] = line
    return list(best.values())


def _tells(line: LedgerLine) -> bool:
    if line.ledger is Ledger.COMMIT:
        return line.account_code.startswith("pool:") and ":available" not in line.account_code
    if line.source.startswith("fund_release:"):
        return False  # money that stays where it is: the page of purposes tells of it
    waived = line.source.startswith("contribution:") and line.account_code.startswith("advance:")
    return waived or line.account_code.startswith("cash:")


@dataclass(frozen=True)
class PlacePage:
    """A place's public figures."""

    place: PlaceRow
    counts: dict[Stage, int]
    totals: Totals


def place_page(session: Session, place_id: int) -> PlacePage:
    """Give a place's public figures: projects by stage, money in and out of the books there.

    Raises:
        NotVisible: there is none of this number.
    """
    place = get_place(session, place_id)
    books = [book.id for book in list_books(session) if book.place_path.startswith(place.path)]
    return PlacePage(place, stage_counts(session, place.path), totals_by_kind(session, books))
