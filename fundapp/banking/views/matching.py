"""Matching: what matches, what only the bank knows, what only the book knows."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from fundapp.banking import commands, queries
from fundapp.banking.forms import BookingForm, MatchForm, PairsForm, UndoForm, entry_of
from fundapp.banking.policy import KEEPING_ROLES, READING_ROLES
from fundapp.banking.rules import Booking, cancelling, may_book, suggest
from fundapp.banking.texts import BOOKINGS, WHY
from fundapp.banking.views.blueprint import Page, bp, own_account
from fundapp.kernel.errors import NotVisible
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import OnceForm
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.paging import PER_PAGE, page_of

SHOWN = 100


@bp.route("/accounts/<int:account_id>/matching", methods=["GET", "POST"])
@for_roles(*READING_ROLES)
def matching(account_id: int) -> Page:
    """Propose pairs, and list what only one side knows; match what was ticked."""
    account, keeps = own_account(account_id)
    form = MatchForm()
    if form.filled_in():
        with form.deed() as session:
            cmd = form.to_command(account_id, *_ticked("line", "entry"))
            commands.match(session, current_actor(), cmd, clock())
        if form.done:
            flash(_("已核对"))
            return redirect(url_for(".matching", account_id=account_id), 303)
    return _page(account, keeps, form), form.status


def _ticked(*names: str) -> list[list[str]]:
    """Give what was ticked in the lists of the page; what no page wrote is no request."""
    found = [request.form.getlist(name) for name in names]
    try:
        for name, values in zip(names, found, strict=True):
            for value in values:
                int(value) if name == "line" else entry_of(value)
    except ValueError:
        raise BadRequest from None
    return found


def _page(account: queries.AccountRow, keeps: bool, form: OnceForm) -> str:
    session = reading()
    lines, entries = queries.free_lines(session, account.id), queries.free_entries(session, account)
    pairs = suggest([line.item for line in lines], [entry.item for entry in entries])
    by_line = {line.id: line for line in lines}
    by_entry = {(entry.journal_id, entry.leg): entry for entry in entries}
    backs = cancelling([entry.item for entry in entries])
    windows = {"lines": _window("lines", len(lines)), "entries": _window("entries", len(entries))}
    return render_template(
        "banking/matching.html",
        a=account,
        keeps=keeps,
        lines=lines,
        entries=entries,
        form=form,
        pairs_form=PairsForm(),
        pairs=[(by_line[one.line_id], by_entry[one.journal_id, one.leg], WHY[one.why]) for one in pairs],
        backs=[(by_entry[one.journal_id, one.leg], by_entry[two.journal_id, two.leg]) for one, two in backs],
        ticked={name: request.form.getlist(name) for name in ("line", "entry")},
        most=SHOWN,
        windows=windows,
    )


@dataclass(frozen=True)
class Window:
    """Which rows of one side are shown: page *page* of *last*, from *start* on."""

    page: int
    last: int

    @property
    def start(self) -> int:
        """Give the place of the first row shown."""
        return (self.page - 1) * SHOWN


def _window(side: str, count: int) -> Window:
    """Give the page of a side that the address names, as far as there is one; each side is turned by itself."""
    last = max(1, -(-count // SHOWN))
    return Window(min(max(1, request.args.get(side, 1, type=int)), last), last)


@bp.post("/accounts/<int:account_id>/pairs")
@for_roles(*KEEPING_ROLES)
def pairs(account_id: int) -> Page:
    """Match the proposed pairs that were ticked."""
    (account, keeps), form = own_account(account_id), PairsForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.match_pairs(session, current_actor(), account_id, str(form.op_key.data), _pairs(), clock())
        if form.done:
            flash(_("已核对 %(n)s 对", n=made))
            return redirect(url_for(".matching", account_id=account_id), 303)
    return _page(account, keeps, form), form.status


def _pairs() -> list[tuple[int, tuple[int, int]]]:
    try:
        return [
            (int(line), entry_of(entry))
            for line, _, entry in (one.partition("-") for one in request.form.getlist("pair"))
        ]
    except ValueError:
        raise BadRequest from None


@bp.route("/accounts/<int:account_id>/lines/<int:line_id>", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def book_line(account_id: int, line_id: int) -> Page:
    """Book a line that only the bank knows."""
    account, _keeps = own_account(account_id)
    line = next((one for one in queries.free_lines(reading(), account_id) if one.id == line_id), None)
    if line is None:
        raise NotVisible
    form = BookingForm([kind for kind in Booking if may_book(kind, line.amount_fen, line.opening)])
    if form.filled_in():
        with form.deed() as session:
            commands.book_line(session, current_actor(), form.to_command(line_id), clock())
        if form.done:
            flash(_("已入账并核对"))
            return redirect(url_for(".matching", account_id=account_id), 303)
    return render_template("banking/book_line.html", a=account, line=line, form=form), form.status


@bp.get("/accounts/<int:account_id>/matches")
@for_roles(*READING_ROLES)
def matches(account_id: int) -> str:
    """List the matches, those that were taken back among them."""
    account, keeps = own_account(account_id)
    before = request.args.get("before", type=int)
    rows = page_of(queries.matches_of(reading(), account_id, before, PER_PAGE + 1), lambda row: row.id)
    return render_template("banking/matches.html", a=account, keeps=keeps, page=rows, bookings=BOOKINGS, before=before)


@bp.route("/accounts/<int:account_id>/matches/<int:match_id>/undo", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def undo(account_id: int, match_id: int) -> Page:
    """Take a match back."""
    (account, _keeps), form = own_account(account_id), UndoForm()
    row = next(iter(queries.matches_of(reading(), account_id, match_id + 1, 1)), None)
    if row is None or row.id != match_id:
        raise NotVisible
    if form.filled_in():
        with form.deed() as session:
            commands.unmatch(session, current_actor(), match_id, str(form.reason.data), clock())
        if form.done:
            flash(_("已撤销核对"))
            return redirect(url_for(".matching", account_id=account_id), 303)
    return render_template("banking/undo.html", a=account, row=row, form=form, bookings=BOOKINGS), form.status
