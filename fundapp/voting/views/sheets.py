"""Ballots of paper without doors: register and print them, key each in twice, account for every one."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.voting import box_forms, commands, policy, queries
from fundapp.voting.rounds import RoundState
from fundapp.voting.views.boxes import bp
from fundapp.voting.views.households import Answer, read_page
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page, qr_data

__all__ = ["bp"]
LAST_SERIAL, MOST_PRINTED = 100_000, 200


@bp.route("/<int:round_id>/sheets", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def sheets(round_id: int) -> Answer:
    """Show how the sheets stand, and register more before the close."""
    page, form = _boxed(round_id), box_forms.PrintForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.print_ballots(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已登记 %(n)s 张，可以打印。", n=len(made)))
            return redirect(url_for(".sheets", round_id=round_id), 303)
    return render_template("voting/sheets.html", page=page, form=form, **_stand(round_id)), form.status


@bp.get("/<int:round_id>/sheets.pdf")
@for_roles(Role.WORKER)
def sheets_pdf(round_id: int) -> Answer:
    """Print the registered sheets, two to a page; a code on each leads to its keying."""
    page, first, last = _boxed(round_id), request.args.get("first", 1, int), request.args.get("last", 10**6, int)
    chosen = [serial for serial in queries.sheet_stand(reading(), round_id).states if first <= serial <= last]
    codes = {
        serial: qr_data(url_for(".read_sheet", round_id=round_id, serial=serial, _external=True), small=True)
        for serial in chosen
    }
    return pdf_page("voting/print/ballots.html", f"ballots-{round_id}.pdf", page=page, serials=chosen, codes=codes)


@bp.get("/<int:round_id>/papers.pdf")
@for_roles(*policy.PUBLISHERS)
def papers_pdf(round_id: int) -> Answer:
    """Print ballots with a line for the door, numbered from *first*; a code on each leads to its keying."""
    page = read_page(round_id)
    policy.check_publisher(current_actor(), page.place.path)
    first, count = request.args.get("first", 1, int), request.args.get("count", 1, int)
    if not page.secrecy.by_door or page.state not in (RoundState.WAITING, RoundState.OPEN):
        raise NotVisible
    if not 1 <= first <= LAST_SERIAL or not 1 <= count <= MOST_PRINTED:
        flash(_("编号从 1 到 %(last)s，一次最多打印 %(most)s 张。", last=LAST_SERIAL, most=MOST_PRINTED), "error")
        return redirect(url_for(".show", round_id=round_id), 303)
    codes = {
        serial: qr_data(url_for(".new_paper", round_id=round_id, serial=serial, _external=True), small=True)
        for serial in range(first, first + count)
    }
    return pdf_page("voting/print/ballots.html", f"papers-{round_id}.pdf", page=page, serials=list(codes), codes=codes)


@bp.route("/<int:round_id>/sheets/read", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def read_sheet(round_id: int) -> Answer:
    """Key in a sheet; the second person does not see what the first one read."""
    page, form = _boxed(round_id), box_forms.ReadForm(serial=request.args.get("serial", type=int))
    form.put(page.method, [(row.project_id, row.title) for row in page.candidates])
    if form.filled_in():
        with form.deed() as session:
            slip = commands.read_ballot(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            serial = form.serial.data or 0
            flash(
                _("两人录得一样，已计入：编号 %(n)s。", n=serial)
                if slip
                else _("已录，等另一个人：编号 %(n)s。", n=serial)
            )
            return redirect(url_for(".read_sheet", round_id=round_id, serial=serial + 1), 303)
    return render_template("voting/read_sheet.html", page=page, form=form, **_stand(round_id)), form.status


@bp.route("/<int:round_id>/sheets/end", methods=["GET", "POST"])
@for_roles(*policy.PUBLISHERS)
def end_sheets(round_id: int) -> Answer:
    """Say what became of sheets that are not counted."""
    page, form = _boxed(round_id), box_forms.EndForm()
    if form.filled_in():
        with form.deed() as session:
            made = commands.end_ballots(session, current_actor(), form.to_command(round_id), clock())
        if form.done:
            flash(_("已登记 %(n)s 张的着落。", n=len(made)))
            return redirect(url_for(".sheets", round_id=round_id), 303)
    return render_template("voting/end_sheets.html", page=page, form=form, **_stand(round_id)), form.status


def _stand(round_id: int) -> dict[str, object]:
    session = reading()
    return {"stand": queries.sheet_stand(session, round_id), "closing": queries.closing_of(session, round_id)}


def _boxed(round_id: int) -> queries.RoundPage:
    """Read a round with a box, as those who publish there see it."""
    page = read_page(round_id)
    policy.check_publisher(current_actor(), page.place.path)
    if page.secrecy.by_door or page.snapshot_id is None:
        raise NotVisible
    return page
