"""Small enough to be read: files and functions."""

import ast

from tests.house.reading import ROOT, docstring_node, kept_files, nodes, sources

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
WATCHED = (".py", ".html", ".css", ".sh")
EXEMPT = ("static/vendor/", "migrations/versions/")  # written by others; written down once and never edited


def length(function):
    """Lines from ``def`` to the end, its docstring left out: explaining is not charged."""
    text = docstring_node(function)
    told = text.end_lineno - text.lineno + 1 if text else 0
    return function.end_lineno - function.lineno + 1 - told


def test_no_file_is_longer_than_400_lines():
    """A file that cannot be read in one sitting is two files."""
    watched = [name for name in kept_files() if name.endswith(WATCHED) and not name.startswith(EXEMPT)]
    assert watched
    lengths = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in [*watched, "run"]}
    assert {name: lines for name, lines in lengths.items() if lines > LINES_OF_A_FILE} == {}


def test_no_function_reaches_40_lines():
    """A function says one thing."""
    too_long = [
        f"{file}:{function.lineno} {function.name} has {length(function)} lines"
        for file, tree in sources("fundapp", "tests").items()
        for function in nodes(tree, ast.FunctionDef, ast.AsyncFunctionDef)
        if length(function) >= LINES_OF_A_FUNCTION
    ]
    assert too_long == []


def test_the_docstring_is_not_charged():
    """Forty lines of explanation do not make a function long, forty lines of code do."""
    told = ast.parse('def f():\n    """' + "word\n" * 50 + '"""\n    return 1\n').body[0]
    coded = ast.parse("def f():\n" + "    x = 1\n" * 40).body[0]
    assert length(told) < 5
    assert length(coded) >= LINES_OF_A_FUNCTION
