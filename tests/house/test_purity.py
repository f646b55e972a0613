"""The clock, exact numbers, and what each kind of file may see."""

import ast
import importlib
from enum import Enum

import pytest

from tests.house.reading import nodes, sources

READS_THE_CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
}
MAY_READ_THE_CLOCK = {
    "fundapp/db/clock.py": "it is the clock",
    "fundapp/web/limits.py": "counts requests, knows no deeds",
    "fundapp/web/sessions.py": "sessions end by the machine's time, not by a story's",
    "fundapp/cli/story.py": "the day that a story's relative dates count from",
    "fundapp/demonstration.py": "the day that the demonstration's relative dates count from",
}
MAY_SAY_FLOAT = {
    "fundapp/db/types.py": "refuses it by name",
}
MAY_NOT_SEE = {
    "rules": ("flask", "flask_login", "flask_wtf", "wtforms", "sqlalchemy"),
    "policy": ("flask", "flask_login", "flask_wtf", "wtforms", "sqlalchemy"),
    "commands": ("flask", "flask_login", "flask_wtf", "wtforms"),
    "models": ("flask", "flask_login", "flask_wtf", "wtforms"),
    "queries": ("flask", "flask_login", "flask_wtf", "wtforms"),
}
NEVER_LENT = {"views", "forms"}
MAY_JOIN = {"queries", "checks"}  # see docs/decisions/0005-layers.md
SEES_A_TABLE = {
    "fundapp/answering/commands/helping.py": {"Person"},
    "fundapp/delivery/commands.py": {"Attachment"},
    "fundapp/matching/facts.py": {"Unit"},
    "fundapp/matching/pool.py": {"Programme"},
    "fundapp/matching/serving.py": {"Project"},
    "fundapp/people/codes.py": {"Place"},
    "fundapp/projects/links.py": {"Person", "Place"},
    "fundapp/rosters/commands.py": {"Place"},
}  # reads a row beside its own deed; to be asked of the other package's queries
SEES_EVERY_ROOM = ("fundapp/app.py", "fundapp/tables.py", "fundapp/demonstration.py", "fundapp/stories/")
GROUND = {"kernel", "db", "web"}


def kind_of(file):
    """Give the kind of a file: ``fundapp/consent/commands/rounds.py`` and ``…/commands.py`` are ``commands``."""
    parts = file.removesuffix(".py").split("/")
    return parts[2] if len(parts) > 2 else ""


def imported(tree):
    """Name what a file imports, as (line, dotted name)."""
    for node in nodes(tree, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def clock_readings(tree):
    """Give the lines that read the machine's clock."""
    return [
        node.lineno
        for node in nodes(tree, ast.Attribute)
        if isinstance(node.value, ast.Name | ast.Attribute) and ast.unparse(node) in READS_THE_CLOCK
    ]


def floats(tree):
    """Give the lines that name ``float`` or write one."""
    names = [node.lineno for node in nodes(tree, ast.Name) if node.id == "float"]
    return names + [node.lineno for node in nodes(tree, ast.Constant) if isinstance(node.value, float)]


def test_only_the_clock_reads_the_clock():
    """Every rule and deed is given its moment, so that a story can be played at any date."""
    found = {file: clock_readings(tree) for file, tree in sources("fundapp").items() if file not in MAY_READ_THE_CLOCK}
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_there_is_no_floating_point_number():
    """Money, areas, shares and votes are exact."""
    found = {file: floats(tree) for file, tree in sources("fundapp").items() if file not in MAY_SAY_FLOAT}
    assert {file: lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("line", "finder"),
    [
        ("x = datetime.now(UTC)", clock_readings),
        ("x = datetime.datetime.utcnow()", clock_readings),
        ("x = field(default_factory=date.today)", clock_readings),
        ("x = time.time()", clock_readings),
        ("x = float(amount)", floats),
        ("def f(x: float) -> None: ...", floats),
        ("x = 0.1", floats),
    ],
)
def test_a_planted_clock_or_float_is_found(line, finder):
    """The two tests above can fail."""
    assert finder(ast.parse(line)) == [1]


@pytest.mark.parametrize("name", sorted(MAY_NOT_SEE))
def test_each_kind_of_file_sees_only_what_it_may(name):
    """Rules are values, commands know no pages."""
    seen = [
        f"{file}:{line} {module}"
        for file, tree in sources("fundapp").items()
        if kind_of(file) == name
        for line, module in imported(tree)
        if module.split(".")[0] in MAY_NOT_SEE[name]
    ]
    assert seen == []


def test_rules_see_no_tables():
    """A rule is a function of values."""
    seen = [
        f"{file}:{line} {module}"
        for file, tree in sources("fundapp").items()
        if kind_of(file) == "rules"
        for line, module in imported(tree)
        if module.startswith("fundapp.") and {"models", "queries", "commands"} & set(module.split(".")[2:])
    ]
    assert seen == []


def test_only_a_unit_of_work_commits():
    """A command cannot commit half a deed."""
    commits = [
        f"{file}:{node.lineno}"
        for file, tree in sources("fundapp").items()
        if kind_of(file) in {"commands", "rules", "policy", "queries", "views"}
        for node in nodes(tree, ast.Attribute)
        if node.attr == "commit"
    ]
    assert commits == []


def back_doors(file, tree):
    """List imports of another package's private files; the enumerations that stand beside its tables are public."""
    own = file.split("/")[1]
    for line, module in imported(tree):
        parts = module.split(".")
        if parts[0] != "fundapp" or len(parts) < 4 or parts[1] in GROUND | {own}:
            continue
        is_table = parts[2] == "models" and kind_of(file) not in MAY_JOIN and not is_enumeration(*parts[1:4])
        if parts[2] in NEVER_LENT or (is_table and parts[3] not in SEES_A_TABLE.get(file, ())):
            yield f"{file}:{line} {module}"


def is_enumeration(package, module, name):
    """Tell whether a name of a package is an enumeration."""
    told = getattr(importlib.import_module(f"fundapp.{package}.{module}"), name, None)
    return isinstance(told, type) and issubclass(told, Enum)


def test_a_package_is_entered_by_its_front_door():
    """Nobody sees another package's pages and forms, and only what reads may join its tables."""
    found = {
        door
        for file, tree in sources("fundapp").items()
        if not file.startswith(SEES_EVERY_ROOM)
        for door in back_doors(file, tree)
    }
    assert found == set()


def test_a_back_door_is_found():
    """The test above can fail."""
    tree = ast.parse("from fundapp.ledger.models import Book")
    assert list(back_doors("fundapp/matching/commands.py", tree))
    assert list(back_doors("fundapp/matching/queries/claims.py", ast.parse("from fundapp.ledger.views import bp")))
    assert not list(back_doors("fundapp/ledger/commands.py", tree))
    assert not list(back_doors("fundapp/matching/queries/claims.py", tree))
