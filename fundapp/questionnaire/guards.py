"""What the database refuses about questionnaires: the window, what a question offers, what may be released."""

from fundapp.db.guards import append_only, refuse
from fundapp.people.code_models import guard_codes

append_only("questionnaire")
append_only("questionnaire_question")
append_only("questionnaire_option")
append_only("questionnaire_answer")
append_only("questionnaire_said")
append_only("questionnaire_release")
guard_codes("questionnaire_code", "questionnaire_id")
refuse(
    "questionnaire_lasts_a_month",
    "questionnaire",
    "INSERT",
    "julianday(NEW.closes_at) - julianday(NEW.opens_at) > 30 + 0.000001",
    "a questionnaire is open for thirty days at most",
    pg_when="NEW.closes_at > NEW.opens_at + INTERVAL '30 days'",
)
refuse(
    "questionnaire_one_at_a_time",
    "questionnaire",
    "INSERT",
    "EXISTS (SELECT 1 FROM questionnaire q WHERE q.project_id = NEW.project_id AND q.closes_at > NEW.asked_at)",
    "a project has one questionnaire at a time",
)
refuse(
    "questionnaire_question_before_answers",
    "questionnaire_question",
    "INSERT",
    "EXISTS (SELECT 1 FROM questionnaire_answer a WHERE a.questionnaire_id = NEW.questionnaire_id)",
    "no question is added once somebody has answered",
)
refuse(
    "questionnaire_option_before_answers",
    "questionnaire_option",
    "INSERT",
    "EXISTS (SELECT 1 FROM questionnaire_answer a JOIN questionnaire_question q "
    "ON q.questionnaire_id = a.questionnaire_id WHERE q.id = NEW.question_id)",
    "no option is added once somebody has answered",
)
refuse(
    "questionnaire_option_of_a_choice",
    "questionnaire_option",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM questionnaire_question q WHERE q.id = NEW.question_id AND q.kind IN ('one', 'several'))",
    "only a choice has options",
)
refuse(
    "questionnaire_answer_in_time",
    "questionnaire_answer",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM questionnaire q WHERE q.id = NEW.questionnaire_id "
    "AND q.opens_at <= NEW.at AND NEW.at < q.closes_at)",
    "a questionnaire is answered while it is open",
)
refuse(
    "questionnaire_answer_counted_on",
    "questionnaire_answer",
    "INSERT",
    "NEW.revision <> 1 + (SELECT COUNT(*) FROM questionnaire_answer a "
    "WHERE a.questionnaire_id = NEW.questionnaire_id AND a.unit_id = NEW.unit_id)",
    "the revisions of a household follow each other",
)
refuse(
    "questionnaire_answer_by_code",
    "questionnaire_answer",
    "INSERT",
    "NEW.channel = 'code' AND NOT EXISTS (SELECT 1 FROM questionnaire_code c "
    "WHERE c.questionnaire_id = NEW.questionnaire_id AND c.unit_id = NEW.unit_id AND c.issued_at <= NEW.at "
    "AND (c.replaced_at IS NULL OR c.replaced_at > NEW.at))",
    "an answer by code needs a living code of the household",
)
refuse(
    "questionnaire_answer_not_from_paper",
    "questionnaire_answer",
    "INSERT",
    "NEW.channel = 'paper' AND EXISTS (SELECT 1 FROM questionnaire_answer a "
    "WHERE a.questionnaire_id = NEW.questionnaire_id AND a.unit_id = NEW.unit_id AND a.channel <> 'paper')",
    "what a household answered itself is not replaced from a paper",
)
refuse(
    "questionnaire_said_within_bounds",
    "questionnaire_said",
    "INSERT",
    "NEW.number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM questionnaire_question q WHERE q.id = NEW.question_id "
    "AND NEW.number BETWEEN q.low AND q.high)",
    "a number lies within the bounds of its question",
)
refuse(
    "questionnaire_release_of_a_text",
    "questionnaire_release",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM questionnaire_said s JOIN questionnaire q ON q.id = s.questionnaire_id "
    "WHERE s.id = NEW.said_id AND s.words IS NOT NULL AND q.closes_at <= NEW.at)",
    "only a text is released, and only after the close",
)
refuse(
    "questionnaire_release_counted_on",
    "questionnaire_release",
    "INSERT",
    "NEW.number <> 1 + (SELECT COUNT(*) FROM questionnaire_release r WHERE r.said_id = NEW.said_id)",
    "the decisions on a text follow each other",
)
