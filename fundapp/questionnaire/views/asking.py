"""Writing a questionnaire, and reading it once more before it goes out."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.kernel.errors import Refused
from fundapp.projects.queries import get_project, tasks_of
from fundapp.questionnaire import commands, policy, rules
from fundapp.questionnaire.forms import AskForm
from fundapp.questionnaire.views.blueprint import bp
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, signed_in

Page = str | Response | tuple[str, int]


@bp.route("/new/<int:project_id>", methods=["GET", "POST"])
@signed_in
def ask(project_id: int) -> Page:
    """Write the questions; they are shown once more before they go out."""
    session, actor, form = reading(), current_actor(), AskForm()
    project = get_project(session, project_id, actor)
    policy.check_may_ask(actor, project.place_path, project.stage, tasks_of(session, project_id))
    wish = form.wish()[0] if request.method == "POST" else ""
    if wish in ("add", "drop", "edit"):
        form.shape()
    elif form.filled_in() and _fits(form):
        if wish != "ask":
            return render_template("questionnaire/confirm_ask.html", form=form, project=project)
        if (made := _asked(form, project_id)) is not None:
            return redirect(url_for(".show", questionnaire_id=made), 303)
    return render_template("questionnaire/ask.html", form=form, project=project), form.status


def _fits(form: AskForm) -> bool:
    try:
        rules.check_questions(str(form.title.data), form.to_questions())
    except Refused as refusal:
        form.take(refusal)
    return form.status == 200


def _asked(form: AskForm, project_id: int) -> int | None:
    with form.deed() as session:
        made = commands.ask_households(session, current_actor(), form.to_command(project_id), clock())
    if not form.done:
        return None
    flash(_("问卷已发出，有账户的住户会收到消息。请打印纸质问卷送给没有手机的住户。"))
    return made.id
