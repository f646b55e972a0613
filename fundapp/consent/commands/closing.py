"""Whether the paper of a round lets its result be published."""

from sqlalchemy.orm import Session

from fundapp.consent import queries
from fundapp.consent.models import ConsentRound
from fundapp.kernel.errors import Refused


def check_paper_closed(session: Session, round_: ConsentRound) -> None:
    """Let no result be published before all paper is accounted for and read alike by two people.

    Raises:
        Refused: ``consent.sheets_out``, ``consent.second_waits`` or ``consent.differ``.
    """
    against = queries.against_result(session, round_)
    if against:
        code, values = against[0]
        raise Refused(code, **values)
