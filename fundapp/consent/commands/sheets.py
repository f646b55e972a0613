"""Key in what came back on paper, many lines of one page at once, with how it came about."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.answers import Answered, CorrectPaper, KeyPaper, correct_paper, key_paper
from fundapp.consent.commands.holding import Named, PaperHold, helper_of, hold_for_worker
from fundapp.consent.paper_models import ConsentEvidence
from fundapp.consent.policy import Choice
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import Forbidden, Refused


@dataclass(frozen=True)
class LineSaid:
    """One line of a page as it was filled in."""

    serial: int
    unit_id: int
    answer: Choice
    signed_on: date


@dataclass(frozen=True)
class Proxy:
    """Who spoke for the household, and the photo of the written proxy."""

    holder: Named
    scan_id: int


@dataclass(frozen=True)
class KeySheets:
    """The filled-in lines of one page, its scan, who went and who watched."""

    round_id: int
    lines: tuple[LineSaid, ...]
    scan_id: int
    collector: Named
    op_key: str
    witness: Named | None = None
    proxy: Proxy | None = None


@dataclass(frozen=True)
class _Hands:
    collector_id: int
    witness_id: int | None
    proxy_id: int | None = None
    proxy_scan_id: int | None = None
    most: int | None = None


def key_sheets(session: Session, actor: Actor, cmd: KeySheets, clock: Clock) -> list[Answered]:
    """Take the answers on registered sheets; all lines of the page or none.

    Raises:
        Forbidden: not the worker of the community.
        Refused: no line; a line of another door, void, keyed in already or signed outside the window; nobody went; a
            proxy-holder who speaks for too many households; what :func:`key_paper` refuses. The field is
            ``line-<serial>`` where it concerns one line.

    Source: domain.md section 3.3; peers.md rows 18 and 80.
    """
    held = hold_for_worker(session, actor, cmd.round_id, clock)
    if not cmd.lines:
        raise Refused("consent.no_lines", field="lines")
    hands = _hands(session, held, actor, cmd)
    return [_key_line(session, held, actor, cmd, line, hands, clock) for line in cmd.lines]


def _hands(session: Session, held: PaperHold, actor: Actor, cmd: KeySheets) -> _Hands:
    collector = helper_of(session, held, actor, cmd.collector, "collector_name")
    witness = helper_of(session, held, actor, cmd.witness, "witness_name") if cmd.witness else None
    if witness == collector:
        raise Refused("consent.witness_is_collector", field="witness_name")
    if cmd.proxy is None:
        return _Hands(collector, witness)
    if len("".join(c for c in cmd.proxy.holder.phone if c.isdigit())) < 7:
        raise Refused("consent.proxy_phone_needed", field="proxy_phone")
    proxy = helper_of(session, held, actor, cmd.proxy.holder, "proxy_name")
    most = queries.paper_terms(session, held.round).proxies_most
    if most == 0:
        raise Refused("consent.no_proxies", field="proxy_name")
    return _Hands(collector, witness, proxy, cmd.proxy.scan_id, most)


def _key_line(
    session: Session, held: PaperHold, actor: Actor, cmd: KeySheets, line: LineSaid, hands: _Hands, clock: Clock
) -> Answered:
    key = str(uuid5(UUID(cmd.op_key), str(line.serial)))
    try:
        _check_line(session, held, line, hands)
        keyed = KeyPaper(cmd.round_id, line.serial, line.unit_id, line.answer, cmd.scan_id, key)
        row = key_paper(session, actor, keyed, clock)
    except Refused as refusal:
        field = refusal.field if len(cmd.lines) == 1 and refusal.field else f"line-{line.serial}"
        raise type(refusal)(refusal.code, field=field, **refusal.facts) from refusal
    if queries.evidence_of_answer(session, row.id) is None:
        _note(session, row, line.signed_on, hands)
    return row


def _check_line(session: Session, held: PaperHold, line: LineSaid, hands: _Hands) -> None:
    check_sheet_of_door(session, held.round.id, line.serial, line.unit_id)
    first, last = local_date(held.window.opens_at), local_date(min(held.now, held.window.closes_at))
    if not first <= line.signed_on <= last:
        raise Refused("consent.signed_outside", field="signed_on", first=first, last=last)
    at = queries.phone_answer_at(session, held.round.id, queries.voice_of(session, held.round, line.unit_id).number)
    if at is not None and local_date(at) > line.signed_on:
        raise Refused("consent.answered_later", field="signed_on", at=at)
    if hands.proxy_id is not None and hands.most is not None:
        spoken = queries.units_of_proxy(session, hands.proxy_id) - {line.unit_id}
        if len(spoken) >= hands.most:
            raise Refused("consent.proxy_for_too_many", field="proxy_name", most=hands.most)


def check_sheet_of_door(session: Session, round_id: int, serial: int, unit_id: int) -> None:
    """Keep a sheet that is printed for one door to that door, and void ones out.

    Raises:
        Refused: ``consent.other_door`` or ``consent.sheet_void``.
    """
    line = queries.line_of(session, round_id, serial)
    if line is not None and line.unit_id != unit_id:
        raise Refused("consent.other_door", field="door", serial=serial, door=line.door)
    if queries.is_void(session, round_id, serial):
        raise Refused("consent.sheet_void", field="serial", serial=serial)


def _note(session: Session, row: Answered, signed_on: date, hands: _Hands) -> None:
    session.add(
        ConsentEvidence(
            answer_id=row.id,
            round_id=row.round_id,
            serial=row.serial,
            signed_on=signed_on,
            collector_id=hands.collector_id,
            witness_id=hands.witness_id,
            proxy_id=hands.proxy_id,
            proxy_scan_id=hands.proxy_scan_id,
            proxies_most=hands.most,
        )
    )
    session.flush()


def check_shown(session: Session, round_id: int, serial: int, actor: Actor) -> None:
    """Keep what the first person read from whoever may be the second.

    Raises:
        Forbidden: the sheet waits for its second keying, and the actor did not key it in.

    Source: design.md rule 11.
    """
    if queries.is_hidden(session, round_id, serial, actor.person_id):
        raise Forbidden("consent.second_comes_first", serial=serial)


def correct_sheet(session: Session, actor: Actor, cmd: CorrectPaper, clock: Clock) -> Answered:
    """Put a keying mistake right; how the sheet came about is taken along to the new revision.

    Raises:
        Forbidden: not the worker of the community, or somebody else keyed it in and the second keying comes first.
        Refused: the sheet is printed for another door; what :func:`correct_paper` refuses.
    """
    held = hold_for_worker(session, actor, cmd.round_id, clock)
    check_shown(session, held.round.id, cmd.serial, actor)
    before = queries.evidence_of_sheet(session, held.round.id, cmd.serial)
    check_sheet_of_door(session, held.round.id, cmd.serial, cmd.unit_id)
    row = correct_paper(session, actor, cmd, clock)
    if before is not None and queries.evidence_of_answer(session, row.id) is None:
        kept = _Hands(
            before.collector_id, before.witness_id, before.proxy_id, before.proxy_scan_id, before.proxies_most
        )
        _note(session, row, before.signed_on, kept)
        record(session, actor, "consent.keep_evidence", f"consent_answer:{row.id}", held.now, serial=cmd.serial)
    return row
