"""Reports on the page, as file and on paper. Staff read those of their own books."""

from collections.abc import Callable, Sequence
from datetime import date

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.banking.policy import READING_ROLES, may_read
from fundapp.banking.queries import own_book, own_books
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible
from fundapp.ledger.queries import BookRow
from fundapp.ledger.rules import Holder
from fundapp.programmes.queries import list_programmes
from fundapp.projects.queries import projects_by_id
from fundapp.reports import queries, tables
from fundapp.reports.rules import Period
from fundapp.reports.tables import Report, Table, cells_of
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page
from fundapp.web.spreadsheet import EXCEL, Cell, csv_of_blocks, excel_of_blocks

bp = Blueprint("reports", __name__, url_prefix="/reports")
FORMS = ("csv", "xlsx", "pdf")
Make = Callable[[Session, int, Period], Sequence[Table]]


def _trial(session: Session, book_id: int, period: Period) -> Sequence[Table]:
    return tables.trial(queries.figures_of(session, book_id, period), book_id)


def _activity(session: Session, book_id: int, period: Period) -> Sequence[Table]:
    return tables.activities(queries.figures_of(session, book_id, period), book_id)


def _year(session: Session, book_id: int, period: Period) -> Sequence[Table]:
    figures = queries.figures_of(session, book_id, period)
    projects = tables.projects(queries.by_project(session, book_id, period), book_id)
    return [*tables.balance_sheet(figures, book_id), *tables.activities(figures, book_id), projects]


MADE: dict[str, Make] = {"trial": _trial, "activity": _activity, "year": _year}


def _titles() -> dict[str, str]:
    return {"trial": _("试算平衡表"), "activity": _("业务活动表"), "year": _("年度报告")}


@bp.get("/")
@for_roles(*READING_ROLES)
def index() -> str:
    """List the reports of the books and funds that the actor may read."""
    session, actor = reading(), current_actor()
    funds = [row for row in list_programmes(session) if may_read(actor, Holder.FOUNDATION, row.place_path)]
    books = own_books(session, actor)
    return render_template("reports/index.html", books=books, funds=funds, names=_titles())


@bp.get("/books/<int:book_id>/<name>")
@for_roles(*READING_ROLES)
def report(book_id: int, name: str) -> str | Response:
    """Show a report of a book: the trial balance, activities, or the year."""
    book = own_book(reading(), book_id, current_actor())
    if name not in MADE:
        raise NotVisible
    period = _period()
    made = Report(_titles()[name], book.holder_name, period, MADE[name](reading(), book_id, period))
    return _answer(made, f"{name}-{book_id}")


@bp.get("/books/<int:book_id>/accounts/<int:account_id>")
@for_roles(*READING_ROLES)
def account(book_id: int, account_id: int) -> str | Response:
    """Show the lines under a figure."""
    book, period, session = own_book(reading(), book_id, current_actor()), _period(), reading()
    figure = queries.figure_of(session, book_id, account_id, period)
    lines = queries.lines_under(session, figure, period)
    made = Report(figure.name, book.holder_name, period, tables.account(figure, lines), note=figure.code)
    return _answer(made, f"account-{account_id}")


@bp.get("/books/<int:book_id>/projects/<int:project_id>")
@for_roles(*READING_ROLES)
def project(book_id: int, project_id: int) -> str | Response:
    """Show a project's money in the books that the actor may read."""
    own_book(reading(), book_id, current_actor())
    session, period = reading(), _period()
    row = projects_by_id(session, [project_id]).get(project_id)
    books: list[BookRow] = own_books(session, current_actor())
    lines = queries.lines_about(session, f"project:{project_id}", period, [book.id for book in books])
    if row is None or not any(line.book_id == book_id for line in lines):
        raise NotVisible
    made = Report(_("项目收支：%(title)s", title=row.title), row.place_name, period, tables.subject(lines))
    return _answer(made, f"project-{project_id}")


@bp.get("/funds/<int:programme_id>")
@for_roles(*READING_ROLES)
def fund(programme_id: int) -> str | Response:
    """Show what a fund was given, what it paid, and what is left."""
    name, period = _fund(programme_id), _period()
    gifts = queries.gifts_of(reading(), programme_id, period.last)
    made = Report(_("基金收支：%(name)s", name=name[0]), name[1], period, tables.fund(gifts, programme_id), _order())
    return _answer(made, f"fund-{programme_id}")


@bp.get("/funds/<int:programme_id>/gifts/<int:gift_id>")
@for_roles(*READING_ROLES)
def gift(programme_id: int, gift_id: int) -> str | Response:
    """Show what a donor's restricted gift paid for."""
    name, period, session = _fund(programme_id), _period(), reading()
    row = next((one for one in queries.gifts_of(session, programme_id, period.last) if one.id == gift_id), None)
    if row is None:
        raise NotVisible
    numbers = [int(use.about.partition(":")[2]) for use in row.uses]
    titles = {f"project:{number}": one.title for number, one in projects_by_id(session, numbers).items()}
    title = _("捐赠使用情况：%(origin)s", origin=row.origin)
    return _answer(Report(title, name[1], period, tables.gift(row, titles), _order()), f"gift-{gift_id}")


def _order() -> str:
    return _("同一基金的钱按收到的先后使用：先收到的先用；退回的钱记回最后用到的那一笔。")


def _fund(programme_id: int) -> tuple[str, str]:
    """Name a fund that the actor may read, and who holds it."""
    row = next((one for one in list_programmes(reading()) if one.id == programme_id), None)
    if row is None or not may_read(current_actor(), Holder.FOUNDATION, row.place_path):
        raise NotVisible
    return row.name, row.foundation_name


def _year_of(day: date) -> Period:
    return Period(day.replace(month=1, day=1), day.replace(month=12, day=31))


def _period() -> Period:
    """Read the period of the address; the present year where there is none, or none that can be read."""
    usual = _year_of(local_date(clock().now(reading())))
    try:
        first = date.fromisoformat(request.args.get("from", "") or usual.first.isoformat())
        last = date.fromisoformat(request.args.get("to", "") or usual.last.isoformat())
    except ValueError:
        return usual
    return Period(first, last) if first <= last else usual


def _answer(made: Report, name: str) -> str | Response:
    form = request.args.get("form", "")
    file = f"{name}-{made.period.first:%Y%m%d}-{made.period.last:%Y%m%d}.{form}"
    if form == "pdf":
        return pdf_page("reports/print/report.html", file, r=made)
    if form in FORMS:
        head: list[list[Cell]] = [[made.title], [made.holder], [f"{made.period.first} — {made.period.last}"]]
        blocks = [head, *(cells_of(table) for table in made.tables)]
        data = csv_of_blocks(blocks) if form == "csv" else excel_of_blocks(made.title, blocks)
        headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
        return Response(data, mimetype="text/csv" if form == "csv" else EXCEL, headers=headers)
    here = {**(request.view_args or {}), "from": made.period.first.isoformat(), "to": made.period.last.isoformat()}
    links = {one: url_for(request.endpoint or "", **here, form=one) for one in FORMS}
    return render_template("reports/report.html", r=made, links=links)
