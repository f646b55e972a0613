"""议事厅: council sessions and voting rounds."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from fundapp.council.commands import (
    AnnounceLot,
    CallSession,
    CloseSession,
    ConfirmSelection,
    DecideItem,
    DrawLot,
    MakeBody,
    RecordAttendance,
    Recuse,
    WriteMinutes,
    announce_lot,
    call_session,
    close_session,
    confirm_selection,
    decide_item,
    draw_lot,
    make_body,
    record_attendance,
    recuse,
    write_minutes,
)
from fundapp.council.models import CouncilItem, CouncilMember, CouncilSession
from fundapp.council.queries import comes_back
from fundapp.council.rules import ItemOutcome
from fundapp.council.templates import BodyKind
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen, fen_of_text, from_fen, yuan_text
from fundapp.people.models import UnitBinding
from fundapp.people.queries import actor_of
from fundapp.projects.models import Project
from fundapp.rosters.queries import snapshot_units
from fundapp.stories.deeds.answering import neighbour
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key
from fundapp.voting.commands import (
    CastBallot,
    DraftCycle,
    DraftRound,
    OpenRound,
    Pool,
    PublishResult,
    SetCandidates,
    cast_ballot,
    draft_cycle,
    draft_round,
    open_cycle,
    open_round,
    publish_cycle,
    publish_result,
    set_candidates,
)
from fundapp.voting.models import VoteBallot, VoteOpening, VoteRound
from fundapp.voting.queries import candidates_of, cycle_page
from fundapp.voting.secrecy import Secrecy


def projects_named(scene: Scene, handles: list[Any]) -> tuple[int, ...]:
    """Give the numbers of the projects that handles name."""
    return tuple(scene.world.named("project", str(handle), scene.fields.where) for handle in handles)


@deed("council.body", "place name members kind above")
def council_body(scene: Scene) -> Facts:
    """Found a council with members known by plain names.

    Fields: place, name, members (how many), kind (of its template), above (the body above it).
    """
    fields = scene.fields
    names = tuple(f"演示·议事员{n}" for n in range(1, fields.whole("members") + 1))
    kind = fields.choice("kind", BodyKind, BodyKind.COMMUNITY)
    above = scene.thing("council_body", "above") if fields.text("above", "") else None
    cmd = MakeBody(scene.thing("place"), fields.text("name"), names, kind, parent_id=above)
    made = make_body(scene.session, scene.actor, cmd, scene.clock)
    scene.make("council_body", made.id)
    return {"members": len(names)}


@deed("council.lot", "body candidates seats seed")
def council_lot(scene: Scene) -> Facts:
    """Announce a draw of members, and draw where a seed is given a minute later. Makes a council_lot.

    Fields: body, candidates (how many), seats, seed.
    """
    body, fields = scene.thing("council_body", "body"), scene.fields
    names = tuple(f"演示·候选人{n}" for n in range(1, fields.whole("candidates") + 1))
    cmd = AnnounceLot(body, names, fields.whole("seats"), "当天福利彩票 3D 开奖号码")
    lot = announce_lot(scene.session, scene.actor, cmd, scene.clock).id
    scene.make("council_lot", lot)
    seed = fields.text("seed", "")
    if not seed:
        return {"drawn": []}
    later = SetClock(scene.clock.at + timedelta(minutes=1))
    return {"drawn": draw_lot(scene.session, scene.actor, DrawLot(lot, seed), later).numbers}


@deed("council.call", "body title held items projects venue returning")
def council_call(scene: Scene) -> Facts:
    """Call a session; *returning* is how many of the matters that wait to come back are put on the agenda.

    Fields: body, title, held, items ([texts]), projects ([handles]), venue, returning.
    """
    fields = scene.fields
    items = tuple(str(item) for item in fields.listed("items", []))
    projects = projects_named(scene, fields.listed("projects", []))
    body, title, held = scene.thing("council_body", "body"), fields.text("title"), fields.instant("held")
    back = tuple(row.id for row in comes_back(scene.session, body))[: fields.whole("returning", 0)]
    cmd = CallSession(body, title, held, items, projects, fields.text("venue", ""), back)
    scene.make("council_session", call_session(scene.session, scene.actor, cmd, scene.clock).id)
    return {}


@deed("council.attendance", "session present guests")
def council_attendance(scene: Scene) -> Facts:
    """Record who came. Fields: session, present (how many members), guests."""
    session_id, count = scene.thing("council_session", "session"), scene.fields.whole("present")
    cmd = RecordAttendance(session_id, tuple(members_of(scene))[:count], scene.fields.whole("guests", 0))
    return {"present": record_attendance(scene.session, scene.actor, cmd, scene.clock)}


@deed("council.decide", "session item outcome for against abstain note")
def council_decide(scene: Scene) -> Facts:
    """Note what became of an item. Fields: session, item (its place from 1), outcome, for, against, abstain, note."""
    fields = scene.fields
    outcome = fields.choice("outcome", ItemOutcome)
    votes = (fields.whole("for", 0), fields.whole("against", 0), fields.whole("abstain", 0))
    cmd = DecideItem(item_named(scene), outcome, votes[0], votes[1], votes[2], fields.text("note", ""))
    decide_item(scene.session, scene.actor, cmd, scene.clock)
    return {}


@deed("council.recuse", "session item member reason")
def council_recuse(scene: Scene) -> Facts:
    """Let a member step aside at an item. Fields: session, item (its place from 1), member (from 1), reason."""
    cmd = Recuse(item_named(scene), member_named(scene, "member"), scene.fields.text("reason"))
    recuse(scene.session, scene.actor, cmd, scene.clock)
    return {}


def members_of(scene: Scene) -> list[int]:
    """Give the members of a session's body, in the order in which they came."""
    body = scene.session.get_one(CouncilSession, scene.thing("council_session", "session")).body_id
    query = select(CouncilMember.id).where(CouncilMember.body_id == body).order_by(CouncilMember.id)
    return list(scene.session.scalars(query))


def member_named(scene: Scene, name: str) -> int:
    """Give the member whose place (from 1) a field names.

    Raises:
        BadInput: the body has no such place.
    """
    members, number = members_of(scene), scene.fields.whole(name)
    if not 1 <= number <= len(members):
        raise BadInput(f"{scene.fields.where}, {name}", str(number), f"from 1 to {len(members)}")
    return members[number - 1]


def item_named(scene: Scene) -> int:
    """Give the item that stands at a place of a session's agenda."""
    session_id, place = scene.thing("council_session", "session"), scene.fields.whole("item")
    query = select(CouncilItem.id).where(CouncilItem.session_id == session_id).order_by(CouncilItem.id)
    items = list(scene.session.scalars(query))
    if not 1 <= place <= len(items):
        raise BadInput(f"{scene.fields.where}, item", str(place), f"from 1 to {len(items)}")
    return items[place - 1]


@deed("council.close", "session minutes")
def council_close(scene: Scene) -> Facts:
    """Write the minutes and close the session. Fields: session, minutes."""
    session_id, minutes = scene.thing("council_session", "session"), scene.fields.text("minutes", "")
    if minutes:
        write_minutes(scene.session, scene.actor, WriteMinutes(session_id, minutes), scene.clock)
    close_session(scene.session, scene.actor, CloseSession(session_id), scene.clock)
    return {}


@deed("council.confirm", "session item")
def council_confirm(scene: Scene) -> Facts:
    """Confirm that a project is chosen by a passed item. Fields: session, item."""
    confirm_selection(scene.session, scene.actor, ConfirmSelection(item_named(scene)), scene.clock)
    return {}


@deed("voting.open", "programme place title opens closes budget choices projects")
def voting_open(scene: Scene) -> Facts:
    """Draft a round, name its candidates and open it.

    Fields: programme, place, title, opens, closes, budget, choices, projects ([handles]).
    """
    fields = scene.fields
    programme, place, title = scene.thing("programme"), scene.thing("place"), fields.text("title")
    window = fields.instant("opens"), fields.instant("closes")
    cmd = DraftRound(programme, place, title, *window, fields.money("budget"), fields.whole("choices", None))
    made = draft_round(scene.session, scene.actor, cmd, scene.clock)
    named = SetCandidates(made.id, projects_named(scene, fields.listed("projects")))
    set_candidates(scene.session, scene.actor, named, scene.clock)
    open_round(scene.session, scene.actor, OpenRound(made.id), scene.clock)
    scene.make("vote_round", made.id)
    return {"candidates": len(named.project_ids)}


@deed("voting.cycle", "programme place title opens closes choices secrecy pools")
def voting_cycle(scene: Scene) -> Facts:
    """Draft a round for each of several pools, and open them all. Makes a vote_cycle, and a vote_round for each place.

    Fields: programme, place, title, opens, closes, choices, secrecy, pools ([{place, budget, projects}]).
    """
    fields = scene.fields
    pools = [_pool(scene, row) for row in fields.listed("pools")]
    cmd = DraftCycle(
        scene.thing("programme"),
        scene.thing("place"),
        fields.text("title"),
        fields.instant("opens"),
        fields.instant("closes"),
        tuple(pool for _handle, pool in pools),
        fields.whole("choices", None),
        fields.choice("secrecy", Secrecy, Secrecy.SIMPLE),
    )
    cycle = draft_cycle(scene.session, scene.actor, cmd, scene.clock)
    opened = open_cycle(scene.session, scene.actor, cycle.id, scene.clock)
    scene.make("vote_cycle", cycle.id)
    ids = scene.session.scalars(select(VoteRound.id).where(VoteRound.cycle_id == cycle.id).order_by(VoteRound.id))
    for (handle, _pool_row), round_id in zip(pools, ids, strict=True):
        scene.make("vote_round", round_id, f"{scene.handle}-{handle}")
    return {"pools": opened, "candidates": sum(len(pool.project_ids) for _handle, pool in pools)}


def _pool(scene: Scene, row: Any) -> tuple[str, Pool]:
    where = f"{scene.fields.where}, pools"
    if not isinstance(row, dict) or set(row) != {"place", "budget", "projects"}:
        raise BadInput(where, repr(row), '{place = "…", budget = "100.00", projects = ["…"]}')
    place, budget = scene.world.named("place", str(row["place"]), where), from_fen(fen_of_text(row["budget"], where))
    return str(row["place"]), Pool(place, budget, projects_named(scene, row["projects"]))


@deed("voting.publish_cycle", "cycle")
def voting_publish_cycle(scene: Scene) -> Facts:
    """Publish the results of all pools of a vote. Fields: cycle. Facts: pools, selected."""
    cycle = scene.thing("vote_cycle", "cycle")
    told = publish_cycle(scene.session, scene.actor, cycle, scene.clock)
    page = cycle_page(scene.session, cycle, scene.actor, scene.clock.at)
    return {"pools": told, "selected": sum(len(row.selected) for row in page.pools), "cost": yuan_text(fen(page.cost))}


@deed("voting.cast", "round door projects")
def voting_cast(scene: Scene) -> Facts:
    """Cast one's household's ballot. Fields: round, door, projects ([handles])."""
    round_id = scene.thing("vote_round", "round")
    chosen = projects_named(scene, scene.fields.listed("projects"))
    cmd = CastBallot(round_id, unit_at(scene, round_id), chosen, key())
    cast_ballot(scene.session, scene.actor, cmd, scene.clock)
    return {}


def unit_at(scene: Scene, round_id: int) -> int:
    """Find the household of the field ``door`` on the frozen roster of a round.

    Raises:
        BadInput: the roster has no such door.
    """
    door = scene.fields.text("door")
    units = {name: unit_id for unit_id, name, _ in roll_of(scene, round_id)}
    if door not in units:
        first = next(iter(units), "…")
        raise BadInput(f"{scene.fields.where}, door", repr(door), f"a door on the round's roster, as {first}")
    return units[door]


@deed("voting.ballots", "round ballots")
def voting_ballots(scene: Scene) -> Facts:
    """Let many households vote, each by an invented resident. Fields: round, ballots ([{count, projects}])."""
    round_id, cast = scene.thing("vote_round", "round"), 0
    voted = set(scene.session.scalars(select(VoteBallot.unit_id).where(VoteBallot.round_id == round_id)))
    left = [(unit_id, door) for unit_id, door, _ in roll_of(scene, round_id) if unit_id not in voted]
    for chosen in ballots_named(scene):
        unit_id, door = left.pop()
        actor = actor_of(scene.session, speaker_of(scene, unit_id, door), scene.clock.at)
        cast_ballot(scene.session, actor, CastBallot(round_id, unit_id, chosen, key()), scene.clock)
        cast += 1
    return {"cast": cast}


def ballots_named(scene: Scene) -> list[tuple[int, ...]]:
    """Give what each of many ballots names; nothing where it cannot be counted.

    Raises:
        BadInput: a row of the field ``ballots`` without its count or its projects.
    """
    found: list[tuple[int, ...]] = []
    for row in scene.fields.listed("ballots"):
        if not isinstance(row, dict) or set(row) != {"count", "projects"}:
            raise BadInput(f"{scene.fields.where}, ballots", repr(row), '{count = 3, projects = ["…"]}')
        found.extend([projects_named(scene, row["projects"])] * row["count"])
    return found


def speaker_of(scene: Scene, unit_id: int, door: str) -> int:
    """Give somebody who speaks for a household; invented where nobody does."""
    known = scene.session.scalar(select(UnitBinding.person_id).where(UnitBinding.unit_id == unit_id).limit(1))
    return known if known is not None else neighbour(scene, unit_id, door)


def roll_of(scene: Scene, round_id: int) -> list[tuple[int, str, int | None]]:
    """Give the frozen roster of a round: number, door and building of each household."""
    snapshot = scene.session.scalar(select(VoteOpening.snapshot_id).where(VoteOpening.round_id == round_id))
    return snapshot_units(scene.session, snapshot or 0)


@deed("voting.publish", "round")
def voting_publish(scene: Scene) -> Facts:
    """Publish the result. Fields: round. Facts: ballots, invalid; selected, chosen (titles, sorted)."""
    round_id = scene.thing("vote_round", "round")
    result = publish_result(scene.session, scene.actor, PublishResult(round_id), scene.clock)
    scene.session.flush()
    titles = scene.session.scalars(select(Project.title).where(Project.stage == "selected").order_by(Project.title))
    won = {int(one) for one in (*result.outcome["selected"], *result.outcome["filled"])}
    chosen = sorted(row.title for row in candidates_of(scene.session, round_id) if row.project_id in won)
    return {"selected": list(titles), "chosen": chosen, "ballots": result.ballots, "invalid": result.invalid}
