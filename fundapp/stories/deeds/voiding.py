"""Lost shares of a key, and a sealed round that two people declare void."""

from fundapp.stories.engine import Facts, Scene, deed
from fundapp.voting.commands import AskVoid, ConfirmVoid, TellShare, ask_void, confirm_void, tell_share
from fundapp.voting.queries import key_loss


@deed("voting.share_word", "round number lost reason")
def voting_share_word(scene: Scene) -> Facts:
    """Say that a share is lost, or found again. Fields: round, number, lost, reason."""
    round_id, fields = scene.thing("vote_round", "round"), scene.fields
    cmd = TellShare(round_id, fields.whole("number"), fields.yes("lost", True), fields.text("reason"))
    tell_share(scene.session, scene.actor, cmd, scene.clock)
    return {"lost": sum(one.lost for one in key_loss(scene.session, round_id).shares)}


@deed("voting.ask_void", "round reason")
def voting_ask_void(scene: Scene) -> Facts:
    """Ask that a round be void. Makes a void_ask. Fields: round, reason."""
    cmd = AskVoid(scene.thing("vote_round", "round"), scene.fields.text("reason"))
    scene.make("void_ask", ask_void(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("voting.confirm_void", "round ask")
def voting_confirm_void(scene: Scene) -> Facts:
    """Confirm as a second person that a round is void. Fields: round, ask."""
    cmd = ConfirmVoid(scene.thing("vote_round", "round"), scene.thing("void_ask", "ask"))
    confirm_void(scene.session, scene.actor, cmd, scene.clock)
    return {"void": key_loss(scene.session, cmd.round_id).void is not None}
