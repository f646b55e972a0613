"""After a count: a body decides otherwise, a project falls out of what binds, and the next of the reserve comes in."""

from fundapp.council.commands import (
    AddMember,
    ProposeOverride,
    SignOverride,
    add_member,
    propose_override,
    sign_override,
)
from fundapp.council.rules import Seat
from fundapp.stories.deeds.deciding import item_named, projects_named
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.voting.commands import AskLeave, ConfirmLeave, LetIn, ask_leave, confirm_leave, let_in
from fundapp.voting.queries import moves_of


@deed("council.seat", "body person seat")
def council_seat(scene: Scene) -> Facts:
    """Take a person with an account into a council. Fields: body, person, seat."""
    seat = scene.fields.choice("seat", Seat, Seat.MEMBER)
    cmd = AddMember(scene.thing("council_body", "body"), person_id=scene.thing("person"), seat=seat)
    add_member(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("council.override", "round session item reason put_in taken_out")
def council_override(scene: Scene) -> Facts:
    """Write down what a passed item decided about a result. Makes a vote_override.

    Fields: round, session, item (its place from 1), reason, put_in, taken_out ([handles] of projects).
    """
    fields = scene.fields
    chosen = (projects_named(scene, fields.listed(name, [])) for name in ("put_in", "taken_out"))
    cmd = ProposeOverride(scene.thing("vote_round", "round"), item_named(scene), fields.text("reason"), *chosen)
    scene.make("vote_override", propose_override(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("council.sign", "override")
def council_sign(scene: Scene) -> Facts:
    """Sign what the secretary wrote down. Fields: override."""
    cmd = SignOverride(scene.thing("vote_override", "override"))
    sign_override(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("voting.ask_leave", "round project reason")
def voting_ask_leave(scene: Scene) -> Facts:
    """Ask that a project falls out of an outcome that binds. Makes a vote_leave. Fields: round, project, reason."""
    round_id, project = scene.thing("vote_round", "round"), scene.thing("project")
    cmd = AskLeave(round_id, project, scene.fields.text("reason"))
    scene.make("vote_leave", ask_leave(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("voting.confirm_leave", "round leave")
def voting_confirm_leave(scene: Scene) -> Facts:
    """Confirm what another asked. Fields: round, leave. Facts: moves (how many the round has by now)."""
    round_id = scene.thing("vote_round", "round")
    cmd = ConfirmLeave(round_id, scene.thing("vote_leave", "leave"))
    confirm_leave(scene.session, scene.actor, cmd, scene.clock)
    return _moved(scene, round_id)


@deed("voting.let_in", "round project")
def voting_let_in(scene: Scene) -> Facts:
    """Let the next of the reserve list in. Fields: round, project. Facts: moves (how many the round has by now)."""
    round_id = scene.thing("vote_round", "round")
    let_in(scene.session, scene.actor, LetIn(round_id, scene.thing("project")), scene.clock)
    return _moved(scene, round_id)


def _moved(scene: Scene, round_id: int) -> Facts:
    scene.session.flush()
    return {"moves": len(moves_of(scene.session, round_id))}
