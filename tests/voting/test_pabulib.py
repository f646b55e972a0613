"""Reading .pb files: forgiving about blanks, strict about everything that could change a result."""

import gzip
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from pabulib.checker import Checker

from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import from_fen
from fundapp.voting.method import method_of
from fundapp.voting.pabulib import parse_pabulib, read_pabulib
from fundapp.voting.pabulib_write import Written, pb_text
from fundapp.voting.rules import Rule, allocate, choose

META = {"description": "a street", "num_projects": "3", "num_votes": "2", "budget": "1000", "vote_type": "approval"}
PROJECTS = ["1;600;lamp", "2;300.50;bench", "10;900;ramp"]
VOTES = ["h1;1,2", "h2;2"]


def pb(meta=None, projects=None, votes=None, columns="voter_id;vote"):
    """Write a small file; ``meta`` changes META, None as a value takes a key out."""
    keys = {key: value for key, value in (META | (meta or {})).items() if value is not None}
    lines = ["META", "key;value", *(f"{key};{value}" for key, value in keys.items())]
    lines += ["PROJECTS", "project_id;cost;name", *(projects if projects is not None else PROJECTS)]
    lines += ["VOTES", columns, *(votes if votes is not None else VOTES)]
    return "\n".join(lines) + "\n"


def read(**parts):
    """Parse a small file."""
    return parse_pabulib(pb(**parts), "S.pb")


def points(election):
    """Give the points of each project, by id."""
    return {
        project.id: Fraction(election.points[at], election.points_unit) for at, project in enumerate(election.projects)
    }


def test_a_file_gives_projects_budget_and_ballots():
    """Costs and budget in fen, ballots by project."""
    election = read()
    assert [(project.id, project.cost) for project in election.projects] == [("1", 60000), ("2", 30050), ("10", 90000)]
    assert (election.budget, election.read, election.invalid, election.remarks) == (100000, 2, 0, ())
    assert points(election) == {"1": 1, "2": 2, "10": 0}


def test_blanks_byte_order_mark_quotes_and_empty_lines_are_forgiven(tmp_path):
    """As in real files; quoted text may hold semicolons and line ends."""
    text = pb(projects=['1 ; 600;"lamp; with ""arm"""', "2;300;", "10;900"], votes=["", " h1 ; 1 , 2 ", 'h2;"2"'])
    file = tmp_path / "a.pb"
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert points(read_pabulib(file)) == {"1": 1, "2": 2, "10": 0}
    packed = tmp_path / "a.pb.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert read_pabulib(packed) == read_pabulib(file)


def test_a_project_may_be_called_votes():
    """A section is a line of one word, not a row that starts with it."""
    assert points(read(projects=["votes;600;", "meta;300;"], votes=["h1;votes,meta"])) == {"votes": 1, "meta": 1}


@pytest.mark.parametrize(
    ("votes", "meta", "invalid"),
    [
        (["h1;1", "h2;nobody"], {}, 1),
        (["h1;1", "h1;2"], {}, 1),
        (["h1;nobody", "h1;2"], {}, 2),
        (["h1;1,2,10", "h2;1"], {"max_length": "2"}, 1),
        (["h1;1", "h2;"], {"min_length": "2"}, 1),
        (["h1;1,1", "h2;1"], {"min_length": "2"}, 2),
        (["h1;1,2", "h2;1"], {"max_sum_cost": "900.49"}, 1),
        (["h1;1,2", "h2;1"], {"max_sum_cost": "900.50"}, 0),
        (["h1;1,2", "h2;2", "h3;"], {"min_sum_cost": "301"}, 1),
        (["h1;1,2", "h2;2", "h3;"], {"vote_type": "choose-1"}, 1),
        (["h1;1,2", "h2;1", "h3;"], {"max_sum_points": "1"}, 1),
        (["h1;1", "h2;1", "h3;"], {"min_points": "2"}, 2),
        (["h1;1,,2"], {}, 1),
    ],
)
def test_an_invalid_ballot_is_left_out_and_counted(votes, meta, invalid):
    """Unknown projects, broken limits, a voter seen before; blank ballots are valid."""
    election = read(votes=votes, meta=meta)
    assert (election.read, election.invalid, election.voters) == (len(votes), invalid, len(votes) - invalid)
    assert sum(times for _, times in election.groups) == election.voters


def test_a_project_named_twice_on_an_approval_ballot_counts_once():
    """It neither counts twice nor makes the ballot invalid."""
    assert points(read(votes=["h1;1,1,2"])) == {"1": 1, "2": 1, "10": 0}


@pytest.mark.parametrize(
    ("ballot", "meta", "valid"),
    [
        ("1,2;3,4", {}, True),
        ("1,2;3,4", {"max_sum_points": "7"}, True),
        ("1,2;3,5", {"max_sum_points": "7"}, False),
        ("1,2;3,4", {"max_points": "3"}, False),
        ("1,2;3,0", {"min_points": "1"}, False),
        ("1;1", {"min_sum_points": "2"}, False),
        (";", {"min_sum_points": "2"}, True),
        ("1,1;1,2", {}, False),
    ],
)
def test_points_keep_the_limits_of_the_file(ballot, meta, valid):
    """Cumulative ballots: each number, and their sum; a project named twice could mean two things."""
    meta = {"vote_type": "cumulative", **meta}
    assert read(votes=[f"h1;{ballot}"], meta=meta, columns="voter_id;vote;points").invalid == (not valid)


def test_points_may_be_fractions_and_nought_is_no_vote():
    """Points are exact; a project that everybody gave nothing has no vote."""
    election = read(
        votes=["h1;1,2,10;0.5,2,0", "h2;1;0.25"], meta={"vote_type": "scoring"}, columns="voter_id;vote;points"
    )
    assert points(election) == {"1": Fraction(3, 4), "2": 2, "10": 0}
    assert election.votes == (2, 1, 0)


@pytest.mark.parametrize(
    ("meta", "columns", "row", "expected"),
    [
        ({"max_length": "3"}, "voter_id;vote", "h1;2,10", {"1": 0, "2": 3, "10": 2}),
        ({"max_length": "2"}, "voter_id;vote", "h1;2,10", {"1": 0, "2": 2, "10": 1}),
        ({}, "voter_id;vote", "h1;2,10", {"1": 0, "2": 3, "10": 2}),
        ({"max_length": "3"}, "voter_id;vote;points", "h1;2,10;5,1", {"1": 0, "2": 5, "10": 1}),
    ],
)
def test_ranks_count_down_from_the_longest_ballot_unless_the_file_gives_points(meta, columns, row, expected):
    """Three ranks count 3, 2, 1, also on a shorter ballot."""
    assert points(read(meta={"vote_type": "ordinal", **meta}, columns=columns, votes=[row])) == expected


@pytest.mark.parametrize(
    "number", ["1 000", "100,50", "-5", "nan", "inf", "1e3", "٣", "", "0x10", "5/2", "+5", "1_000"]
)
@pytest.mark.parametrize("field", ["budget", "cost", "max_length", "num_votes", "points"])
def test_a_number_that_is_not_plain_is_bad_input(number, field):
    """It is named with its line or field, and never guessed at."""
    parts = {
        "cost": {"projects": [f"1;{number};lamp"]},
        "points": {
            "votes": [f"h1;1;{number}"],
            "columns": "voter_id;vote;points",
            "meta": {"vote_type": "cumulative"},
        },
    }.get(field, {"meta": {field: number}})
    with pytest.raises(BadInput, match=r"S\.pb .*") as bad:
        read(**parts)
    assert field in str(bad.value) or "line" in str(bad.value)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"meta": {"budget": None}}, "no budget"),
        ({"meta": {"vote_type": None}}, "no vote_type"),
        ({"meta": {"vote_type": "aproval"}}, "'aproval', expected approval or choose-1"),
        ({"meta": {"max_lenght": "2"}}, "line 8: found key 'max_lenght', expected 'max_length'"),
        ({"meta": {"colour": "blue"}}, "key 'colour'"),
        ({"meta": {"budget": "0"}}, "above 0"),
        ({"meta": {"budget": "10.005"}}, "two decimals"),
        ({"meta": {"vote_type": "ordinal", "scoring_fn": "exponential"}}, "Borda"),
        ({"projects": []}, "no project"),
        ({"projects": ["1;0;lamp"]}, "a cost above 0"),
        ({"projects": ["1;5;lamp", "1;6;lamp"]}, "line 11: found project '1' a second time"),
        ({"projects": ["1,2;5;lamp"]}, "without a comma"),
        ({"projects": [";5;lamp"]}, "project id ''"),
        ({"projects": ["1;5;lamp;more"]}, "found 4 columns, expected at most 3"),
        ({"projects": ["1"]}, "cost: found ''"),
        ({"votes": ["h1;1;2"]}, "found 3 columns, expected at most 2"),
        ({"votes": ["h1"]}, "no vote"),
        ({"votes": [";1"]}, "no voter id"),
        ({"votes": ['h1;"1', 'h2;2"', "h3;2"]}, "quotation mark"),
        ({"columns": "voter_id;vot"}, "column 'vot', expected 'vote'"),
        ({"columns": "voter_id;vote;vote"}, "column 'vote' twice"),
        ({"columns": "voter_id"}, "no column 'vote'"),
        ({"meta": {"vote_type": "cumulative"}}, "no column 'points'"),
        (
            {"meta": {"vote_type": "cumulative"}, "columns": "voter_id;vote;points", "votes": ["h1;1,2;3"]},
            "found 1 numbers, expected 2",
        ),
    ],
)
def test_what_breaks_the_format_is_bad_input(parts, told):
    """Each complaint names the place and what was expected there."""
    with pytest.raises(BadInput) as bad:
        read(**parts)
    assert told in str(bad.value)
    assert str(bad.value).startswith("S.pb")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no section META"),
        ("META\nkey;value\n", "no section PROJECTS"),
        ("META\nkey;value\nPROJECTS\nproject_id;cost\nVOTES\nvoter_id;vote\n", "no budget"),
        ("META\n", "no section META with a header row"),
        ("hello;you\n", "line 1: found 'hello', expected a line META"),
        (pb() + "VOTES\nvoter_id;vote\n", "section VOTES a second time"),
        (pb().replace("budget;1000", "budget;1000\nbudget;2000"), "'budget' a second time"),
        (pb().replace("key;value", "name;value"), "column 'name'"),
    ],
)
def test_sections_and_keys_come_once(text, told):
    """An empty file, headers only, a section or key twice, or something before the first section."""
    with pytest.raises(BadInput) as bad:
        parse_pabulib(text, "S.pb")
    assert told in str(bad.value)


def test_files_that_are_no_text_are_bad_input(tmp_path):
    """Bytes that are not UTF-8 are named with their line; so is a .gz that is none, or is cut off."""
    latin = tmp_path / "latin.pb"
    latin.write_bytes(b"META\nkey;value\nunit;Gda\xf1sk\n")
    with pytest.raises(BadInput, match=r"latin\.pb line 3: found byte 0xf1, expected UTF-8"):
        read_pabulib(latin)
    for name, raw in (("not.pb.gz", b"META\n"), ("cut.pb.gz", gzip.compress(pb().encode())[:-9]), ("no.pb.gz", b"")):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(BadInput, match=name):
            read_pabulib(tmp_path / name)
    with pytest.raises(BadInput, match="none"):
        read_pabulib(tmp_path / "none.pb")


def test_counts_that_differ_and_limits_that_are_not_applied_are_remarked():
    """They do not stop the count, but are told."""
    remarks = read(meta={"num_votes": "3", "max_length_per_category": "1"}).remarks
    assert remarks == ("S.pb: max_length_per_category is not applied", "S.pb: num_votes says 3, found 2")


@pytest.mark.parametrize("rule", ["greedy", "mes-add1"])
def test_rivals_go_through_the_public_format(rule):
    """A pair is written as a comment that the format's checker accepts, and the same count comes of it."""
    written = Written(
        title="表决",
        method=method_of({"max_choices": 2, "rule": rule}),
        budget=from_fen(50000),
        opens_at=datetime(2026, 3, 1, tzinfo=UTC),
        closes_at=datetime(2026, 3, 8, tzinfo=UTC),
        projects={7: ("甲", from_fen(30000)), 8: ("乙", from_fen(20000)), 9: ("丙", from_fen(10000))},
        ballots=[{7: 1, 8: 1}, {7: 1, 8: 1}, {7: 1, 9: 1}],
        selected=frozenset({7, 9}),
        rivals=[(7, 8)],
    )
    text = pb_text(written)
    assert allocate(parse_pabulib(text, "x.pb"), choose(Rule(rule))).selected == ("7", "9")
    found = Checker().process_files([text])
    assert found["metadata"]["invalid"] == 0, found
    with pytest.raises(BadInput, match="rivals"):
        parse_pabulib(text.replace("rivals=7,8", "rivals=7,11"), "x.pb")
