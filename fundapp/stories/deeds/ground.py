"""Places, people, households, programmes."""

from copy import deepcopy
from typing import Any

from sqlalchemy import select

from fundapp.kernel.actor import Grant, Role
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput
from fundapp.people.commands import (
    Found,
    MakeAccount,
    MakePerson,
    bind_household,
    found,
    grant_role,
    make_account,
    make_person,
)
from fundapp.people.models import Account
from fundapp.people.queries import actor_of
from fundapp.places.commands import MakePlace, make_place
from fundapp.places.models import Place, PlaceKind
from fundapp.places.queries import get_place, units_of_compound
from fundapp.places.rules import clean_name
from fundapp.programmes.commands import (
    AddPolicyVersion,
    OpenProgramme,
    SignPolicy,
    add_policy_version,
    open_programme,
    sign_policy,
)
from fundapp.programmes.models import Programme
from fundapp.programmes.queries import get_policy, newest_adopted, policy_versions
from fundapp.programmes.rules import usual_parts
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key

PASSWORD = "yanshi-2026"  # noqa: S105 - the printed password of every demonstration account


@deed("people.found", "district name login")
def people_found(scene: Scene) -> Facts:
    """Make the first administrator, or find the one of that login. Fields: district, name, login."""
    district, name, login = (scene.fields.text(field) for field in ("district", "name", "login"))
    known = scene.session.scalar(select(Account.person_id).where(Account.login == login))
    if known is None:
        known = found(scene.session, Found(district, name, login, PASSWORD), scene.clock).id
        scene.world.logins.append((login, name, Role.ADMINISTRATOR.value))
    scene.make("person", known)
    return {"person": known}


@deed("places.make", "kind name in reuse")
def places_make(scene: Scene) -> Facts:
    """Make a place. Fields: kind, name, in (a handle; not for a district), reuse (take the one of that name)."""
    kind, name = scene.fields.choice("kind", PlaceKind), clean_name(scene.fields.text("name"))
    parent = None if kind is PlaceKind.DISTRICT else scene.thing("place", "in")
    if scene.fields.yes("reuse", False):
        query = select(Place.id).where(Place.kind == kind, Place.name == name, Place.parent_id == parent)
        known = scene.session.scalar(query)
        if known is not None:
            scene.make("place", known)
            return {"place": known}
    made = make_place(scene.session, scene.actor, MakePlace(kind, name, parent), scene.clock)
    scene.make("place", made.id)
    return {"place": made.id}


@deed("people.person", "name login roles household compound")
def people_person(scene: Scene) -> Facts:
    """Make a person with an account. Fields: name, login, roles ([{role, place}]), household (a door), compound."""
    name, login = scene.fields.text("name"), scene.fields.text("login")
    known = scene.session.scalar(select(Account.person_id).where(Account.login == login))
    if known is None:
        known = make_person(scene.session, scene.actor, MakePerson(name), scene.clock).id
        make_account(scene.session, scene.actor, MakeAccount(known, login, PASSWORD), scene.clock)
    roles = [_role(scene, row) for row in scene.fields.listed("roles", [])]
    held = actor_of(scene.session, known, scene.clock.at)
    for role, place in roles:
        if Grant(role, get_place(scene.session, place).path) not in held.grants:
            grant_role(scene.session, scene.actor, known, role, place, scene.clock)
    door = scene.fields.text("household", "")
    if door and unit_of_door(scene, scene.thing("place", "compound"), door) not in held.unit_ids:
        bind_household(
            scene.session, known, unit_of_door(scene, scene.thing("place", "compound"), door), scene.clock.at
        )
    scene.make("person", known)
    told = ", ".join(role.value for role, _ in roles) or ("resident" if door else "")
    scene.world.logins.append((login, name, told))
    return {"person": known}


def _role(scene: Scene, row: Any) -> tuple[Role, int]:
    where = f"{scene.fields.where}, roles"
    if not isinstance(row, dict) or set(row) != {"role", "place"}:
        raise BadInput(where, repr(row), '{role = "…", place = "…"}')
    if row["role"] not in list(Role):
        raise BadInput(where, repr(row["role"]), "one of " + ", ".join(Role))
    return Role(row["role"]), scene.world.named("place", row["place"], where)


def unit_of_door(scene: Scene, compound_id: int, door: str) -> int:
    """Find a household by its door.

    Raises:
        BadInput: no household of the compound has that door.
    """
    for unit in units_of_compound(scene.session, compound_id):
        if unit.door == door:
            return unit.id
    raise BadInput(f"{scene.fields.where}, door", repr(door), "a door of that compound, like 1栋101")


@deed("programmes.open", "place year name foundation funding policy signers reuse")
def programmes_open(scene: Scene) -> Facts:
    """Open a programme and let its first policy be signed.

    Fields: place, year, name, foundation, funding, policy (what differs from the usual), signers (handles), reuse.
    """
    fields = scene.fields
    place, year, name = scene.thing("place"), fields.whole("year"), fields.text("name")
    parts = _merged(usual_parts(), fields.table("policy", {}), f"{fields.where}, policy")
    foundation, funding, signers = fields.text("foundation"), fields.money("funding"), fields.listed("signers", [])
    if fields.yes("reuse", False):
        known = scene.session.scalar(
            select(Programme.id).where(Programme.place_id == place, Programme.year == year, Programme.name == name)
        )
        if known is not None:
            scene.make("programme", known)
            return {"programme": known}
    cmd = OpenProgramme(place, year, name, foundation, funding, parts)
    made = open_programme(scene.session, scene.actor, cmd, scene.clock)
    scene.make("programme", made.id)
    version = policy_versions(scene.session, made.id)[0]
    for handle in signers:
        who = scene.world.named("person", str(handle), f"{fields.where}, signers")
        signer = actor_of(scene.session, who, scene.clock.now(scene.session))
        sign_policy(scene.session, signer, SignPolicy(version.id, version.parts_hash, key(), True), scene.clock)
    if scene.handle:
        scene.make("policy", version.id)
    return {"programme": made.id}


@deed("programmes.draft", "programme starts policy")
def programmes_draft(scene: Scene) -> Facts:
    """Draft another policy. Fields: programme, starts, policy (what differs from the newest). Facts: number."""
    fields, programme = scene.fields, scene.thing("programme")
    newest = newest_adopted(scene.session, programme) or policy_versions(scene.session, programme)[0]
    parts = _merged(deepcopy(newest.parts), fields.table("policy"), f"{fields.where}, policy")
    cmd = AddPolicyVersion(programme, local_date(fields.instant("starts")), parts, newest.number)
    made = add_policy_version(scene.session, scene.actor, cmd, scene.clock)
    scene.make("policy", made.id)
    return {"number": made.number}


@deed("programmes.sign", "policy passed note")
def programmes_sign(scene: Scene) -> Facts:
    """Sign a drafted policy. Fields: policy, passed, note. Facts: adopted."""
    fields, number = scene.fields, scene.thing("policy")
    read = get_policy(scene.session, number).parts_hash
    cmd = SignPolicy(number, read, key(), fields.yes("passed", True), fields.text("note", ""))
    sign_policy(scene.session, scene.actor, cmd, scene.clock)
    return {"adopted": get_policy(scene.session, number).adopted}


def _merged(usual: dict[str, Any], wished: dict[str, Any], where: str) -> dict[str, Any]:
    for name, value in wished.items():
        if isinstance(value, dict) and isinstance(usual.get(name), dict):
            _merged(usual[name], value, f"{where}.{name}")
        else:
            usual[name] = value
    return usual
