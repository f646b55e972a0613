"""What if, and counting again: the pages and the command give the same to the fen, and nothing is written."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from fundapp.audit.models import AuditEntry
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import local_date
from fundapp.ledger.models import Journal
from fundapp.matching.models import Step
from fundapp.programmes.commands import AddPolicyVersion, add_policy_version
from fundapp.programmes.queries import policy_versions
from tests.db.sending import make_claims
from tests.matching.paying import MATCHING
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, administrator, later, make_account, make_person

YUAN = 100
LOWER = {**MATCHING, "entitlement": {"cap": "20000.00", "rules": ["linear"], "linear": {"rate": "1/3"}}}


@pytest.fixture
def tried(app):
    """Two projects that claimed 50,000 yuan of 60,000, and a draft under which each would get a third of its own."""
    app.extensions["clock"] = CLOCK
    town, claims = make_claims(
        2, Step.PROPOSAL, 43_000 * YUAN, budget="100000.00", funding="60000.00", parts={"matching": MATCHING}
    )
    with unit_of_work() as session:
        parts = policy_versions(session, town.programme)[0].parts | {"matching": LOWER}
        cmd = AddPolicyVersion(town.programme, local_date(later(days=9).at), parts)
        draft = add_policy_version(session, administrator(session), cmd, CLOCK).id
        login = make_account(session, town.staff[Role.FOUNDATION_OFFICER][0], "tries")
        worker = make_account(session, make_person(session, "王社工", Role.WORKER, town.places.community), "works")
    return Visitor(app, login), Visitor(app, worker), town, claims, draft


def written():
    """Count deeds and postings."""
    with reading_session() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in (AuditEntry, Journal)]


def planned(folder, policy, claims):
    """Give what the command gives to each project, in yuan."""
    (folder / "p.toml").write_text(policy, "utf-8")
    (folder / "c.json").write_text(claims, "utf-8")
    call = [Path(sys.executable).parent / "fundapp", "matching", "plan", "--json", "--policy"]
    ran = subprocess.run([*call, folder / "p.toml", "--claims", folder / "c.json"], capture_output=True, check=True)
    return [award["granted"] for award in json.loads(ran.stdout)["awards"]]


def test_what_if_agrees_with_the_command_and_writes_nothing(tried, tmp_path):
    """The downloaded claims and both policies, given to the command, give the columns of the table."""
    officer, worker, _town, _claims, draft = tried
    before = written()
    address = f"/matches/try/policy/{draft}"
    page = officer.text(address)
    table = [line.split(",") for line in officer.text(f"{address}/table.csv").lstrip("\ufeff").splitlines()]
    claims = officer.text(f"{address}/claims.json")
    old, new = (officer.text(f"/matches/try/policy/{number}.toml") for number in (1, draft))
    assert [row[1] for row in table[1:3]] == planned(tmp_path, old, claims) == ["50000.00", "10000.00"]
    assert [row[2] for row in table[1:3]] == planned(tmp_path, new, claims) == ["14333.33", "14333.33"]
    assert table[3][1:] == ["60000.00", "28666.66", "-31333.34"]
    assert "¥14,333.33" in page
    assert written() == before
    assert worker.get(address).status_code == 404
    assert officer.get("/matches/try/policy/1").status_code == 404


def test_a_claim_is_counted_again_from_what_is_published(tried, tmp_path):
    """Anybody counts it again: equal as published, different once a number is changed, a word for what is no data."""
    officer, _worker, _town, claims, _draft = tried
    address = f"/matches/try/claims/{claims[0]}"
    visitor = Visitor(officer.client.application)
    assert "算出来和公布的完全一致" in visitor.text(address)
    data = visitor.text(f"{address}.json")
    assert planned(tmp_path, visitor.text("/matches/try/policy/1.toml"), data) == ["50000.00"]
    other = data.replace("43000.00", "1000.00")
    assert other != data
    before = written()
    assert "算出来和公布的不一样" in visitor.post(address, data=other, op_key=str(uuid4())).text
    for nonsense in ("", "[]", "{", data.replace('"ticket": 1', '"ticket": 7'), " " * 400_001):
        answer = visitor.post(address, data=nonsense)
        assert answer.status_code == 422
        assert "看不懂这份数据" in answer.text
    assert written() == before
    assert f"/matches/try/claims/{claims[0]}" in visitor.text(f"/matches/{claims[0]}")
