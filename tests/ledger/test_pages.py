"""The staff pages of the books."""

import pytest

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from fundapp.ledger.commands import ensure_account, open_book, post
from fundapp.ledger.rules import Holder, Ledger
from fundapp.web.paging import PER_PAGE
from tests.ledger.books import NOW, Books, gift
from tests.support.visitor import Visitor
from tests.support.world import make_account, make_person, make_place_tree


@pytest.fixture
def book_id(sqlite_app):
    """A community's book with 25 gifts; li reads it, zhao is the officer of another district."""
    with unit_of_work() as session:
        here, there = make_place_tree(session), make_place_tree(session)
        officer = make_person(session, "李专员", Role.FOUNDATION_OFFICER, here.district)
        make_account(session, officer, "li")
        make_account(session, make_person(session, "赵专员", Role.FOUNDATION_OFFICER, there.district), "zhao")
        make_account(session, make_person(session, "王社工", Role.WORKER, here.community), "wang")
        book = open_book(session, officer, Holder.COMMITTEE, "桃源社区居委会", here.community, NOW)
        ensure_account(session, book.id, Ledger.ACTUAL, "cash:1", "项目现金", 0)
        ensure_account(session, book.id, Ledger.ACTUAL, "gift:1:residents", "居民自筹", None, 0)
        for number in range(1, PER_PAGE + 6):
            posting = gift(Books(officer, book.id, 0), f"gift:{number}", number * 100, purpose=f"第 {number} 笔捐款")
            post(session, officer, posting, NOW)
        return book.id


def test_an_officer_reads_the_books_of_her_places(sqlite_app, book_id):
    """Accounts with their balances, journals with date, purpose and amount, the newest first, page by page."""
    li = Visitor(sqlite_app, "li")
    assert "桃源社区居委会" in li.text("/books/")
    text = li.text(f"/books/{book_id}")
    assert "¥325.00" in text  # 1 + 2 + … + 25 yuan
    assert text.index("第 25 笔捐款") < text.index("第 6 笔捐款")
    assert "第 5 笔捐款" not in text
    older = li.text(f"/books/{book_id}?before=6")
    assert "第 5 笔捐款" in older
    assert "第 6 笔捐款" not in older


@pytest.mark.parametrize(("login", "status"), [("zhao", 404), ("wang", 404)])
def test_nobody_else_learns_that_there_is_a_book(sqlite_app, book_id, login, status):
    """The officer of another district and a worker are told that there is no such page."""
    assert Visitor(sqlite_app, login).get(f"/books/{book_id}").status_code == status


@pytest.mark.usefixtures("book_id")
def test_an_officer_without_books_sees_an_empty_list(sqlite_app):
    """A list without rows says so."""
    assert "还没有账簿" in Visitor(sqlite_app, "zhao").text("/books/")


def test_an_unknown_book_is_not_there(sqlite_app, book_id):
    """404 for a number that no book has."""
    assert Visitor(sqlite_app, "li").get(f"/books/{book_id + 1}").status_code == 404
