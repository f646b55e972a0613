"""Every form that carries a key: how it comes to be sent, by whom, and how it would be sent otherwise."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from fundapp.collecting.commands import GiveWalk, NoteAtDoor, give_walk, note_at_door, register_device
from fundapp.consent.commands import AnswerByPhone, Named, RecordVisit, answer_by_phone, record_visit
from fundapp.consent.papers import VisitResult
from fundapp.consent.policy import Choice
from fundapp.db.work import unit_of_work
from fundapp.delivery.commands import NewExpense, NewReport, claim_expense, decide_expense, report_progress
from fundapp.delivery.settling import repay, settle_match
from fundapp.evaluation.commands import NewGrade, grade_project
from fundapp.evaluation.rules import Grade
from fundapp.fundraising.commands import (
    NewHelp,
    decide_contribution,
    record_contribution,
    record_help,
)
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import from_fen
from fundapp.matching.commands import (
    NewClaim,
    NewDecision,
    NewFunding,
    claim_match,
    decide,
    disburse,
    fund_pool,
)
from fundapp.matching.models import Step
from fundapp.matching.policy import STEP_ROLE
from fundapp.matching.queries import get_claim
from fundapp.parties.commands import NewInterest, record_interest
from fundapp.parties.rules import Bond
from fundapp.procurement.commands import NewQuote, record_quote
from fundapp.programmes.commands import AddPolicyVersion, add_policy_version, sign_policy
from fundapp.programmes.rules import usual_parts
from fundapp.projects.rules import Stage, Task
from fundapp.publicity.commands import Object, object_to
from fundapp.questionnaire.commands import Answer
from fundapp.questionnaire.commands import answer_by_phone as answer_questionnaire
from fundapp.questionnaire.rules import Said
from tests.banking.sending import bank_account, bank_match, bank_reconciliation, bank_transfer, ledger_reversal_request
from tests.collecting.walking import HOUR, PHONE, make_walking
from tests.consent.asking import OPENS, at, make_asked
from tests.db.choosing import council_point, score_paper, vote_ballot
from tests.db.lending import advance, advance_repayment, advance_waiver, expense_correction, fund_release
from tests.db.pooling import (
    common_funding,
    match_plan,
    match_plan_decision,
    match_round,
    pool_move,
    share_use,
    subsidy_payment,
    subsidy_request,
    subsidy_review,
)
from tests.db.town import Sending, Town, cash_count, gift, make_town, pledge, refund
from tests.publicity.posting import make_posted
from tests.questionnaire.putting import make_put
from tests.support.world import (
    CLOCK,
    NOW,
    administrator,
    later,
    make_account,
    make_approvers,
    make_person,
    make_place_tree,
    make_programme,
    make_resident,
    word_on,
)


def make_claims(
    projects: int = 1, upto: Step | None = None, given: int = 200_000, **town_of: Any
) -> tuple[Town, tuple[int, ...]]:
    """Let projects claim matched money after a gift of *given* fen, and decide their claims up to a step."""
    town = make_town(Stage.SELECTED, projects, **town_of)
    claims = []
    with unit_of_work() as session:
        for number, group in enumerate(town.groups):
            made = record_contribution(session, group[Task.TREASURER], gift(town, "g", given, number), CLOCK)
            decide_contribution(session, group[Task.MEMBER], made.id, True, "", CLOCK)
            asked = NewClaim(town.projects[number], "c", from_fen(100_000))
            claims.append(claim_match(session, group[Task.LEAD], asked, CLOCK).id)
        for claim in claims:
            for step in get_claim(session, claim).needs:
                if upto is None or list(Step).index(step) > list(Step).index(upto):
                    break
                who = town.staff[STEP_ROLE[step]][0 if step is Step.CHECK else 1]
                decide(session, who, NewDecision(claim, f"{claim}-{step}", step, True, ""), CLOCK)
    return town, tuple(claims)


def contribution() -> Sending:
    """A gift is recorded."""
    town = make_town(Stage.SELECTED)
    group = town.groups[0]
    return Sending(
        group[Task.TREASURER],
        group[Task.LEAD],
        lambda s, who, key, otherwise: record_contribution(s, who, gift(town, key, 200_001 - otherwise), CLOCK),
    )


def in_kind_help() -> Sending:
    """Help in kind is recorded."""
    town = make_town(Stage.SELECTED)
    group, project = town.groups[0], town.projects[0]
    return Sending(
        group[Task.TREASURER],
        group[Task.LEAD],
        lambda s, who, key, otherwise: record_help(
            s, who, NewHelp(project, key, "邻居", "水泥", from_fen(500 + otherwise)), CLOCK
        ),
    )


def pool_funding() -> Sending:
    """A pool is filled."""
    town = make_town(Stage.SELECTED)
    return Sending(
        *town.staff[Role.FOUNDATION_OFFICER],
        lambda s, who, key, otherwise: fund_pool(
            s, who, NewFunding(town.programme, key, from_fen(5000 + otherwise), "演示基金会"), CLOCK
        ),
    )


def match_claim() -> Sending:
    """A group claims."""
    town = make_town(Stage.SELECTED)
    group = town.groups[0]
    with unit_of_work() as session:
        made = record_contribution(session, group[Task.TREASURER], gift(town, "g"), CLOCK)
        decide_contribution(session, group[Task.MEMBER], made.id, True, "", CLOCK)
    return Sending(
        group[Task.LEAD],
        group[Task.TREASURER],
        lambda s, who, key, otherwise: claim_match(
            s, who, NewClaim(town.projects[0], key, from_fen(100_000 - otherwise)), CLOCK
        ),
    )


def match_decision() -> Sending:
    """The street reviews a claim."""
    town, claims = make_claims(2)
    return Sending(
        *town.staff[Role.STREET_OFFICER],
        lambda s, who, key, otherwise: decide(
            s, who, NewDecision(claims[otherwise], key, Step.STREET_REVIEW, True, ""), CLOCK
        ),
    )


def disbursement() -> Sending:
    """Approved money is paid."""
    town, claims = make_claims(2, Step.APPROVAL)
    officers = town.staff[Role.FOUNDATION_OFFICER]
    return Sending(*officers, lambda s, who, key, otherwise: disburse(s, who, claims[otherwise], key, CLOCK))


def quote() -> Sending:
    """A supplier's quote is recorded."""
    town = make_town(Stage.SELECTED)
    group = town.groups[0]
    return Sending(
        group[Task.LEAD],
        group[Task.MEMBER],
        lambda s, who, key, otherwise: record_quote(
            s, who, NewQuote(town.projects[0], key, f"商家{otherwise:d}", from_fen(900), town.scan), CLOCK
        ),
    )


def interest() -> Sending:
    """The register gets an entry."""
    town = make_town(Stage.SELECTED)
    with unit_of_work() as session:
        login = make_account(session, town.staff[Role.STREET_OFFICER][0], "street")

    def send(session: Session, who: Actor, key: str, otherwise: bool) -> Any:
        said = NewInterest(key, login, Bond.OWNER, "商家", "", "", local_date(NOW), "全部" * otherwise)
        return record_interest(session, who, said, CLOCK)

    return Sending(*town.staff[Role.FOUNDATION_OFFICER], send)


def expense() -> Sending:
    """An expense is claimed."""
    town = make_town(Stage.DELIVERING)
    group = town.groups[0]

    def send(session, who, key, otherwise):
        bill = NewExpense(
            town.projects[0], key, from_fen(900 + otherwise), "材料", "商家", f"F{otherwise:d}", town.scan,
            local_date(NOW),
        )  # fmt: skip
        return claim_expense(session, who, bill, CLOCK)

    return Sending(group[Task.LEAD], group[Task.MEMBER], send)


def progress_report() -> Sending:
    """Progress is reported."""
    town = make_town(Stage.DELIVERING)
    group = town.groups[0]
    return Sending(
        group[Task.LEAD],
        group[Task.MEMBER],
        lambda s, who, key, otherwise: report_progress(
            s, who, NewReport(town.projects[0], key, "进行中", 40 + otherwise, ()), CLOCK
        ),
    )


def household_grade() -> Sending:
    """A household grades."""
    town = make_town(Stage.ACCEPTED)
    with unit_of_work() as session:
        two = [make_resident(session, f"住户{n}", town.places.units[n]) for n in (1, 2)]
    grades = (Grade.SATISFIED, Grade.BASICALLY)
    return Sending(
        two[0],
        two[1],
        lambda s, who, key, otherwise: grade_project(
            s, who, NewGrade(town.projects[0], min(who.unit_ids), key, grades[otherwise], ""), CLOCK
        ),
    )


def consent_answer() -> Sending:
    """A household answers."""
    asked = make_asked()
    return Sending(
        asked.residents[0],
        asked.residents[1],
        lambda s, who, key, otherwise: answer_by_phone(
            s,
            who,
            AnswerByPhone(asked.round, min(who.unit_ids), (Choice.AGREE, Choice.OPPOSE)[otherwise], key),
            later(hours=1),
        ),
    )


def questionnaire_answer() -> Sending:
    """A household answers a questionnaire."""
    made = make_put()
    return Sending(
        made.residents[0],
        made.residents[1],
        lambda s, who, key, otherwise: answer_questionnaire(
            s, who, Answer(made.number, min(who.unit_ids), {3: Said(number=4 + otherwise)}, key), later(hours=1)
        ),
    )


def publicity_objection() -> Sending:
    """A household objects to a notice."""
    posted = make_posted()
    return Sending(
        posted.residents[0],
        posted.residents[1],
        lambda s, who, key, otherwise: object_to(
            s, who, Object(posted.notice, min(who.unit_ids), f"异议{otherwise:d}", key), later(hours=1)
        ),
    )


def collect_entry() -> Sending:
    """A collector sends what was signed at a door; another one has a phone and a walk of her own."""
    walking = make_walking()
    asked, building, second = walking.asked, walking.asked.places.buildings[0], f"{PHONE[:-1]}2"
    with unit_of_work() as session:
        other = make_person(session, "吴楼长", Role.BUILDING_HEAD, building)
        give_walk(session, asked.worker, GiveWalk(asked.round, building, other.person_id or 0), CLOCK)
        register_device(session, other, asked.round, second, CLOCK)

    def send(session: Session, who: Actor, key: str, otherwise: bool) -> Any:
        device, unit = (PHONE, 0) if who.person_id == walking.head.person_id else (second, 1)
        said = (Choice.AGREE, Choice.OPPOSE)[otherwise]
        cmd = NoteAtDoor(asked.round, device, asked.places.units[unit], said, asked.scan, OPENS + HOUR, key)
        return note_at_door(session, who, cmd, at(OPENS + 2 * HOUR))

    return Sending(walking.head, other, send)


def consent_visit() -> Sending:
    """A worker notes a visit that brought no answer."""
    asked = make_asked()
    with unit_of_work() as session:
        other = make_person(session, "李社工", Role.WORKER, asked.places.community)

    def send(session: Session, who: Actor, key: str, otherwise: bool) -> Any:
        result = (VisitResult.ABSENT, VisitResult.REFUSED)[otherwise]
        unit, went = asked.places.units[0], Named(who.person_id)
        return record_visit(session, who, RecordVisit(asked.round, unit, result, OPENS, key, went), later(hours=1))

    return Sending(asked.worker, other, send)


def project_settlement() -> Sending:
    """A match is settled."""
    from tests.matching.paying import accepted_town

    paying = accepted_town()
    return Sending(
        *paying.town.staff[Role.FOUNDATION_OFFICER],
        lambda s, who, key, otherwise: settle_match(s, who, paying.town.projects[otherwise], key, CLOCK),
    )


def policy_signature() -> Sending:
    """An approver signs a draft."""
    with unit_of_work() as session:
        programme = make_programme(session, make_place_tree(session).district)
        approvers = make_approvers(session, programme.place_id)
        drafts = []
        for days in (8, 9):
            parts = usual_parts() | {"council": {"quorum": "2/3", "notice_days": days}}
            cmd = AddPolicyVersion(programme.id, local_date(later(days=9).at), parts)
            drafts.append(add_policy_version(session, administrator(session), cmd, CLOCK).id)
    return Sending(
        *approvers,
        lambda s, who, key, otherwise: sign_policy(s, who, word_on(s, drafts[otherwise], key), CLOCK),
    )


def match_repayment() -> Sending:
    """A project gives back what it owes: each time all that it has."""
    from tests.matching.paying import accepted_town

    paying = accepted_town()
    for number in (0, 1):
        paying.do(decide_expense, paying.town.groups[number][Task.TREASURER], paying.last_bill[number], True, "")
        paying.settle(number)
        paying.give(1_000, number)
    return Sending(
        *paying.town.staff[Role.FOUNDATION_OFFICER],
        lambda s, who, key, otherwise: repay(s, who, paying.town.projects[otherwise], key, CLOCK),
    )


SENDINGS: dict[str, Callable[[], Sending]] = {
    made.__name__: made
    for made in (
        contribution, in_kind_help, pool_funding, match_claim, match_decision, match_round,
        match_plan, match_plan_decision, common_funding, pool_move, share_use, subsidy_request, subsidy_review,
        subsidy_payment, disbursement, quote, expense, interest,
        project_settlement, match_repayment, progress_report, household_grade, consent_answer, consent_visit,
        questionnaire_answer, collect_entry, publicity_objection, vote_ballot, council_point, score_paper,
        pledge, refund, cash_count, advance, advance_repayment, advance_waiver, fund_release,
        bank_account, bank_match, bank_reconciliation, bank_transfer, ledger_reversal_request, policy_signature,
        expense_correction,
    )
}  # fmt: skip
