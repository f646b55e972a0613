"""What commands need to know of one round."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentAnswer, ConsentPaper, ConsentResult, ConsentRound, ConsentVoid
from fundapp.consent.policy import Channel
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import get_place
from fundapp.projects.models import Project, ProjectVersion
from fundapp.rosters.models import SnapshotUnit


def newest_version(session: Session, project_id: int) -> tuple[int, str]:
    """Give the newest version of a project and the hash of its text."""
    row = session.execute(
        select(ProjectVersion.id, ProjectVersion.content_hash)
        .join(Project, and_(Project.id == ProjectVersion.project_id, Project.version == ProjectVersion.number))
        .where(Project.id == project_id)
    ).one()
    return row.id, row.content_hash


def path_of(session: Session, place_id: int) -> str:
    """Give the path of a round's place."""
    return get_place(session, place_id).path


def project_of(session: Session, round_id: int) -> int:
    """Give the project that a round asks about.

    Raises:
        NotVisible: there is no such round.

    """
    project_id = session.scalar(select(ConsentRound.project_id).where(ConsentRound.id == round_id))
    if project_id is None:
        raise NotVisible
    return project_id


def live_round_of(session: Session, project_id: int) -> int | None:
    """Give the project's round that has not been struck, published or not."""
    struck = select(ConsentVoid.round_id)
    return session.scalar(
        select(ConsentRound.id).where(ConsentRound.project_id == project_id, ConsentRound.id.not_in(struck))
    )


def ended(session: Session, round_id: int) -> tuple[bool, bool]:
    """Tell whether a round is published, and whether it is struck."""
    row = session.execute(
        select(
            select(ConsentResult.id).where(ConsentResult.round_id == round_id).exists(),
            select(ConsentVoid.id).where(ConsentVoid.round_id == round_id).exists(),
        )
    ).one()
    return bool(row[0]), bool(row[1])


def on_roster(session: Session, snapshot_id: int, unit_id: int) -> bool:
    """Tell whether a household stands on the frozen roster."""
    return session.get(SnapshotUnit, (snapshot_id, unit_id)) is not None


def last_revision(session: Session, round_id: int, unit_id: int) -> int:
    """Give the number of a household's newest revision, 0 where it has not answered."""
    found = session.scalar(
        select(func.max(ConsentAnswer.revision)).where(
            ConsentAnswer.round_id == round_id, ConsentAnswer.unit_id == unit_id
        )
    )
    return found or 0


def answer_of_key(session: Session, op_key: str) -> ConsentAnswer | None:
    """Give the answer that a form with this key wrote."""
    return session.scalar(select(ConsentAnswer).where(ConsentAnswer.op_key == op_key))


def current_answer(session: Session, round_id: int, unit_id: int) -> ConsentAnswer | None:
    """Give the answer of a household that counts now."""
    trail = trail_of(session, round_id, [unit_id])
    return trail[-1] if trail else None


def trail_of(session: Session, round_id: int, unit_ids: Iterable[int]) -> list[ConsentAnswer]:
    """List all revisions of some households, the oldest first."""
    return list(
        session.scalars(
            select(ConsentAnswer)
            .where(ConsentAnswer.round_id == round_id, ConsentAnswer.unit_id.in_(unit_ids))
            .order_by(ConsentAnswer.id)
        )
    )


def phone_answer_at(session: Session, round_id: int, unit_id: int) -> datetime | None:
    """Tell when a household last answered by phone."""
    return session.scalar(
        select(func.max(ConsentAnswer.at)).where(
            ConsentAnswer.round_id == round_id,
            ConsentAnswer.unit_id == unit_id,
            ConsentAnswer.channel == Channel.PHONE,
        )
    )


def registered(session: Session, round_id: int, serial: int) -> bool:
    """Tell whether a sheet stands in the round's register."""
    query = select(ConsentPaper.id).where(ConsentPaper.round_id == round_id, ConsentPaper.serial == serial)
    return session.scalar(query) is not None


def keyed_paper(session: Session, round_id: int, serial: int) -> ConsentAnswer | None:
    """Give the newest row that was keyed in from a sheet."""
    return session.scalar(
        select(ConsentAnswer)
        .where(ConsentAnswer.round_id == round_id, ConsentAnswer.serial == serial)
        .order_by(ConsentAnswer.id.desc())
        .limit(1)
    )
