"""Pages of the terms of raising, of the deadline, and of counting the cash book."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.fundraising import commands, forms, queries
from fundapp.fundraising.texts import IF_MISSED, OUTCOMES
from fundapp.fundraising.views.blueprint import Answer, bp, crumbs, project_of
from fundapp.kernel.actor import Role
from fundapp.projects.queries import version
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import day, yuan
from fundapp.web.gate import current_actor, for_roles, signed_in


@bp.route("/<int:project_id>/terms", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def terms(project_id: int) -> Answer:
    """Decide what is needed, until when, and what happens if too little comes."""
    project, form = project_of(project_id), forms.TermsForm()
    lines = version(reading(), project.version_id or 0).text.lines
    form.offer([f"{line.name} {yuan(line.amount)}" for line in lines])
    if form.filled_in():
        with form.deed() as session:
            commands.set_terms(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已约定。第一笔认捐或收款以前还可以改，以后不能改。"))
            return redirect(url_for(".index", project_id=project_id), 303)
    page = {"title": _("约定筹款目标和期限"), "form": form, "button": _("约定"), "crumbs": crumbs(project)}
    return render_template("_form.html", **page), form.status


@bp.route("/<int:project_id>/end", methods=["GET", "POST"])
@signed_in
def end(project_id: int) -> Answer:
    """Carry out what was decided, once the last day is over."""
    project, form = project_of(project_id), forms.ConfirmForm()
    if form.filled_in():
        with form.deed() as session:
            found = commands.end_raising(session, current_actor(), project_id, clock()).outcome
        if form.done:
            flash(OUTCOMES[found])
            return redirect(url_for(".index", project_id=project_id), 303)
    told = _terms_in_words(queries.terms_of(reading(), project_id))
    page = {
        "title": _("结束筹款"),
        "form": form,
        "button": _("按约定结束筹款"),
        "crumbs": crumbs(project),
        "told": told,
    }
    return render_template("_form.html", **page), form.status


def _terms_in_words(found: queries.Terms | None) -> list[str]:
    if found is None:
        return [_("这个项目没有约定筹款期限。")]
    sums = {"least": yuan(found.minimum), "most": yuan(found.optimum)}
    return [
        _("截止 %(day)s；最低 %(least)s，全部 %(most)s。", day=day(found.deadline), **sums),
        _("没有筹足：%(what)s。", what=IF_MISSED[found.if_missed]),
        _("只算核对到账的钱和资金池已经配给的钱，认捐不算。"),
    ]


@bp.route("/<int:project_id>/counts/new", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_count(project_id: int) -> Answer:
    """Count what lies in the box and at the bank."""
    project, form = project_of(project_id), forms.CountForm()
    if form.filled_in():
        with form.deed() as session:
            commands.count_cash(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已登记盘点，请另一个人复点。"))
            return redirect(url_for(".index", project_id=project_id), 303)
    told = [_("先点钱，再填数。账面数在登记以后显示。")]
    page = {"title": _("盘点"), "form": form, "button": _("登记盘点"), "crumbs": crumbs(project), "told": told}
    return render_template("_form.html", **page), form.status


@bp.route("/counts/<int:count_id>", methods=["GET", "POST"])
@signed_in
def count(count_id: int) -> Answer:
    """Count again as the second person."""
    row, form = queries.get_count(reading(), count_id), forms.DecideCountForm()
    project, found = project_of(row.project_id), form.filled_in()
    if found:
        with form.deed() as session:
            said = (form.found.data == "yes", form.reason.data or "")
            commands.decide_count(session, current_actor(), count_id, *said, clock())
        if form.done:
            flash(_("已复点。"))
            return redirect(url_for(".index", project_id=project.id), 303)
    page = {"title": _("复点"), "form": form, "button": _("提交复点结果"), "crumbs": crumbs(project)}
    return render_template("_form.html", told=_count_in_words(row), **page), form.status


def _count_in_words(row: queries.CountRow) -> list[str]:
    sums = {"cash": yuan(row.cash), "bank": yuan(row.bank), "book": yuan(row.book)}
    told = [_("现金 %(cash)s，银行 %(bank)s，账面 %(book)s。", **sums)]
    if row.difference.amount:
        told.append(_("相差 %(sum)s，原因：%(why)s", sum=yuan(row.difference), why=row.explanation))
    return told
