"""Announce a preliminary result, and count it again where an upheld objection strikes answers."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.heads import HeadCount
from fundapp.consent.models import ConsentAnswer, ConsentPreliminary, ConsentRound
from fundapp.consent.policy import Channel, Choice, Terms
from fundapp.consent.rules import area_text, asks_owners
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.publicity.commands import OpenNotice, Posting, open_notice, restart
from fundapp.publicity.events import ObjectionAnswered
from fundapp.publicity.queries import newest_revision
from fundapp.publicity.rules import Medium

KIND = "preliminary"
WORDS = {
    "passed": "初步结果为通过。",
    "failed": "初步结果为未通过。",
    "no_quorum": "参与的不够，初步结果为未通过。",
    "undetermined": "面积登记不全，初步结果不能确定。",
    "advice": "本次征求意见供参考，不作决定。",
}


def announce(
    session: Session,
    actor: Actor,
    round_: ConsentRound,
    terms: Terms,
    media: tuple[Medium, ...],
    keying_complete: bool,
    now: datetime,
) -> ConsentPreliminary:
    """Count the answers and put the preliminary result on public notice. The caller holds project and round."""
    count = queries.count_round(session, round_)
    posting = Posting(f"初步结果公示：{queries.title_of(session, round_.id)}", words(round_, count, terms), media)
    cmd = OpenNotice(queries.source_of(round_.id), KIND, round_.place_id, posting, terms.notice)
    notice = open_notice(session, actor, cmd, now)
    return _count(session, actor, round_, count, notice.id, keying_complete, now)


def strike(session: Session, round_: ConsentRound, terms: Terms, event: ObjectionAnswered) -> ConsentPreliminary:
    """Strike the answers that an upheld objection names, count again, and post the new numbers for the whole period.

    The caller holds project and round.

    Raises:
        Refused: no preliminary result is announced, or one of those named has no answer that stands.

    """
    before = queries.announced_of(session, round_.id)
    if before is None:
        raise Refused("consent.not_announced")
    for unit_id in event.named:
        _strike_one(session, round_, unit_id, event)
    session.flush()
    actor, count = Actor(person_id=event.person_id), queries.count_round(session, round_)
    old = newest_revision(session, before.notice_id)
    posting = Posting(old.title, words(round_, count, terms), tuple(Medium(name) for name in old.media))
    reason = f"一项异议成立，作废 {len(event.named)} 户的意见，重新计票。"
    restart(session, actor, before.notice_id, posting, reason, event.at)
    return _count(session, actor, round_, count, before.notice_id, before.keying_complete, event.at)


def words(round_: ConsentRound, count: HeadCount, terms: Terms) -> str:
    """Say a preliminary result in the words of its notice: every number apart, never a door, never a name."""
    noun = "人" if asks_owners(round_.regime) else "户"
    follow = f"，从众 {count.follow} {noun}" if round_.follow else ""
    lines = [
        f"征求意见范围共 {count.heads} {noun}：同意 {count.agree} {noun}，反对 {count.oppose} {noun}，"
        f"弃权 {count.abstain} {noun}{follow}，未表态 {count.silent} {noun}。",
        f"门槛：同意 {count.needed} {noun}。{WORDS[count.result]}",
        f"公示期内对结果有不同意见的，可以提出异议，社区在 {terms.reply_days} 天内答复。"
        "公示期满、异议全部答复以后，公布最终结果。",
    ]
    if count.area_cm2 is not None and count.area_participating is not None and count.area_agree is not None:
        area = (area_text(number) for number in (count.area_cm2, count.area_participating, count.area_agree))
        lines.insert(1, "面积共 {} 平方米：参与 {} 平方米，同意 {} 平方米。".format(*area))
    return "\n".join(lines)


def _count(
    session: Session,
    actor: Actor,
    round_: ConsentRound,
    count: HeadCount,
    notice_id: int,
    keying_complete: bool,
    now: datetime,
) -> ConsentPreliminary:
    before = queries.announced_of(session, round_.id)
    made = ConsentPreliminary(
        round_id=round_.id,
        revision=before.revision + 1 if before else 1,
        notice_id=notice_id,
        numbers=asdict(count),
        outcome=count.result,
        keying_complete=keying_complete,
        published_by_id=actor.person_id,
        at=now,
    )
    session.add(made)
    session.flush()
    record(session, actor, "consent.announce", f"consent_round:{round_.id}", now, revision=made.revision)
    return made


def _strike_one(session: Session, round_: ConsentRound, unit_id: int, event: ObjectionAnswered) -> None:
    current = queries.current_answer(session, round_.id, unit_id)
    if current is None or current.answer is Choice.NONE:
        raise Refused("consent.not_standing", field="named")
    session.add(
        ConsentAnswer(
            round_id=round_.id,
            snapshot_id=round_.snapshot_id,
            unit_id=unit_id,
            voice=current.voice,
            area_cm2=current.area_cm2,
            revision=current.revision + 1,
            answer=Choice.NONE,
            channel=Channel.OBJECTION,
            op_key=f"objection:{event.objection_id}:{unit_id}",
            person_id=event.person_id,
            at=event.at,
            reason=event.reason,
            objection_id=event.objection_id,
        )
    )
