"""余额调节表: prepared, checked, printed."""

from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.banking import commands, queries
from fundapp.banking.forms import CheckForm, PaperForm
from fundapp.banking.policy import KEEPING_ROLES, READING_ROLES, check_may_check
from fundapp.banking.rules import last_day, month_of
from fundapp.banking.views.blueprint import Page, bp, own_account
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import NotVisible
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page
from fundapp.web.refusals import reasons_of


@bp.route("/accounts/<int:account_id>/papers/new", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def prepare(account_id: int) -> Page:
    """Prepare 余额调节表 of a month's end, beside what it will say."""
    account, _keeps = own_account(account_id)
    wanted = month_of(request.args.get("month", "")) or _last_month()
    form = PaperForm(month=f"{wanted[1]:%Y-%m}")
    if form.filled_in():
        with form.deed() as session:
            row = commands.prepare(session, current_actor(), form.to_command(account_id), clock())
        if form.done:
            flash(_("余额调节表已编制，请另一位复核。"))
            return redirect(url_for(".paper", account_id=account_id, paper_id=row.id), 303)
    said = month_of(str(form.month.data or "")) or wanted
    state = queries.state_at(reading(), account, said[1])
    return render_template("banking/prepare.html", a=account, day=said[1], state=state, form=form), form.status


def _last_month() -> tuple[date, date]:
    first = local_date(clock().now(reading())).replace(day=1)
    before = date.fromordinal(first.toordinal() - 1)
    return before.replace(day=1), last_day(before)


@bp.route("/accounts/<int:account_id>/papers/<int:paper_id>", methods=["GET", "POST"])
@for_roles(*READING_ROLES)
def paper(account_id: int, paper_id: int) -> Page:
    """Show a paper; check it as another person."""
    account, _keeps = own_account(account_id)
    row, form = _paper(account_id, paper_id), CheckForm()
    if form.filled_in():
        with form.deed() as session:
            commands.check(
                session, current_actor(), paper_id, form.passed.data == "yes", str(form.reason.data or ""), clock()
            )
        if form.done:
            flash(_("已复核"))
            return redirect(url_for(".paper", account_id=account_id, paper_id=paper_id), 303)
    state = queries.state_at(reading(), account, row.as_of)
    actor = current_actor()
    why = reasons_of(check_may_check, actor, account.holder_kind, account.place_path, row.prepared_by_id)
    values = {"a": account, "p": row, "state": state, "why": why, "changed": state.fingerprint != row.state_hash}
    return render_template("banking/paper.html", form=form, **values), form.status


def _paper(account_id: int, paper_id: int) -> queries.ReconciliationRow:
    row = queries.paper(reading(), paper_id)
    if row is None or row.account_id != account_id:
        raise NotVisible
    return row


@bp.get("/accounts/<int:account_id>/papers/<int:paper_id>.pdf")
@for_roles(*READING_ROLES)
def paper_pdf(account_id: int, paper_id: int) -> Response:
    """Print a paper on A4."""
    account, _keeps = own_account(account_id)
    row = _paper(account_id, paper_id)
    state = queries.state_at(reading(), account, row.as_of)
    name = f"reconciliation-{row.as_of:%Y-%m}-{account_id}.pdf"
    changed = state.fingerprint != row.state_hash
    return pdf_page("banking/print/reconciliation.html", name, a=account, p=row, state=state, changed=changed)
