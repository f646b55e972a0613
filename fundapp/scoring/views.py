"""Pages of sheets: for everybody, for the worker who drafts, for the member who scores."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.council.queries import programmes_of_worker, round_options
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import workplaces
from fundapp.scoring import commands, forms, policy, queries, texts
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public, signed_in
from fundapp.web.paging import page_of
from fundapp.web.refusals import reasons_of
from fundapp.web.spreadsheet import csv_of

bp = Blueprint("scoring", __name__, url_prefix="/scorings")
Answer = str | AnyResponse | tuple[str, int]


@bp.app_context_processor
def labels() -> dict[str, Any]:
    """Give templates the words of this package."""
    return {"scoring_texts": texts}


@bp.get("/")
@public
def index() -> Answer:
    """List the sheets."""
    session = reading()
    before = request.args.get("before", type=int)
    rows = queries.list_sheets(session, current_actor(), clock().now(session), before)
    return render_template("scoring/index.html", page=page_of(rows, lambda row: row.id))


@bp.get("/<int:sheet_id>")
@public
def show(sheet_id: int) -> Answer:
    """Show a sheet: what is frozen, who scores; after the close every paper and what they come to."""
    page = _page(sheet_id)
    against = reasons_of(policy.check_may_score, page, page.state, page.mine, page.done)
    return render_template("scoring/show.html", page=page, against=against, works_here=_works(page))


@bp.get("/<int:sheet_id>/papers.csv")
@public
def papers_csv(sheet_id: int) -> Response:
    """Give every point that was given, after the close, to be added up again."""
    page = _page(sheet_id)
    if page.outcome is None:
        raise NotVisible
    head = [_("项目"), _("评委"), _("身份"), _("标准"), _("权重"), _("打分或回避原因"), _("满分")]
    body, name = csv_of(head, queries.rows_of_papers(page)), f'attachment; filename="scoring-{sheet_id}.csv"'
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": name})


@bp.route("/new", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def new() -> Answer:
    """Draft a sheet."""
    form = forms.SheetForm(**_usual())
    _offer(form)
    if form.filled_in():
        with form.deed() as session:
            sheet = commands.draft_sheet(session, current_actor(), form.to_command(), clock())
        if form.done:
            flash(_("草稿已保存，请核对后发布。"))
            return redirect(url_for(".show", sheet_id=sheet.id), 303)
    return render_template("scoring/draft.html", form=form, page=None), form.status


@bp.route("/<int:sheet_id>/edit", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def edit(sheet_id: int) -> Answer:
    """Change a draft."""
    page = _worker_page(sheet_id)
    form = forms.SheetForm(**_as_typed(page))
    _offer(form)
    if form.filled_in():
        with form.deed() as session:
            commands.change_sheet(session, current_actor(), sheet_id, form.to_command(), clock())
        if form.done:
            flash(_("草稿已保存。"))
            return redirect(url_for(".show", sheet_id=sheet_id), 303)
    return render_template("scoring/draft.html", form=form, page=page), form.status


@bp.route("/<int:sheet_id>/open", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def open_sheet(sheet_id: int) -> Answer:
    """Freeze a draft and publish it."""
    page, form = _worker_page(sheet_id), forms.OpenForm()
    if form.filled_in():
        with form.deed() as session:
            commands.open_sheet(session, current_actor(), sheet_id, clock())
        if form.done:
            flash(_("评分表已发布，内容不再改动。"))
            return redirect(url_for(".show", sheet_id=sheet_id), 303)
    crumbs = [(page.title, url_for(".show", sheet_id=sheet_id))]
    told = [_("发布后项目、标准、权重、评委和抽签全部固定，谁也不能再改；评委的姓名和打分在截止后公布。")]
    against = reasons_of(policy.check_draft, page.state)
    words = {"title": _("发布评分表"), "button": _("发布"), "crumbs": crumbs, "told": told, "reasons": against}
    return render_template("_form.html", form=form, **words), form.status


@bp.route("/<int:sheet_id>/paper", methods=["GET", "POST"])
@signed_in
def paper(sheet_id: int) -> Answer:
    """Take a member's paper."""
    page = _page(sheet_id)
    if not page.mine:
        raise NotVisible
    form = forms.paper_form([row.project_id for row in page.candidates], page.terms)
    if form.filled_in():
        with form.deed() as session:
            commands.hand_in(session, current_actor(), form.to_command(sheet_id), clock())
        if form.done:
            flash(_("打分卷已收到，截止后公布。"))
            return redirect(url_for(".show", sheet_id=sheet_id), 303)
    against = reasons_of(policy.check_may_score, page, page.state, page.mine, page.done)
    return render_template("scoring/paper.html", form=form, page=page, against=against), form.status


@bp.post("/<int:sheet_id>/result")
@for_roles(Role.WORKER)
def publish(sheet_id: int) -> Answer:
    """Publish the result."""
    form = forms.PublishForm()
    if form.filled_in():
        with form.deed() as session:
            commands.publish_scores(session, current_actor(), commands.PublishScores(sheet_id), clock())
    flash(_("结果已公布。") if form.done else " ".join(form.refused))
    return redirect(url_for(".show", sheet_id=sheet_id), 303)


def _page(sheet_id: int) -> queries.SheetPage:
    session = reading()
    return queries.sheet_page(session, sheet_id, current_actor(), clock().now(session))


def _worker_page(sheet_id: int) -> queries.SheetPage:
    page = _page(sheet_id)
    if not _works(page):
        raise NotVisible
    return page


def _works(page: queries.SheetPage) -> bool:
    return policy.works_here(current_actor(), page.place.path)


def _usual() -> dict[str, Any]:
    start = clock().now(reading()).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return {
        "opens_at": start, "closes_at": start + timedelta(days=7), "criteria": texts.usual_criteria(), "most": 10,
        "least": 60, "trim": True,
    }  # fmt: skip


def _as_typed(page: queries.SheetPage) -> dict[str, Any]:
    logins = queries.logins_of(reading(), [row.person_id for row in page.members])
    return {
        "programme_id": page.programme_id,
        "place_id": page.place.id,
        "title": page.title,
        "opens_at": page.opens_at,
        "closes_at": page.closes_at,
        "budget": page.budget,
        "projects": [row.project_id for row in page.candidates],
        "criteria": "\n".join(f"{one.name} {one.weight}" for one in page.terms.criteria),
        "most": page.terms.most,
        "least": page.terms.least,
        "trim": page.terms.trim,
        "members": "\n".join(f"{logins[row.person_id]} {row.name} {row.office}" for row in page.members),
    }


def _offer(form: forms.SheetForm) -> None:
    session, actor = reading(), current_actor()
    programmes = programmes_of_worker(session, actor)
    paths = [grant.path for grant in actor.grants if grant.role is Role.WORKER]
    projects = {
        option.project_id: f"{option.title}（{option.place_name}）"
        for number, _name in programmes
        for path in paths
        for option in round_options(session, number, path)
    }
    form.offer(programmes, list(workplaces(session, actor).items()), list(projects.items()))
