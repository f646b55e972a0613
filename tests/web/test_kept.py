"""Public pages that are kept are the pages that would be made."""

import pytest
from sqlalchemy import create_engine, event, text

from fundapp.db.version import DataVersion
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.web import kept
from tests.consent.asking import CLOSES, OPENS, at, make_asked
from tests.support.world import make_account, make_person


@pytest.fixture
def asked(app):
    """A round in the app, at a second that does not pass."""
    app.extensions["clock"] = at(OPENS)
    return make_asked()


@pytest.fixture
def statements(asked):
    """The statements on the main database, as they come."""
    said: list[str] = []
    listen = lambda conn, cursor, statement, *rest: said.append(statement)  # noqa: E731
    event.listen(bound_engine(), "before_cursor_execute", listen)
    yield said
    event.remove(bound_engine(), "before_cursor_execute", listen)


def read(app, path, **headers):
    """What a new visitor is told, and how."""
    answer = app.test_client(use_cookies=False).get(path, headers=headers)
    assert answer.status_code == 200
    return answer


def rename(title, kind="compound"):
    """Change the name of the one place of a kind past the program, as another process would."""
    other = create_engine(bound_engine().url)
    with other.begin() as connection:
        changed = connection.execute(
            text("UPDATE place SET name = :name WHERE kind = :kind"), {"name": title, "kind": kind}
        )
        assert changed.rowcount == 1
    other.dispose()


def test_the_second_visitor_costs_one_statement_at_most(app, asked, statements):
    """She gets the very page of the first one."""
    first = read(app, "/projects")
    statements.clear()
    second = read(app, "/projects")
    assert second.data == first.data
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert len([one for one in statements if one.startswith("SELECT")]) <= 1


def test_the_list_takes_six_statements_and_a_project_twelve(app, asked, statements):
    """With live money and counts, on each backend."""
    for path, most in (("/projects", 6), (f"/projects/{asked.project}", 12), ("/", 8)):
        statements.clear()
        read(app, path)
        assert len([one for one in statements if one.startswith("SELECT")]) <= most, statements


@pytest.mark.parametrize("path", ["/", "/projects", "/communities"])
def test_a_change_by_another_process_shows_at_once(app, asked, path):
    """Within the same second."""
    kind = "community" if path == "/communities" else "compound"
    assert "改了名的" not in read(app, path).get_data(as_text=True)
    rename("改了名的", kind)
    assert "改了名的" in read(app, path).get_data(as_text=True)


def test_a_deed_of_this_process_shows_at_once(app, asked):
    """The worker that keeps the page is often the one that takes the deed."""
    read(app, "/communities")
    with unit_of_work() as session:
        session.execute(text("UPDATE place SET name = '新起的名字' WHERE kind = 'community'"))
    assert "新起的名字" in read(app, "/communities").get_data(as_text=True)


def test_a_round_that_closes_is_closed_on_the_page(app, asked):
    """Nothing is written when time passes; the page changes all the same."""
    path = f"/projects/{asked.project}"
    open_page = read(app, path).data
    assert read(app, path).data == open_page
    app.extensions["clock"] = at(CLOSES)
    assert read(app, path).data != open_page


def test_large_print_and_plain_text_have_pages_of_their_own(app, asked):
    """Nobody is given another visitor's size or packing."""
    small = read(app, "/projects")
    assert 'class="big"' in read(app, "/projects", Cookie="fundapp_big=1").get_data(as_text=True)
    assert read(app, "/projects").data == small.data
    assert read(app, "/communities", **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in read(app, "/communities").headers


def test_addresses_have_pages_of_their_own(app, asked):
    """A list narrowed to a stage is not the list."""
    assert read(app, "/projects").data != read(app, "/projects?stage=closed").data


def test_who_has_signed_in_never_gets_or_gives_a_kept_page(app, asked):
    """Her name stands on her pages, and on nobody else's."""
    with unit_of_work() as session:
        worker = make_person(session, "林有名", Role.WORKER, asked.places.community)
        make_account(session, worker, "lin")
    read(app, "/projects")
    client = app.test_client()
    with client.session_transaction() as values:
        values["_user_id"] = str(worker.person_id)
    hers = client.get("/projects")
    assert "林有名" in hers.get_data(as_text=True)
    assert hers.headers["Cache-Control"] == "no-store"
    assert "ETag" not in hers.headers
    assert "林有名" not in read(app, "/projects").get_data(as_text=True)


def test_a_browser_that_has_the_page_is_not_sent_it_again(app, asked):
    """304, with the same headers of safety, until it changes."""
    tag = read(app, "/projects").headers["ETag"]
    client = app.test_client(use_cookies=False)
    again = client.get("/projects", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache"
    rename("另一个名字")
    assert client.get("/projects", headers={"If-None-Match": tag}).status_code == 200


def test_what_is_not_there_and_what_sets_a_cookie_is_not_kept(app, asked):
    """Only good answers without a session lie on the shelf."""
    client = app.test_client(use_cookies=False)
    assert "ETag" not in client.get("/projects/99999").headers
    signing_in = client.get("/sign-in")
    assert signing_in.status_code == 200
    assert "ETag" not in signing_in.headers


def test_a_page_that_was_made_too_late_is_not_kept():
    """Between looking and keeping, another moment may have begun."""
    shelf, key = kept.Shelf(), ("http://localhost/", "/projects?", None, False)
    assert shelf.find("first", key) is None
    assert shelf.find("second", key) is None
    shelf.put("first", key, (b"old", []))
    assert shelf.find("second", key) is None
    shelf.put("second", key, (b"new", []))
    assert shelf.find("second", key) == (b"new", [])


def test_the_version_stays_until_a_commit_and_changes_with_each(app, asked):
    """Reading changes nothing; a transaction that is taken back tells of nothing on SQLite."""
    version = DataVersion(bound_engine())
    seen = []
    with reading_session() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        for name in ("甲", "甲", "乙"):
            seen.append(version.now(session, at(OPENS))[0])
            assert version.now(session, at(OPENS))[0] == seen[-1]
            rename(name)
        seen.append(version.now(session, at(OPENS))[0])
    bound_engine().dispose()
    assert len(set(seen)) == len(seen)
