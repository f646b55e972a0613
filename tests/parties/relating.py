"""A town with three quotes, whose lead, officers and neighbours turn out to be related."""

from dataclasses import dataclass

from fundapp.audit.commands import record
from fundapp.db.work import reading_session, unit_of_work
from fundapp.delivery.commands import NewExpense, claim_expense, decide_expense
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock, local_date
from fundapp.kernel.money import from_fen
from fundapp.parties.commands import NewInterest, declare_interest, end_interest, record_interest
from fundapp.parties.queries import register
from fundapp.parties.rules import Bond
from fundapp.people.commands import bind_household
from fundapp.procurement.commands import NewQuote, choose_supplier, record_quote
from fundapp.projects.commands import move_on
from fundapp.projects.queries import get_project, group_of_project
from fundapp.projects.rules import Stage, Task
from fundapp.stories.props import made_up_code
from tests.db.town import Town, make_town
from tests.support.world import CLOCK, NOW, make_account

FIRMS = ("甲建筑公司", "乙建筑公司", "丙建筑公司")


@dataclass
class Relating:
    """The town, the numbers of its quotes, login names by task."""

    town: Town
    quotes: tuple[int, ...]
    logins: dict[str, str]
    clock: SetClock
    forms: int = 0

    def do(self, deed, who, *args):
        """Do a deed in a unit of work of its own."""
        with unit_of_work() as session:
            return deed(session, who, *args, self.clock)

    @property
    def group(self) -> dict[Task, Actor]:
        """Give the project group."""
        return self.town.groups[0]

    def officer(self, number=0, role=Role.FOUNDATION_OFFICER) -> Actor:
        """Give somebody of the staff."""
        return self.town.staff[role][number]

    def said(self, kind=Bond.OWNER, name="", login="", other=""):
        """Give the form of an entry."""
        self.forms += 1
        code = made_up_code(name) if name in FIRMS else ""
        return NewInterest(f"i{self.forms}", login, kind, name, code, other, local_date(NOW), "记在这里")

    def declare(self, who, kind=Bond.OWNER, name="", other=""):
        """Let somebody declare; give the number of the entry."""
        return self.do(declare_interest, who, self.said(kind, name, other=other)).id

    def enter(self, login, kind=Bond.OWNER, name="", other="", who=None):
        """Let the foundation enter; give the number of the entry."""
        return self.do(record_interest, who or self.officer(), self.said(kind, name, login, other)).id

    def end(self, number, who=None, reason="已转让"):
        """End an entry."""
        return self.do(end_interest, who or self.officer(), number, reason)

    def choose(self, number=0, who=None, reason="按规定不能选更低的"):
        """Choose one of the quotes."""
        return self.do(choose_supplier, who or self.group[Task.LEAD], self.quotes[number], reason)

    def bill(self, payee=FIRMS[0], yuan=1):
        """Hand in a bill; give its number."""
        self.forms += 1
        cmd = NewExpense(
            self.town.projects[0], f"b{self.forms}", from_fen(yuan * 100), "材料", payee, f"F{self.forms}",
            self.town.scan, local_date(NOW), made_up_code(payee) if payee in FIRMS else "",
        )  # fmt: skip
        return self.do(claim_expense, self.group[Task.LEAD], cmd).id

    def approve(self, bill, approved=True, task=Task.SUPERVISOR):
        """Decide a bill."""
        return self.do(decide_expense, self.group[task], bill, approved, "" if approved else "不符")

    def move_in(self, person, unit):
        """Let somebody speak for a household."""
        with unit_of_work() as session:
            bind_household(session, person.person_id, unit, NOW)
            record(session, person, "tests.move_in", f"unit:{unit}", NOW)

    def entries(self, who=None, ended=False):
        """List the register as somebody reads it."""
        with reading_session() as session:
            return register(session, who or self.officer(), ended).rows


def make_relating(town: Town | None = None, delivering: bool = False) -> Relating:
    """Make the town: three firms have quoted 900, 1,000 and 1,100 yuan; *delivering*: work has begun since."""
    town, quotes = town or make_town(Stage.SELECTED), []
    with unit_of_work() as session:
        lead = town.groups[0][Task.LEAD]
        for number, firm in enumerate(FIRMS):
            cmd = NewQuote(
                town.projects[0], f"q{number}", firm, from_fen(90_000 + 10_000 * number), town.scan, made_up_code(firm)
            )
            quotes.append(record_quote(session, lead, cmd, CLOCK).id)
        for step in (Stage.MATCHED, Stage.DELIVERING) if delivering else ():
            if get_project(session, town.projects[0]).stage is not step:
                move_on(session, lead, town.projects[0], step, NOW)
        logins = {
            role.value: make_account(session, pair[0], f"staff-{role.value}") for role, pair in town.staff.items()
        }
    with reading_session() as session:
        logins |= {row.task.value: row.login for row in group_of_project(session, town.projects[0])}
    return Relating(town, tuple(quotes), logins, SetClock(NOW))
