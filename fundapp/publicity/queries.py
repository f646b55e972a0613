"""Read notices: where they stand, their pages, and what waits. Names of persons are never read here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from fundapp.db.wiring import ask
from fundapp.files.models import Attachment
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import PlaceRow, get_place, units_below, units_by_id
from fundapp.publicity.models import (
    PublicityNotice,
    PublicityObjection,
    PublicityPosting,
    PublicityReply,
    PublicityRevision,
    PublicityWithdrawal,
)
from fundapp.publicity.policy import answers_here, reads_all, works_here
from fundapp.publicity.rules import Medium, NoticeState, Period, Verdict, state_of, unproven


@dataclass(frozen=True)
class Standing:
    """Where a notice stands now: its newest revision, what is proven, what waits for an answer."""

    notice_id: int
    source: str
    place_id: int
    title: str
    number: int
    media: tuple[Medium, ...]
    unproven: tuple[Medium, ...]
    period: Period
    objections: int
    unanswered: int
    reply_due_at: datetime | None
    state: NoticeState


@dataclass(frozen=True)
class Proof:
    """Where a revision hangs; the photo is a public attachment."""

    number: int
    medium: Medium
    spot: str
    stays_until: datetime
    photo: str
    sha256: str
    at: datetime


@dataclass(frozen=True)
class ObjectionRow:
    """An objection as everybody may know it; text, door and photo are empty except for who may read them."""

    id: int
    number: int
    at: datetime
    on_paper: bool
    reply_due_at: datetime
    verdict: Verdict | None
    summary: str
    reason: str
    answered_at: datetime | None
    unit_id: int = 0
    text: str = ""
    door: str = ""
    photo: str = ""
    sha256: str = ""

    @property
    def late(self) -> bool:
        """Tell whether the answer came after its limit."""
        return self.answered_at is not None and self.answered_at >= self.reply_due_at


@dataclass(frozen=True)
class NoticePage:
    """One notice as one person may see it."""

    id: int
    source: str
    place: PlaceRow
    days: int
    reply_days: int
    objections_most: int
    standing: Standing
    revisions: tuple[PublicityRevision, ...]
    proofs: tuple[Proof, ...]
    objections: tuple[ObjectionRow, ...]
    withdrawn_reason: str
    works_here: bool
    answers_here: bool


def newest_revision(session: Session, notice_id: int) -> PublicityRevision:
    """Give what a notice says now.

    Raises:
        NotVisible: there is no such notice.

    """
    row = session.scalar(
        select(PublicityRevision)
        .where(PublicityRevision.notice_id == notice_id)
        .order_by(PublicityRevision.number.desc())
        .limit(1)
    )
    if row is None:
        raise NotVisible
    return row


def last_number(session: Session, notice_id: int) -> int:
    """Give the number of a notice's newest revision, 0 before the first."""
    return session.scalar(select(func.max(PublicityRevision.number)).filter_by(notice_id=notice_id)) or 0


def reply_of(session: Session, objection_id: int) -> PublicityReply | None:
    """Give the answer to an objection."""
    return session.scalar(select(PublicityReply).where(PublicityReply.objection_id == objection_id))


def objections_by(session: Session, notice_id: int, number: int, unit_id: int) -> int:
    """Count the objections of a household to one revision of a notice."""
    query = select(func.count(PublicityObjection.id)).filter_by(notice_id=notice_id, number=number, unit_id=unit_id)
    return session.scalar(query) or 0


def standing_of(session: Session, notice_id: int, now: datetime) -> Standing:
    """Tell where a notice stands.

    Raises:
        NotVisible: there is none of this number.

    """
    found = standings(session, [notice_id], now)
    if notice_id not in found:
        raise NotVisible
    return found[notice_id]


def standings(session: Session, notice_ids: Iterable[int], now: datetime) -> dict[int, Standing]:
    """Tell where several notices stand, in three statements."""
    return _standings(session, PublicityNotice.id.in_(ids), now) if (ids := list(notice_ids)) else {}


def _standings(session: Session, which: ColumnElement[bool], now: datetime) -> dict[int, Standing]:
    rows = session.execute(_newest().where(which)).all()
    if not rows:
        return {}
    ids = [notice.id for notice, *_rest in rows]
    proven: dict[tuple[int, int], set[Medium]] = {}
    for notice_id, number, medium in session.execute(
        select(PublicityPosting.notice_id, PublicityPosting.number, PublicityPosting.medium).where(
            PublicityPosting.notice_id.in_(ids)
        )
    ):
        proven.setdefault((notice_id, number), set()).add(medium)
    waiting = {row.notice_id: row for row in session.execute(_waiting(ids))}
    return {
        notice.id: _standing(notice, revision, gone is not None, proven, waiting.get(notice.id), now)
        for notice, revision, gone in rows
    }


def _newest() -> Select[PublicityNotice, PublicityRevision, int]:
    each = aliased(PublicityRevision)
    last = select(func.max(each.number)).where(each.notice_id == PublicityNotice.id).correlate(PublicityNotice)
    newest = PublicityRevision.number == last.scalar_subquery()
    return (
        select(PublicityNotice, PublicityRevision, PublicityWithdrawal.id)
        .select_from(PublicityNotice)
        .join(PublicityRevision, and_(PublicityRevision.notice_id == PublicityNotice.id, newest))
        .outerjoin(PublicityWithdrawal, PublicityWithdrawal.notice_id == PublicityNotice.id)
        .order_by(PublicityNotice.id)
    )


def _waiting(ids: Sequence[int]) -> Select[int, int, int, datetime]:
    """Count the objections of some notices, those without an answer, and the first limit among these."""
    open_ = PublicityReply.id.is_(None)
    return (
        select(
            PublicityObjection.notice_id,
            func.count().label("all"),
            func.sum(case((open_, 1), else_=0)).label("open"),
            func.min(case((open_, PublicityObjection.reply_due_at))).label("due"),
        )
        .outerjoin(PublicityReply, PublicityReply.objection_id == PublicityObjection.id)
        .where(PublicityObjection.notice_id.in_(ids))
        .group_by(PublicityObjection.notice_id)
    )


def _standing(
    notice: PublicityNotice,
    revision: PublicityRevision,
    withdrawn: bool,
    proven: dict[tuple[int, int], set[Medium]],
    waiting: Any,
    now: datetime,
) -> Standing:
    media = tuple(Medium(name) for name in revision.media)
    missing = unproven(media, proven.get((notice.id, revision.number), set()))
    period = Period(revision.starts_at, revision.ends_at)
    unanswered = int(waiting.open) if waiting else 0
    return Standing(
        notice_id=notice.id,
        source=notice.source,
        place_id=notice.place_id,
        title=revision.title,
        number=revision.number,
        media=media,
        unproven=missing,
        period=period,
        objections=int(waiting.all) if waiting else 0,
        unanswered=unanswered,
        reply_due_at=waiting.due if waiting else None,
        state=state_of(period, now, unproven=bool(missing), unanswered=unanswered, withdrawn=withdrawn),
    )


def notice_page(session: Session, notice_id: int, actor: Actor, now: datetime) -> NoticePage:
    """Give a notice with its revisions, proofs and objections; what was said in full only to who may read it.

    Raises:
        NotVisible: there is no such notice, or its matter is hidden from this person.

    """
    notice = session.get(PublicityNotice, notice_id)
    if notice is None or not ask("publicity.may_see", session, notice.source, actor):
        raise NotVisible
    place = get_place(session, notice.place_id)
    gone = session.scalar(select(PublicityWithdrawal.reason).where(PublicityWithdrawal.notice_id == notice_id))
    return NoticePage(
        id=notice.id,
        source=notice.source,
        place=place,
        days=notice.days,
        reply_days=notice.reply_days,
        objections_most=notice.objections_most,
        standing=standing_of(session, notice_id, now),
        revisions=tuple(revisions_of(session, [notice_id])),
        proofs=tuple(proofs_of(session, notice_id)),
        objections=tuple(objections_of(session, notice_id, actor, place.path)),
        withdrawn_reason=gone or "",
        works_here=works_here(actor, place.path),
        answers_here=answers_here(actor, place.path),
    )


def revisions_of(session: Session, notice_ids: Sequence[int]) -> list[PublicityRevision]:
    """List all revisions of some notices, the oldest first."""
    row = PublicityRevision
    return list(session.scalars(select(row).where(row.notice_id.in_(notice_ids)).order_by(row.notice_id, row.number)))


def proofs_of(session: Session, notice_id: int) -> list[Proof]:
    """List where a notice hangs or hung, the oldest proof first."""
    rows = session.execute(
        select(PublicityPosting, Attachment.public_id, Attachment.sha256)
        .join(Attachment, Attachment.id == PublicityPosting.photo_id)
        .where(PublicityPosting.notice_id == notice_id)
        .order_by(PublicityPosting.id)
    )
    return [Proof(row.number, row.medium, row.spot, row.stays_until, photo, sha, row.at) for row, photo, sha in rows]


def objections_of(session: Session, notice_id: int, actor: Actor, place_path: str) -> list[ObjectionRow]:
    """List the objections to a notice, in full only those of the actor's own household, or all to the staff."""
    rows = session.execute(
        select(PublicityObjection, PublicityReply, Attachment.public_id, Attachment.sha256)
        .outerjoin(PublicityReply, PublicityReply.objection_id == PublicityObjection.id)
        .outerjoin(Attachment, Attachment.id == PublicityObjection.photo_id)
        .where(PublicityObjection.notice_id == notice_id)
        .order_by(PublicityObjection.id)
    ).all()
    everything = reads_all(actor, place_path)
    full = {row.unit_id for row, *_rest in rows if everything or row.unit_id in actor.unit_ids}
    doors = {number: unit.door for number, unit in units_by_id(session, sorted(full)).items()} if full else {}
    return [
        _objection(row, answer, (doors[row.unit_id], photo or "", sha or "") if row.unit_id in full else None)
        for row, answer, photo, sha in rows
    ]


def _objection(
    row: PublicityObjection, answer: PublicityReply | None, inner: tuple[str, str, str] | None
) -> ObjectionRow:
    door, photo, sha256 = inner or ("", "", "")
    return ObjectionRow(
        id=row.id,
        number=row.number,
        at=row.at,
        on_paper=row.on_paper,
        reply_due_at=row.reply_due_at,
        verdict=answer.verdict if answer else None,
        summary=answer.summary if answer else "",
        reason=answer.reason if answer else "",
        answered_at=answer.at if answer else None,
        unit_id=row.unit_id if inner else 0,
        text=row.text if inner else "",
        door=door,
        photo=photo,
        sha256=sha256,
    )


def objection_page(session: Session, objection_id: int, actor: Actor, now: datetime) -> tuple[NoticePage, ObjectionRow]:
    """Give one objection in full, with its notice, to her household or to the staff.

    Raises:
        NotVisible: there is none of this number, or it is not for this person.

    """
    notice_id = session.scalar(select(PublicityObjection.notice_id).where(PublicityObjection.id == objection_id))
    if notice_id is None:
        raise NotVisible
    page = notice_page(session, notice_id, actor, now)
    for row in page.objections:
        if row.id == objection_id and row.text:
            return page, row
    raise NotVisible


def notices_of(session: Session, sources: Iterable[str], now: datetime) -> list[Standing]:
    """List where the notices of some sources stand, the oldest first, in three statements."""
    return list(_standings(session, PublicityNotice.source.in_(list(sources)), now).values())


def notices_at(session: Session, place_ids: Iterable[int], now: datetime) -> list[Standing]:
    """List the notices of some places that are neither over nor withdrawn, the soonest end first.

    One that is over waits for its source, which asks :func:`notices_of`.
    """
    query = (
        select(PublicityNotice.id)
        .where(PublicityNotice.place_id.in_(list(place_ids)))
        .where(PublicityNotice.id.not_in(select(PublicityWithdrawal.notice_id)))
    )
    found = standings(session, session.scalars(query).all(), now).values()
    going = (row for row in found if row.state is not NoticeState.OVER)
    return sorted(going, key=lambda row: (row.period.ends_at, row.notice_id))


def objections_waiting(session: Session, notice_ids: Iterable[int]) -> list[tuple[int, int, datetime]]:
    """List number, notice and limit of the objections without an answer, the first limit first."""
    rows = session.execute(
        select(PublicityObjection.id, PublicityObjection.notice_id, PublicityObjection.reply_due_at)
        .outerjoin(PublicityReply, PublicityReply.objection_id == PublicityObjection.id)
        .where(PublicityObjection.notice_id.in_(list(notice_ids)), PublicityReply.id.is_(None))
        .order_by(PublicityObjection.reply_due_at, PublicityObjection.id)
    )
    return [(number, notice_id, due) for number, notice_id, due in rows]


def unit_of_door(session: Session, place_path: str, door: str) -> int:
    """Find a household of a place by its door as written on paper; blanks do not matter.

    Raises:
        Refused: there is none such, or several (code ``publicity.no_such_door``).

    """
    wanted = "".join(door.split())
    found = [unit.id for unit in units_below(session, place_path) if "".join(unit.door.split()) == wanted]
    if len(found) != 1:
        raise Refused("publicity.no_such_door", field="door")
    return found[0]


def steps_of(session: Session, sources: Sequence[str]) -> list[tuple[datetime, str, int, str]]:
    """List what happened to the notices of some sources: moment, kind, notice and public words, the oldest first.

    Kinds: ``posted``, ``posted_again`` (with its reason), ``objected``, and an answer's verdict (with its summary).
    """
    ids = session.scalars(select(PublicityNotice.id).where(PublicityNotice.source.in_(sources))).all()
    if not ids:
        return []
    steps: list[tuple[datetime, str, int, str]] = [
        (row.starts_at, "posted_again" if row.reason else "posted", row.notice_id, row.reason)
        for row in revisions_of(session, ids)
    ]
    rows = session.execute(
        select(PublicityObjection.notice_id, PublicityObjection.at, PublicityReply)
        .outerjoin(PublicityReply, PublicityReply.objection_id == PublicityObjection.id)
        .where(PublicityObjection.notice_id.in_(ids))
    )
    for notice_id, at, answer in rows:
        steps.append((at, "objected", notice_id, ""))
        if answer is not None:
            steps.append((answer.at, answer.verdict.value, notice_id, answer.summary))
    return sorted(steps)
