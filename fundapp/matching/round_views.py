"""Pages of rounds: the plan with every share is public, opening and planning are the officer's, approving another's."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.matching import round_files, round_forms, rounds
from fundapp.matching.policy import check_may_approve_plan, check_may_fund, check_may_plan
from fundapp.matching.queries.rounds import RoundState, get_round, round_of_plan, rounds_of
from fundapp.matching.texts import ROUND_KINDS, ROUND_STATES
from fundapp.programmes.pages import why_not_decided
from fundapp.programmes.queries import get_programme
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import moment
from fundapp.web.gate import current_actor, for_roles, public

bp = Blueprint("rounds", __name__, url_prefix="/rounds")
Answer = str | AnyResponse | tuple[str, int]


@bp.get("/<int:round_id>")
@public
def show(round_id: int) -> str:
    """Show a round: until when it collects, and what its plans give to whom."""
    session = reading()
    row = get_round(session, round_id)
    now = clock().now(session)
    return render_template(
        "matching/round.html", r=row, state=row.state(now), now=now, RoundState=RoundState, kinds=ROUND_KINDS,
        states=ROUND_STATES, again=round_files.policy_of_round(session, row),
    )  # fmt: skip


@bp.get("/<int:round_id>/claims.json")
@public
def claims(round_id: int) -> Response:
    """Give the pool and the claims for ``fundapp matching plan``."""
    session = reading()
    return Response(round_files.claims_file(session, get_round(session, round_id)), mimetype="application/json")


@bp.get("/<int:round_id>/policy.toml")
@public
def policy(round_id: int) -> Response:
    """Give the policy for ``fundapp matching plan``."""
    session = reading()
    found = round_files.policy_of_round(session, get_round(session, round_id))
    if found is None:
        raise NotVisible
    return Response(round_files.policy_file(found), mimetype="application/toml")


@bp.route("/new/<int:programme_id>", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER, Role.ADMINISTRATOR)
def new(programme_id: int) -> Answer:
    """Open a round."""
    programme, form = get_programme(reading(), programme_id), round_forms.RoundForm()
    check_may_fund(current_actor(), programme.place_path)
    if form.filled_in():
        with form.deed() as session:
            row = rounds.open_round(session, current_actor(), form.to_command(programme_id), clock())
        if form.done:
            flash(_("第 %(n)s 轮已开。", n=row.number))
            return redirect(url_for(".show", round_id=row.id), 303)
    past = rounds_of(reading(), programme_id)
    crumbs = [(programme.name, url_for("trail.pool", programme_id=programme_id))]
    told = [_("这是第 %(n)s 轮。", n=len(past) + 1)]
    page = {"title": _("开一轮分配"), "button": _("开这一轮"), "crumbs": crumbs, "told": told}
    reasons = why_not_decided(reading(), programme_id)
    return render_template("_form.html", form=form, reasons=reasons, **page), form.status


@bp.route("/<int:round_id>/plan", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER)
def plan(round_id: int) -> Answer:
    """Work a round out and publish it."""
    row, form = get_round(reading(), round_id), round_forms.PlanForm()
    check_may_plan(current_actor(), row.place_path)
    if form.filled_in():
        with form.deed() as session:
            rounds.plan_round(session, current_actor(), round_id, str(form.op_key.data), clock())
        if form.done:
            flash(_("方案已公布，等待批准。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    told = [_("把截止前受理、街道审过的申请一起算，结果连同每一步算法立即公开。")]
    crumbs = [(_("第 %(n)s 轮", n=row.number), url_for(".show", round_id=round_id))]
    page = {"title": _("计算并公布分配方案"), "button": _("计算并公布"), "crumbs": crumbs, "told": told}
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/plans/<int:plan_id>/decide", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_APPROVER)
def decide(plan_id: int) -> Answer:
    """Approve a plan, or send it back."""
    row, form = round_of_plan(reading(), plan_id), round_forms.PlanDecisionForm()
    planner = next(one.planned_by_id for one in row.plans if one.id == plan_id)
    check_may_approve_plan(current_actor(), row.place_path, planner)
    if form.filled_in():
        with form.deed() as session:
            rounds.decide_plan(session, current_actor(), form.to_command(plan_id), clock())
        if form.done:
            flash(_("已办理。"))
            return redirect(url_for(".show", round_id=row.id), 303)
    told = [_("方案要公开到 %(until)s 以后才能批准。", until=moment(row.approved_from))]
    crumbs = [(_("第 %(n)s 轮", n=row.number), url_for(".show", round_id=row.id))]
    page = {"title": _("批准分配方案"), "button": _("提交意见"), "crumbs": crumbs, "told": told}
    return render_template("_form.html", form=form, **page), form.status
