"""Gather what a round's evidence bundle holds: numbers, doors, fingerprints; no person is named."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.consent.bundle import ANSWERS, NUMBERS, ROSTER, calculation, standing
from fundapp.consent.models import ConsentAnswer, ConsentResult, ConsentRound
from fundapp.consent.queries.noticed import announcements_of, source_of, terms_of_round, title_of
from fundapp.consent.queries.paper_evidence import paper_evidence
from fundapp.db.types import canonical
from fundapp.kernel.actor import Actor
from fundapp.kernel.archive import table
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import get_place
from fundapp.publicity.queries import NoticePage, ObjectionRow, Proof, notice_page, notices_of
from fundapp.rosters.queries import get_snapshot, snapshot_heads


def evidence_of(session: Session, round_id: int, actor: Actor, now: datetime) -> dict[str, bytes]:
    """Give the files of a round's bundle by name, all but README and manifest.

    Raises:
        NotVisible: there is no such round.

    """
    round_ = session.get(ConsentRound, round_id)
    if round_ is None:
        raise NotVisible
    lines = snapshot_heads(session, round_.snapshot_id)
    answers = session.scalars(
        select(ConsentAnswer).where(ConsentAnswer.round_id == round_id).order_by(ConsentAnswer.id)
    ).all()
    said = [{"unit": str(a.unit_id), "revision": str(a.revision), "answer": a.answer.value} for a in answers]
    counted = calculation(round_.regime, round_.opens_at, lines, standing(round_.regime, lines, said))
    roster = [(row.unit_id, row.door, row.area_cm2, row.holder_id, row.group_id, row.grid_id) for row in lines]
    return {
        "round.json": _text(_round(session, round_)),
        "roster.csv": table(ROSTER, roster),
        "answers.csv": table(ANSWERS, [_answer(row) for row in answers]),
        **paper_evidence(session, round_id),
        "notices.json": _text(_notices(session, round_id, actor, now)),
        "results.json": _text(_results(session, round_id)),
        "calculation.json": _text(counted),
    }


def _text(value: object) -> bytes:
    return canonical(value).encode()


def _at(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _round(session: Session, round_: ConsentRound) -> dict[str, Any]:
    snapshot, terms = get_snapshot(session, round_.snapshot_id), terms_of_round(session, round_)
    return {
        "round": round_.id,
        "project": round_.project_id,
        "title": title_of(session, round_.id),
        "version_hash": round_.version_hash,
        "place": get_place(session, round_.place_id).full_name,
        "regime": round_.regime,
        "households": round_.households,
        "roster_taken_at": _at(snapshot.taken_at),
        "roster_hash": snapshot.roster_hash,
        "opens_at": _at(round_.opens_at),
        "closes_at": _at(round_.closes_at),
        "keying_until": _at(round_.keying_until),
        "publicity_days": terms.publicity_days,
        "reply_days": terms.reply_days,
        "second_keying": terms.paper.second_keying.value,
        "second_keying_share": f"{terms.paper.share.numerator}/{terms.paper.share.denominator}",
        "proxies_most": terms.paper.proxies_most,
    }


def _answer(row: ConsentAnswer) -> tuple[object, ...]:
    where = (row.unit_id, row.revision, row.answer.value, row.channel.value, row.serial)
    return (*where, _at(row.at), row.reason, row.objection_id)


def _results(session: Session, round_id: int) -> dict[str, Any]:
    final = session.scalar(select(ConsentResult).where(ConsentResult.round_id == round_id))
    told = {name: getattr(final, name) for name in NUMBERS} if final else {}
    return {
        "preliminary": [
            {name: row.numbers[name] for name in NUMBERS} | {"result": row.outcome, "at": _at(row.at)}
            for row in announcements_of(session, round_id)
        ],
        "final": told | {"result": final.outcome.value, "at": _at(final.at)} if final else None,
    }


def _notices(session: Session, round_id: int, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    found = notices_of(session, [source_of(round_id)], now)
    return [_notice(notice_page(session, row.notice_id, actor, now)) for row in found]


def _notice(page: NoticePage) -> dict[str, Any]:
    return {
        "days": page.days,
        "reply_days": page.reply_days,
        "withdrawn": page.withdrawn_reason,
        "revisions": [
            {
                "number": row.number,
                "title": row.title,
                "body": row.body,
                "media": list(row.media),
                "starts_at": _at(row.starts_at),
                "ends_at": _at(row.ends_at),
                "reason": row.reason,
            }
            for row in page.revisions
        ],
        "postings": _proofs(page.proofs),
        "objections": [_objection(row) for row in page.objections],
    }


def _proofs(rows: Iterable[Proof]) -> list[dict[str, Any]]:
    return [
        {
            "revision": row.number,
            "medium": row.medium.value,
            "spot": row.spot,
            "at": _at(row.at),
            "stays_until": _at(row.stays_until),
            "sha256": row.sha256,
        }
        for row in rows
    ]


def _objection(row: ObjectionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "door": row.door,
        "on_paper": row.on_paper,
        "text": row.text,
        "sha256": row.sha256,
        "at": _at(row.at),
        "reply_due_at": _at(row.reply_due_at),
        "verdict": row.verdict.value if row.verdict else None,
        "summary": row.summary,
        "reply": row.reason,
        "answered_at": _at(row.answered_at),
    }
