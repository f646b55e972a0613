"""Pages of proposals: for proposers, for who checks them, and for the project group."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.db.work import unit_of_work
from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.projects import commands, forms, link_forms, pages, policy, queries, texts
from fundapp.projects.links import linkable
from fundapp.projects.rules import Finding, Stage
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in

bp = Blueprint("projects", __name__, url_prefix="/proposals")
bp.record_once(lambda state: state.app.jinja_env.globals.update(project_texts=texts))
Answer = str | Response | tuple[str, int]


@bp.get("/")
@signed_in
def index() -> str:
    """List one's own proposals, and those of others that wait for one's check."""
    session, actor = reading(), current_actor()
    return render_template(
        "projects/index.html",
        mine=queries.my_proposals(session, actor),
        waiting=queries.waiting_for_check(session, actor),
        compounds=pages.compounds_of(session, actor),
    )


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> Answer:
    """Begin a proposal with its title and place."""
    session, actor = reading(), current_actor()
    form, offer = forms.NewForm(), pages.offer(session, actor, clock().now(session))
    form.offer(offer.places, offer.programmes)
    if not offer.reasons and form.filled_in():
        with form.deed() as work:
            made = commands.begin_proposal(work, actor, form.to_command(), clock())
        if form.done:
            return redirect(url_for(".edit", project_id=made.id), 303)
    return render_template("projects/new.html", form=form, offer=offer), form.status


@bp.get("/<int:project_id>")
@signed_in
def show(project_id: int) -> str:
    """Show a proposal to its proposer and to staff: where it stands, what was said, what can be done."""
    return render_template("projects/show.html", page=_page(project_id))


@bp.route("/<int:project_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(project_id: int) -> Answer:
    """Write a proposal: everything typed is kept, whichever button is pressed."""
    page = _page(project_id)
    policy.refuse_if(policy.against_editing(current_actor(), page.row.proposer_id, page.row.stage))
    form = forms.ProposalForm(page.typed)
    if request.method == "POST":
        _keep(form, project_id)
        reading().rollback()  # the page shows what was just kept
        page = _page(project_id)
        if form.wish().deed != "submit" or not form.done:
            return _kept(form, page)
        if form.filled_in() and _hand_in(form, project_id):
            return redirect(url_for(".show", project_id=project_id), 303)
    if form.to_warn:
        return _warning(form, page)
    return render_template("projects/edit.html", form=form, page=page), form.status


def _warning(form: forms.ProposalForm, page: pages.ProposalPage) -> str:
    """Show what the change costs before it is saved; everything typed goes along."""
    typed = form.typed() | {"do": "submit", "confirmed": "y"}
    warning = pages.warning_of(reading(), page.row, form.to_text())
    return render_template("projects/warning.html", page=page, warning=warning, typed=typed)


def _keep(form: forms.ProposalForm, project_id: int) -> None:
    """Keep what was typed, then what was chosen: a picture that is none does not cost the text."""
    wish = form.wish()
    with unit_of_work() as session:
        commands.save_draft(session, current_actor(), commands.SaveDraft(project_id, form.content()), clock())
    with form.deed() as session:
        place_id = queries.get_project(session, project_id).place_id
        for upload in form.uploads():
            photo = store_picture(session, current_actor(), upload, place_id, Audience.PUBLIC, clock(), "photos")
            commands.attach_photo(session, current_actor(), project_id, photo.id, clock())
        if wish.deed == "drop_photo":
            commands.remove_photo(session, current_actor(), project_id, wish.row, clock())


def _kept(form: forms.ProposalForm, page: pages.ProposalPage) -> Answer:
    """Show the draft again, at the place where something was added."""
    if not form.done:
        return render_template("projects/edit.html", form=form, page=page), 422
    anchor = {"add_line": "lines", "drop_line": "lines", "drop_photo": "photo-list", "add_photo": "photo-list"}
    if form.wish().deed not in anchor:
        flash(_("草稿已保存，随时可以回来接着写。"))
    return redirect(url_for(".edit", project_id=page.row.id, _anchor=anchor.get(form.wish().deed)), 303)


def _hand_in(form: forms.ProposalForm, project_id: int) -> bool:
    form.done = False
    with form.deed() as session:
        project = commands.submit_proposal(session, current_actor(), form.to_command(project_id), clock())
    if form.done:
        waits = project.stage is Stage.SUBMITTED
        flash(_("已提交，等待楼栋长或社区工作者初审。") if waits else _("修改已提交，成为新的一版。"))
        if form.warned.data and project.stage is Stage.FEASIBLE:
            flash(_("原来的意见已作废，由社区工作者重新征求；表过态的住户会收到消息。"))
    return form.done


@bp.route("/<int:project_id>/check", methods=["GET", "POST"])
@for_roles(Role.BUILDING_HEAD, Role.WORKER)
def check(project_id: int) -> Answer:
    """Check a proposal first: pass it on, return it, or (a worker) reject it."""
    page, form = _page(project_id), forms.CheckForm()
    policy.refuse_if(page.against_checking)
    form.offer(_findings(page))
    if form.filled_in():
        with form.deed() as session:
            commands.check_proposal(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("初审结论已登记，提案人可以看到。"))
            return redirect(url_for(".show", project_id=project_id), 303)
    return render_template("projects/check.html", form=form, page=page), form.status


def _findings(page: pages.ProposalPage) -> list[Finding]:
    if page.row.stage is Stage.FEASIBLE:
        return [Finding.RETURN]
    works = policy.works_for(current_actor(), page.row.place_path)
    return [Finding.PASS, Finding.RETURN, *([Finding.REJECT] if works else [])]


@bp.route("/<int:project_id>/group", methods=["GET", "POST"])
@signed_in
def group(project_id: int) -> Answer:
    """Name the project group."""
    page, form = _page(project_id), forms.GroupForm()
    policy.refuse_if(page.against_forming)
    if request.method == "GET":
        form.fill(page.group)
    if form.filled_in():
        with form.deed() as session:
            commands.form_group(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("项目小组已登记。"))
            return redirect(url_for(".show", project_id=project_id), 303)
    people = pages.to_be_named(reading(), current_actor(), page.row, clock())
    return render_template("projects/group.html", form=form, page=page, people=people), form.status


@bp.route("/<int:project_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(project_id: int) -> Answer:
    """Take one's proposal back."""
    page, form = _page(project_id), forms.WithdrawForm()
    policy.refuse_if(page.against_withdrawing)
    if form.filled_in():
        with form.deed() as session:
            commands.withdraw(session, current_actor(), project_id, clock(), str(form.reason.data or ""))
        if form.done:
            flash(_("提案已撤回。"))
            return redirect(url_for(".show", project_id=project_id), 303)
    return render_template("projects/withdraw.html", form=form, page=page), form.status


@bp.route("/<int:project_id>/links/new", methods=["GET", "POST"])
@signed_in
def new_link(project_id: int) -> Answer:
    """Say that a project is the same as another, or excludes it."""
    page, form = _page(project_id), link_forms.LinkForm()
    policy.refuse_if(page.against_linking)
    form.offer(linkable(reading(), page.row, current_actor()), request.args.get("other", type=int))
    if form.filled_in():
        with form.deed() as session:
            commands.link_projects(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已记下，两个项目的人都会收到消息。"))
            return redirect(url_for(".show", project_id=project_id), 303)
    return render_template("projects/new_link.html", form=form, page=page), form.status


@bp.route("/links/<int:link_id>", methods=["GET", "POST"])
@signed_in
def link(link_id: int) -> Answer:
    """Answer a link, take it back, or end it."""
    page, form = pages.link_page(reading(), current_actor(), link_id), link_forms.AnswerForm()
    form.offer(page.steps)
    if form.filled_in():
        with form.deed() as session:
            commands.answer_link(session, current_actor(), form.to_command(link_id), clock())
        if form.done:
            flash(_("已记下，两个项目的人都会收到消息。"))
            return redirect(url_for(".link", link_id=link_id), 303)
    return render_template("projects/link.html", form=form, page=page), form.status


def _page(project_id: int) -> pages.ProposalPage:
    return pages.proposal_page(reading(), current_actor(), project_id)
