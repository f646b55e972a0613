"""Signing in and out, joining with a household's code, one's own account."""

from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import UserMixin, login_user, logout_user
from werkzeug.wrappers import Response

from fundapp.kernel.errors import Refused
from fundapp.people import commands, queries
from fundapp.people.forms import BindForm, JoinForm, PasswordForm, SignInForm
from fundapp.people.rules import clean_login
from fundapp.people.texts import ROLES
from fundapp.people.views.blueprint import bp
from fundapp.places.queries import places_by_id, units_by_id
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, local_path, public, signed_in
from fundapp.web.limits import allow, visitor

Page = str | Response | tuple[str, int]
WINDOW = timedelta(minutes=15)
PER_LOGIN, PER_ADDRESS, CODES_PER_ADDRESS = 10, 60, 60


class SignedIn(UserMixin):
    """What Flask-Login keeps of a person: her number."""

    def __init__(self, person_id: int) -> None:
        self.id = str(person_id)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    """Sign in with name and password."""
    onward = local_path(request.args.get("next")) or url_for("desk.mine")
    if request.method == "GET" and current_actor().signed_in:
        return redirect(onward, 303)
    form = SignInForm()
    if form.filled_in() and (person_id := _checked(form)) is not None:
        _enter(person_id)
        return redirect(onward, 303)
    return render_template("people/sign_in.html", form=form, next=request.args.get("next")), form.status


def _checked(form: SignInForm) -> int | None:
    login = clean_login(str(form.login.data))[:100]
    allow(f"sign-in:address:{visitor()}", PER_ADDRESS, WINDOW)
    allow(f"sign-in:login:{login}", PER_LOGIN, WINDOW)
    try:
        return commands.check_sign_in(reading(), login, str(form.password.data))
    except Refused as refusal:
        form.take(refusal)
        return None


def _enter(person_id: int) -> None:
    """Start a session of a person under a token that nobody had before."""
    session.clear()
    login_user(SignedIn(person_id))
    kept: Any = session
    kept.rotate = True


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """Sign out; the session is dead, also for whoever copied its cookie, and the phone keeps nothing for later."""
    logout_user()
    session.clear()
    answer = redirect(url_for("trail.home"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.get("/account")
@signed_in
def mine() -> str:
    """Show one's own households and roles."""
    actor, store = current_actor(), reading()
    grants = [grant for grant in queries.grants_of(store, actor.person_id or 0) if grant.ends_at is None]
    return render_template(
        "people/mine.html",
        units=list(units_by_id(store, sorted(actor.unit_ids)).values()),
        grants=grants,
        roles=ROLES,
        places=places_by_id(store, [grant.place_id for grant in grants]),
    )


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> Page:
    """Change one's own password; every other session of the account ends."""
    form, actor = PasswordForm(), current_actor()
    if form.filled_in():
        allow(f"password:person:{actor.person_id}", PER_LOGIN, WINDOW)
        with form.deed() as store:
            commands.change_password(store, actor, form.to_command(), clock())
        if form.done:
            _enter(actor.person_id or 0)
            flash(_("密码已经更改，其他设备上的登录都已退出。"))
            return redirect(url_for(".mine"), 303)
    return render_template("people/password.html", form=form), form.status


@bp.route("/join", methods=["GET", "POST"])
@public
def join() -> Page:
    """Bind a household by its printed code: to a new account, or to the one that is signed in."""
    actor = current_actor()
    form = (BindForm if actor.signed_in else JoinForm)(data={"code": request.args.get("code", "")[:40]})
    if form.filled_in():
        allow(f"join:address:{visitor()}", CODES_PER_ADDRESS, WINDOW)
        with form.deed() as store:
            secret = current_app.extensions["settings"].secret_key
            binding = commands.use_code(store, actor, form.to_command(), secret, clock())
        if form.done:
            return _joined(binding.person_id, binding.unit_id)
    return render_template("people/join.html", form=form, code=form.code.data), form.status


def _joined(person_id: int, unit_id: int) -> Response:
    if not current_actor().signed_in:
        _enter(person_id)
    door = units_by_id(reading(), [unit_id])[unit_id].door
    flash(_("已经绑定：%(door)s。您可以代表这一户表态和投票，一户一票。", door=door))
    return redirect(url_for(".mine"), 303)
