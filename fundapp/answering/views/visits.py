"""The short visit that a slip's code is exchanged for."""

from flask import current_app

from fundapp.answering import rules
from fundapp.web.visits import Visits

visits = Visits(
    "reply", "answering.reply", "answering.code_unknown", "answering.visit_over", rules.TRIES, rules.WAIT, rules.VISIT
)
guessing = visits.guessing


def secret() -> str:
    """Give the key of the hashes."""
    return str(current_app.extensions["settings"].secret_key)
