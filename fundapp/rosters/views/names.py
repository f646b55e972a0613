"""Who looked at names and phones."""

from flask import render_template, request

from fundapp.kernel.actor import Role
from fundapp.rosters import queries
from fundapp.rosters.texts import PURPOSES
from fundapp.rosters.views.blueprint import bp
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles


@bp.get("/looks")
@for_roles(Role.WORKER, Role.ADMINISTRATOR)
def looks() -> str:
    """List the looks at names in the actor's places."""
    page = queries.looks(reading(), current_actor(), request.args.get("after", ""))
    return render_template("rosters/looks.html", page=page, purposes=PURPOSES)
