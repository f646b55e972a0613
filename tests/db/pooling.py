"""Forms about pools: rounds and their plans, moves along the tree, uses of a community's share."""

from dataclasses import replace

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.money import from_fen
from fundapp.matching.round_models import RoundKind
from fundapp.matching.rounds import NewPlanDecision, NewRound, decide_plan, open_round, plan_round
from fundapp.pools.commands import NewCommon, NewMove, NewUse, fund_common, propose_move, record_use
from fundapp.pools.rules import Way
from fundapp.projects.rules import Stage
from tests.db.town import Sending, Town, make_town
from tests.matching.sharing import PRO_RATA
from tests.pools.treeing import make_tree
from tests.support.world import CLOCK, later, make_person, make_programme


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
