"""Ballots of paper without doors: handed in, read by two people, accounted for to the last sheet."""

import random
import subprocess

import pytest

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.kernel.sheets import SheetEnd
from fundapp.projects.commands import LinkProjects, link_projects
from fundapp.projects.linking import LinkKind
from fundapp.voting import commands, queries
from fundapp.voting.secrecy import Secrecy
from tests.consent.reading_codes import codes_of_pages
from tests.support.world import NOW, make_person
from tests.voting.polling import OPEN, SHUT, TITLES, at, cast, make_polled, publish
from tests.voting.sealing import drop, hand_in, make_sealed, shut
from tests.voting.test_pages import page_of, send


@pytest.fixture
def boxed(working):
    """An open round on paper only, with five sheets printed and three handed in."""
    made = make_sealed(secrecy=Secrecy.PAPER)
    with unit_of_work() as session:
        commands.print_ballots(session, made.polled.worker, commands.PrintBallots(made.round, 5), OPEN)
    for number in range(3):
        hand_in(made, number)
    return made


def read(boxed, serial, *chosen, who=None, valid=True):
    """Let somebody read a sheet; tell whether it counts now."""
    cmd = commands.ReadBallot(boxed.round, serial, tuple(boxed.polled.projects[one] for one in chosen), valid)
    with unit_of_work() as session:
        return commands.read_ballot(session, who or boxed.polled.worker, cmd, SHUT) is not None


def end(boxed, *serials, how=SheetEnd.MISSING, reason=""):
    """Say what became of sheets."""
    with unit_of_work() as session:
        cmd = commands.EndBallots(boxed.round, serials, how, reason)
        commands.end_ballots(session, boxed.polled.officer, cmd, SHUT)


def code_of(deed, *args, **kwargs):
    """Give the code of the refusal."""
    with pytest.raises(Refused) as refused:
        deed(*args, **kwargs)
    return refused.value.code


def test_a_sheet_counts_when_two_people_read_the_same(boxed):
    """Not twice by one; read otherwise, both look again; printed = entered + void + missing before anything is told.

    Source: design.md rule 11; domain.md (b) case 6.
    """
    officer = boxed.polled.officer
    assert code_of(read, boxed, 1, 0) == "voting.box_not_closed"
    assert code_of(drop, boxed, 3, 0) == "voting.not_sealed"
    shut(boxed)
    assert not read(boxed, 1, 0, 1)
    assert code_of(read, boxed, 1, 0, 1) == "voting.read_by_another"
    assert not read(boxed, 1, 0, 2, who=officer)
    with reading_session() as session:
        assert queries.sheet_stand(session, boxed.round).differing == (1,)
    assert read(boxed, 1, 0, 1, who=officer)
    assert code_of(read, boxed, 2, 0, 1, 2, 3) == "voting.too_many"
    assert not read(boxed, 2, valid=False)
    assert read(boxed, 2, valid=False, who=officer)
    assert code_of(publish, boxed.polled) == "voting.not_counted_yet"
    read(boxed, 3, 1)
    read(boxed, 3, 1, who=officer)
    read(boxed, 4, 1)
    assert code_of(read, boxed, 4, 1, who=officer) == "voting.more_sheets_than_doors"
    assert code_of(end, boxed, 4, how=SheetEnd.VOID) == "voting.void_needs_reason"
    end(boxed, 4, how=SheetEnd.VOID, reason="多出来的一张")
    assert code_of(end, boxed, 4) == code_of(end, boxed, 1) == "voting.sheet_not_out"
    end(boxed, 5)
    publish(boxed.polled)
    with reading_session() as session:
        count = queries.sheet_stand(session, boxed.round).count
        outcome = queries.recount(session, boxed.round)
    assert (count.printed, count.entered, count.void, count.missing, count.out) == (5, 3, 1, 1, 0)
    assert (outcome.ballots, outcome.invalid) == (3, 1)


def test_only_those_who_publish_read_sheets(boxed):
    """A resident reads none, and prints none."""
    shut(boxed)
    with pytest.raises(Forbidden):
        read(boxed, 1, 0, who=boxed.polled.residents[0])
    with pytest.raises(Forbidden), unit_of_work() as session:
        commands.print_ballots(session, boxed.polled.residents[0], commands.PrintBallots(boxed.round, 1), OPEN)


@pytest.mark.pdf
@pytest.mark.parametrize(("candidates", "pages"), [(8, 1), (9, 2), (30, 4)])
def test_a_paper_ballot_is_never_cut(sqlite_app, visit, stand, candidates, pages):
    """Two short ballots share a page; a longer one has its own, and goes on to the next where it must."""
    stand(OPEN.now(None))
    made = make_sealed(secrecy=Secrecy.PAPER, costs=(100_000,) * candidates)
    with unit_of_work() as session:
        commands.print_ballots(session, made.polled.worker, commands.PrintBallots(made.round, 2), OPEN)
    printed = visit(made.polled.worker).get(f"/votes/{made.round}/sheets.pdf").data
    codes, sides = codes_of_pages(printed)
    assert (len(codes), sides) == (2, pages)


@pytest.mark.pdf
def test_a_paper_with_a_door_is_printed_with_number_and_code(sqlite_app, visit, stand):
    """A line for the door, the number, a code that leads to its keying; for those who key, while papers come in."""
    polled = make_polled()
    path = f"/votes/{polled.round}/papers.pdf"
    stand(OPEN.now(None))
    worker = visit(polled.worker)
    assert "打印纸质选票" in page_of(worker, f"/votes/{polled.round}")
    assert "打印纸质选票" not in page_of(visit(polled.residents[0]), f"/votes/{polled.round}")
    printed = worker.get(f"{path}?first=7&count=3").data
    words = words_of(printed)
    assert [words.count(one) for one in ("门牌：____", "编号7", "编号8", "编号9", "编号10", TITLES[0])] == [
        3,
        1,
        1,
        1,
        0,
        3,
    ]
    codes, _sides = codes_of_pages(printed)
    assert [one.partition("?")[2] for one in codes] == ["serial=7", "serial=8", "serial=9"]
    assert f'value="{7}"' in page_of(worker, f"/votes/{polled.round}/papers/new?serial=7")
    for wrong in ("first=0", "count=0", "count=201", "first=100001"):
        assert worker.get(f"{path}?{wrong}").status_code == 303
        assert "一次最多打印 200 张" in page_of(worker, f"/votes/{polled.round}")
    assert visit(polled.residents[0]).get(path).status_code == 404
    assert visit().get(path).status_code in (302, 303)
    stand(SHUT.now(None))
    assert worker.get(path).status_code == 404
    boxed = make_sealed(secrecy=Secrecy.PAPER)
    assert visit(boxed.polled.worker).get(f"/votes/{boxed.round}/papers.pdf").status_code == 404


def words_of(printed):
    """Read the text of a PDF without its blanks."""
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=printed, capture_output=True, check=True)
    return "".join(told.stdout.decode().split())


@pytest.mark.pdf
def test_a_paper_ballot_names_rivals(sqlite_app, visit, stand):
    """Beside each of the two, and on every sheet: who has only the paper reads it too."""
    stand(OPEN.now(None))
    made = make_sealed(secrecy=Secrecy.PAPER, opened=False)
    with unit_of_work() as session:
        second = make_person(session, "李社工", Role.WORKER, made.polled.places.community)
        pair = LinkProjects(made.polled.projects[0], made.polled.projects[1], LinkKind.RIVALS, "同一块空地")
        link_projects(session, second, pair, at(NOW))
        commands.open_round(session, made.polled.worker, commands.OpenRound(made.round), at(NOW), random.Random(7))
        commands.print_ballots(session, made.polled.worker, commands.PrintBallots(made.round, 2), OPEN)
    printed = visit(made.polled.worker).get(f"/votes/{made.round}/sheets.pdf").data
    words = words_of(printed)
    for title in TITLES[:2]:
        assert words.count(f"与“{title}”互斥，最多入选一个") == 2


def test_the_pages_of_sheets_lead_from_the_print_to_the_result(sqlite_app, visit, stand):
    """Registered, printed with a code on each, keyed by two people, the rest accounted for; wrong input stays."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    stand(OPEN.now(None))
    made = make_sealed(secrecy=Secrecy.PAPER)
    worker, officer, path = visit(made.polled.worker), visit(made.polled.officer), f"/votes/{made.round}"
    assert "这一轮只用纸票" in page_of(visit(made.polled.residents[0]), f"{path}/ballot")
    assert worker.post(f"{path}/sheets", data={"count": "0"}).status_code == 422
    assert worker.post(f"{path}/sheets", data={"count": "3"}).status_code == 303
    assert worker.get(f"{path}/sheets.pdf").status_code == 200
    door = {"door": queried_door(made), "seat": "服务大厅"}
    assert worker.post(f"{path}/papers/in", data={"door": "9栋", "seat": "服务大厅"}).status_code == 422
    assert worker.post(f"{path}/papers/in", data=door).status_code == 303
    assert "在服务大厅交了纸票" in page_of(visit(made.polled.residents[0]), path)
    stand(SHUT.now(None))
    assert worker.post(f"{path}/box/close").status_code == 303
    read_one = {"serial": "2", "valid": "yes", "choices": [made.polled.projects[0]]}
    for who in (worker, officer):
        assert send(who, f"{path}/sheets/read", **read_one).status_code == 303
    assert "2 张" in page_of(worker, f"{path}/sheets")
    assert worker.post(f"{path}/sheets/end", data={"serials": "一", "how": "missing"}).status_code == 422
    assert worker.post(f"{path}/sheets/end", data={"serials": "1、3", "how": "missing"}).status_code == 303
    assert worker.post(f"{path}/result").status_code == 303
    assert "结果已生效" in page_of(visit(), path)


def test_a_named_round_tells_each_doors_choice_when_it_is_published(sqlite_app, visit, stand):
    """Not before, and in no other mode."""
    stand(OPEN.now(None))
    made = make_sealed(secrecy=Secrecy.NAMED)
    cast(made.polled, 0, 1)
    page_of(visit(), f"/votes/{made.round}/named", 404)
    publish(made.polled)
    page = page_of(visit(), f"/votes/{made.round}/named")
    assert queried_door(made) in page
    assert "修雨棚" in page


def queried_door(made):
    """Give the door of the first household."""
    with reading_session() as session:
        return queries.round_page(session, made.round, made.polled.residents[0], OPEN.now(None)).own[0].door
