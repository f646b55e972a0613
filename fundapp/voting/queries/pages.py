"""What the pages of a round show: the same to everybody, but for a household's own ballot and a worker's drafts."""

from dataclasses import dataclass
from datetime import datetime

from moneyed import Money
from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from fundapp.db.prepared import Prepared
from fundapp.db.types import Instant
from fundapp.db.wiring import ask
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.places.models import Place
from fundapp.places.queries import PlaceRow, get_place
from fundapp.publicity.rules import NoticeTerms
from fundapp.rosters.models import RosterSnapshot, SnapshotUnit
from fundapp.voting.box_models import VoteBox
from fundapp.voting.method import BallotType, Method, options_of
from fundapp.voting.models import VoteBallot, VoteCandidate, VoteOpening, VoteResult, VoteRound
from fundapp.voting.policy import works_here
from fundapp.voting.queries.counting import turnout
from fundapp.voting.queries.facts import candidates_of, marks_on, rival_pairs
from fundapp.voting.queries.mixing import is_mixed
from fundapp.voting.queries.voids import is_void
from fundapp.voting.rounds import (
    Channel,
    RivalRule,
    RoundState,
    ballot_order,
    by_channel,
    read_code,
    results_visible,
    shown_turnout,
    state_of,
)
from fundapp.voting.secrecy import Secrecy
from fundapp.web.paging import PER_PAGE


@dataclass(frozen=True)
class RoundRow:
    """A round in a list."""

    id: int
    title: str
    place_name: str
    opens_at: datetime
    closes_at: datetime
    budget: Money
    state: RoundState


@dataclass(frozen=True)
class CandidateRow:
    """A project as it stands on the ballot, with its rivals there; ``exclusive``: no more than one is selected."""

    project_id: int
    title: str
    gives: str
    place_name: str
    cost: Money
    rivals: tuple[str, ...] = ()
    exclusive: bool = True


@dataclass(frozen=True)
class Turnout:
    """How many households have cast: while the round is open rounded down to five, by channel only afterwards."""

    households: int
    cast: int
    exact: bool
    channels: dict[Channel | None, int]


@dataclass(frozen=True)
class OwnUnit:
    """A household that the person speaks for, and when and how its ballot was cast; ``seat`` is where its paper was."""

    unit_id: int
    door: str
    at: datetime | None
    channel: Channel | None
    seat: str = ""


@dataclass(frozen=True)
class RoundPage:
    """One round as one person may see it. ``window`` is what policies ask."""

    id: int
    title: str
    place: PlaceRow
    programme_id: int
    cycle_id: int | None
    opens_at: datetime
    closes_at: datetime
    method: Method
    secrecy: Secrecy
    rivals: RivalRule
    budget: Money
    notice: NoticeTerms
    state: RoundState
    snapshot_id: int | None
    roster_hash: str
    rules_hash: str
    candidates: tuple[CandidateRow, ...]
    lots: tuple[int, ...]
    turnout: Turnout
    own: tuple[OwnUnit, ...]

    @property
    def max_choices(self) -> int:
        """Give the number of projects that a ballot may name."""
        return self.method.most

    @property
    def left(self) -> list[OwnUnit]:
        """List the person's households that may still vote by phone: under seal also again, never after a paper."""
        again = self.secrecy is Secrecy.SEALED
        return [one for one in self.own if one.channel is None or (again and not one.channel.on_paper)]

    def mixed(self, unit_id: int) -> list[CandidateRow]:
        """Give the candidates in the order for one household."""
        rows = {row.project_id: row for row in self.candidates}
        return [rows[project_id] for project_id in ballot_order(self.rules_hash, unit_id, rows)]


@dataclass(frozen=True)
class BallotAsked:
    """What the form of a ballot that was sent needs of a round: how it looks, and its projects."""

    method: Method
    projects: tuple[int, ...]


@dataclass(frozen=True)
class Receipt:
    """What proves that a ballot was taken.

    ``named`` are titles with their points, most first: for the person who cast it by phone, for nobody else.
    ``parted``: not even for her, since the ballot has no household any more.
    """

    round_id: int
    title: str
    door: str
    at: datetime
    channel: Channel
    code: str
    valid: bool
    closes_at: datetime
    ballot: BallotType
    named: tuple[tuple[str, int], ...] = ()
    parted: bool = False


def list_rounds(session: Session, actor: Actor, now: datetime, before: int | None = None) -> list[RoundRow]:
    """List rounds, the newest first, one row more than a page; drafts only for the workers of their place.

    Those of a vote of several pools stand on its page.
    """
    opened = exists().where(VoteOpening.round_id == VoteRound.id)
    published = exists().where(VoteResult.round_id == VoteRound.id)
    drafts = [Place.path.startswith(grant.path, autoescape=True) for grant in actor.grants if grant.role is Role.WORKER]
    query = (
        select(VoteRound, Place.name, opened.label("opened"), published.label("published"), is_void().label("void"))
        .join(Place, Place.id == VoteRound.place_id)
        .where(VoteRound.cycle_id.is_(None), or_(opened, *drafts))
        .order_by(VoteRound.id.desc())
        .limit(PER_PAGE + 1)
    )
    if before is not None:
        query = query.where(VoteRound.id < before)
    return [
        RoundRow(
            round_.id,
            round_.title,
            name,
            round_.opens_at,
            round_.closes_at,
            round_.budget_fen,
            state_of(round_, now, opened=bool(is_open), published=bool(is_told), void=bool(over)),
        )
        for round_, name, is_open, is_told, over in session.execute(query)
    ]


def round_page(session: Session, round_id: int, actor: Actor, now: datetime) -> RoundPage:
    """Give a round.

    Raises:
        NotVisible: there is none of this number, or it is a draft of somebody else's community.
    """
    row = session.execute(
        select(VoteRound, VoteOpening, RosterSnapshot.roster_hash, VoteResult.id, is_void())
        .outerjoin(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .outerjoin(RosterSnapshot, RosterSnapshot.id == VoteOpening.snapshot_id)
        .outerjoin(VoteResult, VoteResult.round_id == VoteRound.id)
        .where(VoteRound.id == round_id)
    ).first()
    if row is None:
        raise NotVisible
    round_, opening, roster_hash, result_id, void = row
    place = get_place(session, round_.place_id)
    if opening is None and not works_here(actor, place.path):
        raise NotVisible
    return RoundPage(
        id=round_.id,
        title=round_.title,
        place=place,
        programme_id=round_.programme_id,
        cycle_id=round_.cycle_id,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        method=round_.method,
        secrecy=round_.secrecy,
        rivals=round_.rivals,
        budget=round_.budget_fen,
        notice=round_.notice,
        state=state_of(round_, now, opened=opening is not None, published=result_id is not None, void=bool(void)),
        snapshot_id=opening.snapshot_id if opening else None,
        roster_hash=roster_hash or "",
        rules_hash=opening.rules_hash if opening else "",
        candidates=_candidates(session, round_, frozen=opening is not None),
        lots=tuple(opening.lots) if opening else (),
        turnout=_turnout(session, round_, opening.households if opening else 0, now),
        own=_own(session, round_.id, opening.snapshot_id, actor) if opening else (),
    )


def ballot_asked(session: Session, round_id: int) -> BallotAsked:
    """Give what a ballot that was sent is read by, in one statement; nothing is counted for it.

    Raises:
        NotVisible: there is no such round, or it is a draft.
    """
    rows = _ASKED.rows(session, round_id=round_id)
    if not rows:
        raise NotVisible
    one = rows[0]
    options = options_of(one.rule, one.options)
    method = Method(one.ballot, one.max_choices, one.points, one.most_points, options)
    return BallotAsked(method, tuple(row.project_id for row in rows))


_ASKED = Prepared(
    lambda: (
        select(
            VoteRound.ballot,
            VoteRound.max_choices,
            VoteRound.points,
            VoteRound.most_points,
            VoteRound.rule,
            VoteRound.options,
            VoteCandidate.project_id,
        )
        .join(VoteOpening, VoteOpening.round_id == VoteRound.id)
        .join(VoteCandidate, VoteCandidate.round_id == VoteRound.id)
        .where(VoteRound.id == bindparam("round_id"))
        .order_by(VoteCandidate.project_id)
    )
)


def receipt_of(session: Session, round_id: int, unit_id: int, actor: Actor) -> Receipt:
    """Give the receipt of one of the actor's own households.

    Raises:
        NotVisible: no such ballot, or of another household.
    """
    if unit_id not in actor.unit_ids:
        raise NotVisible
    found = _receipts(session, actor, VoteBallot.round_id == round_id, VoteBallot.unit_id == unit_id)
    if not found:
        raise NotVisible
    return found[0]


def own_receipts(session: Session, actor: Actor) -> list[Receipt]:
    """List the receipts of the actor's own households, the newest first, without what was chosen."""
    return _receipts(session, None, VoteBallot.unit_id.in_(actor.unit_ids)) if actor.unit_ids else []


def receipt_by_code(session: Session, typed: str) -> Receipt:
    """Find a receipt by its code, as anybody may who holds it; it never says what was chosen.

    Raises:
        Refused: there is none of this code (code ``voting.no_such_receipt``).
    """
    found = _receipts(session, None, VoteBallot.receipt_code == read_code(typed))
    if not found:
        raise Refused("voting.no_such_receipt", field="code")
    return found[0]


def door_or_refuse(session: Session, snapshot_id: int | None, door: str) -> int:
    """Find a household of a frozen roster by its door as written on paper; blanks do not matter.

    Raises:
        Refused: the frozen roster has no such door (code ``voting.door_not_on_roster``).
    """
    wanted = "".join(door.split())
    rows = session.execute(
        select(SnapshotUnit.unit_id, SnapshotUnit.door).where(SnapshotUnit.snapshot_id == snapshot_id)
    )
    for unit_id, known in rows:
        if "".join(known.split()) == wanted:
            return unit_id
    raise Refused("voting.door_not_on_roster", field="door")


def doors_of(session: Session, snapshot_id: int | None) -> list[str]:
    """List the doors of a frozen roster, for the worker's list to choose from."""
    query = select(SnapshotUnit.door).where(SnapshotUnit.snapshot_id == snapshot_id).order_by(SnapshotUnit.unit_id)
    return list(session.scalars(query))


def _candidates(session: Session, round_: VoteRound, *, frozen: bool) -> tuple[CandidateRow, ...]:
    """Give the candidates with their rivals: those frozen with the round, or for a draft those of this moment."""
    rows = candidates_of(session, round_.id)
    titles = {row.project_id: row.title for row in rows}
    pairs = rival_pairs(session, round_.id) if frozen else ask("voting.rivals", session, list(titles))
    found: dict[int, list[str]] = {}
    for one, other in pairs:
        if one in titles and other in titles:
            found.setdefault(one, []).append(titles[other])
            found.setdefault(other, []).append(titles[one])
    exclusive = round_.rivals is RivalRule.EXCLUDE
    return tuple(
        CandidateRow(one.project_id, one.title, one.gives, one.place_name, one.cost_fen, tuple(rivals), exclusive)
        for one, rivals in ((row, found.get(row.project_id, ())) for row in rows)
    )


def _turnout(session: Session, round_: VoteRound, households: int, now: datetime) -> Turnout:
    channels = turnout(session, round_.id)
    exact = results_visible(round_, now)
    cast = shown_turnout(sum(channels.values()), round_, now)
    return Turnout(households, cast, exact, by_channel(channels) if exact else {})


def _own(session: Session, round_id: int, snapshot_id: int, actor: Actor) -> tuple[OwnUnit, ...]:
    if not actor.unit_ids:
        return ()
    rows = session.execute(
        select(
            SnapshotUnit.unit_id,
            SnapshotUnit.door,
            func.coalesce(VoteBallot.at, VoteBox.at, type_=Instant()),
            func.coalesce(VoteBallot.channel, VoteBox.channel),
            func.coalesce(VoteBallot.seat, VoteBox.seat, ""),
        )
        .outerjoin(VoteBallot, (VoteBallot.round_id == round_id) & (VoteBallot.unit_id == SnapshotUnit.unit_id))
        .outerjoin(VoteBox, (VoteBox.round_id == round_id) & (VoteBox.unit_id == SnapshotUnit.unit_id))
        .where(SnapshotUnit.snapshot_id == snapshot_id, SnapshotUnit.unit_id.in_(actor.unit_ids))
        .order_by(SnapshotUnit.unit_id)
    )
    return tuple(OwnUnit(*row) for row in rows)


def _receipts(session: Session, caster: Actor | None, *conditions: object) -> list[Receipt]:
    rows = session.execute(
        select(VoteBallot, VoteRound.title, VoteRound.closes_at, VoteRound.ballot, SnapshotUnit.door)
        .join(VoteRound, VoteRound.id == VoteBallot.round_id)
        .join(
            SnapshotUnit,
            (SnapshotUnit.snapshot_id == VoteBallot.snapshot_id) & (SnapshotUnit.unit_id == VoteBallot.unit_id),
        )
        .where(*conditions)  # type: ignore[arg-type]  # the conditions above
        .order_by(VoteBallot.id.desc())
    )
    return [
        Receipt(
            round_id=ballot.round_id,
            title=title,
            door=door,
            at=ballot.at,
            channel=ballot.channel,
            code=ballot.receipt_code,
            valid=ballot.choices > 0,
            closes_at=closes_at,
            ballot=kind,
            named=_named(session, ballot, caster),
            parted=caster is not None and ballot.marks_hash is not None and is_mixed(session, ballot.round_id),
        )
        for ballot, title, closes_at, kind, door in rows
    ]


def _named(session: Session, ballot: VoteBallot, caster: Actor | None) -> tuple[tuple[str, int], ...]:
    own = caster is not None and ballot.channel is Channel.PHONE and ballot.person_id == caster.person_id
    if not own:
        return ()
    titles = {row.project_id: row.title for row in candidates_of(session, ballot.round_id)}
    return tuple((titles[project_id], points) for project_id, points in marks_on(session, ballot.id).items())
