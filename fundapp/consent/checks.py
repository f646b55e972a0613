"""What ``fundapp check`` recounts: every published result, from the answers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentResult, ConsentRound
from fundapp.consent.queries import count_round
from fundapp.db.checking import Check, CheckResult


def check_results(session: Session) -> CheckResult:
    """Count every published round again and compare all its numbers and the outcome."""
    rows = session.execute(
        select(ConsentRound, ConsentResult)
        .join(ConsentResult, ConsentResult.round_id == ConsentRound.id)
        .order_by(ConsentRound.id)
    ).all()
    for number, (round_, result) in enumerate(rows, start=1):
        count = count_round(session, round_)
        counted = (count.agree, count.oppose, count.abstain, count.silent, count.needed, count.result)
        told = (result.agree, result.oppose, result.abstain, result.silent, result.needed, result.outcome.value)
        if counted != told:
            return CheckResult(number, f"consent_result:{result.id} says {told}, its answers say {counted}")
    return CheckResult(len(rows))


CHECKS: tuple[Check, ...] = (Check("consent.results", check_results),)
