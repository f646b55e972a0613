"""A town whose policy pays in tranches and settles: two projects of 100,000 yuan, half of it matched, one pool."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fundapp.db.work import reading_session, unit_of_work
from fundapp.delivery.commands import NewExpense, NewReport, accept, claim_expense, decide_expense, report_progress
from fundapp.delivery.settling import repay, settle_match
from fundapp.fundraising.commands import decide_contribution, record_contribution
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock, local_date
from fundapp.kernel.money import from_fen
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import disburse
from fundapp.matching.models import Step
from fundapp.matching.queries import queue_of
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from tests.db.sending import Town, gift, make_claims
from tests.support.world import NOW

TRANCHES = [
    {"at": "started", "share": "3/10"},
    {"at": "half", "share": "3/5"},
    {"at": "accepted", "share": "9/10"},
    {"at": "settled", "share": "1/1"},
]
MATCHING = {
    "base": {"min_gift": "1.00"},
    "entitlement": {
        "cap": "50000.00",
        "rules": ["four_source"],
        "four_source": {"own_floor": "1/10", "fund_share": "1/2", "per_resident_yuan": "100/1"},
    },
    "allocation": {"mode": "queue", "partial": "any", "line": "strict"},
}
YUAN = 100


@dataclass
class Paying:
    """The town, its claims, and a clock that is moved by hand."""

    town: Town
    claims: tuple[int, ...]
    days: int = 0
    bills: int = 0
    last_bill: tuple[int, ...] = ()
    connection: Any = None

    @property
    def clock(self):
        """Give the clock as it stands."""
        return SetClock(NOW + timedelta(days=self.days))

    def do(self, deed, who, *args):
        """Do a deed in a unit of work of its own."""
        with unit_of_work() as session:
            return deed(session, who, *args, self.clock)

    def officer(self, role=Role.FOUNDATION_OFFICER):
        """Give the second of the two of a role: neither decided the claims of others before."""
        return self.town.staff[role][1]

    def pay(self, number=0):
        """Pay what is due now on a claim; give the yuan."""
        self.bills += 1
        paid = self.do(disburse, self.officer(), self.claims[number], f"pay{self.bills}")
        return int(paid.amount_fen.amount)

    def begin(self, number=0):
        """Begin the work of a project."""
        with unit_of_work() as session:
            for step in (Stage.MATCHED, Stage.DELIVERING):
                project = session.get_one(_project(), self.town.projects[number])
                if step is Stage.DELIVERING or project.stage is Stage.SELECTED:
                    move_on(session, self.town.groups[number][Task.LEAD], project.id, step, self.clock.at)

    def report(self, percent, number=0):
        """Report progress."""
        self.bills += 1
        cmd = NewReport(self.town.projects[number], f"r{self.bills}", "进行中", percent, ())
        self.do(report_progress, self.town.groups[number][Task.LEAD], cmd)

    def bill(self, yuan, number=0, paid=False):
        """Hand in a bill; pay it where asked."""
        self.bills += 1
        town, group = self.town, self.town.groups[number]
        cmd = NewExpense(
            town.projects[number], f"b{self.bills}", from_fen(yuan * YUAN), "材料", "商家", f"F{self.bills}", town.scan,
            local_date(self.clock.at),
        )  # fmt: skip
        row = self.do(claim_expense, group[Task.LEAD], cmd)
        if paid:
            self.do(decide_expense, group[Task.TREASURER], row.id, True, "")
        return row.id

    def accept(self, number=0):
        """Accept the work."""
        self.do(accept, self.town.groups[number][Task.SUPERVISOR], self.town.projects[number], "合格")

    def settle(self, number=0, who=None):
        """Settle a project's match."""
        return self.do(settle_match, who or self.officer(), self.town.projects[number], f"settle{number}")

    def repay(self, number=0):
        """Give back what is owed."""
        self.bills += 1
        return self.do(repay, self.town.groups[number][Task.TREASURER], self.town.projects[number], f"y{self.bills}")

    def give(self, yuan, number=0):
        """Give more own money."""
        self.bills += 1
        group = self.town.groups[number]
        cmd = gift(self.town, f"g{self.bills}", yuan * YUAN, number)
        made = self.do(record_contribution, group[Task.TREASURER], cmd)
        self.do(decide_contribution, group[Task.MEMBER], made.id, True, "")

    def pool(self):
        """Give where the pool stands, in yuan."""
        with reading_session() as session:
            state = pool_state(session, self.town.programme)
        return {name: getattr(state, name) // YUAN for name in ("available", "held", "committed", "paid")}

    def queue(self):
        """Give the queue: place, project, granted yuan."""
        with reading_session() as session:
            rows = queue_of(session, self.town.programme)
        return [(row.place, self.town.projects.index(row.project_id), int(row.granted.amount)) for row in rows]


def _project():
    from fundapp.projects.models import Project

    return Project


def make_paying(own=43_000, funding="60000.00", upto=Step.APPROVAL, projects=2, lapse_days=60, keeper=None, **parts):
    """Make the town: the first project is granted 50,000 yuan, the second what is left."""
    payout = {"basis": "settlement", "tranches": TRANCHES, "lapse_days": lapse_days}
    town, claims = make_claims(
        projects, upto, own * YUAN, budget="100000.00", funding=funding, keeper=keeper,
        parts={"matching": MATCHING, "payout": payout} | parts,
    )  # fmt: skip
    return Paying(town, claims)


def accepted_town():
    """Give a town whose two projects cost 55,000 yuan each, are accepted and have been paid 45,000 of 50,000."""
    paying = make_paying(own=10_000, funding="100000.00")
    for number in (0, 1):
        paying.begin(number)
        paying.report(100, number)
        paying.last_bill += (paying.bill(55_000, number),)
        paying.accept(number)
        paying.pay(number)
    return paying
