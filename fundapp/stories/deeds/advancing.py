"""Money that was lent to a project."""

from fundapp.advances.commands import (
    NewAdvance,
    NewRepayment,
    NewWaiver,
    decide_advance,
    decide_repayment,
    prepare_repayment,
    record_advance,
    waive_advance,
)
from fundapp.advances.queries import get_advance, get_repayment
from fundapp.fundraising.rules import Giver, Means
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import fen, yuan_text
from fundapp.projects.queries import get_project
from fundapp.stories.deeds.ground import unit_of_door
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, picture


@deed("advances.record", "project lender_kind lender amount door means anonymous related repay_from")
def advances_record(scene: Scene) -> Facts:
    """Record an advance.

    Fields: project, lender_kind, lender, amount, door (households), means, anonymous, related, repay_from.
    """
    fields, project = scene.fields, get_project(scene.session, scene.thing("project"))
    door = fields.text("door", "")
    cmd = NewAdvance(
        project_id=project.id,
        op_key=key(),
        lender_kind=fields.choice("lender_kind", Giver),
        unit_id=unit_of_door(scene, project.place_id, door) if door else None,
        lender=fields.text("lender"),
        anonymous=fields.yes("anonymous", False),
        related=fields.yes("related", False),
        amount=fields.money("amount"),
        means=fields.choice("means", Means, Means.CASH),
        received_on=local_date(scene.clock.at),
        repay_from=fields.text("repay_from"),
        proof_id=picture(scene.session, scene.actor, project.place_id, scene.clock),
    )
    made = record_advance(scene.session, scene.actor, cmd, scene.clock)
    scene.make("advance", made.id)
    return _facts(scene, made.id)


def _facts(scene: Scene, number: int) -> Facts:
    row = get_advance(scene.session, number)
    return {"state": row.state.value, "owed": yuan_text(fen(row.owed))}


@deed("advances.decide", "advance confirmed reason")
def advances_decide(scene: Scene) -> Facts:
    """Confirm an advance, or say that it is not there. Fields: advance, confirmed, reason."""
    number, confirmed = scene.thing("advance"), scene.fields.yes("confirmed", True)
    decide_advance(scene.session, scene.actor, number, confirmed, scene.fields.text("reason", ""), scene.clock)
    return _facts(scene, number)


@deed("advances.repay", "advance amount paid_from")
def advances_repay(scene: Scene) -> Facts:
    """Prepare a repayment. Fields: advance, amount, paid_from."""
    fields, number = scene.fields, scene.thing("advance")
    cmd = NewRepayment(number, key(), fields.money("amount"), fields.text("paid_from"))
    scene.make("repayment", prepare_repayment(scene.session, scene.actor, cmd, scene.clock).id)
    return _facts(scene, number)


@deed("advances.decide_repayment", "repayment confirmed reason")
def advances_decide_repayment(scene: Scene) -> Facts:
    """Confirm that a repayment was paid, or say that it was not. Fields: repayment, confirmed, reason."""
    number, confirmed = scene.thing("repayment"), scene.fields.yes("confirmed", True)
    decide_repayment(scene.session, scene.actor, number, confirmed, scene.fields.text("reason", ""), scene.clock)
    return _facts(scene, get_repayment(scene.session, number)[0].id)


@deed("advances.waive", "advance amount")
def advances_waive(scene: Scene) -> Facts:
    """Record that the lender gives up what is owed. Fields: advance, amount."""
    number = scene.thing("advance")
    place_id = get_project(scene.session, get_advance(scene.session, number).project_id).place_id
    proof = picture(scene.session, scene.actor, place_id, scene.clock)
    made = waive_advance(
        scene.session, scene.actor, NewWaiver(number, key(), scene.fields.money("amount"), proof), scene.clock
    )
    scene.make("contribution", made.contribution_id)
    return _facts(scene, number)
