"""Forms about advances, as they come to be sent."""

from fundapp.advances.commands import NewRepayment, NewWaiver, prepare_repayment, record_advance, waive_advance
from fundapp.delivery.correcting import NewCorrection, ask_correction
from fundapp.fundraising.commands import NewRelease, record_release
from fundapp.fundraising.purpose_models import AgreedBy
from fundapp.kernel.money import from_fen
from fundapp.ledger.rules import ReversalReason
from fundapp.projects.rules import Task
from tests.advances.lending import lent, loan_of
from tests.db.town import Sending
from tests.fundraising.raising import asked_town, given
from tests.support.world import CLOCK


def advance() -> Sending:
    """Money is lent."""
    asked = asked_town()
    return Sending(
        asked.groups[0][Task.TREASURER],
        asked.groups[0][Task.LEAD],
        lambda s, who, key, otherwise: record_advance(
            s, who, loan_of(asked, op_key=key, amount=from_fen(500 + otherwise)), CLOCK
        ),
    )


def advance_repayment() -> Sending:
    """Part of it goes back."""
    asked = asked_town()
    number = lent(asked)
    given(asked)
    return Sending(
        asked.groups[0][Task.TREASURER],
        asked.groups[0][Task.LEAD],
        lambda s, who, key, otherwise: prepare_repayment(
            s, who, NewRepayment(number, key, from_fen(500 + otherwise), "捐款"), CLOCK
        ),
    )


def fund_release() -> Sending:
    """Restricted money may serve the whole project."""
    asked = asked_town()
    given(asked, purpose="只买长椅")
    return Sending(
        asked.groups[0][Task.TREASURER],
        asked.groups[0][Task.LEAD],
        lambda s, who, key, otherwise: record_release(
            s, who, NewRelease(1, key, from_fen(500 + otherwise), AgreedBy.GIVER, "有余", asked.proof), CLOCK
        ),
    )


def advance_waiver() -> Sending:
    """Part of it is given up."""
    asked = asked_town()
    number = lent(asked)
    return Sending(
        asked.groups[0][Task.TREASURER],
        asked.groups[0][Task.LEAD],
        lambda s, who, key, otherwise: waive_advance(
            s, who, NewWaiver(number, key, from_fen(500 + otherwise), asked.proof), CLOCK
        ),
    )


def expense_correction() -> Sending:
    """Somebody asks that a payment be taken back."""
    from tests.delivery.paid import paid_town

    paid = paid_town()

    def send(session, who, key, otherwise):
        reason = (ReversalReason.WRONG_AMOUNT, ReversalReason.DUPLICATE)[otherwise]
        return ask_correction(session, who, NewCorrection(paid.bill, key, reason, "已退回"), paid.paying.clock)

    return Sending(paid.who(Task.LEAD), paid.who(Task.MEMBER), send)
