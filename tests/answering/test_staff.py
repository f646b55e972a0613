"""Nobody on the staff answers for a household, whatever address she sends whatever form to."""

import io
from itertools import product
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from fundapp.answering import commands
from fundapp.answering.models import AnswerCode, AssistedSession
from fundapp.consent.models import ConsentAnswer, ConsentPaper, ConsentResult, ConsentRound, ConsentShare
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.people.models import UnitBinding
from fundapp.programmes.models import PolicyVersion
from fundapp.publicity.models import PublicityObjection
from fundapp.rosters.models import SnapshotUnit
from tests.answering.slips import SECRET, print_slips
from tests.consent.asking import CLOSES, OPENS, at, make_asked, phone
from tests.support.world import make_account, make_person

PAPER = {"consent.new_paper", "consent.correct_paper"}
STAFF = {
    Role.ADMINISTRATOR: "district",
    Role.FOUNDATION_OFFICER: "district",
    Role.FOUNDATION_APPROVER: "district",
    Role.FOUNDATION_SUPERVISOR: "district",
    Role.STREET_OFFICER: "street",
    Role.SUPERVISOR: "community",
    Role.BUILDING_HEAD: "compound",
    Role.WORKER: "community",
}
NUMBERS = (1, 2)
RULES = [
    table.__table__ for table in (ConsentRound, ConsentShare, ConsentPaper, ConsentResult, PolicyVersion, SnapshotUnit)
]


@pytest.fixture
def town(app):
    """A round in the app on each backend, half an hour after it opened; one household has answered by phone."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False  # a form that breaks is answered, and no answer of a household
    app.extensions["clock"] = at(OPENS.replace(minute=50))
    asked = make_asked()
    phone(asked, 0, clock=at(OPENS))
    print_slips(asked)
    with unit_of_work() as session:
        make_account(session, asked.worker, "worker")
    return asked


def staff_of(town, role):
    """Let somebody have the role over all of the place, up to its district where the role goes that far."""
    with unit_of_work() as session:
        person = make_person(session, "工作人员", role, getattr(town.places, STAFF[role]))
        make_account(session, person, "staff")
        return person


def browser(app, person):
    """Sign somebody in."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = str(person.person_id)
    return client


def photo():
    """A picture, as every form with a photo wants one."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "PNG")
    out.seek(0)
    return out, "sheet.png"


def forms(app, town):
    """Give every address that takes a form, with each of some numbers for what it names."""
    fixed = {"round_id": [town.round], "project_id": [town.project]}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in PAPER or rule.endpoint == "people.sign_out":
            continue
        names = sorted(rule.arguments)
        for values in product(*(fixed.get(name, NUMBERS) for name in names)):
            with app.test_request_context():
                yield rule.build(dict(zip(names, values, strict=True)), append_unknown=False)[1]


def said(town, unit):
    """Say all that an answer is made of, in every word that a form of the site has for it."""
    return {
        "unit_id": unit, "answer": "agree", "confirmed": "1" * 64, "door": "2栋102", "serial": 1, "reason": "看错了",
        "person_id": town.residents[1].person_id, "channel": "phone", "round_id": town.round, "revision": 9,
        "text": "不是我家的意见", "device": str(uuid4()), "noted_at": "2026-03-02T09:40:00+00:00", "code_id": 1,
        "scan_id": town.scan, "photo_id": town.scan, "voice": unit, "snapshot_id": 1, "help_id": 1,
        "op_key": str(uuid4()),
    }  # fmt: skip


def traces():
    """Tell what would give a household a voice not its own, and the rules of the round: text, roster, bars, weights."""
    with reading_session() as session:
        answers = session.execute(select(ConsentAnswer.channel, func.count()).group_by(ConsentAnswer.channel)).all()
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (UnitBinding, AnswerCode, PublicityObjection)
        ]
        counts += [str(session.execute(select(table)).all()) for table in RULES]
    return {channel.value: number for channel, number in answers}, counts


MOMENTS = [(role, OPENS.replace(minute=50)) for role in STAFF] + [(Role.WORKER, CLOSES)]


@pytest.mark.parametrize(("role", "moment"), MOMENTS, ids=lambda value: str(getattr(value, "value", value))[:20])
def test_no_form_of_the_site_lets_staff_answer_for_a_household(app, town, role, moment):
    """Every address that takes a form, with all that an answer is made of; only paper has a way of its own."""
    client = browser(app, staff_of(town, role))
    app.extensions["clock"] = at(moment)
    before, tried = traces(), 0
    for address in forms(app, town):
        for kind in ("form", "json") if "/consent/" in address else ("form",):
            values = said(town, town.places.units[4])
            if kind == "json":
                client.post(address, json=values)
            else:
                client.post(address, data=values | {"photo": photo(), "scan": photo()})
        tried += 1
    assert tried > 60
    assert traces() == before


@pytest.mark.parametrize("role", [role for role in STAFF if role is not Role.WORKER], ids=lambda role: role.value)
def test_paper_is_keyed_in_by_the_worker_alone(app, town, role):
    """The pages of paper, of help, of slips and of collecting are not there for anybody else on the staff."""
    client = browser(app, staff_of(town, role))
    before = traces()
    asked = ("papers/new", "papers/1/correct", "help", "slips")
    ways = [f"consent/{town.round}/{name}" for name in asked]
    ways += [f"collect/{town.round}/{name}" for name in ("entries", "prepare")]
    for way in ways:
        values = said(town, town.places.units[4]) | {
            "photo": photo(),
            "scan": photo(),
            "reason": "看不清",
            "witness": "甲",
        }
        assert client.post(f"/{way}", data=values).status_code in (403, 404), way
        assert client.get(f"/{way}").status_code in (403, 404, 405), way
    assert traces() == before


def test_a_help_is_for_its_one_household(app, town):
    """Whatever unit her form names, what is noted is the answer of the household that she helps now."""
    worker, unit = town.worker, town.places.units[4]
    with unit_of_work() as session:
        cmd = commands.BeginHelp(town.round, "2栋101", "", "手机不会用", "李见证")
        helped = commands.begin_help(session, worker, cmd, SECRET, at(OPENS.replace(minute=49)))
    answer = browser(app, worker).post(f"/help/{helped.id}", data=said(town, unit))
    assert answer.status_code == 303, answer.text
    with reading_session() as session:
        assert [
            row.unit_id for row in session.scalars(select(ConsentAnswer).where(ConsentAnswer.channel == "assisted"))
        ] == [helped.unit_id]
        assert helped.unit_id != unit


def test_a_worker_without_a_help_cannot_note_an_assisted_answer(app, town):
    """There is no such page for her, and another's help is not hers."""
    with unit_of_work() as session:
        cmd = commands.BeginHelp(town.round, "2栋101", "", "手机不会用", "李见证")
        other = commands.begin_help(session, town.worker, cmd, SECRET, at(OPENS.replace(minute=49))).id
    client = browser(app, staff_of(town, Role.WORKER))
    before = traces()
    for number in (other, other + 1):
        assert client.get(f"/help/{number}").status_code == 404
        assert client.post(f"/help/{number}", data=said(town, town.places.units[4])).status_code == 404
    assert traces() == before
    with reading_session() as session:
        assert session.scalar(select(func.count()).select_from(AssistedSession)) == 1
