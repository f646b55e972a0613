"""Nothing of the place where it was written, one docstring per package, and a promise for each test."""

import ast
import re

import pytest

from tests.house.reading import ROOT, docstring_node, kept_files, nodes, sources

# Spelt backwards, so that this file does not hold them itself.
FOREIGN = tuple(
    word[::-1]
    for word in (
        "krow/",
        "toor/",
        "pmt/",
        "derahs/..",
        "gro.ipyp",
        "gro.detsohnohtyp",
        "gro.sjmpn",
        "gro.naibed.bed",
        "ciporhtna",
        "edualc",
        "ianepo",
        "tpgtahc",
        "tolipoc",
        "tnegabus",
    )
)
MAY_HOLD = {
    "static/vendor/": "written by others",
}


def foreign_words(text):
    """List the words of the workplace that *text* holds."""
    return [word for word in FOREIGN if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]


def test_no_kept_file_speaks_of_the_place_where_it_was_written():
    """The repository stands alone."""
    found = {}
    for name in kept_files():
        if not name.startswith(tuple(MAY_HOLD)):
            words = foreign_words(name) + foreign_words((ROOT / name).read_bytes().decode("utf-8", "ignore"))
            found |= {name: words} if words else {}
    assert found == {}


@pytest.mark.parametrize("word", FOREIGN)
def test_a_planted_word_is_found(word):
    """The test above can fail."""
    assert foreign_words(f"see {word.upper()} for more") != []


def test_a_package_is_introduced_by_a_docstring_and_nothing_else():
    """``__init__.py`` says what the package is; code lives in files with a name."""
    wrong = [
        file
        for file, tree in sources("fundapp").items()
        if file.endswith("/__init__.py") and not is_introduction(file, tree)
    ]
    assert wrong == []


def is_introduction(file, tree):
    """Tell whether an ``__init__.py`` holds what it may.

    The root says its version; a file of a package that was split in several (``commands/``) names its parts.
    """
    docstring, *rest = tree.body or [None]
    if docstring is not docstring_node(tree) or docstring is None:
        return False
    if file == "fundapp/__init__.py":
        return [ast.unparse(node.targets[0]) for node in rest] == ["__version__"]
    if file.count("/") > 2:
        return all(isinstance(node, ast.ImportFrom) or is_all(node) for node in rest)
    return rest == []


def is_all(node):
    """Tell whether a statement sets ``__all__``."""
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def test_every_folder_with_code_is_a_package():
    """A folder without ``__init__.py`` would be missing from the wheel's tests and from the layers."""
    folders = {file.rpartition("/")[0] for file in sources("fundapp", "tests")}
    packages = {file.rpartition("/")[0] for file in sources("fundapp", "tests") if file.endswith("/__init__.py")}
    assert folders - packages == set()


def test_every_test_makes_a_promise():
    """A test's name is a sentence, its docstring the promise it keeps."""
    silent = [
        f"{file}:{function.lineno} {function.name}"
        for file, tree in sources("tests").items()
        for function in nodes(tree, ast.FunctionDef)
        if function.name.startswith("test_") and docstring_node(function) is None
    ]
    assert silent == []
