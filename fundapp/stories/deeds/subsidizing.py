"""The street's share."""

from fundapp.kernel.clock import local_date
from fundapp.kernel.money import fen, yuan_text
from fundapp.projects.queries import get_project
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, picture
from fundapp.subsidies.commands import NewPayment, NewRequest, NewReview, pay_request, report_request, review_request
from fundapp.subsidies.queries import get_request


@deed("subsidies.report", "project amount reason")
def subsidies_report(scene: Scene) -> Facts:
    """Report a project to the street. Fields: project, amount, reason."""
    fields = scene.fields
    cmd = NewRequest(scene.thing("project"), key(), fields.money("amount"), fields.text("reason"))
    made = report_request(scene.session, scene.actor, cmd, scene.clock)
    scene.make("subsidy", made.id)
    return _facts(scene, made.id)


def _facts(scene: Scene, number: int) -> Facts:
    row = get_request(scene.session, number)
    return {"state": row.state.value, "room": yuan_text(fen(row.room)), "confirmed": yuan_text(fen(row.confirmed))}


@deed("subsidies.review", "subsidy amount reason")
def subsidies_review(scene: Scene) -> Facts:
    """Set the amount. Fields: subsidy, amount, reason."""
    fields, number = scene.fields, scene.thing("subsidy")
    cmd = NewReview(number, key(), fields.money("amount"), fields.text("reason"))
    review_request(scene.session, scene.actor, cmd, scene.clock)
    return _facts(scene, number)


@deed("subsidies.pay", "subsidy amount")
def subsidies_pay(scene: Scene) -> Facts:
    """Record a payment. Fields: subsidy, amount."""
    number = scene.thing("subsidy")
    place_id = get_project(scene.session, get_request(scene.session, number).project_id).place_id
    proof = picture(scene.session, scene.actor, place_id, scene.clock)
    cmd = NewPayment(number, key(), scene.fields.money("amount"), local_date(scene.clock.at), proof)
    made = pay_request(scene.session, scene.actor, cmd, scene.clock)
    scene.make("contribution", made.contribution_id)
    return _facts(scene, number)
