"""The shape of what ``fundapp check`` runs: each package's ``checks.py`` lists its checks."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class CheckResult:
    """How many rows were looked at, and the first fault by table and key, or ``None``."""

    rows: int
    first_fault: str | None = None


@dataclass(frozen=True)
class Check:
    """One named check."""

    name: str
    run: Callable[[Session], CheckResult]
