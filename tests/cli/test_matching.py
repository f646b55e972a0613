"""``fundapp matching plan`` as a person or a check calls it."""

import json

import pytest

from fundapp.cli.main import main
from tests.matching.test_reading import CLAIM, POLICY


@pytest.fixture
def called(tmp_path, monkeypatch, capsys):
    """Call the command on two files; gives exit status, output, messages."""

    def call(policy, claims, *options):
        (tmp_path / "P.toml").write_text(policy, "utf-8")
        (tmp_path / "C.json").write_text(claims if isinstance(claims, str) else json.dumps(claims), "utf-8")
        files = ["--policy", str(tmp_path / "P.toml"), "--claims", str(tmp_path / "C.json")]
        monkeypatch.setattr("sys.argv", ["fundapp", "matching", "plan", *files, *options])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def hundred(ticket, project, raised="40000.00"):
    """A claim of 20 households that give 2,000 yuan each at most."""
    each = f"{int(raised.split('.')[0]) // 20}.00"
    gifts = [{"household": f"1-{i}", "amount": each, "related": False} for i in range(20)]
    return {**CLAIM, "ticket": ticket, "project": project, "budget": "160000.00", "gifts": gifts}


def test_the_plan_is_one_json_object(called):
    """Awards in ticket order with exactly the agreed keys, amounts as strings, and what is left."""
    status, out, err = called(
        POLICY, {"pool": "50000.00", "claims": [hundred(102, "乙"), hundred(101, "甲")]}, "--json"
    )
    found = json.loads(out)
    assert (status, err, out.count("\n"), list(found)) == (0, "", 1, ["awards", "left"])
    keys = ["ticket", "project", "matchable", "givers", "entitled", "granted", "waiting", "steps"]
    assert all(
        list(award) == keys and all(isinstance(step, str) for step in award["steps"]) for award in found["awards"]
    )
    assert [[award[key] for key in keys[:-1]] for award in found["awards"]] == [
        [101, "甲", "40000.00", 20, "47500.00", "47500.00", False],
        [102, "乙", "40000.00", 20, "47500.00", "0.00", True],
    ]
    assert found["left"] == "2500.00"
    assert "甲" in out


def test_without_json_a_table_can_be_read(called):
    """The page names each ticket, what it gets and why; an empty round has a table too."""
    status, out, _ = called(POLICY, {"pool": "50000.00", "claims": [hundred(101, "睦邻驿站\x1b[2J")]})
    assert status == 0
    assert "\x1b" not in out
    assert "睦邻驿站" in out
    assert "47500.00" in out
    assert "资金池余额 2500.00 元" in out
    assert called(POLICY, {"pool": "50000.00", "claims": []})[0] == 0


@pytest.mark.parametrize(
    ("policy", "claims", "named"),
    [
        (POLICY, {"pool": "1.00", "claims": [CLAIM, CLAIM]}, "ticket 101"),
        (
            POLICY,
            {"pool": "1.00", "claims": [{**CLAIM, "households": 1, "gifts": hundred(1, "A")["gifts"]}]},
            "households",
        ),
        (POLICY, {"pool": 1, "claims": []}, "C.json: pool"),
        (POLICY, '{"pool": "1.00", "claims": [}', "C.json"),
        (POLICY.replace("cap = ", "kap = "), {"pool": "1.00", "claims": []}, "P.toml"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_bad_input_ends_with_status_2_and_says_where(called, policy, claims, named, options):
    """One line on standard error, nothing on standard output, no traceback."""
    status, out, err = called(policy, claims, *options)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert named in err
    assert "Traceback" not in err


def test_an_unknown_option_or_a_missing_file_is_bad_input(called, monkeypatch):
    """A typo of an option is refused like a typo of a key."""
    assert called(POLICY, {"pool": "1.00", "claims": []}, "--jsno")[0] == 2
    assert called(POLICY, {"pool": "1.00", "claims": []}, "--policy", "nowhere.toml")[0] == 2


def test_ten_thousand_claims_are_planned(called):
    """A whole city's round in one file; how long it takes is told by the benchmark."""
    gift = CLAIM["gifts"]
    claims = [{**CLAIM, "ticket": i, "project": f"p{i % 7000}", "gifts": gift} for i in range(10_000)]
    status, out, _ = called(POLICY, {"pool": "80000.00", "claims": claims}, "--json")
    assert (status, len(json.loads(out)["awards"])) == (0, 10_000)
