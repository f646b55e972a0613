"""Read the 议事厅: facts for its deeds, its pages, and what it knows for rounds of voting."""

from fundapp.council.queries.facts import (
    MemberRow,
    attendance_of,
    body_named,
    item_with_session,
    items_of_session,
    members_of,
    session_of_item,
)
from fundapp.council.queries.pages import (
    BodyRow,
    ItemMark,
    ItemRow,
    SessionPage,
    SessionRow,
    bodies_for,
    body_page,
    items_of,
    list_sessions,
    session_page,
    sessions_waiting,
)
from fundapp.council.queries.rounds import (
    discussable,
    on_open_agenda,
    programme_facts,
    programmes_of_worker,
    round_options,
)

__all__ = [
    "BodyRow",
    "ItemMark",
    "ItemRow",
    "MemberRow",
    "SessionPage",
    "SessionRow",
    "attendance_of",
    "bodies_for",
    "body_named",
    "body_page",
    "discussable",
    "item_with_session",
    "items_of",
    "items_of_session",
    "list_sessions",
    "members_of",
    "on_open_agenda",
    "programme_facts",
    "programmes_of_worker",
    "round_options",
    "session_of_item",
    "session_page",
    "sessions_waiting",
]
