"""Every address as somebody who means ill sees it: poisoned texts, missing tokens, other hosts, reading that writes.

The addresses come from the app itself, so that a new one is walked without being listed here.
"""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import Enum, String, Text, select, update

from fundapp.audit.models import AuditEntry
from fundapp.db.base import Base
from fundapp.db.types import CanonicalJson, Encrypted
from fundapp.db.work import reading_session
from fundapp.people.queries import sign_ins_by_role
from fundapp.stories.running import LIBRARY, run_file
from fundapp.web import pdf
from tests.audit.attack import attacker
from tests.conftest import running_app
from tests.support.visitor import Visitor

TODAY = date(2026, 11, 20)
POISON = '=1+1<zz9 onload="a" b=\''
OURS = (  # words that the program writes itself, or looks things up by
    "path", "login", "password_hash", "public_id", "media_type", "code", "key", "op_key", "regime", "rule", "canonical",
    "source", "subject", "door_key", "head_key", "deed", "about", "receipt_code",
)  # fmt: skip
NUMBERS = (1, 2, 3)


@pytest.fixture(scope="module")
def lived(sqlite_source):
    """The address of a database in which a project had its whole life."""
    with sqlite_source.built() as url, pytest.MonkeyPatch.context() as patch:
        from fundapp.db import wiring, work

        for name in ("_reactions", "_providers"):
            patch.setattr(wiring, name, dict(getattr(wiring, name)))
        for name in ("engine", "writer", "before_commit"):
            patch.setattr(work._bound, name, getattr(work._bound, name))
        difference, _deeds = run_file(LIBRARY / "1-dongfeng-rest-kiosk.toml", url, TODAY)
        assert difference is None, str(difference)
        yield url


@pytest.fixture
def town(lived, tmp_path, monkeypatch):
    """The app on that database; what would be printed is shown as a page."""
    monkeypatch.setattr(pdf, "missing", lambda: "not here")
    with running_app(lived, tmp_path) as app:
        yield app


def visitors(app: Flask):
    """Sign one person of each role in, and let a stranger come too."""
    with reading_session() as session:
        logins = {login for login, _name in sign_ins_by_role(session, datetime.now(UTC)).values()}
    return [Visitor(app), *(Visitor(app, login, "yanshi-2026") for login in sorted(logins))]


def addresses(app: Flask, method: str):
    """Fill the numbers of every address."""
    found = set()
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.endpoint in ("static", "people.sign_out"):
            continue
        for number in NUMBERS if rule.arguments else (1,):
            values = {name: number for name in rule.arguments}
            names = ("projects", "ledger") if "name" in values else (None,)
            for name in names:
                built = app.url_map.bind("127.0.0.1").build(rule.endpoint, values | ({"name": name} if name else {}))
                found.add(built)
    return sorted(found)


def is_written_by_people(column):
    """Tell whether a column holds words that somebody typed."""
    kind = column.type
    words = isinstance(kind, String | Text | Encrypted) and not isinstance(kind, Enum | CanonicalJson)
    short = isinstance(kind, String) and kind.length is not None and kind.length < 50
    return words and not short and column.name not in OURS and not column.name.endswith("hash")


def poison(url):
    """Write markup and a formula into every text that people write; give the columns."""
    done = []
    with attacker(url) as who, who.unguarded(*Base.metadata.sorted_tables):
        for table in Base.metadata.sorted_tables:
            for column in filter(is_written_by_people, table.columns):
                for row in who.rows(table):
                    where = [one == row[one.name] for one in table.primary_key.columns]
                    key = "-".join(str(row[one.name]) for one in table.primary_key.columns)
                    told = (POISON + key) if row[column.name] else row[column.name]
                    who.write(update(table).where(*where).values({column.name: told}))
                done.append(f"{table.name}.{column.name}")
        who.connection.commit()
    return done


def test_no_text_breaks_out_of_a_page_or_a_table(town, lived):
    """Names, titles, reasons, comments, file names: on every page, paper and table they stay words."""
    assert len(poison(lived)) > 30
    shown = set()
    for visitor in visitors(town):
        for address in addresses(town, "GET"):
            answer = visitor.get(address)
            assert answer.status_code < 500, address
            if answer.mimetype == "text/html":
                assert "<zz9" not in answer.text, address
                shown.update([address] if "&lt;zz9" in answer.text else [])
            elif answer.mimetype == "text/csv":
                cells = [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row]
                assert [cell for cell in cells if cell.startswith(("=", "+", "@", "＝"))] == [], address
    assert len(shown) > 40


def test_nothing_is_done_without_the_token(town):
    """Whoever is signed in: a form of another site is refused, and nothing is written."""
    before = entries()
    for visitor in visitors(town):
        for address in addresses(town, "POST"):
            if address != "/display":  # keeps nothing but the size of print in the browser
                assert visitor.client.post(address).status_code in (400, 403, 404), address
    assert entries() == before


def test_reading_writes_nothing(town):
    """No page that is only looked at leaves a deed."""
    before = entries()
    for visitor in visitors(town):
        for address in addresses(town, "GET"):
            visitor.get(address)
    assert entries() == before


def entries():
    """List the deeds."""
    with reading_session() as session:
        return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.seq)))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "a@127.0.0.1"])
def test_the_site_answers_to_its_own_name_only(town, host):
    """Another name in the request is refused, and never comes back in an address."""
    client = town.test_client()
    assert client.get("/", headers={"Host": host}).status_code == 400
    answer = client.get("/desk/", headers={"X-Forwarded-Host": host})
    assert "evil" not in answer.headers.get("Location", "") + answer.text
