"""Voting by the household's printed code, without an account; no address says who it is, and nothing is kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fundapp.kernel.actor import NOBODY, Actor, Role
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.people.commands import Slip
from fundapp.people.rules import grouped
from fundapp.voting import code_forms, commands, forms, policy, queries
from fundapp.voting.commands import Coded
from fundapp.voting.secrecy import Secrecy
from fundapp.voting.views.households import Answer, bp, read_page, reasons
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public
from fundapp.web.pdf import pdf_page, qr_data
from fundapp.web.visits import Visits

__all__ = ["bp"]
TRIES, WAIT, VISIT = 5, timedelta(minutes=15), timedelta(minutes=20)
visits = Visits("vote", "voting.code", "voting.code_unknown", "voting.visit_over", TRIES, WAIT, VISIT)


@dataclass(frozen=True)
class Voter:
    """A household that votes by its code: its round as it sees it, and what stands for a person."""

    page: queries.RoundPage
    unit: queries.OwnUnit
    by: Coded


@bp.route("/code", methods=["GET", "POST"])
@public
@visits.private
def code() -> Answer:
    """Ask for the code off the slip."""
    form = code_forms.CodeForm()
    if form.filled_in() and take_code(visits, form):
        return redirect(url_for(".coded_ballot"), 303)
    return render_template("voting/code.html", form=form), form.status


@bp.get("/code/scan/<token>")
@public
@visits.private
def scan(token: str) -> Answer:
    """Exchange a scanned slip for a visit; the address is left at once and goes to nobody."""
    visits.begin(visits.exchange(token[:80], commands.code_of_token, secret()))
    answer = redirect(url_for(".coded_ballot"), 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.route("/code/ballot", methods=["GET", "POST"])
@public
@visits.private
def coded_ballot() -> Answer:
    """Show the household's ballot or how it has voted, take its choice, show the receipt once."""
    return ballot_of(visits, Coded(visits.code()), "voting/coded_ballot.html", "voting/coded_receipt.html")


@bp.post("/code/leave")
@public
@visits.private
def leave_code() -> Answer:
    """End the visit: for a phone that others use too."""
    visits.end()
    flash(_("已退出。"))
    return redirect(url_for(".code"), 303)


@bp.route("/<int:round_id>/slips", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def slips(round_id: int) -> Answer:
    """Show how far the slips have come; print new ones."""
    page, form = read_page(round_id), code_forms.SlipsForm()
    policy.check_worker(current_actor(), page.place.path)
    if form.filled_in():
        with form.deed() as session:
            made = commands.print_codes(session, current_actor(), form.to_command(round_id), secret(), clock())
        if form.done:
            return _printed(page, made)
    shown: dict[str, Any] = {
        "counts": queries.code_counts(reading(), round_id),
        "against": reasons(policy.check_takes_codes, page.secrecy, page, page.state),
        "doors": queries.doors_of(reading(), page.snapshot_id),
    }
    return render_template("voting/slips.html", page=page, form=form, **shown), form.status


def take_code(kind: Visits, form: code_forms.CodeForm) -> bool:
    """Exchange what was typed for a visit; a refusal stands on the form."""
    try:
        kind.begin(kind.exchange(str(form.code.data), commands.code_of_typed, secret()))
    except Refused as refusal:
        form.take(refusal)
        return False
    return True


def ballot_of(kind: Visits, by: Coded, template: str, receipt: str) -> Answer:
    """Give a household that came by code its ballot; once it is cast, end the visit and show the receipt."""
    voter = _voter(by)
    page, unit = voter.page, voter.unit
    form = forms.SealedForm() if page.secrecy is Secrecy.SEALED else forms.BallotForm()
    mixed = page.mixed(unit.unit_id)
    form.offer([(unit.unit_id, unit.door)])
    form.put(page.method, [(row.project_id, row.title) for row in mixed])
    against = reasons(policy.check_may_vote, page, page.state, True, True)
    if form.filled_in():
        with form.deed() as session:
            given = _cast(session, form, voter)
        if form.done:
            kind.end()
            return render_template(receipt, page=page, unit=unit, given=given)
    seen = {"page": page, "unit": unit, "form": form, "mixed": mixed, "left": page.left, "against": against}
    return render_template(template, **seen), form.status


def _cast(session: Session, form: forms.BallotForm, voter: Voter) -> commands.SealedReceipt | queries.Receipt:
    """Cast the ballot; give its receipt as it was written."""
    page = voter.page
    if isinstance(form, forms.SealedForm):
        return commands.cast_sealed(session, NOBODY, form.to_sealed(page.id), clock(), by=voter.by)
    row = commands.cast_ballot(session, NOBODY, form.to_command(page.id), clock(), by=voter.by)
    return queries.receipt_of(session, page.id, row.unit_id, Actor(unit_ids=frozenset({row.unit_id})))


def _voter(by: Coded) -> Voter:
    try:
        round_id, unit_id = queries.door_of_code(reading(), by.code_id)
        page = queries.round_page(reading(), round_id, Actor(unit_ids=frozenset({unit_id})), page_time())
    except NotVisible:
        raise Refused("voting.code_unknown") from None
    return Voter(page, page.own[0], by)


def _printed(page: queries.RoundPage, made: list[Slip]) -> Response:
    """Print the codes: the only moment at which they are there in clear."""
    site = current_app.extensions["settings"].public_url
    rows = [(one, grouped(one.typed), qr_data(site + url_for(".scan", token=one.token))) for one in made]
    address = site + url_for(".code")
    answer = pdf_page("voting/print/slips.html", f"vote-slips-{page.id}.pdf", page=page, slips=rows, address=address)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def secret() -> str:
    """Give the key of the hashes."""
    return str(current_app.extensions["settings"].secret_key)
