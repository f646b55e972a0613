"""A kiosk at a public place: a browser that can do nothing but vote by code, and forgets each voter."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import logout_user

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.places.queries import workplaces
from fundapp.voting import code_forms, commands, queries
from fundapp.voting.commands import Coded
from fundapp.voting.views.coded import ballot_of, take_code
from fundapp.voting.views.households import Answer, bp
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import KIOSK, at_kiosk, current_actor, for_roles, public
from fundapp.web.visits import Visits

__all__ = ["bp"]
TRIES, WAIT, VISIT = 30, timedelta(minutes=15), timedelta(minutes=10)
visits = Visits("kiosk-vote", "voting.kiosk", "voting.code_unknown", "voting.visit_over", TRIES, WAIT, VISIT)


@bp.route("/kiosks", methods=["GET", "POST"])
@for_roles(Role.WORKER)
def kiosks() -> Answer:
    """Make this browser a kiosk: the worker is signed out of it; list the kiosks that stand."""
    form, places = code_forms.KioskForm(), workplaces(reading(), current_actor())
    form.place_id.choices = list(places.items())
    if form.filled_in():
        with form.deed() as store:
            row = commands.open_kiosk(store, current_actor(), form.to_command(), clock())
        if form.done:
            _become(row.id)
            return redirect(url_for(".kiosk"), 303)
    standing = queries.standing_kiosks(reading(), list(places))
    return render_template("voting/kiosks.html", form=form, standing=standing), form.status


@bp.post("/kiosks/<int:kiosk_id>/end")
@for_roles(Role.WORKER)
def end_kiosk(kiosk_id: int) -> Answer:
    """End a kiosk from another device; its browser is free with its next page."""
    with unit_of_work() as store:
        commands.end_kiosk(store, current_actor(), kiosk_id, clock())
    flash(_("这台自助机已结束。"))
    return redirect(url_for(".kiosks"), 303)


@bp.route("/kiosk", methods=["GET", "POST"])
@public
@at_kiosk
@visits.private
def kiosk() -> Answer:
    """Ask for a code; whoever comes here is nobody, so the visit before has ended."""
    seat = queries.kiosk_stands(reading(), _kiosk())
    if seat is None:
        session.clear()
        return redirect(url_for("people.sign_in"), 303)
    visits.end()
    form = code_forms.CodeForm()
    if form.filled_in() and take_code(visits, form):
        return redirect(url_for(".kiosk_ballot"), 303)
    return render_template("voting/kiosk.html", form=form, seat=seat), form.status


@bp.route("/kiosk/ballot", methods=["GET", "POST"])
@public
@at_kiosk
@visits.private
def kiosk_ballot() -> Answer:
    """Take the ballot of the household whose code was typed; the receipt is on this one answer."""
    kiosk_id = _kiosk()
    by = Coded(visits.code(), kiosk_id)
    return ballot_of(visits, by, "voting/kiosk_ballot.html", "voting/kiosk_receipt.html")


@bp.post("/kiosk/leave")
@public
@at_kiosk
@visits.private
def leave_kiosk() -> Answer:
    """End the visit."""
    _kiosk()
    visits.end()
    return redirect(url_for(".kiosk"), 303)


def _kiosk() -> int:
    if not session.get(KIOSK):
        raise NotVisible
    return int(session[KIOSK])


def _become(kiosk_id: int) -> None:
    """Drop the worker's sign-in, and go on under a token that nobody had before."""
    logout_user()
    session.clear()
    session[KIOSK] = kiosk_id
    kept: Any = session
    kept.rotate = True
