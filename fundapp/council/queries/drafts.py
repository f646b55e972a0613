"""A draft of minutes, written from what was noted: attendance, recusals, motions, speakers, hands and outcomes."""

from typing import Any

from sqlalchemy.orm import Session

from fundapp.council.models import CouncilItem, CouncilMotion, CouncilSession
from fundapp.council.queries.facts import attendance_of, items_of_session, members_of, recusals_of
from fundapp.council.queries.floor import motions_of, speeches_of_item
from fundapp.council.texts import OUTCOMES, SIDES, draft_of, manner_words, quorum_words
from fundapp.kernel.errors import NotVisible
from fundapp.kernel.money import fen, yuan_text

Line = tuple[str, dict[str, Any]]


def draft_minutes(session: Session, session_id: int) -> str:
    """Write a draft that the secretary completes; what was said in a speech is hers to fill in.

    Raises:
        NotVisible: there is no such session.
    """
    held = session.get(CouncilSession, session_id)
    if held is None:
        raise NotVisible
    names = {row.id: row.name for row in members_of(session, held.body_id, held.called_at)}
    there = {row.member_id for row in attendance_of(session, held.id) if row.present}
    needed, quorum = held.quorum.needed(held.members), quorum_words(held.charter)
    counts = {"members": held.members, "present": len(there), "guests": held.guests}
    lines: list[Line] = [("there", counts | {"needed": needed, "quorum": quorum})]
    if held.chair_id in names:
        lines.append(("chair", {"name": names[held.chair_id]}))
    motions = motions_of(session, held.id)
    for item in items_of_session(session, held.id):
        lines.append(("item", {"n": item.position, "title": item.title}))
        aside = [row.member_id for row in recusals_of(session, held.id) if row.item_id == item.id]
        if aside:
            left = {"members": held.members - len(aside), "present": len(there - set(aside))}
            lines.append(("aside", {"names": "、".join(names.get(one, "") for one in aside)} | left))
        lines += _moved([row for row in motions if row.item_id == item.id], names)
        heard = [one for one in speeches_of_item(session, item.id) if one.started_at is not None]
        lines += [("speech", {"name": names.get(one.member_id, ""), "side": SIDES[one.side]}) for one in heard]
        lines += _outcome(item)
    return draft_of(lines)


def _moved(motions: list[CouncilMotion], names: dict[int, str]) -> list[Line]:
    lines: list[Line] = []
    for row in motions:
        who = {"mover": names.get(row.mover_id, ""), "seconder": names.get(row.seconder_id, ""), "text": row.text}
        if row.amends_id is None:
            lines.append(("motion", who))
        elif row.outcome is not None:
            hands = {"a": row.votes_for, "b": row.votes_against, "c": row.votes_abstain}
            lines.append(("amendment", who | hands | {"outcome": OUTCOMES[row.outcome]}))
        if row.budget_fen is not None:
            lines.append(("budget", {"amount": f"¥{yuan_text(fen(row.budget_fen))}"}))
    return lines


def _outcome(item: CouncilItem) -> list[Line]:
    if item.outcome is None:
        return []
    hands = {"a": item.votes_for, "b": item.votes_against, "c": item.votes_abstain}
    lines: list[Line] = [
        ("outcome", hands | {"outcome": OUTCOMES[item.outcome], "manner": manner_words(item.by_ballot)})
    ]
    return lines + ([("note", {"note": item.note})] if item.note else [])
