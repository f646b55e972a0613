"""What the database refuses of the papers of the 议事厅: who counts, what carries, and that a closed session stays."""
# ruff: noqa: S608 - put together from our own words

from fundapp.db.guards import append_only, frozen, no_replace, no_truncate, refuse

BARS = (
    "quorum_over", "quorum_under", "quorum_strict", "pass_over", "pass_under", "pass_strict", "pass_of_members",
    "notice_days",
)  # fmt: skip
_NOTICE = ["body_id", "held_at", "called_at", "called_by_id", "members", "items", "chair_id", *BARS]


def _recused(item: str, present: str = "") -> str:
    return f"(SELECT COUNT(*) FROM council_recusal r{present} WHERE r.item_id = {item})"


def present(session: str, item: str) -> str:
    """Count those present whom an item does not concern."""
    both = f" JOIN council_attendance b ON b.member_id = r.member_id AND b.session_id = {session} AND b.present"
    here = f"(SELECT COUNT(*) FROM council_attendance a WHERE a.session_id = {session} AND a.present)"
    return f"({here} - {_recused(item, both)})"


def closed(session: str) -> str:
    """Tell whether a session is closed."""
    return f"EXISTS (SELECT 1 FROM council_session s WHERE s.id = {session} AND s.closed_at IS NOT NULL)"


def _reached(count: str, whole: str, bar: str) -> str:
    """Tell whether a count reaches the bar that a session pins: ``quorum`` or ``pass``."""
    left, right = f"{count} * NEW.{bar}_under", f"{whole} * NEW.{bar}_over"
    return f"({left} > {right} OR ({left} = {right} AND NOT NEW.{bar}_strict))"


_HERE = present("NEW.id", "i.id")
_MEMBERS = f"(NEW.members - {_recused('i.id')})"
_BASE = f"(CASE WHEN NEW.pass_of_members THEN {_MEMBERS} ELSE {_HERE} END)"

append_only("council_charter")
append_only("council_lot")
append_only("council_draw")
append_only("council_recusal")
append_only("council_confirmation")
frozen("council_motion", ["item_id", "number", "amends_id", "mover_id", "seconder_id", "text", "budget_fen", "at"])
frozen("council_speech", ["item_id", "member_id", "side", "asked_at"])
frozen("council_body", ["place_id", "kind", "made_by_id", "made_at"])
frozen("council_member", ["body_id", "person_id", "name", "seat", "origin", "lot_id", "joined_at", "term_ends_at"])
frozen("council_session", _NOTICE)
refuse(
    "council_charter_next",
    "council_charter",
    "INSERT",
    "NEW.number <> 1 + (SELECT COALESCE(MAX(c.number), 0) FROM council_charter c WHERE c.body_id = NEW.body_id)",
    "the charters of a body follow each other",
)
refuse(
    "council_draw_after_announcement",
    "council_draw",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM council_lot l WHERE l.id = NEW.lot_id AND l.announced_at < NEW.drawn_at)",
    "a lot is drawn after it was announced",
)
refuse(
    "council_item_in_the_notice",
    "council_item",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM council_session s WHERE s.id = NEW.session_id AND NEW.position <= s.items) "
    "OR NEW.outcome IS NOT NULL",
    "nothing outside the notice is on the agenda",
)
refuse(
    "council_item_keeps_its_matter",
    "council_item",
    "UPDATE",
    "NEW.session_id <> OLD.session_id OR NEW.position <> OLD.position OR NEW.title <> OLD.title "
    "OR COALESCE(NEW.project_id, 0) <> COALESCE(OLD.project_id, 0) "
    "OR COALESCE(NEW.from_item_id, 0) <> COALESCE(OLD.from_item_id, 0)",
    "an item stays what was announced",
)
refuse(
    "council_item_comes_back_open",
    "council_item",
    "INSERT",
    "NEW.from_item_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM council_item f "
    "JOIN council_session h ON h.id = f.session_id JOIN council_session n ON n.id = NEW.session_id "
    "WHERE f.id = NEW.from_item_id AND h.closed_at IS NOT NULL "
    "AND ((f.outcome = 'adjourned' AND h.body_id = n.body_id) OR (f.outcome = 'referred' AND h.body_id <> n.body_id)))",
    "only what was adjourned here or handed up from below comes back",
)
refuse(
    "council_recusal_of_a_member",
    "council_recusal",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM council_item i JOIN council_session s ON s.id = i.session_id "
    "JOIN council_member m ON m.body_id = s.body_id WHERE i.id = NEW.item_id AND m.id = NEW.member_id "
    "AND m.seat <> 'observer' AND s.closed_at IS NULL AND i.outcome IS NULL)",
    "a member steps aside before the item is decided",
)
refuse(
    "council_session_stays_closed",
    "council_session",
    "UPDATE",
    "OLD.closed_at IS NOT NULL",
    "a closed session is never changed",
)
refuse(
    "council_session_closes_complete",
    "council_session",
    "UPDATE",
    "NEW.closed_at IS NOT NULL AND ("
    "NOT EXISTS (SELECT 1 FROM council_attendance a WHERE a.session_id = NEW.id AND a.present) "
    "OR NOT EXISTS (SELECT 1 FROM council_item i WHERE i.session_id = NEW.id) "
    "OR EXISTS (SELECT 1 FROM council_item i WHERE i.session_id = NEW.id AND (i.outcome IS NULL "
    f"OR i.votes_for + i.votes_against + i.votes_abstain > {_HERE} "
    f"OR (i.outcome IN ('passed', 'rejected') AND ({_MEMBERS} < 1 OR NOT {_reached(_HERE, _MEMBERS, 'quorum')})) "
    f"OR (i.outcome = 'passed' AND NOT {_reached('i.votes_for', _BASE, 'pass')}) "
    f"OR (i.outcome = 'rejected' AND {_reached('i.votes_for', _BASE, 'pass')}))))",
    "a session closes with attendance, minutes and an outcome for each item",
)
for _table in ("council_item", "council_attendance"):
    for _on, _rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW"))):
        refuse(
            f"{_table}_open_{_on.lower()}",
            _table,
            _on,
            " OR ".join(closed(f"{_row}.session_id") for _row in _rows),
            "a closed session is never changed",
        )
    refuse(f"{_table}_keeps_rows", _table, "DELETE", None, f"{_table} keeps its rows")
    no_truncate(_table)
no_replace("council_item")
no_replace("council_attendance")
refuse(
    "council_item_hands_present",
    "council_item",
    "UPDATE",
    f"NEW.votes_for + NEW.votes_against + NEW.votes_abstain > {present('NEW.session_id', 'NEW.id')}",
    "no more hands than members present",
)
_ITEM_CLOSED = (
    "EXISTS (SELECT 1 FROM council_item i JOIN council_session s ON s.id = i.session_id "
    "WHERE i.id = NEW.item_id AND s.closed_at IS NOT NULL)"
)
_ITEM_DECIDED = "EXISTS (SELECT 1 FROM council_item i WHERE i.id = NEW.item_id AND i.outcome IS NOT NULL)"
for _table in ("council_motion", "council_speech"):
    for _on in ("INSERT", "UPDATE"):
        refuse(f"{_table}_open_{_on.lower()}", _table, _on, _ITEM_CLOSED, "a closed session is never changed")
refuse(
    "council_motion_before_the_outcome",
    "council_motion",
    "INSERT",
    f"{_ITEM_DECIDED} OR (NEW.amends_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM council_motion m "
    "WHERE m.id = NEW.amends_id AND m.item_id = NEW.item_id AND m.amends_id IS NULL))",
    "moved before the outcome, and amended what was moved here",
)
refuse(
    "council_motion_by_members",
    "council_motion",
    "INSERT",
    "(SELECT COUNT(*) FROM council_attendance a JOIN council_item i ON i.session_id = a.session_id "
    "WHERE i.id = NEW.item_id AND a.present AND a.member_id IN (NEW.mover_id, NEW.seconder_id)) <> 2 "
    "OR EXISTS (SELECT 1 FROM council_recusal r WHERE r.item_id = NEW.item_id "
    "AND r.member_id IN (NEW.mover_id, NEW.seconder_id))",
    "two members who are present and whom it does not concern move and second",
)
refuse(
    "council_item_after_amendments",
    "council_item",
    "UPDATE",
    "NEW.outcome IN ('passed', 'rejected') AND EXISTS (SELECT 1 FROM council_motion m WHERE m.item_id = NEW.id "
    "AND m.amends_id IS NOT NULL AND m.outcome IS NULL)",
    "amendments are decided before the motion",
)
refuse(
    "council_confirmation_by_the_chair",
    "council_confirmation",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM council_session s JOIN council_member m ON m.id = s.chair_id "
    "WHERE s.id = NEW.session_id AND m.id = NEW.member_id AND s.closed_at IS NULL AND s.minutes = NEW.minutes "
    "AND (NEW.photo_id IS NOT NULL OR m.person_id = NEW.noted_by_id))",
    "minutes are confirmed by the chair, by her account or on paper",
)
refuse(
    "council_session_confirmed",
    "council_session",
    "UPDATE",
    "NEW.closed_at IS NOT NULL AND NEW.chair_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM council_confirmation c "
    "WHERE c.session_id = NEW.id AND c.minutes = NEW.minutes)",
    "the chair confirms the minutes before a session is closed",
)
