"""A pool that is shared all at once: three projects, their claims, a clock that is moved by hand."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fundapp.db.work import reading_session, unit_of_work
from fundapp.fundraising.commands import decide_contribution, record_contribution
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.money import from_fen
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import NewClaim, NewDecision, claim_match, decide
from fundapp.matching.models import Step
from fundapp.matching.queries import queue_of
from fundapp.matching.queries.rounds import get_round
from fundapp.matching.round_models import RoundKind
from fundapp.matching.rounds import NewPlanDecision, NewRound, decide_plan, open_round, plan_round
from fundapp.projects.rules import Stage, Task
from tests.db.town import Town, gift, make_town
from tests.support.world import CLOCK, NOW

PRO_RATA = {
    "base": {"min_gift": "1.00"},
    "entitlement": {"cap": "50000.00", "rules": ["linear"], "linear": {"rate": "1/1"}},
    "allocation": {"mode": "pro_rata"},
}
STEP_ROLES = {
    Step.STREET_REVIEW: Role.STREET_OFFICER,
    Step.PROPOSAL: Role.FOUNDATION_OFFICER,
    Step.APPROVAL: Role.FOUNDATION_APPROVER,
}


@dataclass
class Sharing:
    """The town and its rounds."""

    town: Town
    claims: list[int]
    days: int = 0
    forms: int = 0

    def do(self, deed, who, *args) -> Any:
        """Do a deed in a unit of work of its own, at this day."""
        with unit_of_work() as session:
            return deed(session, who, *args, SetClock(NOW + timedelta(days=self.days)))

    def key(self):
        """Give the key of a new form."""
        self.forms += 1
        return f"f{self.forms}"

    def open(self, kind=RoundKind.COLLECTED, closes=10, notice=3, who=None):
        """Open a round."""
        closes_at = NOW + timedelta(days=closes) if closes is not None else None
        cmd = NewRound(self.town.programme, self.key(), kind, closes_at, notice)
        return self.do(open_round, who or self.town.staff[Role.FOUNDATION_OFFICER][1], cmd).id

    def claim(self, number):
        """Claim for a project."""
        lead = self.town.groups[number][Task.LEAD]
        made = self.do(claim_match, lead, NewClaim(self.town.projects[number], self.key(), from_fen(0)))
        self.claims.append(made.id)
        return made

    def step(self, number, step, passed=True):
        """Decide a step of a project's claim."""
        cmd = NewDecision(self.claims[number], self.key(), step, passed, "" if passed else "材料不全")
        return self.do(decide, self.town.staff[STEP_ROLES[step]][1], cmd)

    def plan(self, round_id, who=None):
        """Plan a round; give the plan's number."""
        return self.do(plan_round, who or self.town.staff[Role.FOUNDATION_OFFICER][0], round_id, self.key()).id

    def approve(self, plan_id, who=None, passed=True, note=""):
        """Decide on a plan."""
        approver = who or self.town.staff[Role.FOUNDATION_APPROVER][0]
        return self.do(decide_plan, approver, NewPlanDecision(plan_id, self.key(), passed, note))

    def shares(self, round_id):
        """Give what the newest plan of a round grants, in fen and in the order of tickets."""
        with reading_session() as session:
            plan = get_round(session, round_id).newest
        return [share.amount for share in plan.shares]

    def granted(self):
        """Give what each ticket has been granted, in fen."""
        with reading_session() as session:
            return [int(row.granted.amount * 100) for row in queue_of(session, self.town.programme)]

    def pool(self):
        """Give where the pool stands, in fen."""
        with reading_session() as session:
            state = pool_state(session, self.town.programme)
        return (state.available, state.held, state.committed, state.paid)


def make_sharing(*gifts: str, funding: str = "60000.00", parts: dict[str, Any] | None = None) -> Sharing:
    """Make the town; each project's household has given so much, and the policy matches it one to one."""
    town = make_town(
        Stage.SELECTED, len(gifts), "200000.00", funding=funding, parts={"matching": PRO_RATA} | (parts or {})
    )
    with unit_of_work() as session:
        for number, (group, yuan) in enumerate(zip(town.groups, gifts, strict=True)):
            given = gift(town, "g", int(yuan.replace(".", "")), number)
            made = record_contribution(session, group[Task.TREASURER], given, CLOCK)
            decide_contribution(session, group[Task.MEMBER], made.id, True, "", CLOCK)
    return Sharing(town, [])


def collected(*gifts: str, **made_of: Any) -> tuple[Sharing, int]:
    """Make the town, collect and review all claims; the round has closed."""
    sharing = make_sharing(*gifts, **made_of)
    number = sharing.open()
    for place in range(len(gifts)):
        sharing.claim(place)
        sharing.step(place, Step.STREET_REVIEW)
    sharing.days = 10
    return sharing, number
