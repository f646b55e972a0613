"""Votes beside the phone with an account: by the code of a printed slip, at home or at a kiosk."""

from sqlalchemy import select

from fundapp.kernel.actor import NOBODY
from fundapp.kernel.errors import Refused
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key
from fundapp.voting.commands import (
    CastBallot,
    Coded,
    OpenKiosk,
    PrintCodes,
    cast_ballot,
    code_of_typed,
    open_kiosk,
    print_codes,
)
from fundapp.voting.models import VoteOpening
from fundapp.voting.queries import door_or_refuse


@deed("voting.slips", "round")
def voting_slips(scene: Scene) -> Facts:
    """Print slips for the households that have none and have not voted. Fields: round. Facts: printed."""
    round_id = scene.thing("vote_round", "round")
    slips = print_codes(scene.session, scene.actor, PrintCodes(round_id), scene.world.secret, scene.clock)
    scene.world.vote_slips |= {(round_id, slip.unit_id): slip.typed for slip in slips}
    return {"printed": len(slips)}


@deed("voting.kiosk", "place seat")
def voting_kiosk(scene: Scene) -> Facts:
    """Set up a kiosk. Fields: place, seat."""
    cmd = OpenKiosk(scene.thing("place"), scene.fields.text("seat"))
    scene.make("vote_kiosk", open_kiosk(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("voting.code", "round door projects kiosk")
def voting_code(scene: Scene) -> Facts:
    """Vote with the code on a household's slip. Fields: round, door, projects ([handles]), kiosk (none: at home)."""
    round_id, fields = scene.thing("vote_round", "round"), scene.fields
    snapshot = scene.session.scalar(select(VoteOpening.snapshot_id).where(VoteOpening.round_id == round_id))
    unit = door_or_refuse(scene.session, snapshot, fields.text("door"))
    code = code_of_typed(scene.session, scene.world.vote_slips.get((round_id, unit), ""), scene.world.secret)
    if code is None:
        raise Refused("voting.code_unknown", field="code")
    handle = fields.text("kiosk", "")
    kiosk = scene.world.named("vote_kiosk", handle, fields.where) if handle else None
    chosen = tuple(scene.world.named("project", str(one), fields.where) for one in fields.listed("projects"))
    cmd = CastBallot(round_id, unit, chosen, key())
    cast_ballot(scene.session, NOBODY, cmd, scene.clock, by=Coded(code, kiosk))
    return {}
