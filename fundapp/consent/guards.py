"""What the database refuses about rounds: the window, the count, the law's shares, each spelled out as SQL.

A round's close is the moment of its early end, else its newest extension, else what it opened with. The voice of a
unit is its holder on the frozen roster under an owners regime, else the unit itself.
"""
# ruff: noqa: S608 - put together from our own words

from fundapp.db.guards import append_only, refuse

append_only("consent_round")
append_only("consent_share")
append_only("consent_extension")
append_only("consent_ending")
append_only("consent_paper")
append_only("consent_answer")
append_only("consent_result")
append_only("consent_void")

CLOSE = (
    "COALESCE((SELECT e.at FROM consent_ending e WHERE e.round_id = r.id), "
    "(SELECT MAX(x.closes_at) FROM consent_extension x WHERE x.round_id = r.id), r.closes_at)"
)
KEYING = (
    "COALESCE((SELECT e.keying_until FROM consent_ending e WHERE e.round_id = r.id), "
    "(SELECT MAX(x.keying_until) FROM consent_extension x WHERE x.round_id = r.id), r.keying_until)"
)
ROUND = "FROM consent_round r WHERE r.id = NEW.round_id"
SETTLED = (
    "EXISTS (SELECT 1 FROM consent_result s WHERE s.round_id = NEW.round_id) "
    "OR EXISTS (SELECT 1 FROM consent_void v WHERE v.round_id = NEW.round_id)"
)


def owners(row: str) -> str:
    """Tell whether a round asks owners."""
    return f"{row}.regime IN ('owners:half', 'owners:three-quarters')"


def reached(part: str, whole: str, share: str) -> str:
    """Tell whether *part* of *whole* reaches a share that the round pins: ``bar`` or ``quorum``."""
    left, right = f"({part}) * r.{share}_q", f"({whole}) * r.{share}_p"
    return f"({left} > {right} OR (NOT r.{share}_strict AND {left} = {right}))"


def standing(columns: str) -> str:
    """Select over the answers of the round that no later revision of their voice has replaced."""
    return (
        f"(SELECT {columns} FROM consent_answer a WHERE a.round_id = NEW.round_id "
        "AND NOT EXISTS (SELECT 1 FROM consent_answer b WHERE b.round_id = a.round_id AND b.voice = a.voice "
        "AND b.revision > a.revision))"
    )


def summed(value: str, *answers: str) -> str:
    """Sum *value* over the answers that are given."""
    listed = ", ".join(f"'{answer}'" for answer in answers)
    return f"COALESCE(SUM(CASE WHEN a.answer IN ({listed}) THEN {value} ELSE 0 END), 0)"


refuse(
    "consent_round_pins_version",
    "consent_round",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM project_version v WHERE v.id = NEW.version_id AND v.project_id = NEW.project_id "
    "AND v.content_hash = NEW.version_hash)",
    "a consent round must name a version of its project by its hash",
)
refuse(
    "consent_round_pins_roster",
    "consent_round",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM roster_snapshot s WHERE s.id = NEW.snapshot_id AND s.place_id = NEW.place_id "
    "AND s.households = NEW.households)",
    "a consent round must stand on a snapshot of its place",
)
refuse(
    "consent_round_counts_heads",
    "consent_round",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM (SELECT COUNT(*) AS units, COUNT(u.holder_id) AS held, "
    "COUNT(DISTINCT u.holder_id) AS holders, COUNT(u.area_cm2) AS measured, SUM(u.area_cm2) AS area "
    "FROM snapshot_unit u WHERE u.snapshot_id = NEW.snapshot_id) c WHERE "
    f"CASE WHEN {owners('NEW')} THEN c.held = c.units AND NEW.heads = c.holders "
    "AND COALESCE(NEW.area_cm2, 0) = CASE WHEN c.measured = c.units THEN c.area ELSE 0 END "
    "ELSE NEW.heads = c.units AND NEW.area_cm2 IS NULL END)",
    "a consent round counts the heads and the area of its snapshot",
)
refuse(
    "consent_round_one_live",
    "consent_round",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_round r WHERE r.project_id = NEW.project_id "
    "AND NOT EXISTS (SELECT 1 FROM consent_void x WHERE x.round_id = r.id) "
    "AND NOT EXISTS (SELECT 1 FROM consent_result s WHERE s.round_id = r.id AND s.outcome = 'undetermined'))",
    "a project has one consent round that is not struck",
)
refuse(
    "consent_share_within_sum",
    "consent_share",
    "INSERT",
    "NEW.share_fen + COALESCE((SELECT SUM(share_fen) FROM consent_share WHERE round_id = NEW.round_id), 0) > COALESCE("
    "(SELECT v.sharing_fen FROM project_version v JOIN consent_round r ON r.version_id = v.id "
    "WHERE r.id = NEW.round_id), 0)",
    "the shares of a round may not exceed the sum that is shared",
)
refuse(
    "consent_share_before_answers",
    "consent_share",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_answer WHERE round_id = NEW.round_id)",
    "shares are fixed before anybody answers",
)
refuse(
    "consent_extension_before_close",
    "consent_extension",
    "INSERT",
    f"NOT EXISTS (SELECT 1 {ROUND} AND NEW.at < {CLOSE} AND NEW.closes_at > {CLOSE} "
    f"AND NEW.closes_at <= r.latest_close) OR EXISTS (SELECT 1 FROM consent_ending e WHERE e.round_id = NEW.round_id) "
    f"OR {SETTLED}",
    "a round is extended before its close, to a later one within the longest window",
)
refuse(
    "consent_extension_next_number",
    "consent_extension",
    "INSERT",
    "NEW.number <> 1 + (SELECT COALESCE(MAX(x.number), 0) FROM consent_extension x WHERE x.round_id = NEW.round_id)",
    "extensions of a round follow each other",
)
refuse(
    "consent_ending_before_close",
    "consent_ending",
    "INSERT",
    f"NOT EXISTS (SELECT 1 {ROUND} AND r.early_end AND NEW.at > r.opens_at AND NEW.at < {CLOSE}) OR {SETTLED}",
    "a round ends early only where its law allows it, while it is open",
)
refuse(
    "consent_ending_won",
    "consent_ending",
    "INSERT",
    f"NOT EXISTS (SELECT 1 {ROUND} AND r.area_cm2 IS NOT NULL AND EXISTS (SELECT 1 FROM "
    + standing(
        f"{summed('1', 'agree')} AS agree, {summed('1', 'agree', 'oppose', 'abstain', 'follow')} AS part, "
        f"{summed('a.area_cm2', 'agree')} AS area, "
        f"{summed('a.area_cm2', 'agree', 'oppose', 'abstain', 'follow')} AS area_part"
    )
    + f" c WHERE {reached('c.part', 'r.heads', 'quorum')} AND {reached('c.area_part', 'r.area_cm2', 'quorum')} "
    f"AND {reached('c.agree', 'r.heads', 'bar')} AND {reached('c.area', 'r.area_cm2', 'bar')}))",
    "a round ends early only when the silent can no longer change its result",
)
refuse(
    "consent_paper_before_close",
    "consent_paper",
    "INSERT",
    f"NOT EXISTS (SELECT 1 {ROUND} AND NEW.registered_at < {CLOSE})",
    "papers are registered before the close",
)
refuse(
    "consent_answer_in_window",
    "consent_answer",
    "INSERT",
    f"NEW.channel <> 'objection' AND NOT EXISTS (SELECT 1 {ROUND} AND NEW.at >= r.opens_at "
    f"AND (NEW.at < CASE WHEN NEW.channel IN ('phone', 'code', 'assisted') THEN {CLOSE} ELSE {KEYING} END "
    "OR (NEW.reason <> '' AND EXISTS (SELECT 1 FROM consent_second_keying k WHERE k.round_id = NEW.round_id "
    "AND k.serial = NEW.serial))))",
    "no answer outside the window of its round",
)
refuse(
    "consent_answer_not_settled",
    "consent_answer",
    "INSERT",
    SETTLED,
    "no answer to a round that is published or struck",
)
refuse(
    "consent_answer_for_voice",
    "consent_answer",
    "INSERT",
    f"NOT EXISTS (SELECT 1 FROM consent_round r JOIN snapshot_unit u ON u.snapshot_id = r.snapshot_id "
    f"WHERE r.id = NEW.round_id AND u.unit_id = NEW.unit_id AND CASE WHEN {owners('r')} THEN NEW.voice = u.holder_id "
    "AND COALESCE(NEW.area_cm2, 0) = (SELECT CASE WHEN COUNT(*) = COUNT(h.area_cm2) THEN SUM(h.area_cm2) ELSE 0 END "
    "FROM snapshot_unit h WHERE h.snapshot_id = r.snapshot_id AND h.holder_id = u.holder_id) "
    "ELSE NEW.voice = NEW.unit_id AND NEW.area_cm2 IS NULL END)",
    "an answer is the voice of its unit on the frozen roster",
)
refuse(
    "consent_answer_follow_named",
    "consent_answer",
    "INSERT",
    f"NEW.answer = 'follow' AND NOT EXISTS (SELECT 1 {ROUND} AND r.follow)",
    "to follow is an answer only where the rules of the round name it",
)
refuse(
    "consent_answer_next_revision",
    "consent_answer",
    "INSERT",
    "NEW.revision <> 1 + (SELECT COALESCE(MAX(a.revision), 0) FROM consent_answer a "
    "WHERE a.round_id = NEW.round_id AND a.voice = NEW.voice)",
    "revisions of an answer follow each other",
)
refuse(
    "consent_answer_by_household",
    "consent_answer",
    "INSERT",
    "NEW.channel = 'phone' AND NOT EXISTS (SELECT 1 FROM unit_binding b WHERE b.unit_id = NEW.unit_id "
    "AND b.person_id = NEW.person_id AND b.starts_at <= NEW.at AND (b.ends_at IS NULL OR b.ends_at > NEW.at))",
    "only a person of the household answers by phone",
)
refuse(
    "consent_answer_corrects",
    "consent_answer",
    "INSERT",
    "NEW.reason <> '' AND NEW.channel <> 'objection' AND NOT EXISTS (SELECT 1 FROM consent_answer a "
    "WHERE a.round_id = NEW.round_id AND a.serial = NEW.serial AND a.scan_id = NEW.scan_id)",
    "a correction needs a paper that was keyed in",
)
refuse(
    "consent_answer_phone_stands",
    "consent_answer",
    "INSERT",
    "NEW.channel IN ('paper', 'door') AND NEW.reason = '' AND EXISTS (SELECT 1 FROM consent_answer a "
    "JOIN consent_round r ON r.id = a.round_id WHERE a.round_id = NEW.round_id AND a.voice = NEW.voice "
    f"AND a.channel IN ('phone', 'code', 'assisted') AND NEW.at >= {CLOSE})",
    "after the close no paper replaces an answer given by phone",
)
refuse(
    "consent_result_after_close",
    "consent_result",
    "INSERT",
    f"NOT EXISTS (SELECT 1 {ROUND} AND r.heads = NEW.heads AND COALESCE(r.area_cm2, 0) = COALESCE(NEW.area_cm2, 0) "
    f"AND NEW.at >= {CLOSE} AND (NEW.keying_complete OR NEW.at >= {KEYING}))",
    "no result before the close and the keying in of paper",
)
refuse(
    "consent_result_not_void",
    "consent_result",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_void x WHERE x.round_id = NEW.round_id)",
    "no result of a round that was struck",
)
_ANSWERS = ("agree", "oppose", "abstain", "follow")
refuse(
    "consent_result_counted",
    "consent_result",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM "
    + standing(
        ", ".join(
            f"{summed('1', answer)} AS {answer}, {summed('a.area_cm2', answer)} AS area_{answer}" for answer in _ANSWERS
        )
    )
    + " c WHERE "
    + " AND ".join(f"c.{answer} = NEW.{answer}" for answer in _ANSWERS)
    + " AND (NEW.area_cm2 IS NULL OR ("
    + " AND ".join(f"c.area_{answer} = NEW.area_{answer}" for answer in _ANSWERS)
    + ")))",
    "a result is counted from the answers",
)
refuse(
    "consent_result_within_law",
    "consent_result",
    "INSERT",
    f"(NEW.outcome = 'advice') <> EXISTS (SELECT 1 {ROUND} AND r.regime = 'council') "
    f"OR NEW.outcome = 'passed' AND NOT EXISTS (SELECT 1 {ROUND} AND "
    f"(r.quorum_p IS NULL OR {reached('NEW.participating', 'NEW.heads', 'quorum')}) AND "
    f"CASE WHEN r.quorum_p IS NULL THEN {reached('NEW.agree', 'NEW.heads', 'bar')} "
    f"ELSE {reached('NEW.agree + NEW.follow', 'NEW.participating', 'bar')} END AND "
    f"(NOT {owners('r')} OR (NEW.area_cm2 IS NOT NULL "
    f"AND {reached('NEW.area_participating', 'NEW.area_cm2', 'quorum')} "
    f"AND {reached('NEW.area_agree + NEW.area_follow', 'NEW.area_participating', 'bar')})))",
    "a result passes only where the shares that its round pins are reached",
)
refuse(
    "consent_result_of_standing_text",
    "consent_result",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_round r JOIN project_version asked ON asked.id = r.version_id "
    "JOIN project_version later ON later.project_id = asked.project_id AND later.number > asked.number "
    "WHERE r.id = NEW.round_id AND later.material)",
    "what was asked has changed since: no result binds the changed text",
)
refuse(
    "unit_stands_in_consent",
    "unit",
    "UPDATE OF ended_at",
    "NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL AND EXISTS (SELECT 1 FROM consent_round r "
    "JOIN snapshot_unit s ON s.snapshot_id = r.snapshot_id WHERE s.unit_id = NEW.id "
    "AND NOT EXISTS (SELECT 1 FROM consent_result x WHERE x.round_id = r.id) "
    "AND NOT EXISTS (SELECT 1 FROM consent_void v WHERE v.round_id = r.id))",
    "no unit is split or merged while a consent round stands on it",
)
