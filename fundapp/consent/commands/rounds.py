"""Open a round, register its papers, publish its result, strike it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.announcing import announce
from fundapp.consent.commands.closing import check_paper_closed
from fundapp.consent.commands.shares import fix_shares
from fundapp.consent.commands.telling import told
from fundapp.consent.events import ResultPublished, RoundOpened, RoundVoided
from fundapp.consent.law import COUNCIL, Law, law_for
from fundapp.consent.models import ConsentPaper, ConsentPreliminary, ConsentResult, ConsentRound, ConsentVoid, Outcome
from fundapp.consent.policy import (
    LONGEST,
    MOST_SHEETS,
    RoundState,
    Terms,
    Window,
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
from fundapp.kernel.clock import Clock, local_date
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.programmes.queries import get_policy
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.links import carried_on
from fundapp.projects.queries import ProjectRow, get_project
from fundapp.projects.rules import Stage
from fundapp.publicity.commands import withdraw
from fundapp.publicity.rules import Medium
from fundapp.rosters.commands import freeze_roster

MOST_DOORS = 20


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
    media: tuple[Medium, ...] = (Medium.ONLINE, Medium.BOARD)


def open_round(session: Session, actor: Actor, cmd: OpenRound, clock: Clock) -> ConsentRound:
    """Freeze the roster and the rule, and ask the households of the project's place, or their owners.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the project does not stand at 可行; its policy's rule asks for what is not there (holders, a vote that
            decides); the window is wrong; no law of that day is known; a sum is to be shared by a rule for which the
            register lacks an area or a floor.

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
    law = law_in_force(terms.regime, opens_at)
    round_ = _pinned(session, actor, project, (terms, law), now, (opens_at, closes_at))
    fix_shares(session, round_)
    move_on(session, actor, project.id, Stage.CONSENTING, now)
    record(session, actor, "consent.open", f"consent_round:{round_.id}", now, households=round_.households)
    tell(session, RoundOpened(round_.id, project.id, round_.place_id, opens_at, closes_at))
    return round_


def terms_for(session: Session, project: ProjectRow) -> Terms:
    """Give the terms under which a project's households may be asked.

    Raises:
        Refused: the project does not stand at 可行, or another carries it on; its policy asks for advice alone and
            has no vote that decides.

    """
    if project.stage is not Stage.FEASIBLE or project.policy_version_id is None:
        raise Refused("consent.not_feasible")
    if carried_on(session, [project.id]):
        raise Refused("projects.is_carried_on")
    parts = get_policy(session, project.policy_version_id).parts
    terms = terms_of(parts)
    if terms.regime == COUNCIL and not parts.get("voting", {}).get("choose_by_vote"):
        raise Refused("consent.advice_needs_a_vote")
    return terms


def law_in_force(regime: str, opens_at: datetime) -> Law:
    """Give the law of the day on which a round opens, as the calendar stands in China.

    Raises:
        Refused: none is known for that day.

    """
    try:
        return law_for(regime, local_date(opens_at))
    except LookupError:
        raise Refused("consent.no_law", field="opens_at") from None


def _pinned(
    session: Session,
    actor: Actor,
    project: ProjectRow,
    rule: tuple[Terms, Law],
    now: datetime,
    window: tuple[datetime, datetime],
) -> ConsentRound:
    terms, law = rule
    version_id, version_hash = queries.newest_version(session, project.id)
    snapshot = freeze_roster(session, actor, project.place_id, now)
    regime = Regime.under(terms.regime, law)
    heads, area = _electorate(session, snapshot.id, snapshot.households, regime)
    opens, closes = window
    round_ = ConsentRound(
        project_id=project.id,
        version_id=version_id,
        version_hash=version_hash,
        place_id=project.place_id,
        snapshot_id=snapshot.id,
        households=snapshot.households,
        policy_version_id=project.policy_version_id,
        regime=terms.regime,
        law=law.code,
        heads=heads,
        area_cm2=area,
        **_shares(regime),
        follow=terms.follow,
        early_end=law.early_end,
        latest_close=opens + LONGEST,
        opens_at=opens,
        closes_at=closes,
        keying_until=closes + timedelta(days=terms.keying_days),
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(round_)
    session.flush()
    return round_


def _electorate(session: Session, snapshot_id: int, households: int, regime: Regime) -> tuple[int, int | None]:
    """Count the heads of a frozen roster and, where owners are asked, their area; ``None`` where it is not all known.

    Raises:
        Refused: owners are asked, and the holder of some household is not known.

    """
    if not regime.owners:
        return households, None
    doors = queries.doors_without_holder(session, snapshot_id)
    if doors:
        shown = "、".join(doors[:MOST_DOORS]) + (" 等" if len(doors) > MOST_DOORS else "")
        raise Refused("consent.holder_unknown", count=len(doors), doors=shown)
    return queries.heads_and_area(session, snapshot_id)


def _shares(regime: Regime) -> dict[str, int | bool | None]:
    quorum, bar = regime.quorum, regime.bar
    return {
        "quorum_p": quorum.share.numerator if quorum else None,
        "quorum_q": quorum.share.denominator if quorum else None,
        "quorum_strict": bool(quorum and quorum.strict),
        "bar_p": bar.share.numerator,
        "bar_q": bar.share.denominator,
        "bar_strict": bar.strict,
    }


@dataclass(frozen=True)
class Held:
    """A round that is held, its window as extensions and an early end have made it, and where it stands now."""

    round: ConsentRound
    window: Window
    state: RoundState
    now: datetime


def hold(session: Session, round_id: int, now_of: Clock) -> Held:
    """Lock a round, then read the clock and tell where the round stands.

    Raises:
        NotVisible: there is none of this number.

    """
    round_ = _locked(session, round_id)
    now = now_of.now(session)
    return _held(round_, queries.standing_now(session, round_), now)


def hold_for(
    session: Session, round_id: int, unit_id: int, person_id: int | None, op_key: str, now_of: Clock
) -> tuple[Held, queries.Voice, queries.Known]:
    """Lock a round as :func:`hold` does, for the answer of a household: with its head, and what is known of it.

    Raises:
        NotVisible: there is no such round.

    """
    round_ = _locked(session, round_id)
    now, voice = now_of.now(session), queries.voice_of(session, round_, unit_id)
    said = {"unit_id": unit_id, "person_id": person_id, "op_key": op_key, "now": now}
    standing, known = queries.known_of(session, round_, voice=voice.number, **said)
    return _held(round_, standing, now), voice, known


def _locked(session: Session, round_id: int) -> ConsentRound:
    round_ = lock(session, ConsentRound, round_id)
    if round_ is None:
        raise NotVisible
    return round_


def _held(round_: ConsentRound, standing: queries.Standing, now: datetime) -> Held:
    ended = {"published": standing.published, "void": standing.void, "announced": standing.announced}
    return Held(round_, standing.window, state_of(standing.window, now, **ended), now)


def register_papers(session: Session, actor: Actor, cmd: RegisterPapers, clock: Clock) -> list[ConsentPaper]:
    """Register the next numbered sheets, to be printed and handed out before the close.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the answering has closed, or more sheets than one may print at once.

    """
    held = hold(session, cmd.round_id, clock)
    round_, now = held.round, held.now
    check_worker(actor, queries.path_of(session, round_.place_id))
    check_takes_sheets(held.window, held.state)
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


def publish_result(
    session: Session, actor: Actor, cmd: PublishResult, clock: Clock
) -> ConsentResult | ConsentPreliminary:
    """Count the answers and publish the result; where the policy asks for a public notice, as a preliminary one.

    Without a notice it is final, and the project moves on.

    Raises:
        Forbidden: not the worker of the community.
        Refused: before the close; while a sheet is out, waits for its second keying or is read differently; published
            or struck already.

    """
    project = lock_project(session, queries.project_of(session, cmd.round_id))
    held = hold(session, cmd.round_id, clock)
    check_worker(actor, queries.path_of(session, held.round.place_id))
    check_may_publish(held.window, held.state, cmd.keying_complete)
    check_paper_closed(session, held.round)
    terms = queries.terms_of_round(session, held.round)
    if terms.publicity_days:
        return announce(session, actor, held.round, terms, cmd.media, cmd.keying_complete, held.now)
    return settle(session, actor, held.round, project.id, cmd.keying_complete, held.now)


def settle(
    session: Session, actor: Actor, round_: ConsentRound, project_id: int, keying_complete: bool, now: datetime
) -> ConsentResult:
    """Count and publish what is final, and move the project on. The caller holds project and round.

    Passed, and advice, which binds nobody: 已同意. Undetermined for want of areas: back to 可行, to be asked again.
    """
    numbers = asdict(queries.count_round(session, round_))
    outcome = Outcome(numbers.pop("result"))
    result = ConsentResult(
        round_id=round_.id,
        **numbers,
        outcome=outcome,
        keying_complete=keying_complete,
        published_by_id=actor.person_id,
        at=now,
    )
    session.add(result)
    session.flush()
    move_on(session, actor, project_id, AFTER[outcome], now, told(round_, result))
    record(
        session, actor, "consent.publish", f"consent_round:{round_.id}", now, agree=result.agree, needed=result.needed
    )
    tell(session, ResultPublished(round_.id, project_id, outcome))
    return result


AFTER = {
    Outcome.PASSED: Stage.CONSENTED,
    Outcome.ADVICE: Stage.CONSENTED,
    Outcome.FAILED: Stage.REJECTED,
    Outcome.NO_QUORUM: Stage.REJECTED,
    Outcome.UNDETERMINED: Stage.FEASIBLE,
}


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
    withdraw(session, queries.source_of(round_id), person_id, reason, at)
    record(
        session, Actor(person_id=person_id) if person_id else NOBODY, "consent.void", f"consent_round:{round_id}", at
    )
    tell(session, RoundVoided(round_id, project_id, reason))
    return True
