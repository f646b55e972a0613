"""Where a request for the street's money stands."""

from enum import StrEnum


class RequestState(StrEnum):
    """Reported, refused, approved and not wholly paid, on its way to the project, or there."""

    REPORTED = "reported"
    REFUSED = "refused"
    APPROVED = "approved"
    SENT = "sent"
    PAID = "paid"


def state_of(approved: int | None, sent: int, confirmed: int) -> RequestState:
    """Give the state from fen: *approved* (``None``: nobody has decided), *sent* and not refused, *confirmed*.

    >>> [state_of(*one).value for one in ((None, 0, 0), (0, 0, 0), (500, 0, 0), (500, 500, 200), (500, 500, 500))]
    ['reported', 'refused', 'approved', 'sent', 'paid']
    """
    if approved is None:
        return RequestState.REPORTED
    if approved == 0:
        return RequestState.REFUSED
    if sent < approved:
        return RequestState.APPROVED
    return RequestState.PAID if confirmed >= approved else RequestState.SENT
