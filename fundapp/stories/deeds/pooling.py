"""The tree of pools."""

from fundapp.kernel.money import yuan_text
from fundapp.ledger.queries import pool_state
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
from fundapp.pools.models import PoolMove, ShareUse
from fundapp.pools.queries import FoundationNode, decided_for, tree
from fundapp.pools.rules import Way
from fundapp.projects.queries import get_project
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key


@deed("pools.fund_common", "programme amount origin")
def pools_fund_common(scene: Scene) -> Facts:
    """Put money into the common pool above a programme. Fields: programme, amount, origin. Facts: common."""
    fields, programme = scene.fields, scene.thing("programme")
    cmd = NewCommon(_above(scene, programme).book.id, key(), fields.money("amount"), fields.text("origin"))
    fund_common(scene.session, scene.actor, cmd, scene.clock)
    return {"common": yuan_text(_above(scene, programme).common or 0)}


def _above(scene: Scene, programme_id: int) -> FoundationNode:
    return next(n for n in tree(scene.session) if programme_id in [one.programme.id for one in n.programmes])


@deed("pools.propose", "programme place way amount reason")
def pools_propose(scene: Scene) -> Facts:
    """Propose a move. Fields: programme, place (none: the common pool), way, amount, reason."""
    fields = scene.fields
    place_id = scene.thing("place") if fields.text("place", "") else None
    cmd = NewMove(
        scene.thing("programme"), place_id, fields.choice("way", Way, Way.DOWN), key(), fields.money("amount"),
        fields.text("reason"),
    )  # fmt: skip
    scene.make("pool_move", propose_move(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("pools.decide", "move passed note")
def pools_decide(scene: Scene) -> Facts:
    """Decide a move. Fields: move, passed, note. Facts: available, shared."""
    number, fields = scene.thing("pool_move", "move"), scene.fields
    decide_move(scene.session, scene.actor, number, fields.yes("passed", True), fields.text("note", ""), scene.clock)
    return _state(scene, scene.session.get_one(PoolMove, number).programme_id)


def _state(scene: Scene, programme_id: int) -> Facts:
    state = pool_state(scene.session, programme_id)
    return {"available": yuan_text(state.available), "shared": yuan_text(state.shared), "paid": yuan_text(state.paid)}


@deed("pools.use", "project amount")
def pools_use(scene: Scene) -> Facts:
    """Use the community's share as residents decided first. Fields: project, amount."""
    project = get_project(scene.session, scene.thing("project"))
    item, vote = next(iter(decided_for(scene.session, project)), (None, None))
    cmd = NewUse(project.id, key(), scene.fields.money("amount"), item, vote)
    scene.make("share_use", record_use(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("pools.decide_use", "use passed note")
def pools_decide_use(scene: Scene) -> Facts:
    """Pay it, or refuse. Fields: use, passed, note. Facts: available, shared, paid."""
    number, fields = scene.thing("share_use", "use"), scene.fields
    decide_use(scene.session, scene.actor, number, fields.yes("passed", True), fields.text("note", ""), scene.clock)
    return _state(scene, scene.session.get_one(ShareUse, number).programme_id)
