"""议事厅: what happens in the room, motions and amendments."""

from fundapp.council.commands import (
    AskToSpeak,
    DecideAmendment,
    Move,
    WriteMinutes,
    ask_to_speak,
    decide_amendment,
    move,
    next_speaker,
    write_minutes,
)
from fundapp.council.rules import ItemOutcome, Side
from fundapp.stories.deeds.deciding import item_named, member_named, members_of
from fundapp.stories.engine import Facts, Scene, deed


@deed("council.move", "session item mover seconder text budget")
def council_move(scene: Scene) -> Facts:
    """Note a motion on an item; the second one and those after it amend the first. Makes a council_motion.

    Fields: session, item (its place from 1), mover (which member, from 1), seconder, text, budget.
    """
    who = (member_named(scene, "mover"), member_named(scene, "seconder"))
    cmd = Move(item_named(scene), *who, scene.fields.text("text"), scene.fields.money("budget", None))
    made = move(scene.session, scene.actor, cmd, scene.clock)
    scene.make("council_motion", made.id)
    return {"number": made.number}


@deed("council.amend", "motion outcome for against abstain")
def council_amend(scene: Scene) -> Facts:
    """Note the hands for an amendment. Fields: motion, outcome, for, against, abstain."""
    fields = scene.fields
    outcome = fields.choice("outcome", ItemOutcome)
    hands = (fields.whole("for", 0), fields.whole("against", 0), fields.whole("abstain", 0))
    cmd = DecideAmendment(scene.thing("council_motion", "motion"), outcome, *hands)
    decide_amendment(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("council.speak", "session item member side")
def council_speak(scene: Scene) -> Facts:
    """Put a member on the list of speakers. Fields: session, item, member (from 1), side (for, against, asks)."""
    cmd = AskToSpeak(item_named(scene), member_named(scene, "member"), scene.fields.choice("side", Side))
    ask_to_speak(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("council.next_speaker", "session item")
def council_next_speaker(scene: Scene) -> Facts:
    """End who speaks and give the floor to the next. Fields: session, item. Facts: speaks (which member, from 1)."""
    speech = next_speaker(scene.session, scene.actor, item_named(scene), scene.clock)
    members = members_of(scene)
    return {"speaks": members.index(speech.member_id) + 1 if speech else 0}


@deed("council.minutes", "session minutes")
def council_minutes(scene: Scene) -> Facts:
    """Write the minutes, which then wait for the chair where there is one. Fields: session, minutes."""
    cmd = WriteMinutes(scene.thing("council_session", "session"), scene.fields.text("minutes"))
    write_minutes(scene.session, scene.actor, cmd, scene.clock)
    return {}
