"""The treasurer's form for money that was given."""

import io
import uuid

import pytest
from PIL import Image

from fundapp.db.work import unit_of_work
from fundapp.projects.commands import move_on
from fundapp.projects.rules import Stage, Task
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, NOW, make_group, make_place_tree, make_project


@pytest.fixture
def treasurer(sqlite_app):
    """The treasurer of an agreed project, signed in; with the project's number and a household."""
    sqlite_app.extensions["clock"] = CLOCK
    with unit_of_work() as session:
        places = make_place_tree(session)
        project = make_project(session, places).id
        group = make_group(session, places, project)
        for stage in (Stage.CONSENTING, Stage.CONSENTED):
            move_on(session, group[Task.LEAD], project, stage, NOW)
    return Visitor(sqlite_app, group[Task.TREASURER].name), project, places.units[0]


def send(treasurer, **other):
    """Fill in and send the form."""
    proof = io.BytesIO()
    Image.new("RGB", (40, 30)).save(proof, "PNG")
    proof.seek(0)
    told = {
        "op_key": str(uuid.uuid4()), "source": "residents", "unit_id": 0, "giver": "李居民", "amount": "3000",
        "means": "cash", "received_on": "2026-03-01", "proof": (proof, "收据.png"),
    }  # fmt: skip
    return treasurer[0].post(f"/fundraising/{treasurer[1]}/new", **(told | other))


def test_residents_money_without_a_household_comes_back_with_the_field_marked(treasurer):
    """The form says what is missing and keeps what was typed; with the household it goes through."""
    answer = send(treasurer)
    assert answer.status_code == 422
    assert "居民集资请选择是哪一户交的。" in answer.text
    assert 'value="李居民"' in answer.text
    assert send(treasurer, unit_id=treasurer[2]).status_code == 303
