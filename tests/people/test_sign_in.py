"""Signing in and out."""

import pytest

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.people import rules
from fundapp.people.commands import end_role, grant_role
from fundapp.people.views.account import PER_LOGIN
from tests.support.quick import STRONG
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, administrator, make_account, make_person, make_place_tree


@pytest.fixture
def wang(sqlite_app):
    """A worker who can sign in as wang."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        make_account(session, worker, "wang")
    return worker, places


@pytest.mark.usefixtures("wang")
def test_a_stolen_cookie_is_dead_after_sign_out(sqlite_app):
    """The session lives on the server: who copied the cookie before sign-out enters nothing with it afterwards."""
    visitor, thief = Visitor(sqlite_app, "wang"), sqlite_app.test_client()
    thief.set_cookie("fundapp", visitor.client.get_cookie("fundapp").value)
    assert thief.get("/account").status_code == 200
    assert visitor.post("/sign-out").status_code == 303
    assert thief.get("/account").status_code == 303


@pytest.mark.usefixtures("wang")
def test_signing_in_takes_a_new_token(sqlite_app):
    """A token that was planted before sign-in is worth nothing after it."""
    visitor = Visitor(sqlite_app)
    visitor.token()
    planted = visitor.client.get_cookie("fundapp").value
    visitor.sign_in("wang")
    assert visitor.client.get_cookie("fundapp").value != planted
    other = sqlite_app.test_client()
    other.set_cookie("fundapp", planted)
    assert other.get("/account").status_code == 303


@pytest.mark.usefixtures("wang")
def test_a_wrong_name_and_a_wrong_password_read_the_same(sqlite_app):
    """Nobody learns from the answer which login names there are."""
    answers = [Visitor(sqlite_app).sign_in(login, "not the password") for login in ("wang", "nobody")]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("登录名或密码不对" in answer.text for answer in answers)


def test_an_unknown_name_costs_a_hash_too(monkeypatch):
    """The time of the answer does not tell names apart: a password is checked in either case."""
    checked = []

    class Counting:
        def verify(self, kept, password):
            checked.append(kept)
            raise rules.VerificationError

    monkeypatch.setattr(rules, "_hasher", STRONG)
    rules._nobodys_hash.cache_clear()
    real = rules.hash_password("one of ours")
    rules._nobodys_hash()
    monkeypatch.setattr(rules, "_hasher", Counting())
    assert not rules.password_fits(None, "anything")
    assert not rules.password_fits(real, "anything")
    assert len(checked) == 2
    assert all(kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for kept in checked)


@pytest.mark.usefixtures("wang")
def test_guessing_one_account_is_slowed_down(sqlite_app):
    """After ten tries in a quarter of an hour the account's door is shut, for the right password too."""
    for _ in range(PER_LOGIN):
        assert Visitor(sqlite_app).sign_in("wang", "guess number n").status_code == 422
    assert Visitor(sqlite_app).sign_in("wang").status_code == 429


@pytest.mark.usefixtures("wang")
@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/account", "/account"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_sign_in_goes_on_only_within_the_site(sqlite_app, wanted, reached):
    """A link that comes with a foreign target ends on a page of ours."""
    visitor = Visitor(sqlite_app)
    answer = visitor.client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={"csrf_token": visitor.token(), "login": "wang", "password": "tao-hua-yuan-2026"},
    )
    assert answer.status_code == 303
    target = answer.headers["Location"]
    assert target.startswith(reached)
    assert "evil" not in target


@pytest.mark.usefixtures("wang")
def test_a_changed_password_ends_every_other_session(sqlite_app):
    """Who changes her password throws out whoever sits on another device; she herself stays."""
    here, there = Visitor(sqlite_app, "wang"), Visitor(sqlite_app, "wang")
    answer = here.post("/account/password", old="tao-hua-yuan-2026", new="ming-tong-xiang", again="ming-tong-xiang")
    assert answer.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert Visitor(sqlite_app).sign_in("wang").status_code == 422
    assert Visitor(sqlite_app).sign_in("wang", "ming-tong-xiang").status_code == 303


@pytest.mark.usefixtures("wang")
def test_a_change_of_password_needs_the_present_one(sqlite_app):
    """Who finds a signed-in phone cannot take the account over."""
    visitor = Visitor(sqlite_app, "wang")
    answer = visitor.post("/account/password", old="wrong", new="ming-tong-xiang", again="ming-tong-xiang")
    assert answer.status_code == 422
    assert "现在的密码不对" in answer.text


def test_a_change_of_roles_ends_the_sessions(sqlite_app, wang):
    """Granting and ending a role both sign the person out, so that no session outlives its rights."""
    worker, places = wang
    for change in ("grant", "end"):
        visitor = Visitor(sqlite_app, "wang")
        with unit_of_work() as session:
            who = administrator(session)
            if change == "grant":
                grant = grant_role(session, who, worker.person_id, Role.SUPERVISOR, places.compound, CLOCK)
            else:
                end_role(session, who, grant.id, CLOCK)
        assert visitor.get("/account").status_code == 303


@pytest.mark.usefixtures("wang")
def test_a_refused_change_of_roles_leaves_the_sessions(sqlite_app, wang):
    """What was rolled back signs nobody out."""
    worker, places = wang
    visitor = Visitor(sqlite_app, "wang")
    with pytest.raises(RuntimeError, match="breaks"):
        _grant_and_break(worker.person_id, places.compound)
    assert visitor.get("/account").status_code == 200


def _grant_and_break(person_id, place_id):
    with unit_of_work() as session:
        grant_role(session, administrator(session), person_id, Role.SUPERVISOR, place_id, CLOCK)
        raise RuntimeError("something breaks before the commit")


@pytest.mark.usefixtures("wang")
def test_sign_out_needs_the_token(sqlite_app):
    """Another site cannot sign people out."""
    visitor = Visitor(sqlite_app, "wang")
    assert visitor.client.post("/sign-out").status_code == 400
    assert visitor.get("/sign-out").status_code == 405
