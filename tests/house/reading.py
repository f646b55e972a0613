"""Reads the house for the tests that watch it."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sources(*folders: str) -> dict[str, ast.Module]:
    """Parse every Python file below *folders*, by its path in the repository."""
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return {str(file.relative_to(ROOT)): _parsed(file) for file in files}


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def nodes(tree: ast.Module, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    """Give the nodes of some kinds."""
    return (node for node in _walked(tree) if isinstance(node, kinds))


@cache
def _walked(tree: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


def forget() -> None:
    """Let go of all trees: they are 400 MB, which every later fork of this process would have to carry."""
    _walked.cache_clear()
    _parsed.cache_clear()


def docstring_node(node: ast.AST) -> ast.Expr | None:
    """Give the docstring of a module, class or function as it stands in its body."""
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return first if is_text else None


@cache
def kept_files() -> tuple[str, ...]:
    """Name every file that is, or is about to be, in version control."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout: what is kept cannot be told from what is not")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}))
