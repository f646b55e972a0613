"""Pools that vote together under seal: one key for all, a box for each, one zip that a stranger counts again."""

import hashlib
import random
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from fundapp.cli.voting import command as voting
from fundapp.db.types import canonical
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.archive import MANIFEST, manifest
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.money import from_fen
from fundapp.places.models import Place
from fundapp.projects.models import Project
from fundapp.projects.rules import Stage
from fundapp.voting import commands, queries
from fundapp.voting.box import open_box, pack
from fundapp.voting.checks import CHECKS
from fundapp.voting.models import VoteRound
from fundapp.voting.seal import check_code, join_shares, make_key
from fundapp.voting.secrecy import Secrecy
from tests.support.world import NOW, make_person
from tests.voting.haikou import CLOSES, OPENS, Haikou, make_haikou
from tests.voting.polling import at
from tests.voting.test_pages import page_of
from tests.voting.test_sealed import code_of

LATER = at(OPENS.replace(minute=59))


@dataclass
class SealedCycle:
    """A drafted vote of a street's and a community's pool, its rounds, and the key that the test holds."""

    made: Haikou
    number: int
    rounds: list[int]
    holders: tuple[Actor, ...]
    public: str
    shares: list[str]

    def do(self, deed, who, *args, clock=LATER):
        """Do a deed in a unit of work of its own."""
        with unit_of_work() as session:
            return deed(session, who, *args, clock)

    def key(self, round_, holders=None):
        """Give what is registered of the key."""
        checks = tuple(hashlib.sha256(check_code(one).encode()).hexdigest() for one in self.shares)
        people = tuple(one.person_id for one in holders or self.holders)
        return commands.RegisterKey(round_, self.public, checks, people)

    def open(self):
        """Register and confirm on the page of one pool, and open all."""
        self.do(commands.register_key, self.made.worker, self.key(self.rounds[1]), clock=at(NOW))
        for holder, share in zip(self.holders, self.shares, strict=True):
            cmd = commands.ConfirmShare(self.rounds[0], check_code(share))
            self.do(commands.confirm_share, holder, cmd, clock=at(NOW))
        with unit_of_work() as session:
            return commands.open_cycle(session, self.made.worker, self.number, at(NOW), random.Random(3))

    def project(self, pool, place):
        """Give a candidate of a pool by its place in the list."""
        return self.made.pools[pool].projects[place]


@pytest.fixture
def cycle(working):
    """Two pools with twelve households that vote in both, drafted as a sealed vote."""
    return make_cycle()


def make_cycle():
    """Draft it."""
    made = make_haikou(households=12, quick=True)
    made.pools = [made.pools[0], made.pools[2]]
    with unit_of_work() as session:
        holders = (made.worker, made.second, make_person(session, "演示·监督", Role.SUPERVISOR, made.pools[1].place_id))
        pools = tuple(commands.Pool(one.place_id, from_fen(one.budget), one.projects) for one in made.pools)
        wish = commands.DraftCycle(
            made.programme, made.district, "两份资金", OPENS, CLOSES, pools, secrecy=Secrecy.SEALED
        )
        number = commands.draft_cycle(session, made.worker, wish, at(NOW)).id
        rounds = list(session.scalars(select(VoteRound.id).where(VoteRound.cycle_id == number).order_by(VoteRound.id)))
    public, shares = make_key()
    return SealedCycle(made, number, rounds, holders, public, list(shares))


def homes(cycle):
    """Give the doors that may vote in both pools."""
    return [unit for unit, _street, community in cycle.made.homes if community is cycle.made.pools[1]]


def cast(cycle, pool, voter, *places, digits="2580"):
    """Let a household vote under seal by phone."""
    unit = homes(cycle)[voter]
    cmd = commands.CastSealed(cycle.rounds[pool], unit, tuple(cycle.project(pool, one) for one in places), digits)
    return cycle.do(commands.cast_sealed, cycle.made.residents[unit], cmd)


def paper(cycle, pool, voter, *places):
    """Let a household hand in a paper, which two people read after the close; give the deed of reading."""
    cycle.do(
        commands.take_paper, cycle.made.worker, commands.TakePaper(cycle.rounds[pool], homes(cycle)[voter], "大厅")
    )
    chosen = tuple(cycle.project(pool, one) for one in places)

    def read(clock):
        for reader in (cycle.made.worker, cycle.made.second):
            cycle.do(commands.read_ballot, reader, commands.ReadBallot(cycle.rounds[pool], 1, chosen), clock=clock)

    return read


def counted_again(packed, folder):
    """Count the packages again with their own program and nothing else; give what it says of each."""
    folder.mkdir()
    for round_, files in packed:
        own = folder / f"round-{round_}"
        own.mkdir()
        for name, data in {**files, MANIFEST: manifest(files, {"format": queries.PACKAGE_FORMAT})}.items():
            (own / name).write_bytes(data)
        (folder / "retally.py").write_bytes(files["retally.py"])
    done = subprocess.run([sys.executable, "-I", "retally.py"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall("入选 selected", done.stdout)


def test_a_sealed_vote_of_two_pools_goes_from_one_key_to_a_strangers_recount(cycle, tmp_path):
    """Phones and paper; one call opens both boxes with two shares; nothing is published before both are counted."""
    worker = cycle.made.worker
    assert code_of(cycle.do, commands.open_cycle, worker, cycle.number, clock=at(NOW)) == "voting.keys_missing"
    assert cycle.open() == 2
    given = [cast(cycle, 0, n, n % 2, digits=f"{n:04}") for n in range(11)]
    given += [cast(cycle, 1, n, 0, 1 + n % 3, digits=f"{n:04}") for n in range(11)]
    cycle.do(commands.print_ballots, worker, commands.PrintBallots(cycle.rounds[1], 1))
    read = paper(cycle, 1, 11, 2)
    shut = at(CLOSES)
    for number, round_ in enumerate(cycle.rounds):
        assert code_of(cycle.do, commands.publish_cycle, worker, cycle.number, clock=shut)
        assert cycle.do(commands.close_box, worker, commands.CloseBox(round_), clock=shut).phones == 11
        with reading_session() as session:
            (tmp_path / f"box-{number}.json").write_text(canonical(queries.packed_box(session, round_)), "utf-8")
    slips = [tmp_path / f"share-{n}.txt" for n in (1, 3)]
    for slip, place in zip(slips, (0, 2), strict=True):
        slip.write_text(cycle.shares[place], "utf-8")
    boxes = [str(tmp_path / f"box-{n}.json") for n in (0, 1)]
    files = [part for slip in slips for part in ("--share", str(slip))]
    done = CliRunner().invoke(voting, ["open-box", *boxes, *files, "--out", str(tmp_path / "counts")])
    assert (done.exit_code, done.output.count("打开 11 张，打不开或不合规则 0 张")) == (0, 2)
    counts = [(tmp_path / "counts" / f"count-box-{n}.json").read_bytes() for n in (0, 1)]
    swapped = commands.WriteBack(cycle.rounds[0], counts[1])
    assert code_of(cycle.do, commands.write_back, worker, swapped, clock=shut).startswith("voting.count")
    cycle.do(commands.write_back, worker, commands.WriteBack(cycle.rounds[0], counts[0]), clock=shut)
    with pytest.raises(Refused) as refused:
        cycle.do(commands.publish_cycle, worker, cycle.number, clock=shut)
    assert refused.value.facts["pool"].endswith(cycle.made.pools[1].name)
    cycle.do(commands.write_back, worker, commands.WriteBack(cycle.rounds[1], counts[1]), clock=shut)
    read(shut)
    assert cycle.do(commands.publish_cycle, worker, cycle.number, clock=shut) == 2
    with reading_session() as session:
        assert [check.run(session).first_fault for check in CHECKS] == [None] * len(CHECKS)
        assert session.get_one(Project, cycle.project(1, 0)).stage is Stage.SELECTED
        packed = [(round_, queries.package_of(session, round_)) for round_ in cycle.rounds]
    for own, (_round, files_of) in zip((given[:11], given[11:]), packed, strict=True):
        assert all(one.code in files_of["codes.csv"].decode() for one in own)
    assert counted_again(packed, tmp_path / "zip") == ["入选 selected"] * 2


def test_one_key_is_for_all_pools(cycle):
    """Who keeps it has a task in the place of the whole vote; it is shown once; a lost share is lost for every pool."""
    with unit_of_work() as session:
        elsewhere = session.scalars(select(Place.id).where(Place.name == "月湾社区")).one()
        far = make_person(session, "演示·别社区监督", Role.SUPERVISOR, elsewhere)
        stranger = make_person(session, "演示·无职务")
    wrong = (*cycle.holders[:2], stranger)
    code = code_of(cycle.do, commands.register_key, cycle.made.worker, cycle.key(cycle.rounds[0], wrong), clock=at(NOW))
    assert code == "voting.three_holders"
    with unit_of_work() as session:
        clerk = make_person(session, "演示·一个社区的社工", Role.WORKER, cycle.made.pools[1].place_id)
    with pytest.raises(Forbidden):
        cycle.do(commands.register_key, clerk, cycle.key(cycle.rounds[1]), clock=at(NOW))
    cycle.holders = (*cycle.holders[:2], far)
    with pytest.raises(Forbidden):
        cycle.do(commands.register_key, cycle.made.second, cycle.key(cycle.rounds[0]), clock=at(NOW))
    cycle.open()
    with reading_session() as session:
        for round_ in cycle.rounds:
            held = queries.key_row(session, round_)
            assert (held.public_key, held.confirmed) == (cycle.public, True)
    cycle.do(commands.tell_share, far, commands.TellShare(cycle.rounds[1], 3, lost=True, reason="搬家丢了"))
    cycle.do(commands.tell_share, cycle.made.second, commands.TellShare(cycle.rounds[0], 2, lost=True, reason="水泡了"))
    with reading_session() as session:
        for round_ in cycle.rounds:
            assert {number for number, word in queries.newest_words(session, round_).items() if word.lost} == {2, 3}
    assert code_of(cycle.do, commands.tell_share, clerk, commands.TellShare(cycle.rounds[0], 1, True, "也丢了")) == (
        "voting.not_your_share"
    )
    for lost, reason in ((False, "晒干了还看得清"), (True, "还是看不清")):
        cycle.do(commands.tell_share, clerk, commands.TellShare(cycle.rounds[1], 2, lost, reason))
    with reading_session() as session:
        for round_ in cycle.rounds:  # she works in one pool's place only, and the share is one and the same
            assert queries.newest_words(session, round_)[2].reason == "还是看不清"
    asked = cycle.do(commands.ask_void, cycle.made.worker, commands.AskVoid(cycle.rounds[1], "两份都丢了"))
    assert cycle.do(commands.confirm_void, cycle.made.second, commands.ConfirmVoid(cycle.rounds[1], asked.id))


def test_the_page_of_the_key_is_for_who_works_in_the_place_of_all_pools(sqlite_app, visit, stand):
    """The vote's page leads her there and says that it is one key; a worker of one pool's place gets no form."""
    stand(NOW)
    cycle = make_cycle()
    with unit_of_work() as session:
        clerk = make_person(session, "演示·一个社区的社工", Role.WORKER, cycle.made.pools[1].place_id)
    path = f"/votes/{cycle.rounds[1]}/key"
    worker = visit(cycle.made.worker)
    assert f'/votes/{cycle.rounds[0]}/key"' in page_of(worker, f"/votes/cycles/{cycle.number}")
    assert "2 份资金一起表决，共用这一把钥匙" in page_of(worker, path)
    assert visit(clerk).get(path).status_code == 403


def test_a_ballot_of_one_pool_does_not_count_in_another(cycle):
    """The key is the same; a ballot is sealed to the terms of its own round, so in another box it does not open."""
    cycle.open()
    cast(cycle, 0, 0, 1)
    cast(cycle, 1, 1, 1)
    for round_ in cycle.rounds:
        cycle.do(commands.close_box, cycle.made.worker, commands.CloseBox(round_), clock=at(CLOSES))
    with reading_session() as session:
        first, second = (queries.packed_box(session, round_) for round_ in cycle.rounds)
    moved = pack(second["frozen"], second["public_key"], second["canary"], [*second["sealed"], *first["sealed"]])
    count = open_box(moved, join_shares(cycle.shares[:2]))
    assert (len(count["ballots"]), count["faulty"]) == (1, 1)


def test_several_boxes_need_names_of_their_own(tmp_path):
    """Two boxes of one name would overwrite each other's count; an existing folder is not written into."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "box.json").write_text("{}", "utf-8")
    both = [str(tmp_path / folder / "box.json") for folder in ("a", "b")]
    done = CliRunner().invoke(voting, ["open-box", *both, "--out", str(tmp_path / "out")])
    assert "different names" in str(done.exception or done.output)
    done = CliRunner().invoke(voting, ["open-box", both[0], "--out", str(tmp_path / "a")])
    assert "not there yet" in str(done.exception or done.output)
