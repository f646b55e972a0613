"""Books of paper: registered line by line, printed with a code for each, and read back by a camera."""

import re

import pytest

from fundapp.consent import commands, queries
from fundapp.consent.models import ConsentRound
from fundapp.consent.paper_views import print_book
from fundapp.consent.papers import BookForm, BookScope
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from tests.consent.asking import CLOSES, at, make_asked, phone
from tests.consent.reading_codes import codes_of_pages
from tests.support.world import NOW, make_person


def register(asked, actor=None, clock=None, scope=BookScope.ALL, scope_id=None, form=BookForm.LIST, silent=False):
    """Let the worker register a book; give its number."""
    cmd = commands.RegisterBook(asked.round, form, scope, scope_id, silent)
    with unit_of_work() as session:
        return commands.register_book(session, actor or asked.worker, cmd, clock or at(NOW)).id


def page_of_book(asked, book):
    """The book as it is printed."""
    with reading_session() as session:
        return queries.book_page(session, asked.round, book)


def test_each_door_of_a_building_has_its_serial(working):
    """Serials go on from the sheets that were registered before; a building's book has its doors only."""
    asked = make_asked(units=6, sheets=4)
    made = page_of_book(asked, register(asked, scope=BookScope.BUILDING, scope_id=asked.places.buildings[1]))
    assert made.book.title == "2栋"
    assert [(line.serial, line.door) for line in made.pages[0]] == [(5, "2栋101"), (6, "2栋102"), (7, "2栋103")]


def test_only_silent_households_are_printed_where_that_is_wished(working):
    """A second round of sheets goes to those who have not answered."""
    asked = make_asked(units=6)
    phone(asked, 0)
    made = page_of_book(asked, register(asked, clock=at(CLOSES.replace(day=5)), form=BookForm.SHEETS, silent=True))
    assert "1栋101" not in {line.door for line in made.pages[0]}
    assert made.book.lines == 5


def test_a_book_is_registered_before_the_close_by_the_worker(working):
    """Afterwards nothing more may be printed; an administrator prints nothing."""
    asked = make_asked()
    with unit_of_work() as session:
        administrator = make_person(session, "某管理员", Role.ADMINISTRATOR, asked.places.district)
    with pytest.raises(Forbidden):
        register(asked, administrator)
    with pytest.raises(Refused, match=r"consent\.closed"):
        register(asked, clock=at(CLOSES))
    with pytest.raises(Refused, match=r"consent\.no_doors"):
        register(asked, scope=BookScope.BUILDING, scope_id=asked.places.compound)


@pytest.mark.pdf
def test_a_book_of_193_doors_has_few_pages_and_every_code_is_read(sqlite_app):
    """At most sixteen pages; a camera at 150 dpi reads all 193 codes."""
    asked = make_asked(units=193, people=0, sheets=0)
    book = register(asked)
    with sqlite_app.test_request_context("/"):
        with reading_session() as session:
            page = queries.round_page(session, asked.round, asked.worker, NOW)
            assert session.get_one(ConsentRound, asked.round).households == 193
        made = print_book(page, page_of_book(asked, book)).data
    found, pages = codes_of_pages(made)
    assert pages <= 16
    assert sorted(int(re.fullmatch(rf"\S+/consent/{asked.round}/s/(\d+)", code)[1]) for code in found) == list(
        range(1, 194)
    )


@pytest.mark.pdf
def test_single_sheets_carry_their_door_and_code(sqlite_app):
    """Two sheets to a page, each with its own code."""
    asked = make_asked(units=5, people=0, sheets=0)
    made = page_of_book(asked, register(asked, form=BookForm.SHEETS))
    with sqlite_app.test_request_context("/"):
        with reading_session() as session:
            page = queries.round_page(session, asked.round, asked.worker, NOW)
        found, pages = codes_of_pages(print_book(page, made).data)
    assert len(found) == 5
    assert pages == 3
