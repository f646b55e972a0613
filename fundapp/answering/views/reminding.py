"""Reminding the silent: messages, the list of doors to visit, a text with its picture for the group chat."""

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.answering import commands, queries
from fundapp.answering.picture import Notice, draw
from fundapp.answering.policy import check_open
from fundapp.answering.views.blueprint import bp
from fundapp.answering.views.slips import worker_page
from fundapp.consent.queries import RoundPage
from fundapp.kernel.actor import Role
from fundapp.notify.queries import reminder_days
from fundapp.web.clock import clock, page_time
from fundapp.web.database import reading
from fundapp.web.filters import moment
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles
from fundapp.web.pdf import pdf_page
from fundapp.web.refusals import reasons_of


@bp.get("/consent/<int:round_id>/remind")
@for_roles(Role.WORKER)
def reminders(round_id: int) -> str:
    """Show who was reminded when, and the text for the group chat."""
    page, session = worker_page(round_id), reading()
    silent = queries.silent_units(session, round_id)
    return render_template(
        "answering/remind.html",
        page=page,
        silent=len(silent),
        doors=queries.silent_doors_without_account(session, round_id, silent, page_time()),
        days=reminder_days(session, f"consent_round:{round_id}"),
        text=_chat_text(page),
        against=reasons_of(check_open, page.bar.state),
    )


@bp.post("/consent/<int:round_id>/remind")
@for_roles(Role.WORKER)
def remind(round_id: int) -> AnyResponse:
    """Remind the silent households."""
    worker_page(round_id)
    form = PageForm()
    with form.deed() as session:
        households, sent = commands.remind_silent(session, current_actor(), round_id, clock())
    if form.done:
        flash(_("已提醒 %(n)s 户，发出 %(sent)s 条消息；没有账户的请上门。", n=households, sent=sent))
    for words in form.refused:
        flash(words, "error")
    return redirect(url_for(".reminders", round_id=round_id), 303)


@bp.get("/consent/<int:round_id>/doors.pdf")
@for_roles(Role.WORKER)
def doors_to_visit(round_id: int) -> Response:
    """Print the silent doors that nobody speaks for by account."""
    page, session = worker_page(round_id), reading()
    silent = queries.silent_units(session, round_id)
    doors = queries.silent_doors_without_account(session, round_id, silent, page_time())
    return pdf_page("answering/print/doors.html", f"doors-{round_id}.pdf", page=page, doors=doors, at=page_time())


@bp.get("/consent/<int:round_id>/notice.png")
@for_roles(Role.WORKER)
def notice_picture(round_id: int) -> Response:
    """Give the picture for the group chat."""
    page = worker_page(round_id)
    place = page.place.full_name
    times = [_("%(at)s 起", at=moment(page.bar.opens_at)), _("%(at)s 止", at=moment(page.bar.closes_at))]
    notice = Notice(_("征求意见"), page.text.title, place, times, _("扫码查看内容和表态"), _address(page))
    headers = {"Content-Disposition": f'attachment; filename="notice-{round_id}.png"'}
    return Response(draw(notice), mimetype="image/png", headers=headers)


def _address(page: RoundPage) -> str:
    return str(current_app.extensions["settings"].public_url + url_for("consent.show", round_id=page.id))


def _chat_text(page: RoundPage) -> str:
    return _(
        "各位邻居：%(place)s正就“%(title)s”征求意见，%(at)s 截止。每户一个意见，同意、反对、弃权都可以。"
        "请用自己的账户或收到的表态单表态：%(address)s",
        place=page.place.full_name,
        title=page.text.title,
        at=moment(page.bar.closes_at),
        address=_address(page),
    )
