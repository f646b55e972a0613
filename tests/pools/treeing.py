"""A town with a common pool, a programme and a community whose council agreed to a project."""

from dataclasses import dataclass
from datetime import timedelta

from fundapp.council import commands as council
from fundapp.council.queries import items_of_session, members_of
from fundapp.council.rules import ItemOutcome
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.money import from_fen
from fundapp.ledger.queries import list_books, pool_state
from fundapp.ledger.rules import Holder
from fundapp.pools.commands import (
    NewCommon,
    NewMove,
    NewUse,
    decide_move,
    decide_use,
    fund_common,
    propose_move,
    record_use,
)
from fundapp.pools.queries import tree
from fundapp.pools.rules import Way
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from tests.db.town import Town, make_town
from tests.support.world import CLOCK, NOW, make_person


@dataclass
class Tree:
    """The town; officer and approver; the worker and what her council decided."""

    town: Town
    officer: Actor
    approver: Actor
    worker: Actor
    item: int
    forms: int = 0

    def do(self, deed, who, *args):
        """Do a deed in a unit of work of its own."""
        with unit_of_work() as session:
            return deed(session, who, *args, CLOCK)

    def key(self):
        """Give the key of a new form."""
        self.forms += 1
        return f"t{self.forms}"

    def common(self, yuan):
        """Fill the common pool."""
        cmd = NewCommon(self.book(), self.key(), from_fen(yuan * 100), "演示捐赠")
        return self.do(fund_common, self.officer, cmd)

    def book(self):
        """Give the foundation's book."""
        with reading_session() as session:
            return next(row.id for row in list_books(session) if row.holder_kind is Holder.FOUNDATION)

    def propose(self, yuan, way=Way.DOWN, place="community", who=None, reason="按年初安排"):
        """Propose a move; *place* none: between the common pool and the programme."""
        place_id = getattr(self.town.places, place) if place else None
        cmd = NewMove(self.town.programme, place_id, way, self.key(), from_fen(yuan * 100), reason)
        return self.do(propose_move, who or self.officer, cmd).id

    def decide(self, move, passed=True, note="", who=None):
        """Decide a move."""
        return self.do(decide_move, who or self.approver, move, passed, note)

    def move(self, yuan, way=Way.DOWN, place="community"):
        """Move money by two people."""
        return self.decide(self.propose(yuan, way, place))

    def use(self, yuan, who=None, number=0, item=None):
        """Record a use."""
        cmd = NewUse(self.town.projects[number], self.key(), from_fen(yuan * 100), item or self.item)
        return self.do(record_use, who or self.worker, cmd).id

    def pay(self, use, passed=True, note="", who=None):
        """Decide a use."""
        return self.do(decide_use, who or self.officer, use, passed, note)

    def pool(self):
        """Give the programme's pool in yuan: put in, available, with communities, paid."""
        with reading_session() as session:
            state = pool_state(session, self.town.programme)
        return tuple(amount // 100 for amount in (state.funded, state.available, state.shared, state.paid))

    def left(self):
        """Give what the common pool has, in yuan."""
        with reading_session() as session:
            return (tree(session)[0].common or 0) // 100


def make_tree(projects: int = 1, **town_of) -> Tree:
    """Make the town; the council has agreed to the first project, and all projects are selected."""
    town = make_town(Stage.CONSENTED, projects, **town_of)
    with unit_of_work() as session:
        worker = make_person(session, "郑社工", Role.WORKER, town.places.community)
        item = _agreed(session, town, worker)
        for number, group in enumerate(town.groups):
            move_on(session, group[Task.LEAD], town.projects[number], Stage.SELECTED, NOW)
    officers, approvers = town.staff[Role.FOUNDATION_OFFICER], town.staff[Role.FOUNDATION_APPROVER]
    return Tree(town, officers[0], approvers[0], worker, item)


def _agreed(session, town, worker):
    held = NOW + timedelta(days=4)
    begun = SetClock(held + timedelta(hours=1))
    body = council.make_body(
        session, worker, council.MakeBody(town.places.community, "议事会", ("甲", "乙", "丙")), CLOCK
    )
    called = council.CallSession(body.id, "三月议事会", held, (), (town.projects[0],), "活动室")
    meeting = council.call_session(session, worker, called, CLOCK).id
    members = tuple(row.id for row in members_of(session, body.id, held))
    council.record_attendance(session, worker, council.RecordAttendance(meeting, members, 0), begun)
    item = items_of_session(session, meeting)[0].id
    council.decide_item(session, worker, council.DecideItem(item, ItemOutcome.PASSED, 3, 0, 0), begun)
    council.write_minutes(session, worker, council.WriteMinutes(meeting, "同意用社区份额支持。"), begun)
    council.close_session(session, worker, council.CloseSession(meeting), begun)
    return item
