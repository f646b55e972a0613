"""Pages of the tree of pools: the record is public; moves are the foundation's, uses the community's."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.queries import get_book
from fundapp.places.models import PlaceKind
from fundapp.places.queries import places_below
from fundapp.pools import commands, forms, queries
from fundapp.pools.pages import money_words, share_words
from fundapp.pools.policy import check_may_decide, check_may_propose, check_may_use
from fundapp.pools.texts import WAYS
from fundapp.programmes.pages import why_not_decided
from fundapp.programmes.queries import get_programme
from fundapp.projects.queries import get_project
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import yuan
from fundapp.web.gate import current_actor, for_roles, public

bp = Blueprint("pools", __name__, url_prefix="/pools")
Answer = str | AnyResponse | tuple[str, int]


@bp.get("/<int:programme_id>/record")
@public
def record(programme_id: int) -> str:
    """Show every move into and out of a programme's pool and every use of a community's share."""
    session = reading()
    return render_template(
        "pools/record.html", programme=get_programme(session, programme_id), ways=WAYS,
        moves=queries.moves_of(session, programme_id), uses=queries.uses_of(session, programme_id),
    )  # fmt: skip


@bp.route("/common/<int:book_id>/fund", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER)
def fund_common(book_id: int) -> Answer:
    """Put money into a foundation's common pool."""
    book, form = get_book(reading(), book_id), forms.CommonForm()
    check_may_propose(current_actor(), book.place_path)
    if form.filled_in():
        with form.deed() as session:
            commands.fund_common(session, current_actor(), form.to_command(book_id), clock())
        if form.done:
            flash(_("已记入公共资金。"))
            return redirect(url_for("trail.pools"), 303)
    page = {"title": _("注入基金会公共资金"), "button": _("注入"), "crumbs": [(_("资金池"), url_for("trail.pools"))]}
    return render_template("_form.html", form=form, lead=book.holder_name, **page), form.status


@bp.route("/<int:programme_id>/move", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER)
def move(programme_id: int) -> Answer:
    """Propose a move."""
    programme, form = get_programme(reading(), programme_id), forms.MoveForm()
    check_may_propose(current_actor(), programme.place_path)
    form.offer(places_below(reading(), programme.place_path, PlaceKind.COMMUNITY))
    if form.filled_in():
        with form.deed() as session:
            commands.propose_move(session, current_actor(), form.to_command(programme_id), clock())
        if form.done:
            flash(_("已提出，等另一个人批准后才划转。"))
            return redirect(url_for(".record", programme_id=programme_id), 303)
    crumbs = [(programme.name, url_for("trail.pool", programme_id=programme_id))]
    told = money_words(reading(), programme)
    page = {"title": _("上下级之间划转"), "button": _("提出划转"), "crumbs": crumbs, "told": told}
    page["reasons"] = why_not_decided(reading(), programme_id)
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/moves/<int:move_id>/decide", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_APPROVER)
def decide_move(move_id: int) -> Answer:
    """Decide a move."""
    row, form = queries.get_move(reading(), move_id), forms.VerdictForm()
    check_may_decide(current_actor(), row.programme_path, row.proposed_by_id)
    if form.filled_in():
        with form.deed() as session:
            commands.decide_move(session, current_actor(), move_id, form.passed, str(form.note.data or ""), clock())
        if form.done:
            flash(_("已办理。"))
            return redirect(url_for(".record", programme_id=row.programme_id), 303)
    whom = row.place_name or _("基金会公共资金")
    told = [
        _("%(way)s：%(a)s，%(programme)s 与 %(whom)s 之间。", way=WAYS[row.way], a=yuan(row.amount),
          programme=row.programme_name, whom=whom),
        _("理由：%(why)s", why=row.reason),
    ]  # fmt: skip
    page = {"title": _("批准划转"), "button": _("提交意见"), "told": told}
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/use/<int:project_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def use(project_id: int) -> Answer:
    """Record what residents decided to use their share for."""
    project, form = get_project(reading(), project_id, current_actor()), forms.UseForm()
    if not current_actor().has(Role.WORKER, project.place_path):
        raise NotVisible
    check_may_use(current_actor(), project)
    decisions = queries.decided_for(reading(), project)
    form.offer(decisions)
    if form.filled_in():
        with form.deed() as session:
            commands.record_use(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已登记，等基金会核对后拨付。"))
            return redirect(url_for("desk.room", project_id=project_id), 303)
    page = {
        "title": _("动用社区份额"), "button": _("登记"),
        "crumbs": [(project.title, url_for("desk.room", project_id=project_id))],
        "told": share_words(reading(), project),
        "reasons": [] if decisions else [_("还没有通过这个项目的议事会议题或表决结果。")],
    }  # fmt: skip
    return render_template("_form.html", form=form, **page), form.status


@bp.route("/uses/<int:use_id>/decide", methods=["GET", "POST"])
@for_roles(Role.FOUNDATION_OFFICER)
def decide_use(use_id: int) -> Answer:
    """Confirm and pay a use of a community's share."""
    row, form = queries.get_use(reading(), use_id), forms.VerdictForm()
    check_may_propose(current_actor(), row.project_path)
    if form.filled_in():
        with form.deed() as session:
            commands.decide_use(session, current_actor(), use_id, form.passed, str(form.note.data or ""), clock())
        if form.done:
            flash(_("已办理。"))
            return redirect(url_for(".record", programme_id=row.programme_id), 303)
    told = [
        _("%(place)s的份额，拨给“%(title)s”%(a)s。", place=row.place_name, title=row.project_title, a=yuan(row.amount)),
        _("居民的决定：%(what)s", what=row.decision),
    ]
    reasons = queries.why_not_pay_use(reading(), current_actor(), row, clock().now(reading()))
    page = {"title": _("核对并拨付社区份额"), "button": _("提交意见"), "told": told, "reasons": reasons}
    return render_template("_form.html", form=form, **page), form.status
