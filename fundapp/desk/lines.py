"""The lines of the desk: what waits, and where it is done."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Where a thing is done: an endpoint and its values."""

    endpoint: str
    values: dict[str, int]


@dataclass(frozen=True)
class Waiting:
    """One thing that waits."""

    title: str
    link: Link
    text: str = ""
    due: str = ""
