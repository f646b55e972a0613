"""A town whose worker reports and whose street officer reviews and pays."""

from dataclasses import dataclass

from fundapp.db.work import reading_session, unit_of_work
from fundapp.fundraising.commands import decide_contribution
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import from_fen
from fundapp.projects.rules import Stage, Task
from fundapp.subsidies.commands import NewPayment, NewRequest, NewReview, pay_request, report_request, review_request
from fundapp.subsidies.queries import get_request
from tests.db.town import Town, make_town
from tests.support.world import CLOCK, NOW, make_person


@dataclass
class Street:
    """The town with its worker and the street's officer."""

    town: Town
    worker: Actor
    officer: Actor
    forms: int = 0

    def do(self, deed, who, *args):
        """Do a deed in a unit of work of its own."""
        with unit_of_work() as session:
            return deed(session, who, *args, CLOCK)

    def key(self):
        """Give the key of a new form."""
        self.forms += 1
        return f"s{self.forms}"

    def report(self, yuan, who=None, reason="还差一点"):
        """Report; give the request's number."""
        cmd = NewRequest(self.town.projects[0], self.key(), from_fen(yuan * 100), reason)
        return self.do(report_request, who or self.worker, cmd).id

    def review(self, number, yuan, who=None, reason="按街道规定"):
        """Set the amount."""
        return self.do(review_request, who or self.officer, NewReview(number, self.key(), from_fen(yuan * 100), reason))

    def pay(self, number, yuan, who=None):
        """Record a payment; give the number of its receipt."""
        cmd = NewPayment(number, self.key(), from_fen(yuan * 100), local_date(NOW), self.town.scan)
        return self.do(pay_request, who or self.officer, cmd).contribution_id

    def confirm(self, contribution, confirmed=True, who=None):
        """Confirm that it is there, or say that it is not."""
        member = who or self.town.groups[0][Task.MEMBER]
        return self.do(decide_contribution, member, contribution, confirmed, "" if confirmed else "没有到账")

    def state(self, number):
        """Give where a request stands."""
        with reading_session() as session:
            return get_request(session, number).state.value


def make_street(stage: Stage = Stage.SELECTED) -> Street:
    """Make the town; its project costs 20,000 yuan."""
    town = make_town(stage)
    with unit_of_work() as session:
        worker = make_person(session, "郑社工", Role.WORKER, town.places.community)
    return Street(town, worker, town.staff[Role.STREET_OFFICER][0])
