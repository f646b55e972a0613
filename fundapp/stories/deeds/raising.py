"""Self-raised money."""

from datetime import date
from typing import Any

from fundapp.fundraising.commands import (
    NewContribution,
    NewCount,
    NewHelp,
    NewPledge,
    NewRefund,
    NewRelease,
    NewTerms,
    cancel_pledge,
    count_cash,
    decide_contribution,
    decide_count,
    decide_help,
    decide_refund,
    decide_release,
    end_raising,
    make_pledge,
    prepare_refund,
    record_contribution,
    record_help,
    record_release,
    remind_pledges,
    set_terms,
)
from fundapp.fundraising.models import Contribution
from fundapp.fundraising.purpose_models import AgreedBy
from fundapp.fundraising.queries import (
    funds_of,
    get_help,
    get_pledge,
    get_refund,
    get_release,
    help_of,
    help_totals,
    raised,
)
from fundapp.fundraising.rules import Giver, Help, Means, Source, receipt_label, reference_code
from fundapp.fundraising.terms import IfMissed, Need
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen, fen_of_text, from_fen, yuan_text
from fundapp.people.queries import actor_of
from fundapp.places.queries import units_of_compound
from fundapp.projects.queries import get_project
from fundapp.stories.deeds.ground import unit_of_door
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, picture


def _day(scene: Scene) -> date:
    return local_date(scene.clock.at)


@deed("fundraising.record", "project source giver amount means door anonymous related purpose coded giver_kind pledge")
def fundraising_record(scene: Scene) -> Facts:
    """Record money.

    Fields: project, source, giver, amount, means, door (residents), anonymous, related, purpose, coded, giver_kind,
    pledge. Facts: receipt.
    """
    fields, project = scene.fields, get_project(scene.session, scene.thing("project"))
    source, door = fields.choice("source", Source), fields.text("door", "")
    unit_id = unit_of_door(scene, project.place_id, door) if door else None
    cmd = NewContribution(
        project_id=project.id,
        op_key=key(),
        source=source,
        unit_id=unit_id,
        giver=fields.text("giver"),
        anonymous=fields.yes("anonymous", False),
        related=fields.yes("related", False),
        amount=fields.money("amount"),
        means=fields.choice("means", Means, Means.CASH),
        received_on=_day(scene),
        proof_id=picture(scene.session, scene.actor, project.place_id, scene.clock),
        purpose=fields.text("purpose", ""),
        reference=reference_code(project.id, unit_id) if fields.yes("coded", False) else "",
        giver_kind=fields.choice("giver_kind", Giver, None),
        pledge_id=scene.thing("pledge") if fields.text("pledge", "") else None,
    )
    made = record_contribution(scene.session, scene.actor, cmd, scene.clock)
    scene.make("contribution", made.id)
    return {"receipt": receipt_label(made.receipt_year, made.receipt_no)}


@deed("fundraising.decide", "contribution confirmed reason")
def fundraising_decide(scene: Scene) -> Facts:
    """Confirm or refuse recorded money. Fields: contribution, confirmed, reason."""
    number, confirmed = scene.thing("contribution"), scene.fields.yes("confirmed", True)
    decide_contribution(scene.session, scene.actor, number, confirmed, scene.fields.text("reason", ""), scene.clock)
    project = scene.session.get_one(Contribution, number).project_id
    return _raised(scene, project)


def _raised(scene: Scene, project_id: int) -> Facts:
    sums = raised(scene.session, [project_id])[project_id]
    return {source.value: yuan_text(sums.get(source, 0)) for source in Source if source is not Source.FOUNDATION}


@deed("fundraising.households", "project confirmed_by gifts")
def fundraising_households(scene: Scene) -> Facts:
    """Record many households' gifts, confirmed by another. Fields: project, confirmed_by, gifts ([{count, amount}])."""
    project = get_project(scene.session, scene.thing("project"))
    second = actor_of(scene.session, scene.thing("person", "confirmed_by"), scene.clock.at)
    proof = picture(scene.session, scene.actor, project.place_id, scene.clock)
    units = iter(units_of_compound(scene.session, project.place_id))
    for amount in _gifts(scene):
        unit = next(units)
        cmd = NewContribution(
            project.id, key(), Source.RESIDENTS, unit.id, f"演示·{unit.door}住户", True, False, from_fen(amount),
            Means.CASH, _day(scene), proof,
        )  # fmt: skip
        made = record_contribution(scene.session, scene.actor, cmd, scene.clock)
        decide_contribution(scene.session, second, made.id, True, "", scene.clock)
    return _raised(scene, project.id)


def _gifts(scene: Scene) -> list[int]:
    where, amounts = f"{scene.fields.where}, gifts", []
    for row in scene.fields.listed("gifts"):
        if not isinstance(row, dict) or set(row) != {"count", "amount"}:
            raise BadInput(where, repr(row), '{count = 70, amount = "305.70"}')
        amounts += [fen_of_text(row["amount"], where)] * row["count"]
    return amounts


@deed("fundraising.help", "project giver what value kind giver_kind anonymous half_days")
def fundraising_help(scene: Scene) -> Facts:
    """Record help in kind.

    Fields: project, giver, what, value, kind (goods, place, labour, service), giver_kind, anonymous, half_days.
    """
    fields = scene.fields
    value: Any = fields.money("value", None)
    cmd = NewHelp(
        scene.thing("project"),
        key(),
        fields.text("giver"),
        fields.text("what"),
        value,
        fields.choice("kind", Help, Help.GOODS),
        fields.choice("giver_kind", Giver, Giver.HOUSEHOLD),
        fields.yes("anonymous", False),
        fields.whole("half_days", None),
    )
    scene.make("help", record_help(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("fundraising.decide_help", "help confirmed reason")
def fundraising_decide_help(scene: Scene) -> Facts:
    """Confirm help, or say that it was not there. Fields: help, confirmed, reason."""
    number, confirmed = scene.thing("help"), scene.fields.yes("confirmed", True)
    decide_help(scene.session, scene.actor, number, confirmed, scene.fields.text("reason", ""), scene.clock)
    sums = help_totals(help_of(scene.session, get_help(scene.session, number).project_id))
    return {
        "entries": sums.entries,
        "units": sums.units,
        "half_days": sums.half_days,
        "value": yuan_text(fen(sums.value)),
    }


@deed("fundraising.pledge", "project source giver amount due door anonymous purpose giver_kind")
def fundraising_pledge(scene: Scene) -> Facts:
    """Pledge.

    Fields: project, source, giver, amount, due, door (residents), anonymous, purpose, giver_kind.
    Facts: state, paid, room.
    """
    fields, project = scene.fields, get_project(scene.session, scene.thing("project"))
    door = fields.text("door", "")
    cmd = NewPledge(
        project_id=project.id,
        op_key=key(),
        source=fields.choice("source", Source),
        unit_id=unit_of_door(scene, project.place_id, door) if door else None,
        giver=fields.text("giver"),
        anonymous=fields.yes("anonymous", False),
        amount=fields.money("amount"),
        due_on=local_date(fields.instant("due")),
        purpose=fields.text("purpose", ""),
        giver_kind=fields.choice("giver_kind", Giver, None),
    )
    made = make_pledge(scene.session, scene.actor, cmd, scene.clock)
    scene.make("pledge", made.id)
    return _pledge(scene, made.id)


def _pledge(scene: Scene, pledge_id: int) -> Facts:
    row = get_pledge(scene.session, pledge_id, _day(scene))
    return {"state": row.state.value, "paid": yuan_text(fen(row.paid)), "room": yuan_text(fen(row.room))}


@deed("fundraising.look_at_pledge", "pledge")
def fundraising_look_at_pledge(scene: Scene) -> Facts:
    """See where a pledge stands on this day. Fields: pledge."""
    return _pledge(scene, scene.thing("pledge"))


@deed("fundraising.cancel_pledge", "pledge reason")
def fundraising_cancel_pledge(scene: Scene) -> Facts:
    """Take back what is left of a pledge. Fields: pledge, reason."""
    number = scene.thing("pledge")
    cancel_pledge(scene.session, scene.actor, number, scene.fields.text("reason"), scene.clock)
    return _pledge(scene, number)


@deed("fundraising.remind", "project")
def fundraising_remind(scene: Scene) -> Facts:
    """Remind the households whose pledges are open. Fields: project."""
    homes, sent = remind_pledges(scene.session, scene.actor, scene.thing("project"), scene.clock)
    return {"households": homes, "messages": sent}


@deed("fundraising.refund", "contribution amount reason")
def fundraising_refund(scene: Scene) -> Facts:
    """Prepare a refund. Fields: contribution, amount, reason."""
    fields = scene.fields
    cmd = NewRefund(scene.thing("contribution"), key(), fields.money("amount"), fields.text("reason"))
    scene.make("refund", prepare_refund(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("fundraising.decide_refund", "refund confirmed reason")
def fundraising_decide_refund(scene: Scene) -> Facts:
    """Confirm that a refund was paid, or say that it was not. Fields: refund, confirmed, reason."""
    number, confirmed = scene.thing("refund"), scene.fields.yes("confirmed", True)
    decide_refund(scene.session, scene.actor, number, confirmed, scene.fields.text("reason", ""), scene.clock)
    return _raised(scene, get_refund(scene.session, number).project_id)


@deed("fundraising.release", "project restricted amount agreed_by reason")
def fundraising_release(scene: Scene) -> Facts:
    """Record that restricted money may serve the whole project.

    Fields: project, restricted, amount, agreed_by, reason.
    """
    fields, project = scene.fields, get_project(scene.session, scene.thing("project"))
    wanted = fields.text("restricted")
    fund = next(one for one in funds_of(scene.session, project.id) if one.purpose == wanted)
    proof = picture(scene.session, scene.actor, project.place_id, scene.clock)
    agreed, reason = fields.choice("agreed_by", AgreedBy), fields.text("reason")
    cmd = NewRelease(fund.id, key(), fields.money("amount"), agreed, reason, proof)
    scene.make("release", record_release(scene.session, scene.actor, cmd, scene.clock).id)
    return {"left": yuan_text(fen(fund.left))}


@deed("fundraising.decide_release", "release confirmed reason")
def fundraising_decide_release(scene: Scene) -> Facts:
    """Confirm a release, or say that nobody agreed. Fields: release, confirmed, reason."""
    number, confirmed = scene.thing("release"), scene.fields.yes("confirmed", True)
    decide_release(scene.session, scene.actor, number, confirmed, scene.fields.text("reason", ""), scene.clock)
    return {"left": yuan_text(fen(get_release(scene.session, number)[0].left))}


@deed("fundraising.terms", "project needs deadline if_missed")
def fundraising_terms(scene: Scene) -> Facts:
    """Decide before raising. Fields: project, needs, deadline, if_missed."""
    fields = scene.fields
    needs = tuple(Need(str(one)) for one in fields.listed("needs"))
    deadline = local_date(fields.instant("deadline"))
    cmd = NewTerms(scene.thing("project"), needs, deadline, fields.choice("if_missed", IfMissed))
    set_terms(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("fundraising.end", "project")
def fundraising_end(scene: Scene) -> Facts:
    """Carry out what was decided. Fields: project."""
    made = end_raising(scene.session, scene.actor, scene.thing("project"), scene.clock)
    return {
        "outcome": made.outcome.value,
        "raised": yuan_text(fen(made.raised_fen)),
        "budget": yuan_text(fen(made.budget_fen)),
    }


@deed("fundraising.count", "project cash bank explanation")
def fundraising_count(scene: Scene) -> Facts:
    """Count the cash book. Fields: project, cash, bank, explanation."""
    fields = scene.fields
    cash, bank = fields.money("cash"), fields.money("bank")
    cmd = NewCount(scene.thing("project"), key(), cash, bank, fields.text("explanation", ""))
    made = count_cash(scene.session, scene.actor, cmd, scene.clock)
    scene.make("count", made.id)
    return {"book": yuan_text(fen(made.book_fen))}


@deed("fundraising.decide_count", "count confirmed note")
def fundraising_decide_count(scene: Scene) -> Facts:
    """Count again. Fields: count, confirmed, note."""
    number, confirmed = scene.thing("count"), scene.fields.yes("confirmed", True)
    decide_count(scene.session, scene.actor, number, confirmed, scene.fields.text("note", ""), scene.clock)
    return {}
