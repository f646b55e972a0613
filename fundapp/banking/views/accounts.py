"""Books with their bank accounts; an account with its files."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.banking import commands, queries
from fundapp.banking.forms import AccountForm, ColumnsForm, FileForm, TakeInForm
from fundapp.banking.layouts import HEAD_WITHIN
from fundapp.banking.policy import KEEPING_ROLES, READING_ROLES, may_keep
from fundapp.banking.texts import COVERS, FAULTS
from fundapp.banking.views.blueprint import Page, bp, own_account
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles

SHOWN = 100
CELLS = 30


@bp.get("/")
@for_roles(*READING_ROLES)
def index() -> str:
    """List the books with their bank accounts."""
    session, actor = reading(), current_actor()
    books = queries.own_books(session, actor)
    by_book: dict[int, list[queries.AccountRow]] = {}
    for row in queries.accounts_of_books(session, [book.id for book in books]):
        by_book.setdefault(row.book_id, []).append(row)
    keeps = {book.id for book in books if may_keep(actor, book.holder_kind, book.place_path)}
    return render_template("banking/index.html", books=books, accounts=by_book, keeps=keeps)


@bp.route("/books/<int:book_id>/open", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def open_account(book_id: int) -> Page:
    """Say at which bank lies what a book holds."""
    book = queries.own_book(reading(), book_id, current_actor())
    form = AccountForm(queries.covers_free(reading(), book_id))
    if form.filled_in():
        with form.deed() as session:
            row = commands.open_account(session, current_actor(), form.to_command(book_id), clock())
        if form.done:
            flash(_("已登记银行账户"))
            return redirect(url_for(".account", account_id=row.id), 303)
    return render_template("banking/open.html", book=book, form=form), form.status


@bp.route("/accounts/<int:account_id>", methods=["GET", "POST"])
@for_roles(*READING_ROLES)
def account(account_id: int) -> Page:
    """Show an account and its files; send a file."""
    (row, keeps), form = own_account(account_id), FileForm()
    if form.filled_in():
        with form.deed() as session:
            kept = commands.keep_file(session, current_actor(), form.to_command(account_id), clock())
        if form.done:
            step = ".look" if kept.layout else ".columns"
            return redirect(url_for(step, account_id=account_id, upload_id=kept.id), 303)
    session = reading()
    told = {"statements": queries.statements_of(session, account_id), "papers": queries.papers_of(session, account_id)}
    free = len(queries.free_lines(session, account_id)), len(queries.free_entries(session, row))
    page = render_template("banking/account.html", a=row, keeps=keeps, form=form, free=free, covers=COVERS, **told)
    return page, form.status


@bp.route("/accounts/<int:account_id>/uploads/<int:upload_id>/columns", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def columns(account_id: int, upload_id: int) -> Page:
    """Say which column of a file says what; kept for this bank's next file."""
    row, _keeps = own_account(account_id)
    upload = queries.waiting_upload(reading(), account_id, upload_id, clock().now(reading()))
    form = ColumnsForm(_heads(upload), upload.layout)
    if form.filled_in():
        with form.deed() as session:
            commands.say_layout(session, current_actor(), form.to_command(upload_id), clock())
        if form.done:
            return redirect(url_for(".look", account_id=account_id, upload_id=upload_id), 303)
    return render_template("banking/columns.html", a=row, upload=upload, form=form, first=HEAD_WITHIN // 3), form.status


def _heads(upload: queries.UploadRow) -> list[tuple[int, str]]:
    """Name the columns by what stands in the line that looks most like a heading: the one with the most cells."""
    lines = upload.lines[:HEAD_WITHIN]
    head = next((cells for number, cells in lines if upload.layout and number == upload.layout.head), None)
    cells = head or max((cells for _number, cells in lines), key=lambda one: sum(bool(cell.strip()) for cell in one))
    return [(at, f"{at + 1}. {cell.strip()[:20] or '—'}") for at, cell in enumerate(cells[:CELLS])]


@bp.route("/accounts/<int:account_id>/uploads/<int:upload_id>", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def look(account_id: int, upload_id: int) -> Page:
    """Show what taking a file in would do; take it in."""
    (row, _keeps), form = own_account(account_id), TakeInForm()
    if form.filled_in():
        with form.deed() as session:
            done = commands.take_in(session, current_actor(), upload_id, clock())
        if form.done:
            flash(_("已导入：新增 %(new)s 笔，已有 %(known)s 笔。", new=done.new, known=done.known))
            return redirect(url_for(".account" if not done.new else ".matching", account_id=account_id), 303)
    session = reading()
    upload = queries.waiting_upload(session, account_id, upload_id, clock().now(session))
    plan = queries.plan_of(session, upload)
    page = render_template("banking/look.html", a=row, upload=upload, plan=plan, form=form, faults=FAULTS, most=SHOWN)
    return page, form.status
