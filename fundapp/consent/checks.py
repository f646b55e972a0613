"""What ``fundapp check`` recounts: every published result, from the answers."""

from dataclasses import asdict

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fundapp.consent.models import ConsentPreliminary, ConsentResult, ConsentRound, ConsentShare
from fundapp.consent.queries import count_round
from fundapp.db.checking import Check, CheckResult
from fundapp.projects.models import ProjectVersion


def check_results(session: Session) -> CheckResult:
    """Count every published round again and compare all its numbers and the outcome."""
    rows = session.execute(
        select(ConsentRound, ConsentResult)
        .join(ConsentResult, ConsentResult.round_id == ConsentRound.id)
        .order_by(ConsentRound.id)
    ).all()
    for number, (round_, result) in enumerate(rows, start=1):
        counted = asdict(count_round(session, round_))
        told = {name: getattr(result, name) for name in counted if name != "result"}
        told["result"] = result.outcome.value
        wrong = [
            f"{name} {told[name]} (its answers: {counted[name]})" for name in counted if told[name] != counted[name]
        ]
        if wrong:
            return CheckResult(number, f"consent_result:{result.id} says {', '.join(wrong)}")
    return CheckResult(len(rows))


def check_shares(session: Session) -> CheckResult:
    """Sum up what the households of each round bear: all of the shared sum, or nothing where none is shared."""
    summed = (
        select(ConsentShare.round_id, func.sum(ConsentShare.share_fen).label("fen"))
        .group_by(ConsentShare.round_id)
        .subquery()
    )
    rows = session.execute(
        select(ConsentRound.id, ProjectVersion.sharing_fen, summed.c.fen)
        .join(ProjectVersion, ProjectVersion.id == ConsentRound.version_id)
        .outerjoin(summed, summed.c.round_id == ConsentRound.id)
        .where(or_(ProjectVersion.sharing_fen.is_not(None), summed.c.fen.is_not(None)))
        .order_by(ConsentRound.id)
    ).all()
    for number, (round_id, told, borne) in enumerate(rows, start=1):
        if told != borne:
            return CheckResult(number, f"consent_round:{round_id} shares {told}, its households bear {borne}")
    return CheckResult(len(rows))


def check_preliminaries(session: Session) -> CheckResult:
    """Count every round that was announced again and compare its newest preliminary result."""
    newest = select(func.max(ConsentPreliminary.id)).group_by(ConsentPreliminary.round_id)
    rows = session.execute(
        select(ConsentRound, ConsentPreliminary)
        .join(ConsentPreliminary, ConsentPreliminary.round_id == ConsentRound.id)
        .where(ConsentPreliminary.id.in_(newest))
        .order_by(ConsentRound.id)
    ).all()
    for number, (round_, kept) in enumerate(rows, start=1):
        counted = asdict(count_round(session, round_))
        if (counted, counted["result"]) != (kept.numbers, kept.outcome):
            return CheckResult(number, f"consent_preliminary:{kept.id} says {kept.numbers}, its answers say {counted}")
    return CheckResult(len(rows))


CHECKS: tuple[Check, ...] = (
    Check("consent.results", check_results),
    Check("consent.preliminaries", check_preliminaries),
    Check("consent.shares", check_shares),
)
