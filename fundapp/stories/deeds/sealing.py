"""Sealed rounds: keys and shares, sealed ballots and papers without a door, the box, its count, and a stranger's.

What happens outside the program, on a machine without a network, a story does in the same way: the shares of a key and
the file of a count stay with the story and never are in the database.
"""

import hashlib
import importlib.util
import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from fundapp.db.home import home
from fundapp.db.types import canonical
from fundapp.kernel.archive import zipped
from fundapp.kernel.errors import BadInput
from fundapp.kernel.sheets import SheetEnd, SheetState
from fundapp.people.queries import actor_of
from fundapp.stories.deeds.deciding import ballots_named, projects_named, roll_of, speaker_of, unit_at
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.voting.box import open_box
from fundapp.voting.box_models import VoteBox
from fundapp.voting.commands import (
    CastSealed,
    CloseBox,
    ConfirmShare,
    DraftRound,
    EndBallots,
    OpenRound,
    PrintBallots,
    ReadBallot,
    RegisterKey,
    SetCandidates,
    TakePaper,
    WriteBack,
    cast_sealed,
    close_box,
    confirm_share,
    draft_round,
    end_ballots,
    open_round,
    print_ballots,
    read_ballot,
    register_key,
    set_candidates,
    take_paper,
    write_back,
)
from fundapp.voting.queries import PACKAGE_FORMAT, candidates_of, package_of, packed_box, sheet_stand
from fundapp.voting.seal import check_code, join_shares, make_key
from fundapp.voting.secrecy import Secrecy


def _round(scene: Scene) -> int:
    return scene.thing("vote_round", "round")


@deed("voting.draft", "programme place title opens closes budget choices projects secrecy")
def voting_draft(scene: Scene) -> Facts:
    """Draft a round and name its candidates; it is opened by another deed.

    Fields: programme, place, title, opens, closes, budget, choices, projects ([handles]), secrecy (named, simple,
    sealed, paper).
    """
    fields = scene.fields
    cmd = DraftRound(
        scene.thing("programme"),
        scene.thing("place"),
        fields.text("title"),
        fields.instant("opens"),
        fields.instant("closes"),
        fields.money("budget"),
        fields.whole("choices", None),
        fields.choice("secrecy", Secrecy, Secrecy.SIMPLE),
    )
    made = draft_round(scene.session, scene.actor, cmd, scene.clock)
    named = SetCandidates(made.id, projects_named(scene, fields.listed("projects")))
    set_candidates(scene.session, scene.actor, named, scene.clock)
    scene.make("vote_round", made.id)
    return {"candidates": len(named.project_ids)}


@deed("voting.freeze", "round")
def voting_freeze(scene: Scene) -> Facts:
    """Open a drafted round: everything is frozen. Fields: round."""
    return {"households": open_round(scene.session, scene.actor, OpenRound(_round(scene)), scene.clock).households}


@deed("voting.keys", "round holders")
def voting_keys(scene: Scene) -> Facts:
    """Make a key outside, hand out its three shares, register its public half. Fields: round, holders ([handles])."""
    round_id, where = _round(scene), scene.fields.where
    holders = tuple(scene.world.named("person", str(one), where) for one in scene.fields.listed("holders"))
    public, shares = make_key()
    checks = tuple(hashlib.sha256(check_code(share).encode()).hexdigest() for share in shares)
    register_key(scene.session, scene.actor, RegisterKey(round_id, public, checks, holders), scene.clock)
    scene.world.shares[round_id] = tuple(shares)
    return {"shares": len(shares)}


@deed("voting.share", "round number")
def voting_share(scene: Scene) -> Facts:
    """Confirm that one has one's share. Fields: round, number (of the share that one has in hand)."""
    round_id = _round(scene)
    code = check_code(_shares(scene, round_id, [scene.fields.whole("number")])[0])
    return {"number": confirm_share(scene.session, scene.actor, ConfirmShare(round_id, code), scene.clock).number}


def _shares(scene: Scene, round_id: int, numbers: list[Any]) -> list[str]:
    made = scene.world.shares.get(round_id, ())
    if any(type(number) is not int or not 1 <= number <= len(made) for number in numbers):
        raise BadInput(scene.fields.where, repr(numbers), f"numbers of shares from 1 to {len(made)}")
    return [made[number - 1] for number in numbers]


@deed("voting.seal", "round door projects digits")
def voting_seal(scene: Scene) -> Facts:
    """Cast one's household's ballot under seal, for the first time or again. Fields: round, door, projects, digits."""
    round_id = _round(scene)
    unit_id, chosen = unit_at(scene, round_id), projects_named(scene, scene.fields.listed("projects"))
    cmd = CastSealed(round_id, unit_id, chosen, scene.fields.text("digits"))
    return {"again": cast_sealed(scene.session, scene.actor, cmd, scene.clock).again}


@deed("voting.sealed", "round ballots")
def voting_sealed(scene: Scene) -> Facts:
    """Let many households vote under seal by invented residents. Fields: round, ballots ([{count, projects}])."""
    round_id, cast = _round(scene), 0
    left = _silent(scene, round_id)
    for chosen in ballots_named(scene):
        unit_id, door = left.pop()
        actor = actor_of(scene.session, speaker_of(scene, unit_id, door), scene.clock.at)
        cast_sealed(scene.session, actor, CastSealed(round_id, unit_id, chosen, f"{cast * 7 % 10000:04}"), scene.clock)
        cast += 1
    return {"cast": cast}


def _silent(scene: Scene, round_id: int) -> list[tuple[int, str]]:
    voted = set(scene.session.scalars(select(VoteBox.unit_id).where(VoteBox.round_id == round_id)))
    return [(unit_id, door) for unit_id, door, _ in roll_of(scene, round_id) if unit_id not in voted]


@deed("voting.sheets", "round count")
def voting_sheets(scene: Scene) -> Facts:
    """Register and print numbered sheets without doors. Fields: round, count."""
    cmd = PrintBallots(_round(scene), scene.fields.whole("count"))
    return {"sheets": len(print_ballots(scene.session, scene.actor, cmd, scene.clock))}


@deed("voting.papers", "round door count seat")
def voting_papers(scene: Scene) -> Facts:
    """Note that households put their sheet into the ballot box.

    Fields: round, seat (where), door (of one household), count (else: of so many that have not voted).
    """
    round_id, seat = _round(scene), scene.fields.text("seat")
    if scene.fields.text("door", ""):
        units = [unit_at(scene, round_id)]
    else:
        units = [unit_id for unit_id, _door in _silent(scene, round_id)[: scene.fields.whole("count")]]
    for unit_id in units:
        take_paper(scene.session, scene.actor, TakePaper(round_id, unit_id, seat), scene.clock)
    return {"taken": len(units)}


@deed("voting.close_box", "round")
def voting_close_box(scene: Scene) -> Facts:
    """Close the box and publish the fingerprints of what lies in it. Fields: round. Facts: phones, papers."""
    closing = close_box(scene.session, scene.actor, CloseBox(_round(scene)), scene.clock)
    return {"phones": closing.phones, "papers": closing.papers}


@deed("voting.open_box", "round shares")
def voting_open_box(scene: Scene) -> Facts:
    """Open the box outside with two shares; the file of the count stays with the story.

    Fields: round, shares (their numbers). Facts: ballots, faulty, and same (as the count of the pair before).
    """
    round_id = _round(scene)
    shares = _shares(scene, round_id, scene.fields.listed("shares"))
    count = open_box(packed_box(scene.session, round_id), join_shares(shares))
    file = canonical(count).encode()
    same = scene.world.counts.get(round_id, file) == file
    scene.world.counts[round_id] = file
    return {"ballots": len(count["ballots"]), "faulty": count["faulty"], "same": same}


@deed("voting.write_back", "round spoiled")
def voting_write_back(scene: Scene) -> Facts:
    """Write the count back. Fields: round, spoiled (yes: a file of which a ballot was taken away)."""
    round_id = _round(scene)
    file = scene.world.counts.get(round_id, b"{}")
    if scene.fields.yes("spoiled", False):
        count = json.loads(file)
        file = canonical({**count, "ballots": count["ballots"][1:]}).encode()
    return {"faulty": write_back(scene.session, scene.actor, WriteBack(round_id, file), scene.clock).faulty}


@deed("voting.read", "round ballots")
def voting_read(scene: Scene) -> Facts:
    """Key in the sheets that wait for the reader, in the order of their numbers; no projects: it cannot be counted.

    Fields: round, ballots ([{count, projects}]).
    """
    round_id, counted = _round(scene), 0
    waiting = sheet_stand(scene.session, round_id).waiting_for(scene.actor.person_id)
    for serial, chosen in zip(waiting, ballots_named(scene), strict=False):
        cmd = ReadBallot(round_id, serial, chosen, valid=bool(chosen))
        counted += read_ballot(scene.session, scene.actor, cmd, scene.clock) is not None
    return {"counted": counted}


@deed("voting.sheets_left", "round how reason")
def voting_sheets_left(scene: Scene) -> Facts:
    """Say what became of the sheets that are still out. Fields: round, how (void, missing), reason."""
    round_id, fields = _round(scene), scene.fields
    states = sheet_stand(scene.session, round_id).states
    out = tuple(serial for serial, state in states.items() if state is SheetState.OUT)
    cmd = EndBallots(round_id, out, fields.choice("how", SheetEnd), fields.text("reason", ""))
    return {"ended": len(end_ballots(scene.session, scene.actor, cmd, scene.clock))}


@deed("voting.recount", "round")
def voting_recount(scene: Scene) -> Facts:
    """Count the published package again with the program that lies in it. Fields: round. Facts: faults, selected."""
    round_id = _round(scene)
    packed = zipped(package_of(scene.session, round_id), {"format": PACKAGE_FORMAT, "round": round_id})
    with TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(packed)) as package:
        package.extractall(folder)
        faults, counted = _stranger().main(Path(folder))
    titles = {str(row.project_id): row.title for row in candidates_of(scene.session, round_id)}
    return {"faults": faults, "selected": [titles[one] for one in (*counted["selected"], *counted["filled"])]}


def _stranger() -> Any:
    """Load the program of the package, which shares no line with ours."""
    path = home("static") / "recount" / "retally.py"
    spec = importlib.util.spec_from_file_location("fundapp_retally", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
