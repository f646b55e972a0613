"""The register of persons and roles, for administrators."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import NotVisible
from fundapp.people import commands, policy, queries
from fundapp.people.forms import GrantForm, PersonForm
from fundapp.people.rules import initial_password
from fundapp.people.texts import ROLES
from fundapp.people.views.blueprint import bp
from fundapp.places.queries import PlaceRow, places_below, places_by_id
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.forms import PageForm
from fundapp.web.gate import current_actor, for_roles

Page = str | Response | tuple[str, int]


@bp.get("/setup/people")
@for_roles(Role.ADMINISTRATOR)
def people() -> str:
    """List the staff of the actor's places, and who has no role yet."""
    store, words = reading(), request.args.get("q", "").strip()[:60]
    page = queries.list_staff(store, current_actor(), clock().now(store), words, request.args.get("after", ""))
    return render_template("people/people.html", page=page, words=words, roles=ROLES)


@bp.route("/setup/people/new", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def new_person() -> Page:
    """Add a person with an account; the first password is shown this once."""
    form, first = PersonForm(), initial_password()
    if form.filled_in():
        with form.deed() as store:
            person = commands.make_person(store, current_actor(), form.to_command(), clock())
            cmd = commands.MakeAccount(person.id, str(form.login.data), first)
            account = commands.make_account(store, current_actor(), cmd, clock())
        if form.done:
            return render_template("people/first_password.html", person=person, login=account.login, password=first)
    return render_template("people/new_person.html", form=form), form.status


@bp.route("/setup/people/<int:person_id>", methods=["GET", "POST"])
@for_roles(Role.ADMINISTRATOR)
def person(person_id: int) -> Page:
    """Show a person's roles; give her another."""
    form = GrantForm([(row.id, row.full_name) for row in _own_places()])
    if form.filled_in():
        with form.deed() as store:
            role = Role(form.role.data)
            commands.grant_role(store, current_actor(), person_id, role, form.place.data, clock())
        if form.done:
            flash(_("已授予身份。这个人要重新登录。"))
            return redirect(url_for(".person", person_id=person_id), 303)
    return _person_page(person_id, form), form.status


def _person_page(person_id: int, form: GrantForm) -> str:
    store, actor = reading(), current_actor()
    now = clock().now(store)
    row, grants = queries.get_person(store, person_id), queries.grants_of(store, person_id)
    paths = [grant.path for grant in grants if grant.ends_at is None or grant.ends_at > now]
    if not policy.may_look_at(actor, person_id, paths):
        raise NotVisible
    return render_template(
        "people/person.html",
        person=row,
        now=now,
        grants=[(grant, policy.reason_against_ending(actor, person_id, grant.path)) for grant in grants],
        places=places_by_id(store, [grant.place_id for grant in grants]),
        roles=ROLES,
        form=form,
        may_reset=policy.may_reset_password(actor, person_id, paths),
    )


@bp.post("/setup/roles/<int:grant_id>/end")
@for_roles(Role.ADMINISTRATOR)
def end_role(grant_id: int) -> Response:
    """End a role."""
    with unit_of_work() as store:
        grant = commands.end_role(store, current_actor(), grant_id, clock())
    flash(_("身份已经结束。"))
    return redirect(url_for(".person", person_id=grant.person_id), 303)


@bp.post("/setup/people/<int:person_id>/password")
@for_roles(Role.ADMINISTRATOR)
def new_password(person_id: int) -> Page:
    """Set a new first password for somebody who lost hers; it is shown this once."""
    first, form = initial_password(), PageForm()
    form.filled_in()
    with unit_of_work() as store:
        account = commands.reset_password(store, current_actor(), person_id, first, clock())
    row = queries.get_person(reading(), person_id)
    return render_template("people/first_password.html", person=row, login=account.login, password=first)


def _own_places() -> list[PlaceRow]:
    store, paths = reading(), [grant.path for grant in current_actor().grants if grant.role is Role.ADMINISTRATOR]
    found = {row.id: row for path in paths for row in places_below(store, path)}
    return sorted(found.values(), key=lambda row: row.path)
