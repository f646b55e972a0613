"""Forms about pools: rounds and plans, moves along the tree, uses of a share; and about the street's money."""

from dataclasses import replace

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import from_fen
from fundapp.matching.round_models import RoundKind
from fundapp.matching.rounds import NewPlanDecision, NewRound, decide_plan, open_round, plan_round
from fundapp.pools.commands import NewCommon, NewMove, NewUse, fund_common, propose_move, record_use
from fundapp.pools.rules import Way
from fundapp.projects.rules import Stage
from fundapp.subsidies.commands import NewPayment, NewRequest, NewReview, pay_request, report_request, review_request
from tests.db.town import Sending, Town, make_town
from tests.matching.sharing import PRO_RATA
from tests.pools.treeing import make_tree
from tests.subsidies.street import make_street
from tests.support.world import CLOCK, NOW, later, make_person, make_programme


def match_round() -> Sending:
    """A round is opened."""
    town = make_town(Stage.SELECTED, parts={"matching": PRO_RATA})
    return Sending(
        *town.staff[Role.FOUNDATION_OFFICER],
        lambda s, who, key, otherwise: open_round(
            s, who, NewRound(town.programme, key, RoundKind.COLLECTED, later(days=5).at, 3 + otherwise), CLOCK
        ),
    )


def _planned() -> tuple[Town, tuple[int, int]]:
    """Make two pools with a closed round each."""
    town = make_town(Stage.SELECTED, parts={"matching": PRO_RATA})
    officer = town.staff[Role.FOUNDATION_OFFICER][0]
    with unit_of_work() as session:
        second = make_programme(session, town.places.street, {"matching": PRO_RATA}).id
        news = [NewRound(one, "r", RoundKind.COLLECTED, later(days=5).at, 0) for one in (town.programme, second)]
        first = open_round(session, officer, news[0], CLOCK).id
        return town, (first, open_round(session, officer, replace(news[1], op_key="s"), CLOCK).id)


def match_plan() -> Sending:
    """A round is planned."""
    town, numbers = _planned()
    return Sending(
        *town.staff[Role.FOUNDATION_OFFICER],
        lambda s, who, key, otherwise: plan_round(s, who, numbers[otherwise], key, later(days=6)),
    )


def match_plan_decision() -> Sending:
    """A plan is approved."""
    town, numbers = _planned()
    with unit_of_work() as session:
        officer = town.staff[Role.FOUNDATION_OFFICER][0]
        plans = [plan_round(session, officer, number, f"p{number}", later(days=6)).id for number in numbers]
    return Sending(
        *town.staff[Role.FOUNDATION_APPROVER],
        lambda s, who, key, otherwise: decide_plan(
            s, who, NewPlanDecision(plans[otherwise], key, True, ""), later(days=6)
        ),
    )


def common_funding() -> Sending:
    """A common pool is filled."""
    tree = make_tree()
    book = tree.book()
    return Sending(
        *tree.town.staff[Role.FOUNDATION_OFFICER],
        lambda s, who, key, otherwise: fund_common(
            s, who, NewCommon(book, key, from_fen(5 + otherwise), "捐赠"), CLOCK
        ),
    )


def pool_move() -> Sending:
    """A move is proposed."""
    town = make_tree().town
    place = town.places.community
    return Sending(
        *town.staff[Role.FOUNDATION_OFFICER],
        lambda s, who, key, otherwise: propose_move(
            s, who, NewMove(town.programme, place, Way.DOWN, key, from_fen(5 + otherwise), "安排"), CLOCK
        ),
    )


def share_use() -> Sending:
    """A community uses its share."""
    tree = make_tree()
    tree.move(100)
    with unit_of_work() as session:
        other = make_person(session, "李社工", Role.WORKER, tree.town.places.community)
    return Sending(
        tree.worker,
        other,
        lambda s, who, key, otherwise: record_use(
            s, who, NewUse(tree.town.projects[0], key, from_fen(5 + otherwise), tree.item), CLOCK
        ),
    )


def subsidy_request() -> Sending:
    """A project is reported to the street."""
    town = make_town(Stage.SELECTED)
    with unit_of_work() as session:
        workers = [make_person(session, f"{n}社工", Role.WORKER, town.places.community) for n in "甲乙"]
    return Sending(
        *workers,
        lambda s, who, key, otherwise: report_request(
            s, who, NewRequest(town.projects[0], key, from_fen(500 + otherwise), "还差一点"), CLOCK
        ),
    )


def subsidy_review() -> Sending:
    """The street sets an amount."""
    street = make_street()
    number = street.report(50)
    return Sending(
        *street.town.staff[Role.STREET_OFFICER],
        lambda s, who, key, otherwise: review_request(
            s, who, NewReview(number, key, from_fen(4_000 + otherwise), "按规定"), CLOCK
        ),
    )


def subsidy_payment() -> Sending:
    """The street pays."""
    street = make_street()
    number = street.report(50)
    street.review(number, 50)
    scan = street.town.scan
    return Sending(
        *street.town.staff[Role.STREET_OFFICER],
        lambda s, who, key, otherwise: pay_request(
            s, who, NewPayment(number, key, from_fen(4_000 + otherwise), local_date(NOW), scan), CLOCK
        ),
    )
