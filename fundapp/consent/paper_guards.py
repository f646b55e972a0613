"""What the database refuses about paper: sheets of other doors, a neighbour too many, results with sheets out."""
# ruff: noqa: S608 - put together from our own words

from fundapp.db.guards import append_only, frozen, refuse

_SETTLED = (
    "EXISTS (SELECT 1 FROM consent_result s WHERE s.round_id = NEW.round_id) "
    "OR EXISTS (SELECT 1 FROM consent_preliminary p WHERE p.round_id = NEW.round_id) "
    "OR EXISTS (SELECT 1 FROM consent_void v WHERE v.round_id = NEW.round_id)"
)
_KEYED = "EXISTS (SELECT 1 FROM consent_answer a WHERE a.round_id = NEW.round_id AND a.serial = NEW.serial{more})"

frozen("consent_helper", ["round_id", "person_id", "made_by_id", "made_at"])
append_only("consent_book")
append_only("consent_line")
append_only("consent_evidence")
append_only("consent_second_keying")
append_only("consent_third_look")
append_only("consent_sheet_end")
append_only("consent_visit")

refuse(
    "consent_line_before_keying",
    "consent_line",
    "INSERT",
    _KEYED.format(more=""),
    "a sheet is printed for a door before anything is keyed in from it",
)
refuse(
    "consent_answer_on_its_line",
    "consent_answer",
    "INSERT",
    "NEW.serial IS NOT NULL AND EXISTS (SELECT 1 FROM consent_line l WHERE l.round_id = NEW.round_id "
    "AND l.serial = NEW.serial AND l.unit_id <> NEW.unit_id)",
    "a line that is printed for one door takes no answer of another",
)
refuse(
    "consent_answer_not_void_sheet",
    "consent_answer",
    "INSERT",
    "NEW.serial IS NOT NULL AND EXISTS (SELECT 1 FROM consent_sheet_end e WHERE e.round_id = NEW.round_id "
    "AND e.serial = NEW.serial AND e.how = 'void')",
    "nothing is keyed in from a sheet that is void",
)
refuse(
    "consent_evidence_of_paper",
    "consent_evidence",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM consent_answer a WHERE a.id = NEW.answer_id AND a.round_id = NEW.round_id "
    "AND a.serial = NEW.serial)",
    "evidence belongs to an answer of its sheet",
)
refuse(
    "consent_evidence_proxies",
    "consent_evidence",
    "INSERT",
    "NEW.proxy_id IS NOT NULL AND NEW.proxies_most <= (SELECT COUNT(DISTINCT a.unit_id) FROM consent_evidence e "
    "JOIN consent_answer a ON a.id = e.answer_id WHERE e.proxy_id = NEW.proxy_id AND a.unit_id <> "
    "(SELECT o.unit_id FROM consent_answer o WHERE o.id = NEW.answer_id) AND NOT EXISTS ("
    "SELECT 1 FROM consent_answer m "
    "WHERE m.round_id = a.round_id AND m.serial = a.serial AND m.id > a.id AND m.unit_id <> a.unit_id))",
    "a proxy-holder speaks for no more households than the rules allow",
)
refuse(
    "consent_second_keying_apart",
    "consent_second_keying",
    "INSERT",
    f"{_KEYED.format(more=' AND a.person_id = NEW.person_id')} "
    f"OR NOT {_KEYED.format(more=' AND a.person_id = NEW.first_by_id')} OR {_SETTLED}",
    "the second keying is another person's, before the result",
)
refuse(
    "consent_second_keying_on_its_line",
    "consent_second_keying",
    "INSERT",
    "EXISTS (SELECT 1 FROM consent_line l WHERE l.round_id = NEW.round_id AND l.serial = NEW.serial "
    "AND l.unit_id <> NEW.unit_id)",
    "a line that is printed for one door takes no answer of another",
)
refuse(
    "consent_third_look_before_result",
    "consent_third_look",
    "INSERT",
    f"NOT EXISTS (SELECT 1 FROM consent_second_keying k WHERE k.round_id = NEW.round_id AND k.serial = NEW.serial "
    f"AND k.first_by_id = NEW.first_by_id) OR {_SETTLED}",
    "a third look follows a second keying, before the result",
)
refuse(
    "consent_sheet_end_of_open_sheet",
    "consent_sheet_end",
    "INSERT",
    f"{_KEYED.format(more='')} OR EXISTS (SELECT 1 FROM consent_sheet_end e WHERE e.round_id = NEW.round_id "
    f"AND e.serial = NEW.serial AND e.how = 'void') OR {_SETTLED}",
    "only a sheet that is still out is void or missing",
)
refuse("consent_visit_before_result", "consent_visit", "INSERT", _SETTLED, "visits are noted before the result")
_SHEETS_OUT = (
    "EXISTS (SELECT 1 FROM consent_paper p WHERE p.round_id = NEW.round_id "
    "AND NOT EXISTS (SELECT 1 FROM consent_answer a WHERE a.round_id = p.round_id AND a.serial = p.serial) "
    "AND NOT EXISTS (SELECT 1 FROM consent_sheet_end e WHERE e.round_id = p.round_id AND e.serial = p.serial))"
)
_DIFFERENCE = (
    "EXISTS (SELECT 1 FROM consent_second_keying k JOIN consent_answer a ON a.round_id = k.round_id "
    "AND a.serial = k.serial WHERE k.round_id = NEW.round_id "
    "AND a.id = (SELECT MAX(n.id) FROM consent_answer n WHERE n.round_id = k.round_id AND n.serial = k.serial) "
    "AND (a.unit_id <> k.unit_id OR a.answer <> k.answer) AND NOT EXISTS (SELECT 1 FROM consent_third_look t "
    "WHERE t.round_id = k.round_id AND t.serial = k.serial AND t.unit_id = a.unit_id AND t.answer = a.answer "
    "AND t.id = (SELECT MAX(m.id) FROM consent_third_look m WHERE m.round_id = k.round_id AND m.serial = k.serial)))"
)
for _table in ("consent_preliminary", "consent_result"):
    refuse(
        f"{_table}_sheets_accounted",
        _table,
        "INSERT",
        _SHEETS_OUT,
        "no result before each printed sheet is keyed in, void or missing",
    )
    refuse(
        f"{_table}_no_difference", _table, "INSERT", _DIFFERENCE, "no result while two people read a sheet differently"
    )
