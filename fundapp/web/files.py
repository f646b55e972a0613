"""Where the shipped folders lie, and static files named by their content."""

import hashlib
from functools import lru_cache

from flask import url_for

from fundapp.db.home import home

__all__ = ["asset", "home"]


def asset(name: str) -> str:
    """Give a static file's address with its content's hash, so that it may be kept for a year."""
    return url_for("static", filename=name, v=_hash(name))


@lru_cache
def _hash(name: str) -> str:
    return hashlib.sha256((home("static") / name).read_bytes()).hexdigest()[:12]
