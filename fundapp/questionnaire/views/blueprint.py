"""The one blueprint of these pages."""

from flask import Blueprint, current_app

from fundapp.answering.rules import TRIES, VISIT, WAIT
from fundapp.questionnaire import texts
from fundapp.web.visits import Visits

bp = Blueprint("questionnaire", __name__, url_prefix="/questionnaires")
bp.record_once(lambda state: state.app.jinja_env.globals.update(questionnaire_texts=texts))
visits = Visits(
    "questionnaire", "questionnaire.reply", "questionnaire.code_unknown", "questionnaire.visit_over", TRIES, WAIT, VISIT
)


def secret() -> str:
    """Give the key of the hashes."""
    return str(current_app.extensions["settings"].secret_key)
