"""Answering by the household's printed code, without an account; no address says who it is."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.questionnaire import commands, forms, policy, queries
from fundapp.questionnaire.queries import QuestionnairePage
from fundapp.questionnaire.views.blueprint import bp, secret, visits
from fundapp.questionnaire.views.pages import confirming
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.gate import public
from fundapp.web.refusals import reasons_of

Page = str | Response | tuple[str, int]


@bp.route("/reply", methods=["GET", "POST"])
@public
@visits.private
def reply() -> Page:
    """Ask for the code off the slip."""
    form = forms.CodeForm()
    if form.filled_in():
        try:
            visits.begin(visits.exchange(str(form.code.data), commands.code_of_typed, secret()))
        except Refused as refusal:
            form.take(refusal)
        else:
            return redirect(url_for(".household"), 303)
    return render_template("questionnaire/reply.html", form=form), form.status


@bp.get("/reply/scan/<token>")
@public
@visits.private
def scan(token: str) -> Page:
    """Exchange a scanned slip for a visit; the address is left at once and goes to nobody."""
    visits.begin(visits.exchange(token[:80], commands.code_of_token, secret()))
    answer = redirect(url_for(".household"), 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.route("/reply/household", methods=["GET", "POST"])
@public
@visits.private
def household() -> Page:
    """Show the questions, take the answers, let them be confirmed, note them."""
    code_id = visits.code()
    page = _page(code_id)
    form = forms.form_of(forms.CodedForm, [one.question for one in page.asked])
    if request.method == "GET":
        forms.filled(form, page.own[0].said)
    if form.filled_in():
        if not form.sure.data:
            return confirming(page, form, url_for(".household"))
        with form.deed() as store:
            commands.answer_by_code(store, form.to_command(code_id), clock())
        if form.done:
            flash(_("已收到，谢谢。截止前可以用同一个码修改，以最后一次为准。"))
            return redirect(url_for(".household"), 303)
    reasons = reasons_of(policy.check_open, page.state, page.closes_at)
    return render_template("questionnaire/answer.html", page=page, form=form, reasons=reasons), form.status


@bp.post("/reply/leave")
@public
@visits.private
def leave() -> Page:
    """End the visit: for a phone that others use too."""
    visits.end()
    flash(_("已退出。手里的问卷单请收好，截止前还可以用它修改。"))
    return redirect(url_for(".reply"), 303)


def _page(code_id: int) -> QuestionnairePage:
    """Give the questionnaire of a living code as its household sees it."""
    if not queries.code_lives(reading(), code_id):
        raise Refused("questionnaire.code_unknown")
    questionnaire_id, unit_id = queries.door_of_code(reading(), code_id)
    try:
        return queries.questionnaire_page(
            reading(), questionnaire_id, Actor(unit_ids=frozenset({unit_id})), page_time()
        )
    except NotVisible:
        raise Refused("questionnaire.code_unknown") from None
