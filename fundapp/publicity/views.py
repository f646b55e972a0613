"""Pages of notices: the notice for everybody, the objection for a household, proofs and answers for the staff."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.db.wiring import ask
from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.places.queries import units_by_id
from fundapp.publicity import commands, forms, policy, queries, texts
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public, signed_in
from fundapp.web.refusals import reasons_of

bp = Blueprint("publicity", __name__, url_prefix="/notices")
Answer = str | Response | tuple[str, int]


@bp.app_context_processor
def labels() -> dict[str, Any]:
    """Give templates the words of this package."""
    return {"publicity_texts": texts}


@bp.get("/<int:notice_id>")
@public
def show(notice_id: int) -> Answer:
    """Show a notice: its words, where it hangs, what was objected and how that was answered."""
    page = _page(notice_id)
    about = ask("publicity.about", page.source)
    return render_template("publicity/show.html", page=page, against=_against_objecting(page), about=about)


@bp.route("/<int:notice_id>/postings/new", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def prove(notice_id: int) -> Answer:
    """Note where the paper hangs, with its photo."""
    page, form = _worker_page(notice_id), forms.ProveForm()
    form.offer(page.standing.media, page.standing.period.ends_at)
    if form.filled_in():
        with form.deed() as session:
            actor = current_actor()
            photo = store_picture(session, actor, form.photo.data, page.place.id, Audience.PUBLIC, clock())
            commands.prove_posting(session, actor, form.to_command(notice_id, photo.id), clock())
        if form.done:
            flash(_("已登记张贴。"))
            return redirect(url_for(".show", notice_id=notice_id), 303)
    return render_template("publicity/prove.html", page=page, form=form, reasons=_against_now(page)), form.status


@bp.route("/<int:notice_id>/repost", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def repost(notice_id: int) -> Answer:
    """Post a notice anew; its period runs again."""
    page, form = _worker_page(notice_id), forms.RepostForm()
    if form.filled_in():
        with form.deed() as session:
            commands.repost(session, current_actor(), notice_id, form.chosen, str(form.reason.data), clock())
        if form.done:
            flash(_("已重新公示，公示期重新计算。"))
            return redirect(url_for(".show", notice_id=notice_id), 303)
    reasons = reasons_of(policy.check_may_repost, page.standing.state)
    return render_template("publicity/repost.html", page=page, form=form, reasons=reasons), form.status


@bp.route("/<int:notice_id>/objections/new", methods=["GET", "POST"])
@signed_in
def object_to(notice_id: int) -> Answer:
    """Take an objection of the person's household."""
    page, form = _page(notice_id), forms.ObjectForm()
    form.offer(_own_units(page))
    if form.filled_in():
        with form.deed() as session:
            actor, photo = current_actor(), None
            if form.photo.data:
                photo = store_picture(session, actor, form.photo.data, page.place.id, Audience.STAFF, clock()).id
            row = commands.object_to(session, actor, form.to_command(notice_id, photo), clock())
        if form.done:
            flash(_("您的异议已经收到。"))
            return redirect(url_for(".objection", objection_id=row.id), 303)
    return render_template("publicity/object.html", page=page, form=form, reasons=_against_objecting(page)), form.status


@bp.route("/<int:notice_id>/objections/paper", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def object_on_paper(notice_id: int) -> Answer:
    """Take an objection that a household wrote on paper."""
    page, form = _worker_page(notice_id), forms.PaperForm()
    if form.filled_in():
        with form.deed() as session:
            actor = current_actor()
            photo = store_picture(session, actor, form.photo.data, page.place.id, Audience.STAFF, clock())
            unit_id = queries.unit_of_door(session, page.place.path, str(form.door.data))
            row = commands.object_to(session, actor, form.to_command(notice_id, unit_id, photo.id), clock())
        if form.done:
            flash(_("纸质异议已登记。"))
            return redirect(url_for(".objection", objection_id=row.id), 303)
    return render_template("publicity/paper.html", page=page, form=form, reasons=_against_now(page)), form.status


@bp.get("/objections/<int:objection_id>")
@signed_in
def objection(objection_id: int) -> Answer:
    """Show an objection in full to its household and to the staff."""
    page, row = _objection(objection_id)
    return render_template("publicity/objection.html", page=page, row=row, against_reply=_against_reply(page, row))


@bp.route("/objections/<int:objection_id>/reply", methods=["GET", "POST"])
@for_roles(*policy.STAFF)
def reply(objection_id: int) -> Answer:
    """Answer an objection."""
    (page, row), form = _objection(objection_id), forms.ReplyForm()
    about = ask("publicity.about", page.source)
    form.offer(ask("publicity.nameable", reading(), page.source), about)
    if form.filled_in():
        with form.deed() as session:
            commands.reply(session, current_actor(), form.to_command(objection_id), clock())
        if form.done:
            flash(_("已答复。"))
            return redirect(url_for(".show", notice_id=page.id), 303)
    reasons = _against_reply(page, row)
    shown = {"page": page, "row": row, "about": about, "reasons": reasons}
    return render_template("publicity/reply.html", form=form, **shown), form.status


def _page(notice_id: int) -> queries.NoticePage:
    return queries.notice_page(reading(), notice_id, current_actor(), clock().now(reading()))


def _worker_page(notice_id: int) -> queries.NoticePage:
    page = _page(notice_id)
    policy.check_worker(current_actor(), page.place.path)
    return page


def _objection(objection_id: int) -> tuple[queries.NoticePage, queries.ObjectionRow]:
    return queries.objection_page(reading(), objection_id, current_actor(), clock().now(reading()))


def _own_units(page: queries.NoticePage) -> list[tuple[int, str]]:
    units = units_by_id(reading(), sorted(current_actor().unit_ids))
    return [(unit.id, unit.door) for unit in units.values() if unit.path.startswith(page.place.path)]


def _against_objecting(page: queries.NoticePage) -> list[str]:
    if not current_actor().lives_in(page.place.path):
        return [str(_("公示范围里的住户可以提出异议。"))]
    return _against_now(page)


def _against_now(page: queries.NoticePage) -> list[str]:
    standing = page.standing
    return reasons_of(policy.check_open, standing.period, standing.state, clock().now(reading()))


def _against_reply(page: queries.NoticePage, row: queries.ObjectionRow) -> list[str]:
    answered = row.verdict is not None
    actor, parties = current_actor(), ask("publicity.parties", reading(), page.source)
    against = reasons_of(policy.check_may_reply, actor, page.place.path, row.unit_id, answered)
    return against or reasons_of(policy.check_no_party, actor, parties)
