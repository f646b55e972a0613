"""Receipts: the paper for the giver, and the public line behind its QR code."""

from flask import Response, render_template, request, url_for

from fundapp.fundraising import queries
from fundapp.fundraising.capitals import capitals
from fundapp.fundraising.rules import reference_code
from fundapp.fundraising.views.blueprint import LABELS, bp, crumbs, project_of
from fundapp.kernel.money import fen
from fundapp.people.queries import names_of
from fundapp.places.queries import units_of_compound
from fundapp.web.database import reading
from fundapp.web.gate import public, signed_in
from fundapp.web.kept import kept
from fundapp.web.pdf import pdf_page, qr_data


@bp.get("/contributions/<int:contribution_id>/receipt.pdf")
@signed_in
def receipt(contribution_id: int) -> Response:
    """Print the receipt of a contribution; its QR code opens the public line."""
    session = reading()
    row = queries.get_contribution(session, contribution_id)
    project = project_of(row.project_id)
    line = queries.receipt_line(session, row.book_id, row.receipt_year, row.receipt_no)
    address = url_for(".line", book_id=line.book_id, year=line.year, number=line.number, _external=True)
    names = names_of(session, [row.recorded_by_id, row.decided_by_id or 0])
    given = {"row": row, "line": line, "names": names, "in_words": capitals(fen(row.amount))}
    paper = {"address": address, "qr": qr_data(address)}
    return pdf_page("fundraising/receipt.html", f"receipt-{row.receipt}.pdf", p=project, **given, **paper, **LABELS)


@bp.get("/receipts/<int:book_id>/<int:year>/<int:number>")
@public
@kept
def line(book_id: int, year: int, number: int) -> str:
    """Show what a receipt stands for: amount, day, purpose, and whether the money was confirmed."""
    found = queries.receipt_line(reading(), book_id, year, number)
    return render_template("fundraising/line.html", r=found, in_words=capitals(fen(found.amount)), **LABELS)


@bp.get("/receipts/<int:book_id>/<int:year>")
@public
@kept
def series(book_id: int, year: int) -> str:
    """Show all receipts of a book and a year, so that anybody sees that none is missing."""
    found, page = queries.receipt_series(reading(), book_id, year, request.args.get("before", type=int))
    return render_template("fundraising/series.html", s=found, page=page, **LABELS)


@bp.get("/<int:project_id>/codes")
@signed_in
def codes(project_id: int) -> str:
    """List the codes that transfers to this project carry, door by door."""
    project = project_of(project_id)
    doors = [
        (unit.door, reference_code(project.id, unit.id)) for unit in units_of_compound(reading(), project.place_id)
    ]
    shared = reference_code(project.id, None)
    return render_template("fundraising/codes.html", p=project, doors=doors, shared=shared, crumbs=crumbs(project))
