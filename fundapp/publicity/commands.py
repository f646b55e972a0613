"""Post a notice, prove that it hangs, post it anew, object, answer, withdraw.

A deed that ends in something final holds the notice after whatever stands above it; :func:`reply` holds the objection
first, and its reaction then what stands above the notice and the notice itself.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.db.wiring import ask, tell
from fundapp.db.work import lock
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.queries import get_place, units_by_id
from fundapp.publicity import policy, queries
from fundapp.publicity.events import ObjectionAnswered
from fundapp.publicity.models import (
    PublicityNotice,
    PublicityObjection,
    PublicityPosting,
    PublicityReply,
    PublicityRevision,
    PublicityWithdrawal,
)
from fundapp.publicity.rules import Medium, NoticeTerms, Verdict, end_of_days, ordered


@dataclass(frozen=True)
class Posting:
    """What is posted: the words, and where they hang."""

    title: str
    body: str
    media: tuple[Medium, ...]


@dataclass(frozen=True)
class OpenNotice:
    """A notice of *source* by the terms of its policy, which ask for at least one day."""

    source: str
    kind: str
    place_id: int
    posting: Posting
    terms: NoticeTerms


@dataclass(frozen=True)
class ProvePosting:
    """The photo of a notice where it hangs, and until when it stays."""

    notice_id: int
    medium: Medium
    spot: str
    stays_until: datetime
    photo_id: int


@dataclass(frozen=True)
class Object:
    """What a household says against a notice; ``on_paper`` through the worker, with the photo of the sheet."""

    notice_id: int
    unit_id: int
    text: str
    op_key: str
    photo_id: int | None = None
    on_paper: bool = False


@dataclass(frozen=True)
class Reply:
    """The answer; ``summary`` says publicly, without names, what was objected; ``named`` falls with an upheld one."""

    objection_id: int
    verdict: Verdict
    summary: str
    reason: str
    named: tuple[int, ...] = ()


def open_notice(session: Session, actor: Actor, cmd: OpenNotice, now: datetime) -> PublicityNotice:
    """Post a notice from now on: part of the caller's deed, whose rule it is who may."""
    notice = PublicityNotice(
        source=cmd.source,
        kind=cmd.kind,
        place_id=cmd.place_id,
        days=cmd.terms.publicity_days,
        reply_days=cmd.terms.reply_days,
        objections_most=cmd.terms.objections_most,
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(notice)
    session.flush()
    _add_revision(session, actor, notice, cmd.posting, "", now)
    record(session, actor, "publicity.open", f"publicity_notice:{notice.id}", now, days=notice.days)
    return notice


def restart(
    session: Session, actor: Actor, notice_id: int, posting: Posting, reason: str, now: datetime
) -> PublicityRevision:
    """Let a notice say something else: a new revision, and the whole period again. Part of the caller's deed.

    Raises:
        NotVisible: there is none of this number.
        Refused: the notice was withdrawn.

    """
    notice = hold(session, notice_id)
    policy.check_stands(queries.standing_of(session, notice.id, now).state)
    made = _add_revision(session, actor, notice, posting, reason, now)
    record(session, actor, "publicity.restart", f"publicity_notice:{notice.id}", now, number=made.number)
    return made


def repost(
    session: Session, actor: Actor, notice_id: int, media: tuple[Medium, ...], reason: str, clock: Clock
) -> PublicityRevision:
    """Let the worker post the same words anew, because the posting went wrong; the whole period runs again.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is none of this number.
        Refused: no reason, the notice was withdrawn, or it has run its whole course.

    """
    notice = hold(session, notice_id)
    now = clock.now(session)
    policy.check_worker(actor, get_place(session, notice.place_id).path)
    if not reason.strip():
        raise Refused("publicity.reason_needed", field="reason")
    policy.check_may_repost(queries.standing_of(session, notice.id, now).state)
    newest = queries.newest_revision(session, notice.id)
    return restart(session, actor, notice.id, Posting(newest.title, newest.body, media), reason.strip(), now)


def prove_posting(session: Session, actor: Actor, cmd: ProvePosting, clock: Clock) -> PublicityPosting:
    """Note where the newest revision hangs, with its photo.

    Raises:
        Forbidden: not the worker of the community.
        NotVisible: there is none of this number.
        Refused: the notice is not open, it was not to be posted there, no place is named, or it comes down early.

    """
    notice = hold(session, cmd.notice_id)
    now = clock.now(session)
    policy.check_worker(actor, get_place(session, notice.place_id).path)
    standing = queries.standing_of(session, notice.id, now)
    policy.check_open(standing.period, standing.state, now)
    if cmd.medium is Medium.ONLINE or cmd.medium not in standing.media:
        raise Refused("publicity.not_posted_there", field="medium")
    if not cmd.spot.strip():
        raise Refused("publicity.text_needed", field="spot")
    if cmd.stays_until < standing.period.ends_at:
        raise Refused("publicity.taken_down_early", field="stays_until", ends_at=standing.period.ends_at)
    proof = PublicityPosting(
        notice_id=notice.id,
        number=standing.number,
        medium=cmd.medium,
        spot=cmd.spot.strip(),
        stays_until=cmd.stays_until,
        photo_id=cmd.photo_id,
        person_id=actor.person_id,
        at=now,
    )
    session.add(proof)
    session.flush()
    record(session, actor, "publicity.prove", f"publicity_notice:{notice.id}", now, medium=cmd.medium.value)
    return proof


def object_to(session: Session, actor: Actor, cmd: Object, clock: Clock) -> PublicityObjection:
    """Take a household's objection: from its own person, or through the worker from a sheet of paper.

    Raises:
        Forbidden: not a household of the person (on paper: not the worker), or not one of the notice's place.
        NotVisible: there is no such notice.
        Refused: the notice is not open, the household has objected as often as it may, nothing was said, paper
            without photo, or the key was used otherwise.

    """
    notice = hold(session, cmd.notice_id)
    now = clock.now(session)
    _check_objector(session, actor, notice, cmd)
    key = own_key(actor, cmd.op_key)
    said = {"notice_id": notice.id, "unit_id": cmd.unit_id, "text": cmd.text.strip(), "on_paper": cmd.on_paper}
    sent = done_before(session, PublicityObjection, key, **said)
    if sent is not None:
        return sent
    standing = queries.standing_of(session, notice.id, now)
    policy.check_open(standing.period, standing.state, now)
    made = queries.objections_by(session, notice.id, standing.number, cmd.unit_id)
    policy.check_few(made, notice.objections_most, "door" if cmd.on_paper else "text")
    if not cmd.text.strip():
        raise Refused("publicity.text_needed", field="text")
    if cmd.on_paper and cmd.photo_id is None:
        raise Refused("publicity.photo_needed", field="photo")
    row = PublicityObjection(
        **said,
        number=standing.number,
        photo_id=cmd.photo_id,
        op_key=key,
        person_id=actor.person_id,
        at=now,
        reply_due_at=end_of_days(now, notice.reply_days),
    )
    session.add(row)
    session.flush()
    record(session, actor, "publicity.object", f"publicity_notice:{notice.id}", now, objection=row.id)
    return row


def reply(session: Session, actor: Actor, cmd: Reply, clock: Clock) -> PublicityReply:
    """Answer an objection once; what falls with it is carried out by whoever posted the notice, in the same deed.

    A late answer is taken: it is late on the page for ever, and nothing is final without it.

    Raises:
        Forbidden: neither community worker nor street officer here, an objection of the person's own household, or
            one against what the person has done herself.
        NotVisible: there is none of this number.
        Refused: answered already, summary or reason missing, or something is named that cannot fall.

    """
    objection = lock(session, PublicityObjection, cmd.objection_id)
    if objection is None:
        raise NotVisible
    now = clock.now(session)
    notice = session.get_one(PublicityNotice, objection.notice_id)
    answered = queries.reply_of(session, objection.id) is not None
    policy.check_may_reply(actor, get_place(session, notice.place_id).path, objection.unit_id, answered)
    policy.check_no_party(actor, ask("publicity.parties", session, notice.source))
    _check_reply(session, notice, cmd)
    row = PublicityReply(
        objection_id=objection.id,
        verdict=cmd.verdict,
        summary=cmd.summary.strip(),
        reason=cmd.reason.strip(),
        person_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "publicity.reply", f"publicity_objection:{objection.id}", now, verdict=cmd.verdict.value)
    person = actor.person_id or 0
    tell(session, ObjectionAnswered(notice.source, objection.id, cmd.verdict, row.reason, cmd.named, person, now))
    return row


def withdraw(session: Session, source: str, person_id: int | None, reason: str, now: datetime) -> int:
    """Withdraw every notice of a source that still stands; give how many. Part of the caller's deed."""
    ids = session.scalars(
        select(PublicityNotice.id)
        .where(PublicityNotice.source == source)
        .where(PublicityNotice.id.not_in(select(PublicityWithdrawal.notice_id)))
        .order_by(PublicityNotice.id)
    ).all()
    actor = Actor(person_id=person_id) if person_id else NOBODY
    for notice_id in ids:
        hold(session, notice_id)
        session.add(PublicityWithdrawal(notice_id=notice_id, reason=reason, person_id=person_id, at=now))
        record(session, actor, "publicity.withdraw", f"publicity_notice:{notice_id}", now)
    session.flush()
    return len(ids)


def hold(session: Session, notice_id: int) -> PublicityNotice:
    """Read a notice afresh and hold it.

    Raises:
        NotVisible: there is none of this number.

    """
    notice = lock(session, PublicityNotice, notice_id)
    if notice is None:
        raise NotVisible
    return notice


def _check_objector(session: Session, actor: Actor, notice: PublicityNotice, cmd: Object) -> None:
    path = get_place(session, notice.place_id).path
    units = {number: unit.path for number, unit in units_by_id(session, [cmd.unit_id]).items()}
    if cmd.on_paper:
        policy.check_worker(actor, path)
        policy.check_here(units, cmd.unit_id, path, "door")
    else:
        policy.check_may_object(actor, units, cmd.unit_id, path)


def _check_reply(session: Session, notice: PublicityNotice, cmd: Reply) -> None:
    for name in ("summary", "reason"):
        if not getattr(cmd, name).strip():
            raise Refused("publicity.text_needed", field=name)
    if not cmd.named:
        return
    if cmd.verdict is Verdict.REJECTED:
        raise Refused("publicity.nothing_falls", field="named")
    if set(cmd.named) - {number for number, _label in ask("publicity.nameable", session, notice.source)}:
        raise Refused("publicity.not_nameable", field="named")


def _add_revision(
    session: Session, actor: Actor, notice: PublicityNotice, posting: Posting, reason: str, now: datetime
) -> PublicityRevision:
    made = PublicityRevision(
        notice_id=notice.id,
        number=queries.last_number(session, notice.id) + 1,
        title=posting.title,
        body=posting.body,
        media=[medium.value for medium in ordered(posting.media)],
        starts_at=now,
        ends_at=end_of_days(now, notice.days),
        reason=reason,
        made_by_id=actor.person_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    return made
