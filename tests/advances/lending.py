"""Money lent to a project, for tests."""

import uuid
from datetime import date

from fundapp.advances.commands import NewAdvance, NewRepayment, decide_advance, prepare_repayment, record_advance
from fundapp.advances.queries import get_advance
from fundapp.db.work import reading_session, unit_of_work
from fundapp.fundraising.rules import Giver, Means
from fundapp.kernel.money import fen, from_fen
from fundapp.projects.rules import Task
from tests.fundraising.raising import Raising
from tests.support.world import CLOCK


def loan_of(asked: Raising, **other) -> NewAdvance:
    """Make an advance of 100 yuan of a shop."""
    told = {
        "project_id": asked.projects[0], "op_key": str(uuid.uuid4()), "lender_kind": Giver.UNIT, "unit_id": None,
        "lender": "小卖部", "anonymous": False, "related": False, "amount": from_fen(10000), "means": Means.CASH,
        "received_on": date(2026, 3, 1), "repay_from": "停车收入", "proof_id": asked.proof,
    }  # fmt: skip
    return NewAdvance(**(told | other))


def recorded(asked: Raising, **other) -> int:
    """Record an advance as the treasurer."""
    with unit_of_work() as session:
        return record_advance(session, asked.groups[0][Task.TREASURER], loan_of(asked, **other), CLOCK).id


def lent(asked: Raising, **other) -> int:
    """Record an advance, and let another member confirm it."""
    number = recorded(asked, **other)
    with unit_of_work() as session:
        decide_advance(session, asked.groups[0][Task.MEMBER], number, True, "", CLOCK)
    return number


def prepare(asked: Raising, number: int, amount: int, who=None, paid_from: str = "捐款") -> int:
    """Prepare a repayment as the treasurer, unless somebody else is named."""
    with unit_of_work() as session:
        cmd = NewRepayment(number, str(uuid.uuid4()), from_fen(amount), paid_from)
        return prepare_repayment(session, who or asked.groups[0][Task.TREASURER], cmd, CLOCK).id


def owed(number: int) -> int:
    """Give what is still owed of an advance, in fen."""
    with reading_session() as session:
        return fen(get_advance(session, number).owed)
