"""The staff pages of the books: which there are, and one book's accounts and journals."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, NotVisible
from fundapp.ledger import commands, queries
from fundapp.ledger.chart import chart_to_toml
from fundapp.ledger.commands import adopt_chart
from fundapp.ledger.forms import ChartForm, DecideReversalForm, ReversalForm
from fundapp.ledger.journals import JournalRow, get_journal, get_request
from fundapp.ledger.policy import READERS, check_may_approve, may_read_book
from fundapp.ledger.standing import FailedAudit, chart_in_force, failed_audit
from fundapp.ledger.texts import CLASSES, HOLDERS, LEDGERS, OTHER_DEED, OWN_DEEDS, REASONS, REVERSAL_STATES
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.paging import PER_PAGE, page_of

Answer = str | AnyResponse | tuple[str, int]
bp = Blueprint("ledger", __name__, url_prefix="/books")


def failing_audit() -> FailedAudit | None:
    """Give the audit that found something, for the head of the staff's pages; nobody else is told."""
    if not current_actor().has_any(Role.WORKER, *READERS):
        return None
    try:
        return failed_audit(reading())
    except SQLAlchemyError:
        return None  # an error page must not fail for its head


@bp.get("/")
@for_roles(*READERS)
def books() -> str:
    """List the books of the actor's places."""
    rows = [row for row in queries.list_books(reading()) if may_read_book(current_actor(), row.place_path)]
    return render_template("ledger/books.html", books=rows, holders=HOLDERS)


@bp.get("/<int:book_id>")
@for_roles(*READERS)
def book(book_id: int) -> str:
    """Show a book's accounts and its journals, the newest first."""
    session, before = reading(), request.args.get("before", type=int)
    row = queries.get_book(session, book_id)
    if not may_read_book(current_actor(), row.place_path):
        raise NotVisible
    accounts = queries.accounts_of(session, book_id)
    lines = queries.public_lines(session, before, PER_PAGE + 1, ledger=None, book_id=book_id)
    page = page_of(lines, lambda line: line.journal_id)
    return render_template("ledger/book.html", book=row, accounts=accounts, page=page, ledgers=LEDGERS, before=before)


KEEPING = (Role.WORKER, Role.FOUNDATION_OFFICER)
WATCHING = (Role.SUPERVISOR, Role.STREET_OFFICER, Role.FOUNDATION_APPROVER)


def _own_book(book_id: int) -> queries.BookRow:
    """Give a book to who reads it, or keeps a committee's."""
    row, actor = queries.get_book(reading(), book_id), current_actor()
    if not may_read_book(actor, row.place_path) and not actor.has(Role.WORKER, row.place_path):
        raise NotVisible
    return row


@bp.get("/<int:book_id>/chart")
@for_roles(*READERS)
def chart(book_id: int) -> str:
    """Show the chart of accounts by which a book is shown."""
    row, found = _own_book(book_id), chart_in_force(reading(), book_id)
    return render_template("ledger/chart.html", book=row, chart=found, classes=CLASSES, watches=_watches(row))


def _watches(row: queries.BookRow) -> bool:
    try:
        check_may_approve(current_actor(), row.holder_kind, row.place_path)
    except Forbidden:
        return False
    return True


@bp.get("/<int:book_id>/chart.toml")
@for_roles(*READERS)
def chart_file(book_id: int) -> Response:
    """Give the chart in force as the file from which the next version is made."""
    _own_book(book_id)
    file = chart_to_toml(chart_in_force(reading(), book_id))
    named = {"Content-Disposition": f'attachment; filename="chart-{book_id}.toml"'}
    return Response(file, mimetype="application/toml", headers=named)


@bp.route("/<int:book_id>/chart/new", methods=["GET", "POST"])
@for_roles(*WATCHING)
def new_chart(book_id: int) -> Answer:
    """Adopt another version of the chart."""
    row, form = _own_book(book_id), ChartForm()
    if form.filled_in() and form.chart is not None:
        with form.deed() as session:
            adopt_chart(session, current_actor(), book_id, form.chart, clock().now(session))
        if form.done:
            flash(_("已采用新的科目表。"))
            return redirect(url_for(".chart", book_id=book_id), 303)
    crumbs = [(row.holder_name, url_for(".chart", book_id=book_id))]
    told = [_("报表从现在起按新的科目列示；两人付款的起点也以新的为准，只能降低。账目本身不变。")]
    page = {"title": _("采用新的科目表"), "button": _("采用"), "crumbs": crumbs, "told": told}
    return render_template("_form.html", form=form, **page), form.status


@bp.get("/journals/<int:journal_id>")
@for_roles(Role.WORKER, *READERS)
def journal(journal_id: int) -> str:
    """Show a posting, and how it is taken back."""
    row = get_journal(reading(), journal_id)
    said = {"reasons": REASONS, "states": REVERSAL_STATES, "ledgers": LEDGERS, "own": _own_deed(row)}
    return render_template("ledger/journal.html", book=_own_book(row.book_id), j=row, **said)


def _own_deed(row: JournalRow) -> tuple[object, str]:
    """Say what takes a posting back that has a deed of its own, and where that is done."""
    kind, _colon, number = row.source.partition(":")
    words, endpoint, name = OWN_DEEDS.get(kind, (OTHER_DEED, "", ""))
    if not endpoint:
        return words, ""
    named: dict[str, Any] = {name: int(number)} if name else {}
    return words, url_for(endpoint, **named)


@bp.route("/journals/<int:journal_id>/reverse", methods=["GET", "POST"])
@for_roles(*KEEPING)
def ask_reversal(journal_id: int) -> Answer:
    """Ask that a posting be taken back."""
    row, form = get_journal(reading(), journal_id), ReversalForm()
    book = _own_book(row.book_id)
    if form.filled_in():
        with form.deed() as session:
            commands.ask_reversal(session, current_actor(), form.to_command(journal_id), clock())
        if form.done:
            flash(_("已申请冲销，请另一个人批准。"))
            return redirect(url_for(".journal", journal_id=journal_id), 303)
    return _reversal_page(form, row, book, _("申请冲销"), [])


@bp.route("/reversals/<int:request_id>", methods=["GET", "POST"])
@for_roles(*WATCHING)
def decide_reversal(request_id: int) -> Answer:
    """Approve that a posting be taken back, or refuse it."""
    asked, form = get_request(reading(), request_id), DecideReversalForm()
    row, book = get_journal(reading(), asked.journal_id), _own_book(asked.book_id)
    if form.filled_in():
        with form.deed() as session:
            said = (form.passed.data == "yes", form.why.data or "")
            commands.decide_reversal(session, current_actor(), request_id, *said, clock())
        if form.done:
            flash(_("已办理。"))
            return redirect(url_for(".journal", journal_id=row.id), 303)
    return _reversal_page(form, row, book, _("批准冲销"), [f"{REASONS[asked.reason]}：{asked.told}"])


def _reversal_page(form: PageForm, row: JournalRow, book: queries.BookRow, title: str, told: list[str]) -> Answer:
    words = [_("第 %(n)s 号凭证：%(what)s", n=row.seq, what=row.purpose), *told]
    note = _("冲销是一张方向相反的新凭证，原来的凭证留着。申请的人不能自己批准。")
    crumbs = [(book.holder_name, url_for(".journal", journal_id=row.id))]
    page = {"title": title, "button": title, "told": words, "note": note, "crumbs": crumbs}
    return render_template("_form.html", form=form, **page), form.status
