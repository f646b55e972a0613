"""The command and the pages count the same: every round of every story, written out as two files and counted again."""

import csv
import json
from datetime import date

import pytest
from sqlalchemy import select

from fundapp.cli.main import main
from fundapp.consent.models import ConsentAnswer, ConsentRound
from fundapp.consent.policy import Choice
from fundapp.consent.queries import bar_of_round
from fundapp.consent.rules import area_text
from fundapp.consent.texts import OUTCOMES
from fundapp.db.work import reading_session
from fundapp.rosters.models import SnapshotUnit
from fundapp.stories.running import LIBRARY, run_file
from tests.conftest import running_app
from tests.consent.asking import bound

TODAY = date(2026, 11, 20)
QUICK = ("5-shimen-stairwell", "7-shuian-lift")
OTHERS = sorted(path.stem for path in LIBRARY.glob("*.toml") if path.stem not in QUICK)


@pytest.fixture
def counted_by_command(tmp_path, monkeypatch, capsys):
    """Count a round of the bound database with the command."""

    def call(session, round_):
        units = session.scalars(select(SnapshotUnit).where(SnapshotUnit.snapshot_id == round_.snapshot_id)).all()
        newest = {}
        for row in session.scalars(
            select(ConsentAnswer).where(ConsentAnswer.round_id == round_.id).order_by(ConsentAnswer.id)
        ):
            newest[row.voice] = row
        doors = {unit.unit_id: unit.door for unit in units}
        roster = [
            [unit.door, unit.holder_id or "", "" if unit.area_cm2 is None else area_text(unit.area_cm2)]
            for unit in units
        ]
        answers = [[doors[row.unit_id], row.answer.value] for row in newest.values() if row.answer is not Choice.NONE]
        files = []
        for name, head, rows in (
            ("roster", ["unit", "holder", "area_m2"], roster), ("answers", ["unit", "answer"], answers),
        ):  # fmt: skip
            with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([head, *rows])
            files += [f"--{name}", str(tmp_path / f"{name}.csv")]
        options = ["--regime", round_.regime, "--json", *(["--allow-follow"] if round_.follow else [])]
        monkeypatch.setattr("sys.argv", ["fundapp", "consent", "count", *files, *options])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        return json.loads(capsys.readouterr().out)

    return call


def agree_on(name, url, call):
    """Play a story and compare all its rounds; give how many there were."""
    assert run_file(LIBRARY / f"{name}.toml", url, TODAY)[0] is None
    with bound(url), reading_session() as session:
        rounds = session.scalars(select(ConsentRound)).all()
        for round_ in rounds:
            bar = bar_of_round(session, round_.id, round_.latest_close)
            told, heads, area = call(session, round_), bar.count.heads, bar.count.area
            assert told["heads"] == {name: getattr(heads, name) for name in told["heads"]}
            assert told["result"] == bar.count.result.value
            assert told["because"] == list(bar.count.because)
            if area is None:
                assert told["area_m2"] is None
            else:
                assert told["area_m2"] == {name: area_text(getattr(area, name)) for name in told["area_m2"]}
            if bar.outcome is not None:
                assert bar.outcome.value == told["result"]
    return len(rounds)


@pytest.mark.parametrize("name", QUICK)
def test_command_and_page_agree(name, database_url, tmp_path, counted_by_command):
    """A household round and one of owners with followers: number by number, reasons included, and the page's word."""
    assert agree_on(name, database_url, counted_by_command) > 0
    with running_app(database_url, tmp_path) as app, reading_session() as session:
        client = app.test_client()
        for round_ in session.scalars(select(ConsentRound)):
            outcome = bar_of_round(session, round_.id, round_.latest_close).outcome
            page = client.get(f"/consent/{round_.id}").text
            assert outcome is None or f"：{OUTCOMES[outcome]}" in page


@pytest.mark.long
@pytest.mark.parametrize("name", OTHERS)
def test_command_and_page_agree_on_every_story(name, database_url, counted_by_command):
    """Every other round that the demonstration shows."""
    agree_on(name, database_url, counted_by_command)
