"""Answering by the household's printed code, without an account.

The code comes once, by POST or by the scanned address, and is exchanged for a visit of some minutes in the session; no
address after that says who it is.
"""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.answering import commands, queries
from fundapp.answering.forms import CodeForm, SaidForm
from fundapp.answering.views.blueprint import bp
from fundapp.answering.views.visits import secret, visits
from fundapp.consent.policy import Channel, check_takes
from fundapp.consent.queries import RoundPage
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.gate import public
from fundapp.web.pdf import pdf_page
from fundapp.web.refusals import reasons_of

Page = str | Response | tuple[str, int]


@bp.route("/reply", methods=["GET", "POST"])
@public
@visits.private
def reply() -> Page:
    """Ask for the code off the slip."""
    form = CodeForm()
    if form.filled_in():
        try:
            visits.begin(visits.exchange(str(form.code.data), commands.code_of_typed, secret()))
        except Refused as refusal:
            form.take(refusal)
        else:
            return redirect(url_for(".household"), 303)
    return render_template("answering/reply.html", form=form), form.status


@bp.get("/reply/scan/<token>")
@public
@visits.private
def scan(token: str) -> Page:
    """Exchange a scanned slip for a visit; the address is left at once and goes to nobody."""
    visits.begin(visits.exchange(token[:80], commands.code_of_token, secret()))
    answer = redirect(url_for(".household"), 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.route("/reply/household", methods=["GET", "POST"])
@public
@visits.private
def household() -> Page:
    """Show the exact text, take the household's choice, let it be confirmed, note it."""
    code_id, form = visits.code(), SaidForm()
    page = _page(code_id)
    form.offer(page.bar.with_follow)
    if form.filled_in():
        if form.confirmed.data != page.text.content_hash:
            return render_template("consent/confirm.html", page=page, form=form, unit=page.own[0], back=None)
        with form.deed() as store:
            commands.answer_by_code(store, form.to_command(code_id), clock())
        if form.done:
            return redirect(url_for(".receipt"), 303)
    reasons = reasons_of(check_takes, page.bar, page.bar.state, Channel.CODE)
    return render_template("answering/household.html", page=page, form=form, reasons=reasons), form.status


@bp.get("/reply/receipt")
@public
@visits.private
def receipt() -> Page:
    """Show what is noted for the household."""
    return render_template("answering/receipt.html", **_receipt())


@bp.get("/reply/receipt.pdf")
@public
@visits.private
def receipt_pdf() -> Response:
    """Print the receipt."""
    return pdf_page("consent/print/receipt.html", "receipt.pdf", **_receipt())


@bp.post("/reply/leave")
@public
@visits.private
def leave() -> Page:
    """End the visit: for a phone that others use too."""
    visits.end()
    flash(_("已退出。手里的表态单请收好，截止前还可以用它修改。"))
    return redirect(url_for(".reply"), 303)


def _page(code_id: int) -> RoundPage:
    try:
        return queries.household_page(reading(), code_id, page_time())
    except NotVisible:
        raise Refused("answering.code_unknown") from None


def _receipt() -> dict[str, Any]:
    page = _page(visits.code())
    if not page.own[0].trail:
        raise NotVisible
    return {"page": page, "unit": page.own[0], "revision": page.own[0].trail[-1]}
