"""What the 议事厅 asks of a person: a signature, the chair's word, an answer by a day, a matter that was handed up."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.council.queries import handed_up, minutes_to_confirm, overrides_to_sign, questions_waiting
from fundapp.desk.lines import Link, Waiting
from fundapp.kernel.actor import Actor
from fundapp.web.filters import until


def for_council(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List what waits for a member, a chair and a secretary, the questions by their limits."""
    signs = [
        Waiting(_("签议事会的决定：%(body)s", body=row.body), Link("council.sign", {"override_id": row.id}))
        for row in overrides_to_sign(session, actor)
    ]
    minutes = [
        Waiting(_("确认会议记录：%(title)s", title=title), Link("council.confirm_minutes", {"session_id": number}))
        for number, title in minutes_to_confirm(session, actor)
    ]
    questions = [
        Waiting(
            _("答复居民提问：%(title)s", title=row.title),
            Link("council.answer", {"project_id": row.project_id, "point_id": row.id}),
            text=_("已经超过答复期限") if now >= row.due_at else "",
            due=_("%(at)s 前答复", at=until(row.due_at)),
        )
        for row in questions_waiting(session, actor)
    ]
    matters = [
        Waiting(
            _("下级提交的议题：%(title)s", title=row.title),
            Link("council.call", {"body_id": row.body_id}),
            text=_("由%(body)s下一次会议讨论", body=row.body),
        )
        for row in handed_up(session, actor)
    ]
    return [*signs, *minutes, *questions, *matters]
