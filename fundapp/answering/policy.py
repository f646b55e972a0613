"""Role and moment: who prints slips, who helps and for how long."""

from collections.abc import Collection
from datetime import datetime

from fundapp.consent.policy import RoundState, Times
from fundapp.kernel.errors import Forbidden, Refused


def check_takes_codes(times: Times, state: RoundState) -> None:
    """Check that codes may be printed: while the round waits or is open.

    Raises:
        Refused: ``answering.closed``.
    """
    if state not in (RoundState.WAITING, RoundState.OPEN):
        raise Refused("answering.closed", closes_at=times.closes_at)


def check_open(state: RoundState) -> None:
    """Check that the round takes answers now.

    Raises:
        Refused: ``answering.not_open``.
    """
    if state is not RoundState.OPEN:
        raise Refused("answering.not_open")


def check_may_help(state: RoundState, own_units: Collection[int], unit_id: int) -> None:
    """Let a worker begin to help: while the round is open, and not her own household.

    Raises:
        Refused: ``answering.not_open``.
        Forbidden: ``answering.not_oneself``.
    """
    check_open(state)
    if unit_id in own_units:
        raise Forbidden("answering.not_oneself", field="door")


def check_grounds(by_code: bool, reason: str, witness: str) -> None:
    """Ask for the household's code, or for a reason and the name of a witness.

    Raises:
        Refused: ``answering.reason_needed`` or ``answering.witness_needed``, on the field.
    """
    if by_code:
        return
    if not reason.strip():
        raise Refused("answering.reason_needed", field="reason")
    if not witness.strip():
        raise Refused("answering.witness_needed", field="witness")


def runs(until: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a time of help still runs: it ends by the clock, with nobody's doing."""
    return now < until and ended_at is None
