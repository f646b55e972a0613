"""The public pages of a project that was played from the first idea on."""

from datetime import date

import pytest

from fundapp.stories.running import LIBRARY, run_file
from tests.conftest import running_app
from tests.support.visitor import Visitor


@pytest.fixture
def neighbour(sqlite_url, tmp_path):
    """A visitor of the house with the toilet of Mingtong lane, which is being built."""
    difference, _ = run_file(LIBRARY / "2-mingtong-toilet.toml", sqlite_url, date(2026, 11, 20))
    assert difference is None
    with running_app(sqlite_url, tmp_path) as app:
        yield Visitor(app)


def test_a_project_under_way_shows_its_pictures_and_no_gap(neighbour):
    """Pictures of the work stand on the project's own page; once it is paid for, nothing is short."""
    page = neighbour.text("/projects/1")
    assert page.count('class="photos"') == 1
    assert page.count('<img src="/files/') >= 1
    assert "到账" in page
    assert "还差" not in page


def test_promises_of_the_pool_are_told_apart_from_money(neighbour):
    """Each receipt of matched money stands once among the real lines; what the pool only set aside is folded below."""
    page = neighbour.text("/projects/1")
    money, promises = page.split("资金池为本项目留出的钱")
    assert money.count("配比资金拨付") == 1
    assert "号预留" not in money
    assert "号预留" in promises


def test_the_public_ledger_leads_from_each_line_to_its_project(neighbour):
    """A line says what happened first and links the project it belongs to."""
    page = neighbour.text("/ledger")
    assert "<span>配比资金拨付</span>" in page
    assert '<a href="/projects/1">明通巷47号院厕所革命</a>' in page
