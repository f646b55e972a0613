"""Pages of the paper of a round: books, whole pages, second readings, what became of each sheet. For the worker."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fundapp.consent import commands, policy, queries
from fundapp.consent import paper_forms as forms
from fundapp.consent.forms import PaperForm
from fundapp.consent.models import ConsentRound
from fundapp.consent.papers import BookForm, SheetState, serials_of
from fundapp.consent.texts import CHOICES
from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import Refused
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public
from fundapp.web.pdf import pdf_page, qr_data
from fundapp.web.refusals import reasons_of, sentence

bp = Blueprint("paper", __name__)
Answer = str | AnyResponse | tuple[str, int]


@bp.get("/<int:round_id>/s/<int:serial>")
@public
def scan(round_id: int, serial: int) -> AnyResponse:
    """Lead from the code on a sheet to its entry form, or a neighbour to the round."""
    page = round_page(round_id)
    if policy.works_here(current_actor(), page.place.path):
        return redirect(url_for("consent.new_paper", round_id=round_id, serial=serial), 303)
    return redirect(url_for("consent.show", round_id=round_id), 303)


@bp.route("/<int:round_id>/books", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def books(round_id: int) -> Answer:
    """Register a book or single sheets, and list what is registered."""
    page, form, session = worker_page(round_id), forms.BookPrintForm(), reading()
    form.offer(queries.scopes_of(session, page.snapshot_id), page.place.name)
    if form.filled_in():
        with form.deed() as writing:
            book = commands.register_book(writing, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已登记 %(n)s 个编号，可以打印。", n=book.lines))
            return redirect(url_for(".books", round_id=round_id), 303)
    made = queries.books_of(session, round_id)
    return render_template("consent/books.html", page=page, form=form, books=made), form.status


@bp.get("/<int:round_id>/books/<int:book_id>.pdf")
@for_roles(Role.WORKER)
def book(round_id: int, book_id: int) -> Response:
    """Print a registered book, or its lines on sheets of their own."""
    page = worker_page(round_id)
    return print_book(page, queries.book_page(reading(), round_id, book_id))


@bp.route("/<int:round_id>/keys", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def keys(round_id: int) -> Answer:
    """Key in the lines of one page at once."""
    page, (rows, pages) = worker_page(round_id), lines_of(round_id)
    form, actor = forms.page_of_lines(rows, page.bar.with_follow), current_actor()
    form.offer(queries.carriers(reading(), page.place.path, now()), actor.person_id, local_date(now()))
    if form.filled_in():
        with form.deed() as session:
            scan = store_picture(session, actor, form.scan.data, page.place.id, Audience.STAFF, clock(), "scan")
            made = commands.key_sheets(session, actor, form.to_command(round_id, scan.id), clock())
        if form.done:
            flash(_("已录入 %(n)s 户。", n=len(made)))
            return redirect(url_for(".keys", round_id=round_id, after=rows[-1].serial), 303)
    return render_template(
        "consent/keys.html", page=page, form=form, rows=rows, pages=pages, reasons=against_keying(page)
    ), form.status


@bp.route("/<int:round_id>/second", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def second(round_id: int) -> Answer:
    """Read the drawn sheets of one scan a second time, without seeing the first keying."""
    page = worker_page(round_id)
    stand, rows, own = drawn_of(round_id)
    form = forms.second_form(rows, page.bar.with_follow)
    if form.filled_in():
        with form.deed() as session:
            units = {n: queries.door_or_refuse(session, page.snapshot_id, door) for n, door in form.doors().items()}
            made = commands.key_second(session, current_actor(), form.to_command(round_id, units), clock())
        if form.done:
            flash(_("已复录 %(n)s 张。", n=len(made)))
            return redirect(url_for(".second", round_id=round_id), 303)
    values = {"stand": stand, "rows": rows, "own": own}
    return render_template("consent/second.html", page=page, form=form, **values), form.status


@bp.route("/<int:round_id>/third/<int:serial>", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def third(round_id: int, serial: int) -> Answer:
    """Settle what a sheet says that two people read differently."""
    page, sheet = worker_page(round_id), queries.sheet_of(reading(), round_id, serial)
    form = forms.ThirdForm(door=sheet.door)
    form.offer(page.bar.with_follow)
    if form.filled_in():
        with form.deed() as session:
            unit_id = queries.door_or_refuse(session, page.snapshot_id, str(form.door.data))
            commands.look_third(session, current_actor(), form.to_command(round_id, serial, unit_id), clock())
        if form.done:
            flash(_("编号 %(serial)s 已核对。", serial=serial))
            return redirect(url_for("consent.papers", round_id=round_id), 303)
    read = queries.readings_of(reading(), round_id, serial)
    return render_template("consent/third.html", page=page, form=form, sheet=sheet, readings=read), form.status


@bp.route("/<int:round_id>/ends", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def ends(round_id: int) -> Answer:
    """Say what became of sheets from which nothing is keyed in."""
    page = worker_page(round_id)
    states = queries.sheet_states(reading(), round_id)
    out = [serial for serial, state in states.items() if state is SheetState.OUT]
    form = forms.EndsForm(serials=request.args.get("serials", ""))
    if form.filled_in():
        with form.deed() as session:
            count = commands.end_sheets(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已登记 %(n)s 张的去向。", n=count))
            return redirect(url_for("consent.papers", round_id=round_id), 303)
    return render_template("consent/ends.html", page=page, form=form, out=out), form.status


def round_page(round_id: int) -> queries.RoundPage:
    """Give a round as this person may see it."""
    return queries.round_page(reading(), round_id, current_actor(), now())


def worker_page(round_id: int) -> queries.RoundPage:
    """Give a round to its community's worker only."""
    page = round_page(round_id)
    policy.check_worker(current_actor(), page.place.path)
    return page


def now() -> Any:
    """Give the present moment."""
    return clock().now(reading())


def round_of(session: Session, round_id: int) -> ConsentRound:
    """Give the row of a round that is there."""
    return session.get_one(ConsentRound, round_id)


def against_keying(page: queries.RoundPage) -> list[str]:
    """Say what speaks against keying in paper."""
    return reasons_of(policy.check_takes, page.bar, page.bar.state, policy.Channel.PAPER)


def sheet_form(page: queries.RoundPage, serial: int | None) -> PaperForm:
    """Make the form for one sheet; the code on it opens the form with its number and its door."""
    line = queries.line_of(reading(), page.id, serial) if serial else None
    form = PaperForm(serial=serial, door=line.door if line else "")
    form.offer_answers(page.bar.with_follow)
    people = queries.carriers(reading(), page.place.path, now())
    form.offer(people, current_actor().person_id, local_date(now()))
    return form


def keep_scans(session: Session, page: queries.RoundPage, form: PaperForm) -> tuple[int, int | None]:
    """Store the photo of the sheet, and that of the written proxy where there is one."""

    def keep(field: FileField, name: str) -> int:
        return store_picture(session, current_actor(), field.data, page.place.id, Audience.STAFF, clock(), name).id

    return keep(form.scan, "scan"), keep(form.proxy_scan, "proxy_scan") if form.proxy_scan.data else None


def stand_of(page: queries.RoundPage) -> queries.PaperStand:
    """Tell how the paper of a round stands."""
    return queries.paper_stand(reading(), round_of(reading(), page.id))


def against_paper(page: queries.RoundPage) -> list[str]:
    """Say to the worker what speaks against publishing on the side of paper."""
    if page.doors is None or page.bar.state in (policy.RoundState.PUBLISHED, policy.RoundState.VOID):
        return []
    return [sentence(Refused(code, **facts)) for code, facts in queries.against_stand(stand_of(page))]


def walks(page: queries.RoundPage) -> bool:
    """Tell whether this person goes from door to door in this round."""
    session, actor = reading(), current_actor()
    if not actor.signed_in:
        return False
    return queries.charge_of(session, actor, round_of(session, page.id), now()) is not None


def shown_lines() -> list[int]:
    """Give the lines that stood on the form that was sent; none where it is only opened."""
    return (serials_of(request.form.get("page", "")) or [])[: queries.LINES_PER_PAGE]


def lines_of(round_id: int) -> tuple[list[queries.SheetRow], list[list[queries.SheetRow]]]:
    """Give the lines of the page that is keyed in now, and all pages with printed lines that are not keyed in yet."""
    session = reading()
    round_ = round_of(session, round_id)
    rows = queries.sheet_rows(session, round_, queries.paper_stand(session, round_))
    waiting = [row for row in rows if row.printed and row.state in (SheetState.OUT, SheetState.MISSING)]
    pages, shown = queries.waiting_pages(session, round_id, waiting), shown_lines()
    if shown:  # what was filled in stays on the page, also where somebody else has keyed it in meanwhile
        return [row for row in rows if row.printed and row.serial in shown], pages
    wanted, after = serials_of(request.args.get("serials", "")), request.args.get("after", 0, type=int)
    if wanted:
        return [row for row in waiting if row.serial in wanted][: queries.LINES_PER_PAGE], pages
    later = [page for page in pages if page[-1].serial > after]
    return next(iter([*later, *pages]), []), pages


def drawn_of(round_id: int) -> tuple[queries.PaperStand, list[queries.SheetRow], int]:
    """Give how the paper stands, the drawn sheets of one scan that this person may read, and how many she may not."""
    session, actor = reading(), current_actor()
    round_ = round_of(session, round_id)
    stand = queries.paper_stand(session, round_)
    rows = queries.sheet_rows(session, round_, stand)
    waiting = [row for row in rows if row.serial in stand.waiting]
    shown = shown_lines()
    if shown:
        return stand, [row for row in rows if row.serial in shown and row.state is SheetState.ENTERED], 0
    hers = [row for row in waiting if actor.person_id not in queries.keyers_of(session, round_id, row.serial)]
    return stand, [row for row in hers if row.scan == hers[0].scan], len(waiting) - len(hers)


def print_book(page: queries.RoundPage, made: queries.BookPage) -> Response:
    """Put a book or single sheets on paper, each line with its code."""
    site = current_app.extensions["settings"].public_url
    single = made.book.form is BookForm.SHEETS
    serials = [line.serial for lines in made.pages for line in lines]
    codes = {
        n: qr_data(site + url_for("consent.paper.scan", round_id=page.id, serial=n), small=not single) for n in serials
    }
    return pdf_page(
        f"consent/print/{'singles' if single else 'book'}.html",
        f"consent-{page.id}-{made.book.id}.pdf",
        page=page,
        made=made,
        codes=codes,
        where=made.book.title or page.place.name,
        words=[CHOICES[choice] for choice in policy.sayable(page.bar.with_follow)],
        terms=queries.paper_terms(reading(), round_of(reading(), page.id)),
    )
