"""Pages of consent rounds: the round for everybody, the answer for a household, the papers for the worker."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.consent import commands, door_views, forms, paper_views, policy, queries, texts
from fundapp.consent.bundle import pack
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.projects.queries import get_project
from fundapp.publicity.policy import check_settled
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public, signed_in
from fundapp.web.kept import kept
from fundapp.web.pdf import pdf_page, qr_data
from fundapp.web.refusals import reasons_of

bp = Blueprint("consent", __name__, url_prefix="/consent")
bp.register_blueprint(paper_views.bp)
bp.register_blueprint(door_views.bp)
Answer = str | AnyResponse | tuple[str, int]


@bp.app_context_processor
def labels() -> dict[str, Any]:
    """Give templates the words of this package."""
    return {"consent_texts": texts}


@bp.get("/<int:round_id>")
@public
@kept
def show(round_id: int) -> Answer:
    """Show a round: its numbers and its text to everybody, its doors to the worker."""
    page, beside = _page(round_id), _beside(round_id)
    values = {"against_final": _against_final(page, beside), **_possible(page)}
    return render_template("consent/show.html", page=page, beside=beside, **values)


@bp.route("/open/<int:project_id>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def open_round(project_id: int) -> Answer:
    """Open a round on a project's place."""
    project = get_project(reading(), project_id, current_actor())
    policy.check_worker(current_actor(), project.place_path)
    terms = commands.terms_for(reading(), project)
    start = _next_hour()
    form = forms.offered(forms.OpenForm(), start, start + timedelta(days=terms.days))
    if form.filled_in():
        with form.deed() as session:
            opened = commands.open_round(session, current_actor(), form.to_command(project_id), clock())
        if form.done:
            flash(_("已发起征求意见。"))
            return redirect(url_for(".show", round_id=opened.id), 303)
    return render_template("consent/open.html", form=form, project=project, terms=terms), form.status


@bp.route("/<int:round_id>/answer", methods=["GET", "POST"])
@signed_in
def answer(round_id: int) -> Answer:
    """Ask the person's household, let it check what it is going to say, and take what it has checked."""
    form = forms.AnswerForm()
    if form.confirmed.data:
        return _take(round_id, form)
    page = _page(round_id)
    form.offer([(unit.unit_id, unit.door) for unit in page.own], page.bar.with_follow)
    return _asked_again(page, form) if form.filled_in() else _ask(page, form)


def _take(round_id: int, form: forms.AnswerForm) -> Answer:
    """Take a checked answer. The round's page is read only where it has to be shown: this is sent by everybody."""
    form.offer([(unit_id, "") for unit_id in sorted(current_actor().unit_ids)], follow=True)
    if form.filled_in():
        with form.deed() as session:
            row = commands.answer_by_phone(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            return redirect(url_for(".receipt", round_id=round_id, answer_id=row.id), 303)
    page = _page(round_id)
    form.offer([(unit.unit_id, unit.door) for unit in page.own], page.bar.with_follow)
    return _asked_again(page, form) if form.stale else _ask(page, form)


def _ask(page: queries.RoundPage, form: forms.AnswerForm) -> Answer:
    values = {"page": page, "beside": _beside(page.id), "reasons": _against_answer(page)}
    return render_template("consent/answer.html", form=form, **values), form.status


@bp.get("/<int:round_id>/receipt/<int:answer_id>")
@signed_in
def receipt(round_id: int, answer_id: int) -> Answer:
    """Show a household what was noted for it."""
    page = _page(round_id)
    unit, revision = queries.receipt_of(page, answer_id)
    return render_template("consent/receipt.html", page=page, unit=unit, revision=revision)


@bp.get("/<int:round_id>/receipt/<int:answer_id>.pdf")
@signed_in
def receipt_pdf(round_id: int, answer_id: int) -> Response:
    """Print a household's receipt."""
    page = _page(round_id)
    unit, revision = queries.receipt_of(page, answer_id)
    return pdf_page("consent/print/receipt.html", f"receipt-{answer_id}.pdf", page=page, unit=unit, revision=revision)


@bp.route("/<int:round_id>/papers", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def papers(round_id: int) -> Answer:
    """Show the register of sheets and take further ones in."""
    page, form = _worker_page(round_id), forms.RegisterForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.register_papers(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已登记编号 %(first)s 到 %(last)s。", first=made[0].serial, last=made[-1].serial))
            return redirect(url_for(".papers", round_id=round_id), 303)
    session, stand = reading(), paper_views.stand_of(page)
    sheets, blank = queries.sheets_of(session, round_id), queries.blank_serials(session, round_id)
    values = {"sheets": sheets, "blank": blank, "stand": stand}
    return render_template("consent/papers.html", page=page, form=form, **values, **_possible(page)), form.status


@bp.route("/<int:round_id>/papers/new", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def new_paper(round_id: int) -> Answer:
    """Key in a sheet; the next number is ready when it is done."""
    page = _worker_page(round_id)
    form = paper_views.sheet_form(page, request.args.get("serial", type=int))
    if form.filled_in():
        with form.deed() as session:
            scans = paper_views.keep_scans(session, page, form)
            unit_id = queries.door_or_refuse(session, page.snapshot_id, str(form.door.data))
            (row,) = commands.key_sheets(session, current_actor(), form.to_command(round_id, unit_id, *scans), clock())
        if form.done:
            flash(texts.keyed_words(row.serial, str(form.door.data), again=row.revision > 1))
            return redirect(url_for(".new_paper", round_id=round_id, serial=(row.serial or 0) + 1), 303)
    return _keying("consent/new_paper.html", page, form)


@bp.route("/<int:round_id>/papers/<int:serial>/correct", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def correct_paper(round_id: int, serial: int) -> Answer:
    """Put a keying mistake right."""
    page, sheet = _worker_page(round_id), queries.sheet_of(reading(), round_id, serial)
    commands.check_shown(reading(), round_id, serial, current_actor())
    form = forms.CorrectForm(serial=serial, door=sheet.door, answer=sheet.answer)
    form.offer_answers(page.bar.with_follow)
    if form.filled_in():
        with form.deed() as session:
            unit_id = queries.door_or_refuse(session, page.snapshot_id, str(form.door.data))
            commands.correct_sheet(session, current_actor(), form.to_command(round_id, unit_id), clock())
        if form.done:
            flash(_("编号 %(serial)s 已更正。", serial=serial))
            return redirect(url_for(".papers", round_id=round_id), 303)
    return _keying("consent/correct_paper.html", page, form, sheet=sheet)


@bp.route("/<int:round_id>/result", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def result(round_id: int) -> Answer:
    """Publish the result."""
    page, form = _worker_page(round_id), forms.PublishForm(media=["board"])
    if form.filled_in():
        with form.deed() as session:
            commands.publish_result(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("结果已公布。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    values = {"page": page, "beside": _beside(round_id), **_possible(page)}
    return render_template("consent/result.html", form=form, **values), form.status


@bp.route("/<int:round_id>/final", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def final(round_id: int) -> Answer:
    """Publish the final result after its notice."""
    page, beside, form = _worker_page(round_id), _beside(round_id), forms.FinalForm()
    if form.filled_in():
        with form.deed() as session:
            commands.publish_final(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("最终结果已公布。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    reasons = _against_final(page, beside)
    return render_template("consent/final.html", page=page, beside=beside, form=form, reasons=reasons), form.status


@bp.get("/<int:round_id>/result.pdf")
@public
def result_pdf(round_id: int) -> Response:
    """Print the final result for the gate."""
    page, beside = _page(round_id), _beside(round_id)
    if page.bar.outcome is None:
        raise NotVisible
    values = {"page": page, "beside": beside, **_links(round_id)}
    return pdf_page("consent/print/result.html", f"consent-{round_id}-result.pdf", **values)


@bp.get("/<int:round_id>/preliminary.pdf")
@public
def preliminary_pdf(round_id: int) -> Response:
    """Print the preliminary result for the gate, also after the final one was published."""
    page, beside = _page(round_id), _beside(round_id)
    if beside.notice is None:
        raise NotVisible
    values = {"page": page, "beside": beside, **_links(round_id)}
    return pdf_page("consent/print/preliminary.html", f"consent-{round_id}-preliminary.pdf", **values)


@bp.get("/<int:round_id>/bundle.zip")
@for_roles(Role.WORKER, Role.SUPERVISOR)
def bundle(round_id: int) -> Response:
    """Give the evidence of a round for the file room."""
    page = _page(round_id)
    policy.check_may_archive(current_actor(), page.place.path)
    files = queries.evidence_of(reading(), round_id, current_actor(), clock().now(reading()))
    readme = render_template("consent/bundle.txt", page=page).encode()
    answer = Response(pack({"README.txt": readme, **files}, round_id), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="consent-{round_id}.zip"'
    return answer


@bp.route("/<int:round_id>/extend", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def extend(round_id: int) -> Answer:
    """Let the round close later, with a reason."""
    page, form = _worker_page(round_id), forms.ExtendForm()
    if form.filled_in():
        with form.deed() as session:
            commands.extend_round(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("截止时间已延长，原因已公开。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    return render_template("consent/extend.html", page=page, form=form, **_possible(page)), form.status


@bp.route("/<int:round_id>/end", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def end(round_id: int) -> Answer:
    """End the round early."""
    page, form = _worker_page(round_id), forms.EndForm()
    if form.filled_in():
        with form.deed() as session:
            commands.end_round_early(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已提前结束，可以公布结果。"))
            return redirect(url_for(".show", round_id=round_id), 303)
    return render_template("consent/end.html", page=page, form=form, **_possible(page)), form.status


@bp.get("/<int:round_id>/changes")
@public
def changes(round_id: int) -> Answer:
    """Compare the text that was asked about with what came after it."""
    return render_template("consent/changes.html", page=queries.changes_page(reading(), round_id, current_actor()))


@bp.get("/<int:round_id>/sheet")
@public
@kept
def result_sheet(round_id: int) -> Answer:
    """Show the sheet of the result: heads and area, shares, the law."""
    return render_template("consent/result_sheet.html", page=_page(round_id))


@bp.get("/<int:round_id>/sheet.pdf")
@public
def result_sheet_pdf(round_id: int) -> Response:
    """Print the sheet of the result."""
    page, name = _page(round_id), f"consent-result-{round_id}.pdf"
    return pdf_page("consent/print/result_sheet.html", name, page=page, **_links(round_id))


@bp.get("/<int:round_id>/notice.pdf")
@public
def notice(round_id: int) -> Response:
    """Print the notice for the gate."""
    return pdf_page("consent/print/notice.html", f"consent-{round_id}.pdf", page=_page(round_id), **_links(round_id))


@bp.get("/<int:round_id>/sheets.pdf")
@for_roles(Role.WORKER)
def sheets(round_id: int) -> Response:
    """Print registered sheets that have not come back and are printed for no door."""
    page, out = _worker_page(round_id), queries.blank_serials(reading(), round_id)
    blank = [sheet for sheet in queries.sheets_of(reading(), round_id) if sheet.serial in out]
    first, last = request.args.get("first", 1, type=int), request.args.get("last", 10**6, type=int)
    chosen = [sheet for sheet in blank if first <= sheet.serial <= last]
    return pdf_page("consent/print/sheets.html", f"sheets-{round_id}.pdf", page=page, sheets=chosen, **_links(round_id))


def _asked_again(page: queries.RoundPage, form: forms.AnswerForm) -> str:
    """Show exactly what is going to be said, under which text, before it counts."""
    unit = next(unit for unit in page.own if unit.unit_id == form.unit_id.data)
    back = url_for(".answer", round_id=page.id)
    return render_template("consent/confirm.html", page=page, form=form, unit=unit, back=back)


def _page(round_id: int) -> queries.RoundPage:
    session = reading()
    return queries.round_page(session, round_id, current_actor(), clock().now(session))


def _beside(round_id: int) -> queries.Announced:
    session = reading()
    return queries.announced_page(session, round_id, clock().now(session))


def _against_final(page: queries.RoundPage, beside: queries.Announced) -> list[str]:
    notice = beside.notice
    said = reasons_of(policy.check_may_finish, page.bar.state)
    if said or notice is None:
        return said
    return reasons_of(check_settled, notice.state, notice.period.ends_at, notice.unanswered)


def _worker_page(round_id: int) -> queries.RoundPage:
    page = _page(round_id)
    policy.check_worker(current_actor(), page.place.path)
    return page


def _keying(template: str, page: queries.RoundPage, form: forms.SheetForm, **values: Any) -> Answer:
    doors = queries.doors_of(reading(), page.snapshot_id)
    reasons = reasons_of(policy.check_takes, page.bar, page.bar.state, policy.Channel.PAPER)
    return render_template(template, page=page, form=form, doors=doors, reasons=reasons, **values), form.status


def _possible(page: queries.RoundPage) -> dict[str, Any]:
    """Say what speaks against each deed, through the functions that the commands use."""
    return {
        "against_answer": _against_answer(page),
        "against_keying": reasons_of(policy.check_takes, page.bar, page.bar.state, policy.Channel.PAPER),
        "against_publishing": [
            *reasons_of(policy.check_may_publish, page.bar, page.bar.state, True),
            *paper_views.against_paper(page),
        ],
        "walks": paper_views.walks(page),
        "against_extending": reasons_of(policy.check_takes_sheets, page.bar, page.bar.state),
        "against_ending": reasons_of(policy.check_may_end, page.bar, page.bar.state, page.bar.early_end, page.won),
        "against_registering": reasons_of(policy.check_takes_sheets, page.bar, page.bar.state),
    }


def _against_answer(page: queries.RoundPage) -> list[str]:
    bound = bool(current_actor().unit_ids)
    return reasons_of(policy.check_may_answer, page.bar, page.bar.state, bound, bool(page.own))


def _links(round_id: int) -> dict[str, str]:
    address = current_app.extensions["settings"].public_url + url_for(".show", round_id=round_id)
    return {"address": address, "qr": qr_data(address)}


def _next_hour() -> Any:
    now = clock().now(reading())
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
