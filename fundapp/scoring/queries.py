"""Sheets as pages, deeds and checks need them. Points are nobody's before the close, staff included."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moneyed import Money
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import fen
from fundapp.people.models import Account
from fundapp.places.models import Place
from fundapp.places.queries import PlaceRow, get_place
from fundapp.projects.models import Project, ProjectMember
from fundapp.scoring.models import (
    ScoreCandidate,
    ScoreMember,
    ScoreOpening,
    ScorePaper,
    ScoreResult,
    ScoreSheet,
)
from fundapp.scoring.policy import works_here
from fundapp.scoring.rules import Candidate, Outcome, SheetState, Terms, count, state_of, terms_hash
from fundapp.web.paging import PER_PAGE


@dataclass(frozen=True)
class SheetRow:
    """A sheet in the list."""

    id: int
    title: str
    place_name: str
    opens_at: datetime
    closes_at: datetime
    budget: Money
    state: SheetState


@dataclass(frozen=True)
class CandidateRow:
    """A project on a sheet."""

    project_id: int
    title: str
    gives: str
    cost: Money


@dataclass(frozen=True)
class PaperRow:
    """What a member gave, by project; ``None``: she left it to the others, with the reason."""

    name: str
    office: str
    at: datetime
    points: dict[int, list[int] | None]
    reasons: dict[int, str]


@dataclass(frozen=True)
class SheetPage:
    """A sheet as its page shows it; ``outcome`` and ``papers`` only after the close."""

    id: int
    title: str
    programme_id: int
    place: PlaceRow
    opens_at: datetime
    closes_at: datetime
    budget: Money
    terms: Terms
    state: SheetState
    candidates: tuple[CandidateRow, ...]
    members: tuple[ScoreMember, ...]
    handed_in: int
    mine: bool
    done: bool
    fingerprint: str
    lots: tuple[int, ...]
    outcome: Outcome | None
    papers: tuple[PaperRow, ...]


def opening_of(session: Session, sheet_id: int) -> ScoreOpening | None:
    """Give the opening of a sheet; ``None`` while it is a draft."""
    return session.scalar(select(ScoreOpening).where(ScoreOpening.sheet_id == sheet_id))


def candidates_of(session: Session, sheet_id: int) -> list[ScoreCandidate]:
    """List the projects of a sheet by number."""
    query = select(ScoreCandidate).where(ScoreCandidate.sheet_id == sheet_id).order_by(ScoreCandidate.project_id)
    return list(session.scalars(query))


def members_of(session: Session, sheet_id: int) -> list[ScoreMember]:
    """List the members of a sheet."""
    query = select(ScoreMember).where(ScoreMember.sheet_id == sheet_id).order_by(ScoreMember.id)
    return list(session.scalars(query))


def member_of(session: Session, sheet_id: int, actor: Actor) -> ScoreMember | None:
    """Give the actor as a member of a sheet."""
    query = select(ScoreMember).where(ScoreMember.sheet_id == sheet_id, ScoreMember.person_id == actor.person_id)
    return session.scalar(query)


def logins_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Give the logins of some persons, for the worker who wrote them down."""
    rows = session.execute(select(Account.person_id, Account.login).where(Account.person_id.in_(person_ids)))
    return {person_id: login for person_id, login in rows}


def paper_of(session: Session, sheet_id: int, member_id: int) -> ScorePaper | None:
    """Give a member's paper."""
    query = select(ScorePaper).where(ScorePaper.sheet_id == sheet_id, ScorePaper.member_id == member_id)
    return session.scalar(query)


def own_projects(session: Session, actor: Actor, project_ids: Collection[int]) -> set[int]:
    """Give those of some projects that the actor proposed, or in whose group she has a task."""
    member = select(ProjectMember.project_id).where(ProjectMember.person_id == actor.person_id)
    query = select(Project.id).where(
        Project.id.in_(project_ids), (Project.proposer_id == actor.person_id) | Project.id.in_(member)
    )
    return set(session.scalars(query))


def state_now(session: Session, sheet: ScoreSheet, now: datetime) -> SheetState:
    """Tell where a sheet stands."""
    opened = select(ScoreOpening.id).where(ScoreOpening.sheet_id == sheet.id).exists()
    published = select(ScoreResult.id).where(ScoreResult.sheet_id == sheet.id).exists()
    row = session.execute(select(opened, published)).one()
    return state_of(sheet, now, opened=bool(row[0]), published=bool(row[1]))


def counted(session: Session, sheet: ScoreSheet) -> Outcome:
    """Count the papers of an opened sheet."""
    opening = session.scalars(select(ScoreOpening).where(ScoreOpening.sheet_id == sheet.id)).one()
    candidates = candidates_of(session, sheet.id)
    ids = [row.project_id for row in candidates]
    papers = [
        {one: paper.points.get(str(one)) for one in ids}
        for paper in session.scalars(select(ScorePaper).where(ScorePaper.sheet_id == sheet.id).order_by(ScorePaper.id))
    ]
    members = session.scalar(select(func.count()).where(ScoreMember.sheet_id == sheet.id)) or 0
    costs = [Candidate(row.project_id, fen(row.cost_fen)) for row in candidates]
    return count(sheet.terms, costs, opening.lots, papers, members, fen(sheet.budget_fen))


def hash_of(sheet: ScoreSheet, candidates: list[ScoreCandidate], members: list[ScoreMember], lots: list[int]) -> str:
    """Give the fingerprint of what an opening freezes."""
    return terms_hash(
        {
            "sheet": sheet.id,
            "programme": sheet.programme_id,
            "place": sheet.place_id,
            "policy_version": sheet.policy_version_id,
            "title": sheet.title,
            "opens_at": sheet.opens_at.isoformat(),
            "closes_at": sheet.closes_at.isoformat(),
            "budget_fen": fen(sheet.budget_fen),
            "criteria": sheet.criteria,
            "points": [sheet.most, sheet.least, bool(sheet.trim)],
            "quorum": [sheet.quorum_p, sheet.quorum_q, bool(sheet.quorum_strict)],
            "candidates": [[row.project_id, row.version_id, row.title, fen(row.cost_fen)] for row in candidates],
            "members": [[row.person_id, row.name, row.office] for row in members],
            "lots": lots,
        }
    )


def list_sheets(session: Session, actor: Actor, now: datetime, before: int | None = None) -> list[SheetRow]:
    """List sheets, the newest first; drafts for the workers of their places only. One page and one more."""
    query = (
        select(ScoreSheet, Place, ScoreOpening.id, ScoreResult.id)
        .join(Place, Place.id == ScoreSheet.place_id)
        .outerjoin(ScoreOpening, ScoreOpening.sheet_id == ScoreSheet.id)
        .outerjoin(ScoreResult, ScoreResult.sheet_id == ScoreSheet.id)
        .order_by(ScoreSheet.id.desc())
    )
    query = query.where(ScoreSheet.id < before) if before else query
    rows: list[SheetRow] = []
    for sheet, place, opened, published in session.execute(query):
        if opened is None and not works_here(actor, place.path):
            continue
        state = state_of(sheet, now, opened=opened is not None, published=published is not None)
        rows.append(
            SheetRow(sheet.id, sheet.title, place.name, sheet.opens_at, sheet.closes_at, sheet.budget_fen, state)
        )
        if len(rows) > PER_PAGE:
            break
    return rows


def sheets_for(session: Session, actor: Actor, now: datetime) -> list[SheetRow]:
    """List the open sheets for which the actor has a paper to hand in."""
    handed = select(ScorePaper.member_id).where(ScorePaper.member_id == ScoreMember.id)
    rows = session.execute(
        select(ScoreSheet, Place.name)
        .join(ScoreMember, ScoreMember.sheet_id == ScoreSheet.id)
        .join(ScoreOpening, ScoreOpening.sheet_id == ScoreSheet.id)
        .join(Place, Place.id == ScoreSheet.place_id)
        .where(ScoreMember.person_id == actor.person_id, ~handed.exists())
        .where(ScoreSheet.opens_at <= now, ScoreSheet.closes_at > now)
        .order_by(ScoreSheet.closes_at, ScoreSheet.id)
    )
    return [
        SheetRow(one.id, one.title, name, one.opens_at, one.closes_at, one.budget_fen, SheetState.OPEN)
        for one, name in rows
    ]


def sheets_to_publish(session: Session, place_ids: Collection[int], now: datetime) -> list[tuple[int, str]]:
    """List the sheets of some places that have closed and are not published, by number and title."""
    published = select(ScoreResult.id).where(ScoreResult.sheet_id == ScoreSheet.id)
    rows = session.execute(
        select(ScoreSheet.id, ScoreSheet.title)
        .join(ScoreOpening, ScoreOpening.sheet_id == ScoreSheet.id)
        .where(ScoreSheet.place_id.in_(place_ids), ScoreSheet.closes_at <= now, ~published.exists())
        .order_by(ScoreSheet.id)
    )
    return [(sheet_id, title) for sheet_id, title in rows]


def sheet_page(session: Session, sheet_id: int, actor: Actor, now: datetime) -> SheetPage:
    """Give a sheet as the actor may see it.

    Raises:
        NotVisible: there is none of this number, or it is a draft of another place.
    """
    sheet = session.get(ScoreSheet, sheet_id)
    if sheet is None:
        raise NotVisible
    place, opening = get_place(session, sheet.place_id), opening_of(session, sheet_id)
    if opening is None and not works_here(actor, place.path):
        raise NotVisible
    state = state_now(session, sheet, now)
    members = members_of(session, sheet_id)
    papers = list(session.scalars(select(ScorePaper).where(ScorePaper.sheet_id == sheet_id).order_by(ScorePaper.id)))
    own = [row.id for row in members if actor.person_id is not None and row.person_id == actor.person_id]
    shown = opening is not None and now >= sheet.closes_at
    candidates = candidates_of(session, sheet_id)
    return SheetPage(
        id=sheet.id,
        title=sheet.title,
        programme_id=sheet.programme_id,
        place=place,
        opens_at=sheet.opens_at,
        closes_at=sheet.closes_at,
        budget=sheet.budget_fen,
        terms=sheet.terms,
        state=state,
        candidates=tuple(CandidateRow(row.project_id, row.title, row.gives, row.cost_fen) for row in candidates),
        members=tuple(members),
        handed_in=len(papers),
        mine=bool(own),
        done=any(paper.member_id in own for paper in papers),
        fingerprint=opening.terms_hash if opening else "",
        lots=tuple(opening.lots) if opening else (),
        outcome=counted(session, sheet) if shown else None,
        papers=_papers(papers, members, candidates) if shown else (),
    )


def _papers(
    papers: list[ScorePaper], members: list[ScoreMember], candidates: list[ScoreCandidate]
) -> tuple[PaperRow, ...]:
    names, ids = {row.id: row for row in members}, [row.project_id for row in candidates]
    return tuple(
        PaperRow(
            names[paper.member_id].name,
            names[paper.member_id].office,
            paper.at,
            {one: paper.points.get(str(one)) for one in ids},
            {int(one): reason for one, reason in paper.recused.items()},
        )
        for paper in papers
    )


def rows_of_papers(page: SheetPage) -> list[list[Any]]:
    """Give every point on its own line: project, member, office, criterion, points, out of; for a file."""
    titles = {row.project_id: row.title for row in page.candidates}
    return [
        [titles[project_id], paper.name, paper.office, one.name, one.weight, given[place], page.terms.most]
        if given is not None
        else [titles[project_id], paper.name, paper.office, one.name, one.weight, paper.reasons[project_id], ""]
        for paper in page.papers
        for project_id, given in paper.points.items()
        for place, one in enumerate(page.terms.criteria)
    ]
