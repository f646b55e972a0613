"""Paper ballots with a door, which two people read."""

from sqlalchemy import select

from fundapp.people.queries import actor_of
from fundapp.stories.deeds.deciding import ballots_named, roll_of
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, picture
from fundapp.voting.commands import KeyBallot, key_ballot
from fundapp.voting.models import VoteBallot, VoteRound
from fundapp.voting.sheet_models import VoteKeying


@deed("voting.keyed", "round reader ballots")
def voting_keyed(scene: Scene) -> Facts:
    """Let two people read papers with a door, from the first doors of the roster that have none yet.

    Papers that wait for a reading are read first. Fields: round, reader (the second), ballots ([{count, projects}]; no
    projects: it cannot be counted). Facts: counted.
    """
    round_id, counted = scene.thing("vote_round", "round"), set[int]()
    other = actor_of(scene.session, scene.thing("person", "reader"), scene.clock.at)
    place = scene.session.get_one(VoteRound, round_id).place_id
    voted = set(scene.session.scalars(select(VoteBallot.unit_id).where(VoteBallot.round_id == round_id)))
    rows = scene.session.execute(select(VoteKeying.serial, VoteKeying.unit_id).where(VoteKeying.round_id == round_id))
    keyed: dict[int, int] = {serial: unit for serial, unit in rows}
    waiting = [(serial, unit) for serial, unit in sorted(keyed.items()) if unit not in voted]
    fresh = [unit for unit, _door, _ in roll_of(scene, round_id) if unit not in voted | set(keyed.values())]
    for chosen in ballots_named(scene):
        serial, unit = waiting.pop(0) if waiting else (max(keyed, default=0) + 1, fresh.pop(0))
        keyed[serial] = unit
        scan = picture(scene.session, scene.actor, place, scene.clock)
        for reader in (scene.actor, other):
            cmd = KeyBallot(round_id, unit, chosen, serial, scan, key(), valid=bool(chosen))
            ballot = key_ballot(scene.session, reader, cmd, scene.clock)
            counted |= {ballot.id} if ballot else set()
    return {"counted": len(counted)}
