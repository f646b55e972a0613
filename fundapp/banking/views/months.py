"""The months of a book: close the next one, ask for one to be opened again, open it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.banking import commands, queries
from fundapp.banking.forms import MonthForm, ReopenForm, TakeInForm
from fundapp.banking.policy import CHECKING_ROLES, KEEPING_ROLES, READING_ROLES, may_keep
from fundapp.banking.texts import REFUSALS
from fundapp.banking.views.blueprint import Page, bp
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.policy import check_may_approve
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.refusals import reasons_of


@bp.route("/books/<int:book_id>/months", methods=["GET", "POST"])
@for_roles(*READING_ROLES)
def months(book_id: int) -> Page:
    """Show the closed months, the next one and what keeps it open; close it."""
    book = queries.own_book(reading(), book_id, current_actor())
    due = queries.next_month(reading(), book_id, local_date(clock().now(reading())))
    form = MonthForm(month=due)
    if form.filled_in():
        with form.deed() as session:
            commands.close_month(session, current_actor(), book_id, form.last_day(), clock())
        if form.done:
            flash(_("已结账，这个月和以前的账不能再改动。"))
            return redirect(url_for(".months", book_id=book_id), 303)
    session, actor = reading(), current_actor()
    faults = [str(REFUSALS[code]) for code in dict.fromkeys(queries.unreconciled(session, book_id, due))] if due else []
    keeps = may_keep(actor, book.holder_kind, book.place_path)
    values = {"rows": queries.months_of(session, book_id), "due": due, "faults": faults, "keeps": keeps}
    return render_template("banking/months.html", book=book, form=form, **values), form.status


@bp.route("/books/<int:book_id>/months/<int:closing_id>/reopen", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def ask_open(book_id: int, closing_id: int) -> Page:
    """Ask for a closed month to be opened again."""
    row, form = _closing(book_id, closing_id), ReopenForm()
    if form.filled_in():
        with form.deed() as session:
            commands.ask_open(session, current_actor(), closing_id, str(form.reason.data), clock())
        if form.done:
            flash(_("已提出，请另一位批准。"))
            return redirect(url_for(".months", book_id=book_id), 303)
    return render_template("banking/reopen.html", row=row, form=form), form.status


@bp.route("/books/<int:book_id>/months/<int:closing_id>/open", methods=["GET", "POST"])
@for_roles(*CHECKING_ROLES)
def open_again(book_id: int, closing_id: int) -> Page:
    """Open a month again as another person asked."""
    row, form = _closing(book_id, closing_id), TakeInForm()
    if row.request_id is None:
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            commands.open_again(session, current_actor(), row.request_id, clock())
        if form.done:
            flash(_("这个月已经重新打开。"))
            return redirect(url_for(".months", book_id=book_id), 303)
    book = queries.own_book(reading(), book_id, current_actor())
    why = reasons_of(check_may_approve, current_actor(), book.holder_kind, book.place_path)
    return render_template("banking/open_again.html", row=row, form=form, why=why), form.status


def _closing(book_id: int, closing_id: int) -> queries.MonthRow:
    queries.own_book(reading(), book_id, current_actor())
    row = queries.month_closing(reading(), closing_id)
    if row is None or row.book_id != book_id:
        raise NotVisible
    return row
