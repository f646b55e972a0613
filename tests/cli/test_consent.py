"""``fundapp consent count`` as a person or a check calls it."""

import json

import pytest

from fundapp.cli.main import main

ROSTER = "unit,holder,area_m2\n1,甲,80.00\n2,甲,60.50\n3,乙,100.00\n4,丙,90.00\n"
ANSWERS = "unit,answer\n1,agree\n3,agree\n4,oppose\n"


@pytest.fixture
def called(tmp_path, monkeypatch, capsys):
    """Call the command on two files; gives exit status, output, messages."""

    def call(regime, *options, roster=ROSTER, answers=ANSWERS):
        (tmp_path / "R.csv").write_text(roster, "utf-8")
        (tmp_path / "A.csv").write_text(answers, "utf-8")
        files = ["--roster", str(tmp_path / "R.csv"), "--answers", str(tmp_path / "A.csv")]
        monkeypatch.setattr("sys.argv", ["fundapp", "consent", "count", *files, "--regime", regime, *options])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_owners_are_counted_by_heads_and_area(called):
    """One JSON object with exactly the agreed keys; areas are strings in m²."""
    status, out, err = called("owners:half", "--json")
    found = json.loads(out)
    assert (status, err, out.count("\n")) == (0, "", 1)
    assert list(found) == ["regime", "heads", "area_m2", "result", "because"]
    assert found["heads"] == {
        "total": 3,
        "participating": 3,
        "agree": 2,
        "oppose": 1,
        "abstain": 0,
        "follow": 0,
        "silent": 0,
        "quorum_needed": 2,
        "needed": 2,
    }
    assert found["area_m2"] == {
        "total": "330.50",
        "participating": "330.50",
        "agree": "240.50",
        "quorum_needed": "220.3334",
        "needed": "165.25",
    }
    assert (found["regime"], found["result"]) == ("owners:half", "passed")
    assert all(isinstance(line, str) for line in found["because"])


def test_households_are_counted_without_areas_and_holders(called):
    """Under a household rule the two units of one holder may differ, a failed count is a result, areas are null."""
    answers = "unit,answer\n1,agree\n2,oppose\n"
    status, out, _ = called("household:2/3", "--json", roster=ROSTER.replace("丙", ""), answers=answers)
    found = json.loads(out)
    assert (status, found["result"], found["area_m2"], found["heads"]["quorum_needed"]) == (0, "failed", None, None)
    assert (found["heads"]["total"], found["heads"]["needed"], found["heads"]["silent"]) == (4, 3, 2)


def test_following_must_be_allowed(called):
    """从众 is bad input unless the option says that the rule in force knows it."""
    answers = ANSWERS.replace("4,oppose", "4,follow")
    assert called("owners:half", answers=answers)[0] == 2
    status, out, _ = called("owners:half", "--allow-follow", "--json", answers=answers)
    assert (status, json.loads(out)["heads"]["follow"], json.loads(out)["heads"]["agree"]) == (0, 1, 2)


def test_without_json_a_table_can_be_read(called):
    """Numbers under their names, then the reasons; a missing number is a dash."""
    status, out, _ = called("owners:half")
    assert status == 0
    assert "参与门槛" in out
    assert "220.3334" in out
    assert "结果：达到规定的比例。" in out
    assert "-" in called("household:2/3")[1]


@pytest.mark.parametrize(
    ("regime", "files", "named"),
    [
        ("owners", {}, "--regime"),
        ("household:5/4", {}, "--regime"),
        ("owners:half", {"answers": ANSWERS + "2,oppose\n"}, "A.csv: unit '2'"),
        ("owners:half", {"roster": ROSTER.replace("丙", "")}, "R.csv: unit '4': holder"),
        ("owners:half", {"roster": ROSTER.replace("90.00", "9e1")}, "R.csv line 5"),
        ("household:1/2", {"answers": ANSWERS + "5,agree\n"}, "A.csv line 5"),
        ("household:1/2", {"roster": "unit,holder,area_m2\n"}, "R.csv"),
    ],
)
def test_bad_input_ends_with_status_2_and_says_where(called, regime, files, named):
    """One line on standard error, nothing on standard output, no traceback."""
    status, out, err = called(regime, "--json", **files)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert named in err


def test_an_unknown_option_is_bad_input(called):
    """A typo of an option is not passed over."""
    assert called("owners:half", "--alow-follow")[0] == 2
