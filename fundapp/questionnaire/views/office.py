"""What the worker does: slips with codes, papers, texts."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.kernel.actor import Role
from fundapp.people.commands import Slip
from fundapp.people.rules import grouped
from fundapp.questionnaire import commands, forms, policy, queries
from fundapp.questionnaire.queries import QuestionnairePage
from fundapp.questionnaire.views.blueprint import bp, secret
from fundapp.questionnaire.views.pages import page_of
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page, qr_data
from fundapp.web.refusals import reasons_of

Page = str | Response | tuple[str, int]


@bp.route("/<int:questionnaire_id>/slips", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def slips(questionnaire_id: int) -> Page:
    """Show how far the slips have come; print new ones."""
    page, form = _worker_page(questionnaire_id), forms.SlipsForm()
    if form.filled_in():
        with form.deed() as store:
            command = form.to_command(questionnaire_id)
            printed = commands.print_codes(store, current_actor(), command, secret(), clock())
        if form.done:
            return _printed(page, printed)
    coded = len(queries.coded_units(reading(), questionnaire_id))
    values = {"doors": queries.doors_of(reading(), page.snapshot_id), "against": _against(page), "coded": coded}
    return render_template("questionnaire/slips.html", page=page, form=form, **values), form.status


def _printed(page: QuestionnairePage, printed: list[Slip]) -> Response:
    """Print the codes: the only moment at which they are there in clear."""
    site = current_app.extensions["settings"].public_url
    made = [(one, grouped(one.typed), qr_data(site + url_for(".scan", token=one.token))) for one in printed]
    name, address = f"questionnaire-slips-{page.id}.pdf", site + url_for(".reply")
    answer = pdf_page("questionnaire/print/slips.html", name, page=page, slips=made, address=address)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/<int:questionnaire_id>/paper", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def paper(questionnaire_id: int) -> Page:
    """Key in a paper; an empty form is ready when it is done."""
    page = _worker_page(questionnaire_id)
    form = forms.form_of(forms.PaperForm, [one.question for one in page.asked])
    if form.filled_in():
        with form.deed() as store:
            commands.key_paper(store, current_actor(), form.to_command(questionnaire_id), clock())
        if form.done:
            flash(_("已录入：%(door)s。", door=form.door.data))
            return redirect(url_for(".paper", questionnaire_id=questionnaire_id), 303)
    values = {"doors": queries.doors_of(reading(), page.snapshot_id), "against": _against(page)}
    return render_template("questionnaire/paper.html", page=page, form=form, **values), form.status


@bp.route("/<int:questionnaire_id>/texts", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def texts(questionnaire_id: int) -> Page:
    """Read what households wrote, and show it or keep it back."""
    page, form = _worker_page(questionnaire_id), PageForm()
    policy.check_may_release(page.state)
    if form.filled_in():
        said, shown = request.form.get("said", 0, type=int), request.form.get("shown") == "yes"
        with form.deed() as store:
            commands.release_text(store, current_actor(), commands.Release(questionnaire_id, said, shown), clock())
        if form.done:
            flash(_("已公开。") if shown else _("不公开。"))
            return redirect(url_for(".texts", questionnaire_id=questionnaire_id), 303)
    found = queries.texts_of(reading(), questionnaire_id)
    return render_template("questionnaire/texts.html", page=page, form=form, texts=found), form.status


def _worker_page(questionnaire_id: int) -> QuestionnairePage:
    page = page_of(questionnaire_id)
    policy.check_worker(current_actor(), page.project.place_path)
    return page


def _against(page: QuestionnairePage) -> list[str]:
    return reasons_of(policy.check_open, page.state, page.closes_at)
