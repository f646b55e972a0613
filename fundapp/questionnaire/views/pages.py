"""The questionnaire for everybody, its results, and the answer of a household from its account."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.kernel.errors import NotVisible
from fundapp.questionnaire import commands, forms, policy, queries, texts
from fundapp.questionnaire.policy import State
from fundapp.questionnaire.queries import QuestionnairePage
from fundapp.questionnaire.views.blueprint import bp
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, public, signed_in
from fundapp.web.pdf import pdf_page, qr_data
from fundapp.web.refusals import reasons_of
from fundapp.web.spreadsheet import csv_of

Page = str | AnyResponse | tuple[str, int]


@bp.get("/<int:questionnaire_id>")
@public
def show(questionnaire_id: int) -> str:
    """Show the questions; after the close what came of them."""
    page = page_of(questionnaire_id)
    results = results_of(page) if page.state is State.CLOSED else None
    return render_template("questionnaire/show.html", page=page, results=results, against=_against(page))


@bp.route("/<int:questionnaire_id>/answer", methods=["GET", "POST"])
@signed_in
def answer(questionnaire_id: int) -> Page:
    """Take the answers of the person's household, shown to her once more before they are noted."""
    page = page_of(questionnaire_id)
    form = forms.form_of(forms.OwnForm, [one.question for one in page.asked])
    offer(form, page)
    if form.filled_in():
        if not form.sure.data:
            return confirming(page, form, url_for(".answer", questionnaire_id=questionnaire_id))
        with form.deed() as session:
            commands.answer_by_phone(session, current_actor(), form.to_command(questionnaire_id), clock())
        if form.done:
            flash(_("已收到，谢谢。截止前可以修改，以最后一次为准。"))
            return redirect(url_for(".answer", questionnaire_id=questionnaire_id), 303)
    return render_template("questionnaire/answer.html", page=page, form=form, reasons=_against(page)), form.status


@bp.get("/<int:questionnaire_id>/results.csv")
@public
def results_csv(questionnaire_id: int) -> Response:
    """Give the public results as a table."""
    page = page_of(questionnaire_id)
    if page.state is not State.CLOSED:
        raise NotVisible
    rows = [
        (number, words, str(texts.CSV_KINDS[kind]), label, count)
        for number, words, kind, label, count in queries.table_of(results_of(page))
    ]
    body = csv_of([*(str(one) for one in texts.CSV_HEAD), str(texts.NOT_CONSENT)], [(*row, "") for row in rows])
    name = f"questionnaire-{questionnaire_id}.csv"
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.get("/<int:questionnaire_id>/form.pdf")
@public
def form_pdf(questionnaire_id: int) -> Response:
    """Print the form for those without a phone."""
    page = page_of(questionnaire_id)
    address = current_app.extensions["settings"].public_url + url_for(".show", questionnaire_id=questionnaire_id)
    values: dict[str, Any] = {"page": page, "address": address, "qr": qr_data(address)}
    return pdf_page("questionnaire/print/form.html", f"questionnaire-{questionnaire_id}.pdf", **values)


def page_of(questionnaire_id: int) -> QuestionnairePage:
    """Give a questionnaire as this visitor may see it."""
    return queries.questionnaire_page(reading(), questionnaire_id, current_actor(), page_time())


def results_of(page: QuestionnairePage) -> queries.Results:
    """Count a questionnaire for the public."""
    return queries.results_of(reading(), page.id, (str(texts.LEFT_OUT), str(texts.WROTE)))


def confirming(page: QuestionnairePage, form: forms.SaidForm, back: str) -> str:
    """Show the answers once more before they are noted."""
    said, asked = form.said(), [one.question for one in page.asked]
    return render_template("questionnaire/confirm.html", page=page, form=form, said=said, asked=asked, back=back)


def offer(form: forms.OwnForm, page: QuestionnairePage) -> None:
    """Offer the person's households; the first time show what the first of them said before."""
    form.unit_id.choices = [(one.unit_id, one.door) for one in page.own]
    if request.method == "GET" and page.own:
        form.unit_id.data = page.own[0].unit_id
        forms.filled(form, page.own[0].said)


def _against(page: QuestionnairePage) -> list[str]:
    bound = bool(current_actor().unit_ids)
    return reasons_of(policy.check_may_answer, page.state, page.closes_at, bound, bool(page.own))
