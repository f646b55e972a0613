"""Pages of refunds: prepare one, and confirm that the giver has the money back."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.fundraising import commands, forms, queries
from fundapp.fundraising.texts import SOURCE_LABELS
from fundapp.fundraising.views.blueprint import Answer, bp, crumbs, project_of
from fundapp.kernel.actor import Role
from fundapp.kernel.money import ZERO
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import yuan
from fundapp.web.gate import current_actor, for_roles, signed_in


@bp.route("/contributions/<int:contribution_id>/refund", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_refund(contribution_id: int) -> Answer:
    """Prepare a refund of a gift."""
    row, form = queries.get_contribution(reading(), contribution_id), forms.RefundForm()
    project = project_of(row.project_id)
    if form.filled_in():
        with form.deed() as session:
            commands.prepare_refund(session, current_actor(), form.to_command(contribution_id), clock())
        if form.done:
            flash(_("已登记退款，请另一个人核对。"))
            return redirect(url_for(".index", project_id=project.id), 303)
    room = queries.refundable(reading(), contribution_id)
    told = [_("收据第 %(no)s 号，%(who)s，%(sum)s。", no=row.receipt, who=row.giver, sum=yuan(row.amount))]
    told.append(_("最多还能退 %(room)s。", room=yuan(room if room is not None else ZERO)))
    page = {"title": _("退款"), "form": form, "button": _("登记退款"), "crumbs": crumbs(project), "told": told}
    return render_template("_form.html", **page), form.status


@bp.route("/refunds/<int:refund_id>", methods=["GET", "POST"])
@signed_in
def refund(refund_id: int) -> Answer:
    """Confirm that the giver has the money back."""
    row, form = queries.get_refund(reading(), refund_id), forms.DecideRefundForm()
    project, found = project_of(row.project_id), form.filled_in()
    if found:
        with form.deed() as session:
            said = (form.found.data == "yes", form.reason.data or "")
            commands.decide_refund(session, current_actor(), refund_id, *said, clock())
        if form.done:
            flash(_("已核对。"))
            return redirect(url_for(".index", project_id=project.id), 303)
    return render_template("_form.html", form=form, crumbs=crumbs(project), **_refund_page(row)), form.status


def _refund_page(row: queries.RefundRow) -> dict[str, object]:
    told = [
        _("收据第 %(no)s 号，%(source)s，%(who)s。", no=row.receipt, source=SOURCE_LABELS[row.source], who=row.giver),
        _("退还 %(sum)s，理由：%(why)s", sum=yuan(row.amount), why=row.reason),
    ]
    note = _("办理退款的人不能自己核对。确认后立即记入公开账目，不能改动。")
    return {"title": _("核对退款"), "button": _("提交核对结果"), "told": told, "note": note}
