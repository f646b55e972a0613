"""Pages of matching: the claim with its arithmetic is public, each step is its officer's."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.queries import pool_state
from fundapp.matching import commands, forms, queries, round_views, trying_views
from fundapp.matching.lapsing import run_queue
from fundapp.matching.pages import due_words, late_words
from fundapp.matching.policy import STEP_ROLE, check_may_fund
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.proving import recomputed
from fundapp.matching.signing import against, signatures, waits_for_money, why_not_pay
from fundapp.matching.texts import STEP_LABELS
from fundapp.programmes.pages import why_not_decided
from fundapp.programmes.queries import get_policy, get_programme
from fundapp.projects.queries import project_of_member
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public

bp = Blueprint("matching", __name__, url_prefix="/matches")
bp.register_blueprint(round_views.bp)
bp.register_blueprint(trying_views.bp)
Answer = str | AnyResponse | tuple[str, int]


@bp.get("/<int:claim_id>")
@public
def show(claim_id: int) -> str:
    """Show a claim: every step of the arithmetic, recomputed now from what is published."""
    session = reading()
    claim = queries.get_claim(session, claim_id)
    policy = get_policy(session, claim.policy_version_id)
    works_here = any(current_actor().has(role, claim.place_path) for role in STEP_ROLE.values())
    proof = recomputed(session, claim, policy_of_dict(policy.parts["matching"], "matching"))
    return render_template(
        "matching/show.html", c=claim, policy=policy, proof=proof, labels=STEP_LABELS,
        signed=signatures(session, current_actor(), claim), pool=pool_state(session, claim.programme_id),
        works_here=works_here,
        why=against(session, current_actor(), claim, clock().now(session)) if works_here else [],
    )  # fmt: skip


@bp.route("/claim/<int:project_id>", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def claim(project_id: int) -> Answer:
    """Claim matched money."""
    project, form = project_of_member(reading(), project_id, current_actor()), forms.ClaimForm()
    if form.filled_in():
        with form.deed() as session:
            row = commands.claim_match(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已受理，排位号是第 %(n)s 号。", n=row.ticket))
            return redirect(url_for(".show", claim_id=row.id), 303)
    crumbs = [(project.title, url_for("desk.room", project_id=project_id))]
    told = [_("提交后系统按政策算出应配金额，给出排位号，先到先得。每一步算法都会公开。")]
    return (
        render_template(
            "_form.html", title=_("申请配比"), form=form, button=_("提交申请，领取排位号"), crumbs=crumbs, told=told
        ),
        form.status,
    )


@bp.route("/<int:claim_id>/decide", methods=["GET", "POST"])
@for_roles(*STEP_ROLE.values())
def decide(claim_id: int) -> Answer:
    """Decide the step that the claim waits for."""
    row, form = queries.get_claim(reading(), claim_id), forms.DecisionForm()
    if row.waits_for is None:
        return redirect(url_for(".show", claim_id=claim_id), 303)
    if not current_actor().has(STEP_ROLE[row.waits_for], row.place_path):
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            commands.decide(session, current_actor(), form.to_command(claim_id, row.waits_for), clock())
        if form.done:
            flash(_("已办理。"))
            return redirect(url_for(".show", claim_id=claim_id), 303)
    return render_template(
        "matching/decide.html", c=row, form=form, label=STEP_LABELS[row.waits_for], money=waits_for_money(row),
        reasons=against(reading(), current_actor(), row, clock().now(reading())),
    ), form.status  # fmt: skip


@bp.route("/<int:claim_id>/pay", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER)
def pay(claim_id: int) -> Answer:
    """Pay what is promised to the claim's project."""
    row, form = queries.get_claim(reading(), claim_id), forms.PayForm()
    if not current_actor().has(Role.FOUNDATION_OFFICER, row.place_path):
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            commands.disburse(session, current_actor(), claim_id, str(form.op_key.data), clock())
        if form.done:
            flash(_("已拨付。"))
            return redirect(url_for(".show", claim_id=claim_id), 303)
    told, reasons = due_words(reading(), row)
    reasons = [*why_not_pay(reading(), current_actor(), row, clock().now(reading())), *reasons]
    page = {"title": _("拨付配比资金"), "button": _("确认拨付"), "told": told, "reasons": reasons}
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/pools/<int:programme_id>/run", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER, Role.ADMINISTRATOR)
def run(programme_id: int) -> Answer:
    """Let lapse what is due, and serve who waits."""
    programme, form = get_programme(reading(), programme_id), forms.PayForm()
    check_may_fund(current_actor(), programme.place_path)
    if form.filled_in():
        with form.deed() as session:
            fell = run_queue(session, current_actor(), programme_id, clock())
        if form.done:
            flash(_("已按次序重新分配，%(n)s 个排位号退到队尾。", n=fell))
            return redirect(url_for("trail.pool", programme_id=programme_id), 303)
    crumbs, told = (
        [(programme.name, url_for("trail.pool", programme_id=programme_id))],
        late_words(reading(), programme),
    )
    return render_template(
        "_form.html", title=_("清理逾期排位"), form=form, button=_("退到队尾并重新分配"), crumbs=crumbs, told=told
    ), form.status


@bp.route("/pools/<int:programme_id>/fund", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER, Role.ADMINISTRATOR)
def fund(programme_id: int) -> Answer:
    """Put money into a pool."""
    programme, form = get_programme(reading(), programme_id), forms.FundingForm()
    check_may_fund(current_actor(), programme.place_path)
    if form.filled_in():
        with form.deed() as session:
            commands.fund_pool(session, current_actor(), form.to_command(programme_id), clock())
        if form.done:
            flash(_("已注入，排队的项目已按次序重新分配。"))
            return redirect(url_for("trail.pool", programme_id=programme_id), 303)
    crumbs = [(programme.name, url_for("trail.pool", programme_id=programme_id))]
    page = {"crumbs": crumbs, "reasons": why_not_decided(reading(), programme_id)}
    return render_template("_form.html", title=_("向资金池注入资金"), form=form, button=_("注入"), **page), form.status
