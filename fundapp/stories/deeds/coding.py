"""Answers beside the phone with an account: by the code of a printed slip, and with the worker's help."""

from fundapp.answering.commands import (
    AnswerByCode,
    AnswerWithHelp,
    BeginHelp,
    PrintSlips,
    answer_by_code,
    answer_with_help,
    begin_help,
    code_of_typed,
    end_help,
    print_slips,
)
from fundapp.consent.policy import Choice
from fundapp.consent.queries import door_or_refuse
from fundapp.kernel.errors import Refused
from fundapp.stories.deeds.answering import SAID, numbers, silent_households, snapshot_of
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key


@deed("answering.slips", "round")
def answering_slips(scene: Scene) -> Facts:
    """Print slips for the households that have none. Fields: round. Facts: printed."""
    round_id = scene.thing("consent_round", "round")
    slips = print_slips(scene.session, scene.actor, PrintSlips(round_id), scene.world.secret, scene.clock)
    scene.world.slips |= {(round_id, slip.unit_id): slip.typed for slip in slips}
    return {"printed": len(slips)}


@deed("answering.code", "round door answer")
def answering_code(scene: Scene) -> Facts:
    """Answer with the code on a household's slip. Fields: round, door, answer (agree, oppose, abstain, follow)."""
    round_id = scene.thing("consent_round", "round")
    unit = door_or_refuse(scene.session, snapshot_of(scene.session, round_id), scene.fields.text("door"))
    _by_code(scene, round_id, unit, scene.fields.choice("answer", Choice))
    return numbers(scene, round_id)


@deed("answering.codes", "round agree oppose abstain follow")
def answering_codes(scene: Scene) -> Facts:
    """Let many households answer with the codes on their slips. Fields: round, agree, oppose, abstain, follow."""
    round_id = scene.thing("consent_round", "round")
    wanted = [choice for name, choice in SAID for _ in range(scene.fields.whole(name, 0))]
    for (unit, _door), choice in zip(silent_households(scene, round_id, len(wanted)), wanted, strict=True):
        _by_code(scene, round_id, unit, choice)
    return numbers(scene, round_id)


def _by_code(scene: Scene, round_id: int, unit: int, answer: Choice) -> None:
    code = code_of_typed(scene.session, scene.world.slips.get((round_id, unit), ""), scene.world.secret)
    if code is None:
        raise Refused("answering.code_unknown", field="code")
    answer_by_code(scene.session, AnswerByCode(code, answer, key()), scene.clock)


@deed("answering.help", "round door answer reason witness")
def answering_help(scene: Scene) -> Facts:
    """Help a household to answer, face to face. Fields: round, door, answer, reason, witness."""
    round_id, fields = scene.thing("consent_round", "round"), scene.fields
    cmd = BeginHelp(round_id, fields.text("door"), reason=fields.text("reason"), witness=fields.text("witness"))
    begun = begin_help(scene.session, scene.actor, cmd, scene.world.secret, scene.clock)
    answer = AnswerWithHelp(begun.id, fields.choice("answer", Choice), key())
    answer_with_help(scene.session, scene.actor, answer, scene.clock)
    end_help(scene.session, scene.actor, begun.id, scene.clock)
    return numbers(scene, round_id)
