"""Gather the paper of a round for its evidence bundle: numbers stand for people."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentAnswer, ConsentPaper
from fundapp.consent.paper_bundle import PAPERS, READINGS, SCANS, SIGNED, VISITS
from fundapp.consent.paper_models import (
    ConsentEvidence,
    ConsentLine,
    ConsentSecondKeying,
    ConsentSheetEnd,
    ConsentThirdLook,
    ConsentVisit,
)
from fundapp.consent.papers import SheetEnd
from fundapp.files.models import Attachment
from fundapp.kernel.archive import table

Rows = list[tuple[object, ...]]


def paper_evidence(session: Session, round_id: int) -> dict[str, bytes]:
    """Give the files of a bundle that speak of paper."""
    return {
        "papers.csv": table(PAPERS, _papers(session, round_id)),
        "scans.csv": table(SCANS, _scans(session, round_id)),
        "signed.csv": table(SIGNED, _signed(session, round_id)),
        "readings.csv": table(READINGS, _readings(session, round_id)),
        "visits.csv": table(VISITS, _visits(session, round_id)),
    }


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _papers(session: Session, round_id: int) -> Rows:
    lines = {line.serial: line for line in session.scalars(select(ConsentLine).where(ConsentLine.round_id == round_id))}
    ends = session.scalars(select(ConsentSheetEnd).where(ConsentSheetEnd.round_id == round_id)).all()
    ended = {end.serial: end for end in sorted(ends, key=lambda end: end.how is SheetEnd.VOID)}
    made: Rows = []
    for paper in session.scalars(
        select(ConsentPaper).where(ConsentPaper.round_id == round_id).order_by(ConsentPaper.serial)
    ):
        line, end = lines.get(paper.serial), ended.get(paper.serial)
        printed = (line.book_id, line.unit_id) if line else (None, None)
        became = (end.how.value, end.reason) if end else (None, None)
        made.append((paper.serial, _at(paper.registered_at), *printed, *became))
    return made


def _scans(session: Session, round_id: int) -> Rows:
    rows = session.execute(
        select(ConsentAnswer.unit_id, ConsentAnswer.revision, ConsentAnswer.serial, Attachment.sha256, Attachment.bytes)
        .join(Attachment, Attachment.id == ConsentAnswer.scan_id)
        .where(ConsentAnswer.round_id == round_id)
        .order_by(ConsentAnswer.id)
    )
    return [tuple(row) for row in rows]


def _signed(session: Session, round_id: int) -> Rows:
    rows = session.execute(
        select(ConsentAnswer, ConsentEvidence, Attachment.sha256)
        .join(ConsentEvidence, ConsentEvidence.answer_id == ConsentAnswer.id)
        .outerjoin(Attachment, Attachment.id == ConsentEvidence.proxy_scan_id)
        .where(ConsentAnswer.round_id == round_id)
        .order_by(ConsentAnswer.id)
    )
    return [
        (
            answer.unit_id, answer.revision, answer.serial, how.signed_on.isoformat(), answer.person_id,
            how.collector_id, how.witness_id, how.proxy_id, how.proxies_most, sha256,
        )
        for answer, how, sha256 in rows
    ]  # fmt: skip


def _readings(session: Session, round_id: int) -> Rows:
    second, third = ConsentSecondKeying, ConsentThirdLook
    seconds = session.scalars(select(second).where(second.round_id == round_id).order_by(second.id))
    thirds = session.scalars(select(third).where(third.round_id == round_id).order_by(third.id))
    return [
        *((row.serial, 2, row.unit_id, row.answer.value, row.person_id, _at(row.at), None) for row in seconds),
        *((row.serial, 3, row.unit_id, row.answer.value, row.person_id, _at(row.at), row.reason) for row in thirds),
    ]


def _visits(session: Session, round_id: int) -> Rows:
    rows = session.scalars(select(ConsentVisit).where(ConsentVisit.round_id == round_id).order_by(ConsentVisit.id))
    return [(row.unit_id, row.result.value, _at(row.visited_at), row.visitor_id, _at(row.recorded_at)) for row in rows]
