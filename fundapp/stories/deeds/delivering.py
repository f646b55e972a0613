"""Suppliers, work, evaluation, closing."""

from sqlalchemy import select

from fundapp.custody.commands import book_of_project
from fundapp.delivery.closing import close_project
from fundapp.delivery.commands import NewExpense, NewReport, accept, claim_expense, decide_expense, report_progress
from fundapp.delivery.correcting import NewCorrection, ask_correction, decide_correction
from fundapp.delivery.queries import closing_of
from fundapp.delivery.settling import settle_match
from fundapp.evaluation.commands import NewGrade, NewSheet, grade_project, publish_result, record_sheet
from fundapp.evaluation.rules import Count, Grade, Party
from fundapp.fundraising.queries import funds_of
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import fen, yuan_text
from fundapp.ledger.queries import balance as ledger_balance
from fundapp.ledger.rules import Ledger, ReversalReason
from fundapp.people.models import UnitBinding
from fundapp.people.queries import actor_of
from fundapp.places.queries import units_of_compound
from fundapp.procurement.commands import NewQuote, choose_supplier, record_quote
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.stories.deeds.answering import neighbour
from fundapp.stories.deeds.ground import unit_of_door
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, made_up_code, picture, view


def _project(scene: Scene) -> ProjectRow:
    return get_project(scene.session, scene.thing("project"))


@deed("procurement.quote", "project supplier amount")
def procurement_quote(scene: Scene) -> Facts:
    """Record a quote. Fields: project, supplier, amount."""
    project, fields = _project(scene), scene.fields
    paper = picture(scene.session, scene.actor, project.place_id, scene.clock, public=True, tint=1)
    supplier = fields.text("supplier")
    cmd = NewQuote(project.id, key(), supplier, fields.money("amount"), paper, made_up_code(supplier))
    scene.make("quote", record_quote(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("procurement.choose", "quote reason")
def procurement_choose(scene: Scene) -> Facts:
    """Choose a quote. Fields: quote, reason."""
    choose_supplier(scene.session, scene.actor, scene.thing("quote"), scene.fields.text("reason", ""), scene.clock)
    return {}


@deed("delivery.report", "project told percent")
def delivery_report(scene: Scene) -> Facts:
    """Report progress with a picture. Fields: project, told, percent."""
    project, percent = _project(scene), scene.fields.whole("percent")
    photo = view(scene.session, scene.actor, project.place_id, scene.clock, percent)
    cmd = NewReport(project.id, key(), scene.fields.text("told"), percent, (photo,))
    report_progress(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("delivery.claim", "project amount purpose payee invoice restricted")
def delivery_claim(scene: Scene) -> Facts:
    """Claim an expense. Fields: project, amount, purpose, payee, invoice, restricted (out of which purpose's money)."""
    project, fields = _project(scene), scene.fields
    funds = {fund.purpose: fund.id for fund in funds_of(scene.session, project.id)}
    cmd = NewExpense(
        project_id=project.id,
        op_key=key(),
        amount=fields.money("amount"),
        purpose=fields.text("purpose"),
        payee=fields.text("payee"),
        invoice_no=fields.text("invoice"),
        invoice_id=picture(scene.session, scene.actor, project.place_id, scene.clock, public=True, tint=7),
        spent_on=local_date(scene.clock.at),
        payee_code=made_up_code(fields.text("payee")),
        fund_id=funds.get(fields.text("restricted", "")),
    )
    scene.make("expense", claim_expense(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("delivery.decide", "expense project approved reason")
def delivery_decide(scene: Scene) -> Facts:
    """Approve and pay an expense, or refuse it. Fields: expense, project, approved, reason. Facts: cash."""
    number, approved = scene.thing("expense"), scene.fields.yes("approved", True)
    project = _project(scene)
    decide_expense(scene.session, scene.actor, number, approved, scene.fields.text("reason", ""), scene.clock)
    return {"cash": yuan_text(_cash(scene, project))}


def _cash(scene: Scene, project: ProjectRow) -> int:
    book_id = book_of_project(scene.session, scene.actor, project, scene.clock.now(scene.session))
    return ledger_balance(scene.session, book_id, Ledger.ACTUAL, f"cash:{project.id}")


@deed("delivery.correct", "expense reason told")
def delivery_correct(scene: Scene) -> Facts:
    """Ask that a payment be taken back. Fields: expense, reason, told."""
    fields = scene.fields
    cmd = NewCorrection(scene.thing("expense"), key(), fields.choice("reason", ReversalReason), fields.text("told"))
    scene.make("correction", ask_correction(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("delivery.decide_correction", "correction project passed why")
def delivery_decide_correction(scene: Scene) -> Facts:
    """Take a payment back, or let it stand. Fields: correction, project, passed, why. Facts: cash."""
    number, passed, why = scene.thing("correction"), scene.fields.yes("passed", True), scene.fields.text("why", "")
    project = _project(scene)
    decide_correction(scene.session, scene.actor, number, passed, why, scene.clock)
    return {"cash": yuan_text(_cash(scene, project))}


@deed("delivery.accept", "project told")
def delivery_accept(scene: Scene) -> Facts:
    """Accept the work. Fields: project, told."""
    accept(scene.session, scene.actor, scene.thing("project"), scene.fields.text("told"), scene.clock)
    return {}


@deed("evaluation.grade", "project door grade comment")
def evaluation_grade(scene: Scene) -> Facts:
    """Grade a project for one's household. Fields: project, door, grade, comment."""
    project, fields = _project(scene), scene.fields
    unit = unit_of_door(scene, project.place_id, fields.text("door"))
    cmd = NewGrade(project.id, unit, key(), fields.choice("grade", Grade), fields.text("comment", ""))
    grade_project(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("evaluation.grades", "project satisfied basically unsatisfied")
def evaluation_grades(scene: Scene) -> Facts:
    """Let many households grade, each by an invented resident. Fields: project, satisfied, basically, unsatisfied."""
    project = _project(scene)
    grades = [grade for grade in Grade for _ in range(scene.fields.whole(grade.value, 0))]
    units = units_of_compound(scene.session, project.place_id)[::-1]
    for unit, grade in zip(units, grades, strict=False):
        query = select(UnitBinding.person_id).where(UnitBinding.unit_id == unit.id).limit(1)
        person = scene.session.scalar(query) or neighbour(scene, unit.id, unit.door)
        actor = actor_of(scene.session, person, scene.clock.at)
        grade_project(scene.session, actor, NewGrade(project.id, unit.id, key(), grade, ""), scene.clock)
    return {"graded": min(len(grades), len(units))}


@deed("evaluation.sheet", "project party base satisfied basically unsatisfied")
def evaluation_sheet(scene: Scene) -> Facts:
    """Record a party's sheet. Fields: project, party, base, satisfied, basically, unsatisfied."""
    project, fields = _project(scene), scene.fields
    count = Count(*(fields.whole(name, 0) for name in ("base", "satisfied", "basically", "unsatisfied")))
    scan = picture(scene.session, scene.actor, project.place_id, scene.clock)
    cmd = NewSheet(project.id, fields.choice("party", Party), count, scan)
    record_sheet(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("evaluation.publish", "project")
def evaluation_publish(scene: Scene) -> Facts:
    """Publish the evaluation. Fields: project. Facts: community, party_members, residents, overall."""
    made = publish_result(scene.session, scene.actor, scene.thing("project"), scene.clock)
    return {name: getattr(made, name).value for name in ("community", "party_members", "residents", "overall")}


@deed("delivery.settle", "project")
def delivery_settle(scene: Scene) -> Facts:
    """Settle a project's match. Fields: project. Facts: cost, due, more, back, owed."""
    made = settle_match(scene.session, scene.actor, scene.thing("project"), key(), scene.clock)
    names = ("cost", "due", "more", "back", "owed")
    return {name: yuan_text(fen(getattr(made, f"{name}_fen"))) for name in names}


@deed("delivery.close", "project")
def delivery_close(scene: Scene) -> Facts:
    """Close a project. Fields: project. Facts: received, spent, left, and what went back to each source."""
    project = scene.thing("project")
    close_project(scene.session, scene.actor, project, scene.clock)
    row = closing_of(scene.session, project)
    if row is None:
        raise NotVisible
    totals = {name: yuan_text(fen(getattr(row, name))) for name in ("received", "spent", "left")}
    return {**totals, **{source: yuan_text(fen(amount)) for source, amount in row.returned.items()}}
