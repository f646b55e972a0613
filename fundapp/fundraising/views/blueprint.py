"""The blueprint of self-raised money, and what its pages share."""

from typing import Any

from flask import Blueprint, url_for
from werkzeug.wrappers import Response as AnyResponse

from fundapp.fundraising.policy import check_may_see
from fundapp.fundraising.rules import days_text
from fundapp.fundraising.texts import (
    GIVER_LABELS,
    HELP_LABELS,
    IF_MISSED,
    MEANS_LABELS,
    NEED_LABELS,
    OUTCOMES,
    PLEDGE_STATES,
    RECEIPT_STATES,
)
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.web.database import reading
from fundapp.web.gate import current_actor

bp = Blueprint("fundraising", __name__, url_prefix="/fundraising")
Answer = str | AnyResponse | tuple[str, int]
LABELS: dict[str, Any] = {
    "days_text": days_text,
    "means": MEANS_LABELS,
    "givers": GIVER_LABELS,
    "states": RECEIPT_STATES,
    "pledge_states": PLEDGE_STATES,
    "kinds": HELP_LABELS,
    "needs": NEED_LABELS,
    "if_missed": IF_MISSED,
    "outcomes": OUTCOMES,
}


def project_of(project_id: int) -> ProjectRow:
    """Give the project to who may see its money papers."""
    project = get_project(reading(), project_id, current_actor())
    check_may_see(current_actor(), project, tasks_of(reading(), project_id))
    return project


def crumbs(project: ProjectRow) -> list[tuple[str, str]]:
    """Give the way back to the project."""
    return [(project.title, url_for("desk.room", project_id=project.id))]
