"""The paper of a round in its evidence bundle: each sheet is checked again from the file alone."""

import io
import re
import zipfile
from datetime import timedelta

import pytest

from fundapp.consent import commands, queries
from fundapp.consent.bundle import MANIFEST, pack, verify
from fundapp.consent.commands import Named
from fundapp.consent.papers import SheetEnd, VisitResult
from fundapp.consent.policy import Choice
from fundapp.db.work import reading_session, unit_of_work
from tests.consent.asking import KEYED, OPENS, at
from tests.consent.test_doors import visit
from tests.consent.test_sheets import end, key, look, make_paper_round, read_again


@pytest.fixture
def files(working):
    """The files of a round on paper: five sheets keyed, one void, one read differently, one spoken for, one visit."""
    asked, other = make_paper_round(second="all")
    key(asked, (1, Choice.AGREE), (2, Choice.AGREE), (3, Choice.AGREE), witness=Named(name="演示·见证人"))
    key(asked, (4, Choice.OPPOSE), proxy=commands.Proxy(Named(name="王芳", phone="13900000000"), asked.scan))
    key(asked, (5, Choice.AGREE))
    end(asked, 6)
    visit(asked, asked.worker, 5, VisitResult.ABSENT, OPENS + timedelta(minutes=1))
    read_again(asked, other, *[(n, Choice.AGREE if n != 4 else Choice.OPPOSE) for n in (1, 2, 3, 4)])
    read_again(asked, other, (5, Choice.OPPOSE))
    look(asked, other, 5, Choice.AGREE)
    with unit_of_work() as session:
        commands.publish_result(session, asked.worker, commands.PublishResult(asked.round), at(KEYED))
    with reading_session() as session:
        return {"README.txt": b"README", **queries.evidence_of(session, asked.round, asked.worker, KEYED)}


def faults(files, name="", old="", new=""):
    """The faults of a bundle in which a pattern was replaced in one file, with a manifest that fits."""
    changed = dict(files)
    if name:
        changed[name], times = re.subn(old.encode(), new.encode(), files[name], count=1, flags=re.M)
        assert times == 1
    return [fault.partition(": ")[2] for fault in verify(pack(changed, 1)).faults]


def test_the_paper_of_a_bundle_is_checked_sheet_by_sheet(files):
    """Whoever loses a sheet, revives a void one, swaps the readers or the doors is named, with a fitting manifest."""
    assert faults(files) == []
    assert faults(files, "papers.csv", r"^(6,.*),void,.*$", r"\1,,") == [
        "sheet 6 was neither keyed in nor void nor missing when the result was told"
    ]
    assert faults(files, "papers.csv", r"^(1,.*),,$", r"\1,void,x") == ["sheet 1 is void, and was keyed in"]
    assert "was keyed in from sheet 2, which is printed for another door" in str(
        verify(pack(files | {"papers.csv": files["papers.csv"].replace(b",2,,", b",3,,")}, 1)).faults
    )
    assert faults(files, "readings.csv", r"^5,3,.*\n", "") == ["sheet 5 was read differently when the result was told"]
    assert faults(files, "readings.csv", r"^1,2,.*\n", "") == ["sheet 1 was drawn and not read a second time"]
    assert faults(files, "round.json", '"second_keying":"all"', '"second_keying":"none"') == []


def test_the_hands_of_a_bundle_are_checked(files):
    """The collector is not her own witness, a proxy is in writing and speaks for no more than allowed."""
    signed = files["signed.csv"].decode().splitlines()
    first, fourth = signed[1].split(","), signed[4].split(",")

    def with_line(number, cells):
        lines = [*signed[:number], ",".join(cells), *signed[number + 1 :]]
        return faults(files | {"signed.csv": ("\n".join(lines) + "\n").encode()})

    assert with_line(1, [*first[:6], first[5], *first[7:]]) == [
        "sheet 1: the one who collected it is its witness or proxy"
    ]
    assert with_line(4, [*fourth[:9], ""]) == ["sheet 4: a proxy that is not in writing"]
    assert with_line(4, [*fourth[:8], "0", fourth[9]]) == [f"number {fourth[7]} speaks for more than 0 households"]
    second_reader = files["readings.csv"].decode().splitlines()[1].split(",")[4]
    assert with_line(1, [*first[:4], second_reader, *first[5:]]) == ["sheet 1 was read twice by the same person"]
    assert faults(files, "visits.csv", r"^\d+,absent", "999999,absent") == ["unit 999999 is not on the roster"]


def test_nobody_is_named_in_the_paper_of_a_bundle(files):
    """Numbers stand for those who went, watched and spoke for others; what was noted at a door stays out."""
    out = io.BytesIO(pack(files, 1))
    with zipfile.ZipFile(out) as opened:
        told = b"".join(opened.read(name) for name in opened.namelist() if name != MANIFEST).decode()
    assert [name for name in ("王芳", "13900000000", "演示·见证人", "演示·楼长") if name in told] == []
    assert SheetEnd.VOID.value in told
