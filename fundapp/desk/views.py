"""What waits for me, and a project's workroom."""

from flask import Blueprint, render_template, url_for

from fundapp.desk import queries
from fundapp.desk.lines import Waiting
from fundapp.desk.room import room as room_of
from fundapp.projects.queries import get_project, tasks_of
from fundapp.projects.texts import TASK_LABELS
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, signed_in

bp = Blueprint("desk", __name__, url_prefix="/desk")


@bp.get("/")
@signed_in
def mine() -> str:
    """Show what waits for me."""
    session, actor = reading(), current_actor()
    now = clock().now(session)
    return render_template(
        "desk/mine.html",
        rows=[_linked(row) for row in queries.waiting(session, actor, now)],
        projects=queries.my_projects(session, actor),
        doors=[_linked(row) for row in queries.doors(session, actor, now)],
    )


def _linked(row: Waiting) -> dict[str, str]:
    return {"title": row.title, "href": url_for(row.link.endpoint, **row.link.values), "text": row.text, "due": row.due}  # type: ignore[arg-type]  # addresses' values


@bp.get("/projects/<int:project_id>")
@signed_in
def room(project_id: int) -> str:
    """Show every deed of a project, and why not where it is not possible."""
    session, actor = reading(), current_actor()
    project = get_project(session, project_id, actor)
    task = tasks_of(session, project_id).get(actor.person_id or 0)
    return render_template(
        "desk/room.html",
        p=project,
        parts=room_of(session, actor, project, clock().now(session)),
        task=TASK_LABELS[task] if task else "",
    )
