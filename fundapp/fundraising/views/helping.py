"""Pages of help that is not money."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.fundraising import commands, forms, queries
from fundapp.fundraising.rules import days_text
from fundapp.fundraising.texts import HELP_LABELS
from fundapp.fundraising.views.blueprint import Answer, bp, crumbs, project_of
from fundapp.kernel.actor import Role
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, signed_in


@bp.route("/<int:project_id>/help", methods=["GET", "POST"])
@for_roles(Role.GROUP_MEMBER)
def new_help(project_id: int) -> Answer:
    """Record help in kind."""
    project, form = project_of(project_id), forms.HelpForm()
    if form.filled_in():
        with form.deed() as session:
            commands.record_help(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已登记，请另一个人核对。"))
            return redirect(url_for(".index", project_id=project_id), 303)
    return (
        render_template("_form.html", title=_("登记实物和帮工"), form=form, button=_("登记"), crumbs=crumbs(project)),
        form.status,
    )


@bp.route("/helps/<int:help_id>", methods=["GET", "POST"])
@signed_in
def decide_help(help_id: int) -> Answer:
    """Confirm that help was there."""
    row, form = queries.get_help(reading(), help_id), forms.DecideHelpForm()
    project, found = project_of(row.project_id), form.filled_in()
    if found:
        with form.deed() as session:
            said = (form.found.data == "yes", form.reason.data or "")
            commands.decide_help(session, current_actor(), help_id, *said, clock())
        if form.done:
            flash(_("已核对。"))
            return redirect(url_for(".index", project_id=project.id), 303)
    told = [f"{row.giver}：{HELP_LABELS[row.kind]}，{row.what}"]
    told += [_("帮工 %(days)s 天", days=days_text(row.half_days))] if row.half_days else []
    page = {
        "title": _("核对实物和帮工"),
        "form": form,
        "button": _("提交核对结果"),
        "crumbs": crumbs(project),
        "told": told,
    }
    return render_template("_form.html", **page), form.status
