"""A project that has paid a bill of 900 yuan: its lead claimed it, its treasurer paid."""

from dataclasses import dataclass

from fundapp.db.work import reading_session
from fundapp.delivery.correcting import NewCorrection, ask_correction, decide_correction
from fundapp.delivery.queries import cash_of, get_expense
from fundapp.ledger.rules import ReversalReason
from fundapp.projects.rules import Task
from tests.matching.paying import YUAN, Paying, make_paying


@dataclass
class Paid:
    """The town, and the bill."""

    paying: Paying
    bill: int

    @property
    def project(self):
        """Give the project's number."""
        return self.paying.town.projects[0]

    def who(self, task):
        """Give the group's person of a task."""
        return self.paying.town.groups[0][task]

    def ask(self, task=Task.LEAD, key="k", told="多打了一个零，已退回", bill=None):
        """Ask that the payment be taken back; give the request's number."""
        cmd = NewCorrection(bill or self.bill, key, ReversalReason.WRONG_AMOUNT, told)
        return self.paying.do(ask_correction, self.who(task), cmd).id

    def decide(self, number, task=Task.SUPERVISOR, passed=True, why=""):
        """Say a word on a request."""
        return self.paying.do(decide_correction, self.who(task), number, passed, why).id

    def cash(self):
        """Give the project's cash in yuan."""
        with reading_session() as session:
            return cash_of(session, self.project) // YUAN

    def row(self):
        """Give the bill as it stands."""
        with reading_session() as session:
            return get_expense(session, self.bill)


def paid_town():
    """Make the town."""
    paying = make_paying(own=10_000, funding="100000.00", projects=1)
    paying.begin()
    return Paid(paying, paying.bill(900, paid=True))
