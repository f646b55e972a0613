"""The public pages."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from fundapp.advances.texts import SOMEBODY
from fundapp.consent.queries import notice_steps
from fundapp.council.queries import items_of
from fundapp.delivery import queries as delivery
from fundapp.delivery.queries import corrections_of
from fundapp.delivery.texts import CORRECTION_STATES
from fundapp.evaluation import queries as evaluation
from fundapp.evaluation.texts import GRADE_LABELS, PARTY_LABELS
from fundapp.fundraising.queries import help_of, help_totals
from fundapp.fundraising.rules import ORDER, days_text
from fundapp.fundraising.texts import GIVER_LABELS, HELP_LABELS, SOURCE_LABELS
from fundapp.ledger.queries import pool_state, public_lines, totals_by_kind
from fundapp.ledger.texts import REASONS
from fundapp.matching.queries import queue_of
from fundapp.matching.queries.rounds import mode_of, rounds_of
from fundapp.matching.rules import Mode
from fundapp.matching.texts import ROUND_KINDS, ROUND_STATES, STEP_LABELS
from fundapp.places.models import PlaceKind
from fundapp.places.queries import get_place, places_above, places_below
from fundapp.pools.queries import tree
from fundapp.procurement.queries import quotes_of
from fundapp.programmes.queries import get_programme, list_programmes, policy_in_force
from fundapp.projects.queries import get_project, history
from fundapp.projects.rules import Stage
from fundapp.projects.texts import KIND_LABELS, STAGE_LABELS, THEME_LABELS
from fundapp.subsidies.queries import requests_of_programme
from fundapp.subsidies.texts import STATES as SUBSIDY_STATES
from fundapp.trail import queries
from fundapp.trail.rules import GROUPS, is_paid_for, step_of, tone_of
from fundapp.trail.texts import GROUP_LABELS, MONEY_LABELS
from fundapp.web.clock import page_time
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, public
from fundapp.web.kept import kept
from fundapp.web.paging import page_of
from fundapp.web.pdf import pdf_page, qr_data

bp = Blueprint("trail", __name__)
FINISHED = (Stage.ACCEPTED, Stage.EVALUATED, Stage.CLOSED)
LINES = 30


@bp.app_context_processor
def labels() -> dict[str, Any]:
    """Give the labels that many pages print."""
    return {
        "STAGE_LABELS": STAGE_LABELS, "KIND_LABELS": KIND_LABELS, "THEME_LABELS": THEME_LABELS,
        "SOURCE_LABELS": SOURCE_LABELS, "SOURCE_ORDER": ORDER, "GRADE_LABELS": GRADE_LABELS,
        "PARTY_LABELS": PARTY_LABELS, "MATCH_STEP_LABELS": STEP_LABELS,
        "SUBSIDY_STATES": SUBSIDY_STATES, "CORRECTION_STATES": CORRECTION_STATES, "REVERSAL_REASONS": REASONS,
        "ROUND_KINDS": ROUND_KINDS, "ROUND_STATES": ROUND_STATES,
        "LENDER_LABELS": SOMEBODY,
        "GIVER_LABELS": GIVER_LABELS, "HELP_LABELS": HELP_LABELS, "days_text": days_text,
        "MONEY_LABELS": MONEY_LABELS,
        "step_of": step_of, "tone_of": tone_of, "is_paid_for": is_paid_for,
    }  # fmt: skip


@bp.get("/")
@public
@kept
def home() -> str:
    """Show what is going on."""
    session, now = reading(), page_time()
    page = queries.list_page(session, current_actor(), None, None, None, now)
    counts, totals = queries.stage_counts(session), totals_by_kind(session)
    return render_template("trail/home.html", cards=page.rows[:6], counts=counts, totals=totals, groups=_groups(counts))


def _groups(counts: dict[Stage, int]) -> list[tuple[str, Any, int]]:
    return [(name, GROUP_LABELS[name], sum(counts.get(s, 0) for s in stages)) for name, stages in GROUPS.items()]


@bp.get("/projects")
@public
@kept
def projects() -> str:
    """List the projects."""
    group, before = request.args.get("stage"), request.args.get("before", type=int)
    session = reading()
    page = queries.list_page(session, current_actor(), group, None, before, page_time())
    counts = queries.stage_counts(session)
    return render_template("trail/projects.html", page=page, group=group, groups=_groups(counts), before=before)


@bp.get("/projects/<int:project_id>")
@public
@kept
def project(project_id: int) -> str:
    """Show one project's whole trail."""
    session = reading()
    now = page_time()
    trail = queries.project_trail(session, project_id, current_actor(), now)
    finished = trail.project.stage in FINISHED
    graded = evaluation.counts_of(session, project_id) if finished else None
    result = evaluation.result_of(session, project_id) if finished else None
    rounds = [row.bar.round_id for row in trail.rounds]
    steps = {"steps": history(session, project_id), "notices": notice_steps(session, rounds)}
    return render_template("trail/project.html", t=trail, p=trail.project, graded=graded, result=result, **steps)


@bp.get("/projects/<int:project_id>/works")
@public
@kept
def works(project_id: int) -> str:
    """Show supplier, progress, expenses, help in kind and what was discussed."""
    session = reading()
    helps = help_of(session, project_id)
    return render_template(
        "trail/works.html",
        p=get_project(session, project_id, current_actor()),
        quotes=quotes_of(session, project_id),
        reports=delivery.reports_of(session, project_id),
        expenses=delivery.expenses_of(session, project_id),
        corrections=corrections_of(session, project_id),
        acceptance=delivery.acceptance_of(session, project_id),
        closing=delivery.closing_of(session, project_id),
        helps=helps,
        totals=help_totals(helps),
        items=items_of(session, [project_id]).get(project_id, []),
    )


@bp.get("/projects/<int:project_id>/poster.pdf")
@public
def poster(project_id: int) -> Response:
    """Print a poster with a QR code that opens the project's page."""
    session = reading()
    trail = queries.project_trail(session, project_id, current_actor(), page_time())
    address = url_for(".project", project_id=project_id, _external=True)
    return pdf_page(
        "trail/poster.html", f"project-{project_id}.pdf", t=trail, p=trail.project, address=address, qr=qr_data(address)
    )


@bp.get("/communities")
@public
@kept
def communities() -> str:
    """List the communities."""
    return render_template("trail/communities.html", places=places_below(reading(), "/", PlaceKind.COMMUNITY))


@bp.get("/communities/<int:place_id>")
@public
@kept
def community(place_id: int) -> str:
    """Show a place: its projects by stage, its money in and out."""
    session = reading()
    page = queries.place_page(session, place_id)
    before = request.args.get("before", type=int)
    listed = queries.list_page(session, current_actor(), None, page.place.path, before, page_time())
    values = {"above": places_above(session, page.place), "groups": _groups(page.counts)}
    return render_template("trail/community.html", c=page, page=listed, **values)


@bp.get("/pools")
@public
@kept
def pools() -> str:
    """Show the tree of pools: foundations, programmes, communities."""
    return render_template("trail/pools.html", nodes=tree(reading()))


@bp.get("/pools/<int:programme_id>")
@public
@kept
def pool(programme_id: int) -> str:
    """Show a pool and its queue."""
    session = reading()
    programme = get_programme(session, programme_id)
    return render_template(
        "trail/pool.html",
        programme=programme,
        place=get_place(session, programme.place_id),
        pool=pool_state(session, programme_id),
        queue=queue_of(session, programme_id),
        sources=queries.sources_of_programme(session, programme_id),
        helped=queries.help_of_programme(session, programme_id),
        asked=requests_of_programme(session, programme_id),
        rounds=[(row, row.state(page_time())) for row in rounds_of(session, programme_id)],
        in_rounds=mode_of(session, programme_id) is not Mode.QUEUE,
        policy=policy_in_force(session, programme_id, page_time()),
    )


@bp.get("/ledger")
@public
@kept
def ledger() -> str:
    """Show the public ledger, the newest line first."""
    session, before = reading(), request.args.get("before", type=int)
    lines = public_lines(session, before, LINES + 1)
    page = page_of(lines, key=lambda line: line.journal_id, size=LINES)
    pools_now = [(row, pool_state(session, row.id)) for row in list_programmes(session)]
    return render_template("trail/ledger.html", page=page, totals=totals_by_kind(session), pools=pools_now)
