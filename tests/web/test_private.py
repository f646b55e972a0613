"""Names and phones of holders are marked in the database, and looked for wherever the site says anything."""

import io
import logging
import zipfile
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from fundapp.answering.models import AssistedSession
from fundapp.db.work import bound_engine, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.people.models import Account, RoleGrant
from fundapp.people.rules import hash_password
from fundapp.rosters.models import Holder
from fundapp.stories.running import LIBRARY, run_file
from fundapp.web import pdf
from tests.audit.attack import attacker
from tests.conftest import running_app
from tests.support.visitor import Visitor
from tests.support.world import PASSWORD, make_account, make_person, make_place_tree
from tests.web.test_walk import TODAY, addresses

STORY = "7-shuian-lift"
NAME, PHONE, WITNESS = "暗记业主", "1900077", "暗记见证"
HASH = hash_password(PASSWORD)
MARKS = (NAME, PHONE, WITNESS)


@pytest.fixture(scope="module")
def marked(sqlite_source):
    """The address of a database in which owners were asked, all of their names and phones marked."""
    with sqlite_source.built() as url, pytest.MonkeyPatch.context() as patch:
        from fundapp.db import wiring, work

        for name in ("_reactions", "_providers"):
            patch.setattr(wiring, name, dict(getattr(wiring, name)))
        for name in ("engine", "writer", "before_commit"):
            patch.setattr(work._bound, name, getattr(work._bound, name))
        difference, _deeds = run_file(LIBRARY / f"{STORY}.toml", url, TODAY)
        assert difference is None, str(difference)
        assert mark(url) > 50
        yield url


def mark(url):
    """Give every holder a name and a phone that can be found again; tell how many there are."""
    tables = (Holder.__table__, AssistedSession.__table__)
    with attacker(url) as who, who.unguarded(*tables):
        holders = who.rows(tables[0])
        for row in holders:
            values = {"name": f"{NAME}{row['id']}", "phone": f"{PHONE}{row['id']:04d}"}
            who.write(update(tables[0]).where(tables[0].c.id == row["id"]).values(values))
        for row in who.rows(tables[1]):
            who.write(update(tables[1]).where(tables[1].c.id == row["id"]).values(witness=WITNESS))
        who.connection.commit()
    return len(holders)


@pytest.fixture
def town(marked, tmp_path, monkeypatch):
    """The app on that database; what would be printed is shown as a page."""
    monkeypatch.setattr(pdf, "missing", lambda: "not here")
    with running_app(marked, tmp_path) as app:
        yield app


def visitors(app):
    """Sign one person of each role in, one worker of elsewhere, and let a stranger come too: by role."""
    with unit_of_work() as session:
        people = dict(
            session.execute(select(RoleGrant.role, func.min(RoleGrant.person_id)).group_by(RoleGrant.role)).all()
        )
        known = dict(session.execute(select(Account.person_id, Account.login)).all())
        if "elsewhere" not in known.values():
            other = make_place_tree(session, units=2, name="别处")
            make_account(session, make_person(session, "别处社工", Role.WORKER, other.community), "elsewhere")
        for person_id in set(people.values()) - known.keys():
            known[person_id] = f"known{person_id}"
            make_account(session, Actor(person_id), known[person_id])
        for person_id in people.values():
            session.scalars(select(Account).where(Account.person_id == person_id)).one().password_hash = HASH
    assert Role.WORKER in people
    signed_in = [(role, Visitor(app, known[person_id])) for role, person_id in people.items()]
    return [(None, Visitor(app)), ("elsewhere", Visitor(app, "elsewhere")), *signed_in]


def everything_in(answer):
    """Read all that an answer holds: its text, and every file of a bundle or workbook."""
    data = answer.data
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        return "\n".join(files.read(name).decode("utf-8", "replace") for name in files.namelist())


def leaks(answer):
    """Tell which marks an answer holds, its headers included."""
    said = everything_in(answer) + str(answer.headers)
    return [mark for mark in MARKS if mark in said]


def test_no_page_export_or_print_shows_a_holder(town, caplog):
    """Every address that can be opened, for nobody and for each role: names and phones are shown by no page as such."""
    caplog.set_level(logging.DEBUG)
    seen, found = 0, []
    for role, visitor in visitors(town):
        for address in addresses(town, "GET"):
            answer = visitor.get(address)
            seen += answer.status_code == 200
            if leaks(answer):
                found.append((role, address, leaks(answer)))
    assert seen > 100
    assert found == []
    assert [mark for mark in MARKS if mark in caplog.text] == []


def test_no_form_tells_a_holder_to_whoever_may_not_look(town, caplog):
    """Whatever is sent to whatever address: only the worker of the community sees names, and only for a purpose."""
    caplog.set_level(logging.DEBUG)
    said = {
        "purpose": "contact",
        "door": "1栋101",
        "unit_id": "1",
        "answer": "agree",
        "name": "甲",
        "op_key": str(uuid4()),
    }
    found = set()
    for role, visitor in visitors(town):
        for address in addresses(town, "POST"):
            if "sign-out" in address:
                continue
            answer = visitor.client.post(address, data={"csrf_token": visitor.token(), **said}, buffered=True)
            if leaks(answer):
                found.add((role, address.rsplit("/", 1)[0]))
    assert {role for role, _ in found} <= {Role.WORKER}
    assert all(address.startswith("/rosters/") for _, address in found), found
    assert [mark for mark in MARKS if mark in caplog.text] == []


def test_error_pages_show_no_holder(town):
    """What is not there says nothing of what is."""
    nowhere = ("/nowhere", "/consent/999999", "/rosters/1/units/999999", "/%00", "/consent/1/receipt/1")
    for role, visitor in visitors(town):
        assert [(role, address) for address in nowhere if leaks(visitor.get(address))] == []


def test_an_error_of_the_database_tells_no_value(town, caplog):
    """What goes wrong is logged with its statement, and never with the name that was in it."""
    with pytest.raises(DBAPIError) as broken, unit_of_work() as session:
        session.execute(update(Holder).values(community_id=10**9, identity_hash=NAME))
    assert NAME not in str(broken.value)
    assert bound_engine().hide_parameters
    town.logger.error("%s", broken.value)
    assert NAME not in caplog.text
