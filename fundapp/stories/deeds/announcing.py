"""公示: proof of posting, objections and their answers, the final result."""

from fundapp.consent.commands import PublishFinal, publish_final
from fundapp.consent.queries import announced_of, bar_of_round
from fundapp.kernel.errors import BadInput
from fundapp.publicity.commands import Object, ProvePosting, Reply, object_to, prove_posting, reply
from fundapp.publicity.models import PublicityNotice
from fundapp.publicity.queries import standing_of
from fundapp.publicity.rules import Medium, Verdict
from fundapp.stories.deeds.deciding import unit_at
from fundapp.stories.deeds.ground import unit_of_door
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, picture
from fundapp.voting.after import NAMED, Consequence
from fundapp.voting.commands import BindOutcome, bind_outcome
from fundapp.voting.queries import notice_of


def _notice(scene: Scene) -> PublicityNotice:
    if scene.fields.text("vote", ""):
        found = notice_of(scene.session, scene.thing("vote_round", "vote"))
    else:
        announced = announced_of(scene.session, scene.thing("consent_round", "round"))
        found = announced.notice_id if announced else None
    if found is None:
        raise BadInput(f"{scene.fields.where}, round", "no notice", "a round whose result was put on notice")
    return scene.session.get_one(PublicityNotice, found)


def _household(scene: Scene, notice: PublicityNotice) -> int:
    if scene.fields.text("vote", ""):
        return unit_at(scene, scene.thing("vote_round", "vote"))
    return unit_of_door(scene, notice.place_id, scene.fields.text("door"))


def _stands(scene: Scene, notice: PublicityNotice) -> Facts:
    found = standing_of(scene.session, notice.id, scene.clock.at)
    return {"state": found.state.value, "number": found.number, "unanswered": found.unanswered}


@deed("publicity.prove", "round vote spot medium")
def publicity_prove(scene: Scene) -> Facts:
    """Prove with a picture that a round's notice hangs. Fields: round or vote, spot, medium."""
    notice, fields = _notice(scene), scene.fields
    until = standing_of(scene.session, notice.id, scene.clock.at).period.ends_at
    photo = picture(scene.session, scene.actor, notice.place_id, scene.clock, public=True, tint=11)
    medium = fields.choice("medium", Medium, Medium.BOARD)
    cmd = ProvePosting(notice.id, medium, fields.text("spot"), until, photo)
    prove_posting(scene.session, scene.actor, cmd, scene.clock)
    return _stands(scene, notice)


@deed("publicity.object", "round vote door text paper")
def publicity_object(scene: Scene) -> Facts:
    """Object for one's household, or on paper through the worker. Fields: round or vote, door, text, paper."""
    notice, fields = _notice(scene), scene.fields
    unit, on_paper = _household(scene, notice), fields.yes("paper", False)
    photo = picture(scene.session, scene.actor, notice.place_id, scene.clock) if on_paper else None
    cmd = Object(notice.id, unit, fields.text("text"), key(), photo, on_paper)
    scene.make("objection", object_to(scene.session, scene.actor, cmd, scene.clock).id)
    return _stands(scene, notice)


@deed("publicity.reply", "round vote objection verdict summary reason doors leads_to")
def publicity_reply(scene: Scene) -> Facts:
    """Answer an objection.

    Fields: round or vote, objection, verdict, summary, reason, doors (whose answers fall), leads_to (of a vote).
    """
    notice, fields = _notice(scene), scene.fields
    named = tuple(unit_of_door(scene, notice.place_id, str(door)) for door in fields.listed("doors", []))
    if fields.text("leads_to", ""):
        named = (NAMED.index(fields.choice("leads_to", Consequence)) + 1,)
    verdict, summary = fields.choice("verdict", Verdict), fields.text("summary")
    cmd = Reply(scene.thing("objection"), verdict, summary, fields.text("reason"), named)
    reply(scene.session, scene.actor, cmd, scene.clock)
    return _stands(scene, notice)


@deed("consent.final", "round")
def consent_final(scene: Scene) -> Facts:
    """Publish the final result. Fields: round. Facts: agree, oppose, abstain, silent, needed, outcome."""
    round_id = scene.thing("consent_round", "round")
    publish_final(scene.session, scene.actor, PublishFinal(round_id), scene.clock)
    bar = bar_of_round(scene.session, round_id, scene.clock.at)
    return {
        "agree": bar.agree, "oppose": bar.oppose, "abstain": bar.abstain, "silent": bar.silent, "needed": bar.needed,
        "outcome": bar.outcome.value if bar.outcome else "",
    }  # fmt: skip


@deed("voting.bind", "round")
def voting_bind(scene: Scene) -> Facts:
    """Let the outcome of a round bind. Fields: round. Facts: selected, reserve (how many)."""
    bound = bind_outcome(scene.session, scene.actor, BindOutcome(scene.thing("vote_round", "round")), scene.clock)
    return {"selected": len(bound.selected), "reserve": len(bound.reserve)}
