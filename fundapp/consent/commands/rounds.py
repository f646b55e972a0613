"""Open a round, register its papers, publish its result, strike it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.shares import fix_shares
from fundapp.consent.events import ResultPublished, RoundOpened, RoundVoided
from fundapp.consent.models import ConsentPaper, ConsentResult, ConsentRound, ConsentVoid, Outcome
from fundapp.consent.policy import (
    MOST_SHEETS,
    RoundState,
    Terms,
    check_may_publish,
    check_takes_sheets,
    check_window,
    check_worker,
    state_of,
    terms_of,
)
from fundapp.consent.rules import Regime
from fundapp.db.wiring import tell
from fundapp.db.work import lock
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.programmes.queries import get_policy
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.projects.rules import Stage
from fundapp.rosters.commands import freeze_roster


@dataclass(frozen=True)
class OpenRound:
    """Ask the households about a project; ``opens_at`` none: now; ``closes_at`` none: the policy's usual days."""

    project_id: int
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True)
class RegisterPapers:
    """Take *count* further numbered sheets into a round's register."""

    round_id: int
    count: int


@dataclass(frozen=True)
class PublishResult:
    """Publish a round's result; ``keying_complete`` says that no paper is outstanding."""

    round_id: int
    keying_complete: bool = False


def open_round(session: Session, actor: Actor, cmd: OpenRound, clock: Clock) -> ConsentRound:
    """Freeze the roster and the rule, and ask the households of the project's place.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the project does not stand at 可行; its policy's rule cannot be counted on a roster of doors; the
            window is wrong; a sum is to be shared by a rule for which the register lacks an area or a floor.

    Source: design.md rules 3 and 4; peers.md failure 17.

    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    project = get_project(session, cmd.project_id)
    check_worker(actor, project.place_path)
    terms = terms_for(session, project)
    opens_at = cmd.opens_at or now
    closes_at = cmd.closes_at or opens_at + timedelta(days=terms.days)
    check_window(opens_at, closes_at, now)
    round_ = _pinned(session, actor, project, terms, now, opens_at, closes_at)
    fix_shares(session, round_)
    move_on(session, actor, project.id, Stage.CONSENTING, now)
    record(session, actor, "consent.open", f"consent_round:{round_.id}", now, households=round_.households)
    tell(session, RoundOpened(round_.id, project.id, round_.place_id, opens_at, closes_at))
    return round_


def terms_for(session: Session, project: ProjectRow) -> Terms:
    """Give the terms under which a project's households may be asked.

    Raises:
        Refused: the project does not stand at 可行, or its policy asks owners by holder and area.

    """
    if project.stage is not Stage.FEASIBLE or project.policy_version_id is None:
        raise Refused("consent.not_feasible")
    terms = terms_of(get_policy(session, project.policy_version_id).parts)
    if Regime.of_text(terms.regime).owners:
        raise Refused("consent.owners_need_register")
    return terms


def _pinned(
    session: Session, actor: Actor, project: ProjectRow, terms: Terms, now: datetime, opens: datetime, closes: datetime
) -> ConsentRound:
    version_id, version_hash = queries.newest_version(session, project.id)
    snapshot = freeze_roster(session, actor, project.place_id, now)
    round_ = ConsentRound(
        project_id=project.id,
        version_id=version_id,
        version_hash=version_hash,
        place_id=project.place_id,
        snapshot_id=snapshot.id,
        households=snapshot.households,
        policy_version_id=project.policy_version_id,
        regime=terms.regime,
        opens_at=opens,
        closes_at=closes,
        keying_until=closes + timedelta(days=terms.keying_days),
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(round_)
    session.flush()
    return round_


def hold(session: Session, round_id: int, now_of: Clock) -> tuple[ConsentRound, RoundState, datetime]:
    """Lock a round, then read the clock and tell where the round stands.

    Raises:
        NotVisible: there is none of this number.

    """
    round_ = lock(session, ConsentRound, round_id)
    if round_ is None:
        raise NotVisible
    now = now_of.now(session)
    published, void = queries.ended(session, round_id)
    return round_, state_of(round_, now, published=published, void=void), now


def register_papers(session: Session, actor: Actor, cmd: RegisterPapers, clock: Clock) -> list[ConsentPaper]:
    """Register the next numbered sheets, to be printed and handed out before the close.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the answering has closed, or more sheets than one may print at once.

    """
    round_, state, now = hold(session, cmd.round_id, clock)
    check_worker(actor, queries.path_of(session, round_.place_id))
    check_takes_sheets(round_, state)
    if not 1 <= cmd.count <= MOST_SHEETS:
        raise Refused("consent.too_many_sheets", field="count", most=MOST_SHEETS)
    query = select(func.coalesce(func.max(ConsentPaper.serial), 0)).where(ConsentPaper.round_id == round_.id)
    last: int = session.scalar(query) or 0
    papers = [
        ConsentPaper(round_id=round_.id, serial=last + n, registered_by_id=actor.person_id, registered_at=now)
        for n in range(1, cmd.count + 1)
    ]
    session.add_all(papers)
    record(session, actor, "consent.register_papers", f"consent_round:{round_.id}", now, count=cmd.count)
    return papers


def publish_result(session: Session, actor: Actor, cmd: PublishResult, clock: Clock) -> ConsentResult:
    """Count the answers, publish the result, and move the project to 已同意 or 不通过.

    Raises:
        Forbidden: not the worker of the community.
        Refused: before the close or while paper is outstanding; published or struck already.

    """
    project = lock_project(session, queries.project_of(session, cmd.round_id))
    round_, state, now = hold(session, cmd.round_id, clock)
    check_worker(actor, queries.path_of(session, round_.place_id))
    check_may_publish(round_, state, cmd.keying_complete)
    count = queries.count_round(session, round_)
    result = ConsentResult(
        round_id=round_.id,
        households=round_.households,
        agree=count.agree,
        oppose=count.oppose,
        abstain=count.abstain,
        silent=count.silent,
        needed=count.needed,
        outcome=Outcome(count.result),
        keying_complete=cmd.keying_complete,
        published_by_id=actor.person_id,
        at=now,
    )
    session.add(result)
    session.flush()
    passed = result.outcome is Outcome.PASSED
    move_on(session, actor, project.id, Stage.CONSENTED if passed else Stage.REJECTED, now, _told(result))
    record(session, actor, "consent.publish", f"consent_round:{round_.id}", now, agree=count.agree, needed=count.needed)
    tell(session, ResultPublished(round_.id, project.id, result.outcome))
    return result


def _told(result: ConsentResult) -> str:
    """Say a result in the words that stand in the project's public history."""
    numbers = f"{result.households} 户中同意 {result.agree} 户，反对 {result.oppose} 户，弃权 {result.abstain} 户"
    if result.outcome is Outcome.NO_QUORUM:
        return f"征求意见参与户数不足：{numbers}。"
    return f"征求意见{'通过' if result.outcome is Outcome.PASSED else '未通过'}：{numbers}，门槛 {result.needed} 户。"


def void_round(session: Session, project_id: int, person_id: int | None, reason: str, at: datetime) -> bool:
    """Strike the live round of a project whose text has changed; the households will be asked again.

    Tells whether there was one. The caller holds the project and moves it back to 可行.

    Source: peers.md failure 17.

    """
    round_id = queries.live_round_of(session, project_id)
    if round_id is None:
        return False
    lock(session, ConsentRound, round_id)
    session.add(ConsentVoid(round_id=round_id, reason=reason, person_id=person_id, at=at))
    session.flush()
    record(
        session, Actor(person_id=person_id) if person_id else NOBODY, "consent.void", f"consent_round:{round_id}", at
    )
    tell(session, RoundVoided(round_id, project_id, reason))
    return True
