"""What ``fundapp check`` recomputes of programmes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.programmes.models import PolicyVersion, Programme
from fundapp.programmes.rules import parts_hash


def check_policies(session: Session) -> CheckResult:
    """Recompute the hash of every policy version, and that each programme's are numbered from one without a gap."""
    rows = session.scalars(select(PolicyVersion).order_by(PolicyVersion.programme_id, PolicyVersion.number)).all()
    numbers: dict[int, int] = dict.fromkeys(session.scalars(select(Programme.id).order_by(Programme.id)), 0)
    for row in rows:
        numbers[row.programme_id] = numbers.get(row.programme_id, 0) + 1
        if row.parts_hash != parts_hash(row.parts):
            return CheckResult(len(rows), f"policy_version {row.id}: parts do not have the hash that is kept")
        if row.number != numbers[row.programme_id]:
            return CheckResult(len(rows), f"policy_version {row.id}: number {row.number} is out of order")
    bare = [programme_id for programme_id, count in numbers.items() if count == 0]
    return CheckResult(len(rows), f"programme {bare[0]}: has no policy" if bare else None)


CHECKS = (Check("policy versions", check_policies),)
