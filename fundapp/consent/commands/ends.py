"""Say what became of sheets from which nothing will be keyed in."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.holding import hold_for_worker
from fundapp.consent.paper_models import ConsentSheetEnd
from fundapp.consent.papers import SheetEnd, SheetState
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused


@dataclass(frozen=True)
class EndSheets:
    """Declare sheets void, with a reason, or not come back."""

    round_id: int
    serials: tuple[int, ...]
    how: SheetEnd
    reason: str = ""


def end_sheets(session: Session, actor: Actor, cmd: EndSheets, clock: Clock) -> int:
    """Declare sheets void or missing until the result; a missing one may still come back and be keyed in.

    Raises:
        Forbidden: not the worker of the community.
        Refused: no sheet; void without a reason; one that is not registered, is keyed in, or has been declared so.
    """
    held = hold_for_worker(session, actor, cmd.round_id, clock)
    if not cmd.serials:
        raise Refused("consent.no_lines", field="serials")
    if cmd.how is SheetEnd.VOID and not cmd.reason.strip():
        raise Refused("consent.void_reason_needed", field="reason")
    states = queries.sheet_states(session, held.round.id)
    open_ = {SheetState.OUT, SheetState.MISSING} if cmd.how is SheetEnd.VOID else {SheetState.OUT}
    for serial in cmd.serials:
        if serial not in states:
            raise Refused("consent.not_registered", field="serials", serial=serial)
        if states[serial] not in open_:
            raise Refused("consent.sheet_not_out", field="serials", serial=serial)
        session.add(
            ConsentSheetEnd(
                round_id=held.round.id,
                serial=serial,
                how=cmd.how,
                reason=cmd.reason.strip(),
                person_id=actor.person_id,
                at=held.now,
            )
        )
    session.flush()
    about = f"consent_round:{held.round.id}"
    record(session, actor, "consent.end_sheets", about, held.now, how=cmd.how.value, sheets=len(cmd.serials))
    return len(cmd.serials)
