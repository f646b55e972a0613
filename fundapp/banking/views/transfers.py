"""Transfers between a book's own bank accounts: the list, a new one, and another person's word."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.banking import commands, queries
from fundapp.banking.forms import DecideTransferForm, TransferForm
from fundapp.banking.policy import CHECKING_ROLES, KEEPING_ROLES, READING_ROLES, may_keep
from fundapp.banking.texts import TRANSFER_STATES
from fundapp.banking.views.blueprint import Page, bp
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.filters import yuan
from fundapp.web.gate import current_actor, for_roles


@bp.get("/books/<int:book_id>/transfers")
@for_roles(*READING_ROLES)
def transfers(book_id: int) -> str:
    """List a book's transfers with what the banks know of them."""
    session, actor = reading(), current_actor()
    book = queries.own_book(session, book_id, actor)
    keeps = may_keep(actor, book.holder_kind, book.place_path)
    rows = queries.transfers_of(session, [book_id])
    return render_template("banking/transfers.html", book=book, rows=rows, states=TRANSFER_STATES, keeps=keeps)


@bp.route("/books/<int:book_id>/transfers/new", methods=["GET", "POST"])
@for_roles(*KEEPING_ROLES)
def new_transfer(book_id: int) -> Page:
    """Ask for a transfer."""
    session = reading()
    book = queries.own_book(session, book_id, current_actor())
    accounts = [one for one in queries.accounts_of_books(session, [book_id]) if not one.covers.endswith(":")]
    form = TransferForm(accounts, queries.parts_held(session, accounts))
    if form.filled_in():
        with form.deed() as work:
            commands.ask_transfer(work, current_actor(), form.to_command(book_id), clock())
        if form.done:
            flash(_("已申请转账，请另一个人批准。"))
            return redirect(url_for(".transfers", book_id=book_id), 303)
    elif request.method == "GET" and len(accounts) > 1:
        form.to_id.data = accounts[1].id
    held = [f"{one.label}：{yuan(sum(queries.parts_of(session, one).values()))}" for one in accounts]
    crumbs = [(book.holder_name, url_for(".transfers", book_id=book_id))]
    page = {"title": _("本单位账户之间转账"), "button": _("申请转账"), "told": held, "crumbs": crumbs}
    few = [] if len(accounts) > 1 else [_("登记了两个以上银行账户，才能在它们之间转账。")]
    return render_template("_form.html", form=form, reasons=few, **page), form.status


@bp.route("/transfers/<int:transfer_id>", methods=["GET", "POST"])
@for_roles(*CHECKING_ROLES)
def decide_transfer(transfer_id: int) -> Page:
    """Approve a transfer, or refuse it."""
    row, form = queries.get_transfer(reading(), transfer_id), DecideTransferForm()
    book = queries.own_book(reading(), row.book_id, current_actor())
    if form.filled_in():
        with form.deed() as session:
            said = (form.passed.data == "yes", form.reason.data or "")
            commands.decide_transfer(session, current_actor(), transfer_id, *said, clock())
        if form.done:
            flash(_("已办理。"))
            return redirect(url_for(".transfers", book_id=row.book_id), 303)
    told = [_("从%(a)s转到%(b)s：%(sum)s。", a=row.here.label, b=row.there.label, sum=yuan(row.amount)), row.reason]
    note = _("申请的人不能自己批准。批准后立即记账，两家银行的流水分别核对。")
    reasons = [] if row.passed is None else [str(TRANSFER_STATES[row.state])]
    if row.passed is None and row.asked_by_id == current_actor().person_id:
        reasons = [_("这笔转账是您申请的，请另一个人批准。")]
    crumbs = [(book.holder_name, url_for(".transfers", book_id=row.book_id))]
    page = {"title": _("批准转账"), "button": _("提交"), "told": told, "crumbs": crumbs, "note": note}
    return render_template("_form.html", form=form, reasons=reasons, **page), form.status
