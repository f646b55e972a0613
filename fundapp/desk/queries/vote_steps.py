"""What waits after a vote: money that is free for the reserve list, and who is asked to fall out."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.desk.lines import Link, Waiting
from fundapp.kernel.actor import Actor
from fundapp.voting import queries as voting
from fundapp.voting.policy import PUBLISHERS


def moves_of_votes(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the places that came free after a vote, and who is asked to fall out."""
    if not actor.has_any(*PUBLISHERS):
        return []
    free = [
        Waiting(
            _("有空出的资金，可从备选库补入：%(title)s", title=row.title),
            Link("voting.reserve", {"round_id": row.round_id}),
        )
        for row in voting.free_places(session, actor)
    ]
    return free + [
        Waiting(
            _("确认项目退出：%(title)s", title=row.title),
            Link("voting.confirm_leave", {"round_id": row.round_id, "leave_id": row.id}),
        )
        for row in voting.leaves_waiting(session, now, actor=actor)
    ]
