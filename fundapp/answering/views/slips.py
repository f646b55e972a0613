"""Printing the slips with the households' codes."""

from flask import current_app, render_template, url_for
from werkzeug.wrappers import Response

from fundapp.answering import commands, queries
from fundapp.answering.forms import SlipsForm
from fundapp.answering.policy import check_takes_codes
from fundapp.answering.views.blueprint import bp
from fundapp.answering.views.visits import secret
from fundapp.consent.policy import check_worker
from fundapp.consent.queries import RoundPage, doors_of, round_page
from fundapp.kernel.actor import Role
from fundapp.people.commands import Slip
from fundapp.people.rules import grouped
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page, qr_data
from fundapp.web.refusals import reasons_of

Page = str | Response | tuple[str, int]


@bp.route("/consent/<int:round_id>/slips", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def slips(round_id: int) -> Page:
    """Show how far the slips have come; print new ones."""
    page, form = worker_page(round_id), SlipsForm()
    if form.filled_in():
        with form.deed() as store:
            printed = commands.print_slips(store, current_actor(), form.to_command(round_id), secret(), clock())
        if form.done:
            return _printed(page, printed)
    counts = queries.code_counts(reading(), round_id, page.bar.units)
    against = reasons_of(check_takes_codes, page.bar, page.bar.state)
    doors = doors_of(reading(), page.snapshot_id)
    return render_template(
        "answering/slips.html", page=page, form=form, counts=counts, against=against, doors=doors
    ), form.status


def _printed(page: RoundPage, printed: list[Slip]) -> Response:
    """Print the codes: the only moment at which they are there in clear."""
    site = current_app.extensions["settings"].public_url
    made = [(one, grouped(one.typed), qr_data(site + url_for(".scan", token=one.token))) for one in printed]
    address = site + url_for(".reply")
    answer = pdf_page("answering/print/slips.html", f"slips-{page.id}.pdf", page=page, slips=made, address=address)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def worker_page(round_id: int) -> RoundPage:
    """Give a round to the community's worker, and to nobody else."""
    page = round_page(reading(), round_id, current_actor(), page_time())
    check_worker(current_actor(), page.place.path)
    return page
