"""What bodies decided otherwise than the count of a round."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.kernel.errors import NotVisible
from fundapp.people.queries import names_of
from fundapp.voting.models import VoteCandidate, VoteStanding
from fundapp.voting.override_models import VoteOverride, VoteOverrideLine, VoteOverrideSignature


@dataclass(frozen=True)
class OverrideRow:
    """A decision beside the computed result: by whom, why, what it changes, and who signed it when.

    Of persons only the family name: members of bodies are not named in public.
    """

    id: int
    number: int
    item_id: int
    body: str
    reason: str
    put_in: tuple[str, ...]
    taken_out: tuple[str, ...]
    drafted_by: str
    drafted_at: datetime
    signed_by: str
    signed_at: datetime | None


def override_row(session: Session, override_id: int) -> VoteOverride:
    """Give a decision.

    Raises:
        NotVisible: there is none of this number.
    """
    found = session.get(VoteOverride, override_id)
    if found is None:
        raise NotVisible
    return found


def overrides_until_now(session: Session, round_id: int) -> int:
    """Count the decisions that were written down about a round."""
    return session.scalar(select(func.count(VoteOverride.id)).where(VoteOverride.round_id == round_id)) or 0


def signature_of(session: Session, override_id: int) -> VoteOverrideSignature | None:
    """Give the second signature of a decision."""
    return session.scalar(select(VoteOverrideSignature).where(VoteOverrideSignature.override_id == override_id))


def lines_of(session: Session, override_id: int) -> dict[int, bool]:
    """Give what a decision changes: by project, whether it is put in or taken out."""
    rows = session.execute(
        select(VoteCandidate.project_id, VoteOverrideLine.selected)
        .join(VoteCandidate, VoteCandidate.id == VoteOverrideLine.candidate_id)
        .where(VoteOverrideLine.override_id == override_id)
        .order_by(VoteCandidate.project_id)
    )
    return {project_id: selected for project_id, selected in rows}


def without_votes(session: Session, round_id: int) -> set[int]:
    """Give the projects of a round that nobody voted for."""
    query = (
        select(VoteCandidate.project_id)
        .join(VoteStanding, VoteStanding.candidate_id == VoteCandidate.id)
        .where(VoteStanding.round_id == round_id, VoteStanding.votes == 0)
    )
    return set(session.scalars(query))


def signed_changes(session: Session, round_id: int) -> list[dict[int, bool]]:
    """Give what the signed decisions about a round change, one after the other as they were signed."""
    query = (
        select(VoteOverride.id)
        .join(VoteOverrideSignature, VoteOverrideSignature.override_id == VoteOverride.id)
        .where(VoteOverride.round_id == round_id)
        .order_by(VoteOverrideSignature.id)
    )
    return [lines_of(session, number) for number in session.scalars(query)]


def overrides_of(session: Session, round_id: int) -> tuple[OverrideRow, ...]:
    """List the decisions about a round, the oldest first; who signed is told to everybody."""
    rows = session.execute(
        select(VoteOverride, VoteOverrideSignature)
        .outerjoin(VoteOverrideSignature, VoteOverrideSignature.override_id == VoteOverride.id)
        .where(VoteOverride.round_id == round_id)
        .order_by(VoteOverride.number)
    ).all()
    people = [one.drafted_by_id for one, _sign in rows] + [sign.person_id for _one, sign in rows if sign]
    names = {number: _blackened(name) for number, name in names_of(session, people).items()}
    candidates = select(VoteCandidate.project_id, VoteCandidate.title).where(VoteCandidate.round_id == round_id)
    titles = {project_id: title for project_id, title in session.execute(candidates)} if rows else {}
    return tuple(_row(one, sign, lines_of(session, one.id), titles, names) for one, sign in rows)


def _blackened(name: str) -> str:
    return f"{name[:1]}*"


def _row(
    one: VoteOverride,
    sign: VoteOverrideSignature | None,
    changes: dict[int, bool],
    titles: dict[int, str],
    names: dict[int, str],
) -> OverrideRow:
    return OverrideRow(
        id=one.id,
        number=one.number,
        item_id=one.item_id,
        body=one.body,
        reason=one.reason,
        put_in=tuple(titles[project_id] for project_id, selected in changes.items() if selected),
        taken_out=tuple(titles[project_id] for project_id, selected in changes.items() if not selected),
        drafted_by=names.get(one.drafted_by_id, ""),
        drafted_at=one.drafted_at,
        signed_by=names.get(sign.person_id, "") if sign else "",
        signed_at=sign.at if sign else None,
    )
