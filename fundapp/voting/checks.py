"""What ``fundapp check`` recomputes of rounds: fingerprints, ballots, receipts, results."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from fundapp.db.checking import Check, CheckResult
from fundapp.db.types import canonical
from fundapp.kernel.money import fen
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit
from fundapp.voting.after_models import VoteBinding
from fundapp.voting.box import fingerprint, next_root, root_of
from fundapp.voting.box_models import VoteBox, VoteBoxClosing, VoteBoxRoot
from fundapp.voting.mixing import marks_hash
from fundapp.voting.models import (
    VoteBallot,
    VoteCandidate,
    VoteChoice,
    VoteOpening,
    VoteResult,
    VoteRound,
    VoteStanding,
)
from fundapp.voting.move_models import VoteMove
from fundapp.voting.override_models import VoteOverride, VoteOverrideSignature
from fundapp.voting.queries import (
    bindings,
    bound_of_round,
    candidates_of,
    frozen_terms,
    is_mixed,
    leaf_of_row,
    leave_of,
    loose_of,
    loose_rounds,
    moved_rounds,
    moves_with_projects,
    prints_of,
    recount,
    results_unbound,
    sealed_of,
)
from fundapp.voting.reentry import Skip
from fundapp.voting.rounds import outcome_record, rules_hash, standings
from fundapp.voting.secrecy import Secrecy


def check_rules(session: Session) -> CheckResult:
    """Recompute the fingerprint of every opened round."""
    rows = session.execute(
        select(VoteRound, VoteOpening, RosterSnapshot.roster_hash)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(RosterSnapshot, RosterSnapshot.id == VoteOpening.snapshot_id)
        .order_by(VoteRound.id)
    ).all()
    for number, (round_, opening, roster_hash) in enumerate(rows, start=1):
        candidates = candidates_of(session, round_.id)
        if sorted(opening.lots) != [row.project_id for row in candidates]:
            return CheckResult(number, f"vote_opening:{opening.id} has lots for other projects")
        frozen = frozen_terms(session, round_, candidates, opening.lots, (opening.snapshot_id, roster_hash))
        if rules_hash(frozen) != opening.rules_hash:
            return CheckResult(number, f"vote_round:{round_.id} is not what was opened")
    return CheckResult(len(rows))


def check_ballots(session: Session) -> CheckResult:
    """Compare every ballot with its choices, its roster, its window and its round's rules."""
    named = select(func.count()).where(VoteChoice.ballot_id == VoteBallot.id).scalar_subquery()
    is_named = VoteRound.secrecy == Secrecy.NAMED
    given = select(func.coalesce(func.sum(VoteChoice.points), 0)).where(VoteChoice.ballot_id == VoteBallot.id)
    dearest = select(func.coalesce(func.max(VoteChoice.points), 0)).where(VoteChoice.ballot_id == VoteBallot.id)
    on_roster = (
        select(SnapshotUnit.unit_id)
        .where(SnapshotUnit.snapshot_id == VoteOpening.snapshot_id, SnapshotUnit.unit_id == VoteBallot.unit_id)
        .exists()
    )
    wrong = session.scalar(
        select(VoteBallot.id)
        .join(VoteRound, VoteRound.id == VoteBallot.round_id)
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .where(
            (named != case((is_named, VoteBallot.choices), else_=0))
            | ((VoteRound.secrecy == Secrecy.SIMPLE) != VoteBallot.marks_hash.is_not(None))
            | (VoteBallot.choices > VoteRound.max_choices)
            | (given.scalar_subquery() > VoteRound.points)
            | (dearest.scalar_subquery() > VoteRound.most_points)
            | (VoteBallot.rules_hash != VoteOpening.rules_hash)
            | (VoteBallot.at < VoteRound.opens_at)
            | (VoteBallot.at >= VoteRound.closes_at)
            | ~on_roster
        )
        .order_by(VoteBallot.id)
        .limit(1)
    )
    count = session.scalar(select(func.count()).select_from(VoteBallot)) or 0
    return CheckResult(count, None if wrong is None else f"vote_ballot:{wrong} does not fit its round")


def check_loose(session: Session) -> CheckResult:
    """Compare what each ballot of a simple round names with its fingerprint; once mixed, nothing is left."""
    count = 0
    for round_id in loose_rounds(session):
        loose, prints = loose_of(session, round_id), prints_of(session, round_id)
        kept = {} if is_mixed(session, round_id) else prints
        for ballot_id, marks in sorted(loose.items()):
            count += 1
            if (marks or kept.get(ballot_id)) and marks_hash(marks) != kept.get(ballot_id):
                return CheckResult(count, f"vote_loose:{ballot_id} is not what its ballot was cast with")
    return CheckResult(count)


def check_unique(session: Session) -> CheckResult:
    """Look for a household with two ballots and for a receipt code that was given twice."""
    count = session.scalar(select(func.count()).select_from(VoteBallot)) or 0
    for columns in ((VoteBallot.round_id, VoteBallot.unit_id), (VoteBallot.receipt_code,)):
        twice = session.scalar(
            select(func.max(VoteBallot.id)).group_by(*columns).having(func.count() > 1).order_by(*columns).limit(1)
        )
        if twice is not None:
            return CheckResult(count, f"vote_ballot:{twice} is there twice")
    return CheckResult(count)


def check_box(session: Session) -> CheckResult:
    """Compare every row of a box with its own fingerprint, and with the last root if it was written before it."""
    left, faults = _rooted(session)
    if faults:
        return CheckResult(len(left), faults[0])
    rows = session.scalars(select(VoteBox).order_by(VoteBox.round_id, VoteBox.unit_id)).all()
    last = {round_id: at for round_id, at in session.execute(_LAST_ROOTS)}
    for number, row in enumerate(rows, start=1):
        known = left.pop((row.round_id, str(row.unit_id)), None)
        before = row.round_id in last and row.at < last[row.round_id]
        if leaf_of_row(row) != row.leaf or (before and known != row.leaf):
            return CheckResult(number, f"vote_box:{row.round_id},{row.unit_id} is not what was put in")
    for round_id, unit_id in left:
        return CheckResult(len(rows), f"vote_box:{round_id},{unit_id} was there at the last root and is gone")
    return CheckResult(len(rows), _closed_otherwise(session))


_LAST_ROOTS = select(VoteBoxRoot.round_id, func.max(VoteBoxRoot.at)).group_by(VoteBoxRoot.round_id)


def _rooted(session: Session) -> tuple[dict[tuple[int, str], str], list[str]]:
    """Give the fingerprint of each row at the last root of its box, and every root that is wrong."""
    found: dict[tuple[int, str], str] = {}
    faults: list[str] = []
    before: dict[int, str] = {}
    query = select(VoteBoxRoot).join(VoteOpening, VoteOpening.round_id == VoteBoxRoot.round_id)
    for row in session.scalars(query.order_by(VoteBoxRoot.round_id, VoteBoxRoot.number)):
        if next_root(before.get(row.round_id, ""), row.changed) != row.root:
            faults.append(f"vote_box_root:{row.id} does not follow from the root before")
        before[row.round_id] = row.root
        found |= {(row.round_id, unit_id): leaf for unit_id, leaf in row.changed.items()}
    return found, faults


def _closed_otherwise(session: Session) -> str | None:
    query = select(VoteBoxClosing).join(VoteOpening, VoteOpening.round_id == VoteBoxClosing.round_id)
    for closing in session.scalars(query.order_by(VoteBoxClosing.id)):
        prints = sorted(fingerprint(bytes.fromhex(one)) for one in sealed_of(session, closing.round_id))
        if prints != closing.fingerprints or root_of(prints) != closing.root:
            return f"vote_box_closing:{closing.id} lists other ballots than its box holds"
    return None


def check_results(session: Session) -> CheckResult:
    """Count every published round again, and compare outcome, numbers and standings."""
    results = session.scalars(select(VoteResult).order_by(VoteResult.id)).all()
    for number, result in enumerate(results, start=1):
        outcome = recount(session, result.round_id)
        told = (result.ballots, result.invalid, fen(result.cost_fen), canonical(result.outcome))
        counted = (outcome.ballots, outcome.invalid, outcome.cost, canonical(outcome_record(outcome)))
        if told != counted:
            return CheckResult(number, f"vote_result:{result.id} is not what its ballots say")
        ranked = {
            (one.project_id, one.selected, one.rank, one.votes, one.points, one.why) for one in standings(outcome)
        }
        if _standing(session, result.round_id) != ranked:
            return CheckResult(number, f"vote_standing of vote_round:{result.round_id} is not what its ballots say")
    return CheckResult(len(results))


def _standing(session: Session, round_id: int) -> set[tuple[object, ...]]:
    rows = session.execute(
        select(
            VoteCandidate.project_id,
            VoteStanding.selected,
            VoteStanding.rank,
            VoteStanding.votes,
            VoteStanding.points,
            VoteStanding.why,
        )
        .join(VoteCandidate, VoteCandidate.id == VoteStanding.candidate_id)
        .where(VoteStanding.round_id == round_id)
    )
    return {tuple(row) for row in rows}


def check_overrides(session: Session) -> CheckResult:
    """Look for a signed decision of one person alone, or one whose projects cost more than its round has."""
    rows = session.execute(
        select(VoteOverride, VoteOverrideSignature, VoteRound.budget_fen)
        .join(VoteOverrideSignature, VoteOverrideSignature.override_id == VoteOverride.id)
        .join(VoteRound, VoteRound.id == VoteOverride.round_id)
        .order_by(VoteOverrideSignature.id)
    ).all()
    for number, (one, sign, budget) in enumerate(rows, start=1):
        alone = sign.person_id == one.drafted_by_id or sign.at < one.drafted_at
        if alone or fen(sign.cost_fen) > fen(budget) or sign.budget_fen != budget:
            return CheckResult(number, f"vote_override:{one.id} is not signed by two within the money of its round")
    return CheckResult(len(rows))


def check_bound(session: Session) -> CheckResult:
    """Compare what binds with what was counted, and look for a result without a notice that does not bind."""
    rows = bindings(session)
    for number, row in enumerate(rows, start=1):
        bound = bound_of_round(session, row.round_id)
        costs = {one.project_id: fen(one.cost_fen) for one in candidates_of(session, row.round_id)}
        told = (tuple(row.selected), tuple(row.reserve), fen(row.cost_fen))
        if told != (bound.selected, bound.reserve, sum(costs[project_id] for project_id in bound.selected)):
            return CheckResult(number, f"vote_binding:{row.id} is not what its round came to")
    left = results_unbound(session)
    return CheckResult(len(rows), None if left is None else f"vote_result of vote_round:{left} does not bind")


def check_moves(session: Session) -> CheckResult:
    """Replay who fell out and came in: by two, by rank, and never more in than the money of the round."""
    bound, count = {row.round_id: row for row in bindings(session)}, 0
    for round_id in moved_rounds(session):
        moves = moves_with_projects(session, round_id)
        fault = _replayed(session, bound[round_id], moves)
        count += len(moves)
        if fault:
            return CheckResult(count, fault)
    return CheckResult(count)


def _replayed(session: Session, binding: VoteBinding, moves: list[tuple[VoteMove, int]]) -> str | None:
    costs = {row.project_id: fen(row.cost_fen) for row in candidates_of(session, binding.round_id)}
    inside, reserve, cost = list(binding.selected), list(binding.reserve), fen(binding.cost_fen)
    for row, project_id in moves:
        start, end = (reserve, inside) if row.enters else (inside, reserve)
        if project_id not in start:
            return f"vote_move:{row.id} moves a project that was not there"
        before = reserve[: reserve.index(project_id)] if row.enters else []
        dear = [number for number, why in row.skipped if why == Skip.DEAR]
        left = fen(binding.budget_fen) - cost
        if [number for number, _why in row.skipped] != before or any(costs[number] <= left for number in dear):
            return f"vote_move:{row.id} passed over a project that was next"
        cost += costs[project_id] if row.enters else -costs[project_id]
        start.remove(project_id)
        if row.enters:
            end.append(project_id)
        elif leave_of(session, binding.round_id, row.leave_id or 0).asked_by_id == row.person_id:
            return f"vote_move:{row.id} was asked and confirmed by one person"
        if fen(row.cost_fen) != cost or cost > fen(binding.budget_fen):
            return f"vote_move:{row.id} does not add up"
    return None


CHECKS: tuple[Check, ...] = (
    Check("voting.rules", check_rules),
    Check("voting.ballots", check_ballots),
    Check("voting.loose", check_loose),
    Check("voting.one_each", check_unique),
    Check("voting.box", check_box),
    Check("voting.results", check_results),
    Check("voting.overrides", check_overrides),
    Check("voting.bound", check_bound),
    Check("voting.moves", check_moves),
)
