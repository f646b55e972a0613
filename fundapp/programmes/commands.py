"""The deeds on programmes: open one, draft another policy version, sign it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from moneyed import Money
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.db.wiring import ask, tell
from fundapp.db.work import lock
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import SHANGHAI, Clock, local_date
from fundapp.kernel.errors import BadInput, NotVisible, Refused
from fundapp.people.queries import actor_of
from fundapp.places.queries import PlaceRow, get_place
from fundapp.programmes import rules
from fundapp.programmes.events import ProgrammeOpened
from fundapp.programmes.models import PolicySignature, PolicyVersion, Programme
from fundapp.programmes.policy import check_may_keep, check_may_sign
from fundapp.programmes.queries import PolicyRow, base_now, get_policy, newest_adopted, policy_versions

FOR_PLACES = ("district", "street")


@dataclass(frozen=True)
class OpenProgramme:
    """Open the programme of a year; its first policy is a draft until two approvers have signed it."""

    place_id: int
    year: int
    name: str
    foundation_name: str
    funding: Money
    parts: Mapping[str, Any]


@dataclass(frozen=True)
class AddPolicyVersion:
    """Draft another policy for a programme from a day on; ``base``: the number of the version that was changed.

    Without a day: a first policy, in place of one that nobody has signed yet.
    """

    programme_id: int
    effective_from: date | None
    parts: Mapping[str, Any]
    base: int | None = None


def open_programme(session: Session, actor: Actor, cmd: OpenProgramme, clock: Clock) -> Programme:
    """Open a programme with the draft of its first policy and the first money of its pool.

    Nothing is decided under it before two approvers have signed; with the second signature it is in force.

    Raises:
        Forbidden: the actor neither administers the place nor works for its foundation.
        NotVisible: there is no such place.
        Refused: not a street or district, a name taken there in that year, no money, or a policy that cannot be read.

    """
    place = get_place(session, cmd.place_id)
    now = clock.now(session)
    check_may_keep(actor, place.path)
    _check_programme(session, cmd, place)
    parts = _checked(cmd.parts)
    made = Programme(
        place_id=place.id,
        year=cmd.year,
        name=cmd.name.strip(),
        foundation_name=cmd.foundation_name.strip(),
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(made)
    session.flush()
    _add_version(session, actor, made.id, None, (now, None), parts, now)
    record(session, actor, "programmes.open", f"programme:{made.id}", now, year=cmd.year, place=place.id)
    tell(session, ProgrammeOpened(made.id, place.id, made.foundation_name, cmd.funding, actor, now))
    return made


def add_policy_version(session: Session, actor: Actor, cmd: AddPolicyVersion, clock: Clock) -> PolicyVersion:
    """Draft another policy version; the earlier ones stay as they are, and it is a draft until two others sign it.

    Projects keep the version under which they were submitted. ``cmd.base`` left out means the newest. While no first
    policy is signed this is another first one: its day does not count, and it begins with its second signature.

    Raises:
        Forbidden: the actor neither administers the place nor works for its foundation.
        NotVisible: there is no such programme.
        Refused: too early for its notice or before the newest version, made from an older version
            (``programmes.stale_draft``), nothing changed, or a policy that cannot be read.

    Source: design.md rule 3; money.md section 8, retroactive rule change.

    """
    programme = lock(session, Programme, cmd.programme_id)
    if programme is None:
        raise NotVisible
    now = clock.now(session)
    check_may_keep(actor, get_place(session, programme.place_id).path)
    versions, signed = policy_versions(session, programme.id), newest_adopted(session, programme.id)
    newest = signed or versions[0]
    if cmd.base is not None and cmd.base != newest.number:
        raise Refused("programmes.stale_draft", number=newest.number)
    when = _start(cmd.effective_from, now, signed) if signed else (now, None)
    parts = _checked(cmd.parts)
    if rules.parts_hash(parts) in _standing_hashes(versions, signed, now):
        raise Refused("programmes.nothing_changed")
    if _mode(parts) != _mode(newest.parts):
        raise Refused("programmes.mode_stays", "mode")
    made = _add_version(session, actor, programme.id, signed.id if signed else None, when, parts, now)
    record(session, actor, "programmes.add_policy", f"programme:{programme.id}", now, number=made.number)
    return made


def _mode(parts: Mapping[str, Any]) -> Any:
    """Give how a pool is shared: half of it in a queue and half at the end would be fair to nobody."""
    return parts["matching"]["allocation"]["mode"]


def _standing_hashes(versions: list[PolicyRow], signed: PolicyRow | None, now: datetime) -> set[str]:
    """Give the hashes of what is signed or drafted and waits: a button pressed twice makes one draft."""
    base_id = signed.id if signed else None
    waiting = [row for row in versions if row.base_id == base_id and not row.refused and row.in_time(now)]
    return {row.parts_hash for row in (*waiting, signed) if row is not None}


def _check_programme(session: Session, cmd: OpenProgramme, place: PlaceRow) -> None:
    if place.kind not in FOR_PLACES:
        raise Refused("programmes.wrong_place", "place_id")
    for field, text in (("name", cmd.name), ("foundation_name", cmd.foundation_name)):
        if not text.strip():
            raise Refused("programmes.text_needed", field)
    if not 2000 <= cmd.year <= 2200:
        raise Refused("programmes.wrong_year", "year")
    if cmd.funding.amount <= 0:
        raise Refused("programmes.no_money", "funding")
    taken = select(Programme.id).where(
        Programme.place_id == place.id, Programme.year == cmd.year, Programme.name == cmd.name.strip()
    )
    if session.scalar(taken) is not None:
        raise Refused("programmes.name_taken", "name")


def _start(day: date | None, now: datetime, newest: PolicyRow) -> tuple[datetime, datetime]:
    """Give the first moment of a version, and the last at which it may be signed: its notice lies between."""
    notice = timedelta(days=rules.notice_days(newest.parts))
    starts = datetime.combine(day or local_date(now), time(), SHANGHAI)
    if starts - notice <= now:
        earliest = local_date(now) + notice + timedelta(days=1)
        raise Refused("programmes.too_early", "effective_from", earliest=earliest, days=notice.days)
    if starts < newest.effective_from:
        raise Refused("programmes.before_newest", "effective_from", newest_from=newest.effective_from)
    return starts, starts - notice


def _checked(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Let the shape be checked here and each part by the subject that it concerns."""
    try:
        whole = rules.check_shape(parts)
        for subject, data in whole.items():
            ask("programmes.check_part", subject, data)
    except BadInput as bad:
        raise Refused("programmes.bad_part", where=bad.where, found=bad.found) from bad
    return whole


def _add_version(
    session: Session, actor: Actor, programme_id: int, base_id: int | None, when: tuple[datetime, datetime | None],
    parts: dict[str, Any], at: datetime,
) -> PolicyVersion:  # fmt: skip
    last = session.scalar(select(func.max(PolicyVersion.number)).where(PolicyVersion.programme_id == programme_id))
    made = PolicyVersion(
        programme_id=programme_id,
        number=(last or 0) + 1,
        base_id=base_id,
        signers=rules.SIGNERS,
        effective_from=when[0],
        sign_by=when[1],
        parts=parts,
        parts_hash=rules.parts_hash(parts),
        made_by_id=actor.person_id,
        made_at=at,
    )
    session.add(made)
    session.flush()
    return made


@dataclass(frozen=True)
class SignPolicy:
    """An approver's word on a draft; ``read`` is the hash of what she was shown."""

    policy_version_id: int
    read: str
    op_key: str
    passed: bool
    note: str = ""


def sign_policy(session: Session, actor: Actor, cmd: SignPolicy, clock: Clock) -> PolicySignature:
    """Sign a draft, or refuse it with a reason, which ends it.

    The second signature makes it the coming policy; a first policy is in force from that moment.

    Raises:
        NotVisible: there is no such version.
        Forbidden: see :func:`fundapp.programmes.policy.check_may_sign`.
        Refused: no draft any more (``programmes.not_a_draft``), another version came between
            (``programmes.stale_draft``), too late for its notice (``programmes.signed_too_late``), no reason, or
            another text was read than this (``programmes.read_another``).
    """
    draft = session.get(PolicyVersion, cmd.policy_version_id)
    if draft is None:
        raise NotVisible
    lock(session, Programme, draft.programme_id)
    now = clock.now(session)
    key, said = own_key(actor, cmd.op_key), {"parts_hash": cmd.read, "passed": cmd.passed, "note": cmd.note}
    standing = done_before(session, PolicySignature, key, policy_version_id=draft.id, **said)
    if standing is not None:
        return standing
    path = get_place(session, session.get_one(Programme, draft.programme_id).place_id).path
    check_may_sign(actor_of(session, actor.person_id or 0, now), path, get_policy(session, draft.id), now)
    base_id = base_now(session, draft.programme_id)
    if base_id is not None and base_id != draft.base_id:
        raise Refused("programmes.stale_draft", number=get_policy(session, base_id).number)
    if cmd.read != draft.parts_hash:
        raise Refused("programmes.read_another")
    if not cmd.passed and not cmd.note.strip():
        raise Refused("programmes.reason_needed", "note")
    row = PolicySignature(policy_version_id=draft.id, op_key=key, **said, signed_by_id=actor.person_id, signed_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "programmes.sign", f"programme:{draft.programme_id}", now, signature=row.id)
    return row
