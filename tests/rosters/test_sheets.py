"""Roster files as people send them: Excel and CSV, UTF-8 and GBK, and some that are meant to harm."""

import io

import pytest
from openpyxl import Workbook

from fundapp.kernel.errors import Refused
from fundapp.rosters.outgoing import rejected, template
from fundapp.rosters.rules import MAX_ROWS, SheetRow
from fundapp.rosters.sheets import MAX_BYTES, read_sheet
from tests.rosters.files import excel, repacked, text

ROW = SheetRow(2, "1栋", "101", "85.36", "住宅")
LINE = "1栋,101,85.36,住宅"


@pytest.mark.parametrize(
    "data",
    [
        text(LINE).encode(),
        text(LINE).encode("utf-8-sig"),
        text(LINE).encode("gbk"),
        text(LINE).encode("utf-16"),
        text(LINE).replace(",", "\t").encode("gb18030"),
        text(LINE).replace("\r\n", "\n").encode(),
        excel(("1栋", "101", "85.36", "住宅")),
        excel(("1栋", 101, 85.36, "住宅")),
        excel(("1栋", 101.0, 85.36, "住宅")),
    ],
    ids=["utf-8", "with a BOM", "GBK", "UTF-16", "tabs in GBK", "unix lines", "texts", "numbers", "whole floats"],
)
def test_the_same_row_comes_out_of_every_kind_of_file(data):
    """Whatever program wrote the file, the household in it is the same."""
    assert read_sheet(data, "名册").rows == (ROW,)


def test_rare_characters_survive_gb18030():
    """Names of places that GBK does not hold are read as well."""
    assert read_sheet(text("㐂𠮷栋,101,,").encode("gb18030"), "a.csv").rows[0].building == "㐂𠮷栋"


def test_titles_above_and_blank_rows_are_passed_over():
    """A title above the heading and holes in the list change neither rows nor their numbers."""
    data = excel(("1栋", 101), (None, None), ("1栋", 102), above=[("桃花苑小区住户名册",), ()])
    assert [(row.number, row.room) for row in read_sheet(data, "a.xlsx").rows] == [(4, "101"), (6, "102")]


def test_columns_that_are_not_needed_are_not_read():
    """Identity numbers and banks stay in the file; the page says which columns were left there."""
    data = excel(("张三", "1栋", "110101199001011234", "101"), head=("户主姓名", "楼栋", "身份证号", "房号"))
    sheet = read_sheet(data, "a.xlsx")
    assert sheet.ignored == ("身份证号",)
    assert "110101" not in repr(sheet.rows)


def test_a_building_that_is_merged_down_stands_for_all_its_rooms():
    """Offices merge the cells of a building; the rooms below are still its rooms, and nothing else is filled in."""
    book = Workbook()
    for row in (
        ("桃花苑名册", None, None),
        ("楼栋", "房号", "业主"),
        ("1栋", 101, "张三"),
        (None, 102, None),
        (None, 103, ""),
    ):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A3:A4")
    out = io.BytesIO()
    book.save(out)
    rows = read_sheet(out.getvalue(), "a.xlsx").rows
    assert [(row.building, row.room, row.holder) for row in rows] == [
        ("1栋", "101", "张三"),
        ("1栋", "102", ""),
        ("", "103", ""),
    ]


def test_rejected_rows_come_back_as_a_file_that_can_be_sent_again():
    """The file of wrong rows has a reason for each, the headings of the template, and no cell that Excel would run."""
    row = SheetRow(9, "1栋", "101", "大", "住宅", holder="=HYPERLINK(1)")
    again = read_sheet(rejected([(row, "建筑面积不是正确的平方米数")]), "a.xlsx")
    assert (again.rows[0].room, again.rows[0].area, again.rows[0].holder) == ("101", "大", "'=HYPERLINK(1)")
    assert again.ignored == ("原因", "原文件行号")


def test_an_area_loses_what_binary_fractions_add():
    """What Excel computed as 85.30000000000001 is 85.3."""
    assert read_sheet(excel(("1栋", "101", 85.1 + 0.2)), "a.xlsx").rows[0].area == "85.3"


def test_our_template_can_be_read():
    """Whoever fills the template in has the right headings."""
    sheet = read_sheet(template(), "roster.xlsx")
    assert [row.room for row in sheet.rows] == ["101", "102"]
    assert sheet.ignored == ()


BOMB = repacked(excel(("1栋", "101")), xl__extra_DOT_xml=b"<a>" + b" " * (21 * 1024 * 1024) + b"</a>")
MACROS = repacked(excel(("1栋", "101")), xl__vbaProject_DOT_bin=b"macro")
ENTITIES = repacked(
    excel(("1栋", "101")), xl__sharedStrings_DOT_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><sst><si><t>&b;</t></si></sst>'
)
MANY_PARTS = repacked(excel(("1栋", "101")), **{f"x{n}": b"" for n in range(300)})


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (BOMB, "a.xlsx", "web.sheet_too_large"),
        (MANY_PARTS, "a.xlsx", "web.sheet_too_large"),
        (b"1" * (MAX_BYTES + 1), "a.csv", "web.sheet_too_large"),
        (MACROS, "a.xlsx", "web.sheet_macros"),
        (excel(("1栋", "101")), "a.xlsm", "web.sheet_macros"),
        (ENTITIES, "a.xlsx", "web.not_a_sheet"),
        (b"PK\x03\x04 and nothing more", "a.xlsx", "web.not_a_sheet"),
        (repacked(excel(("1栋", "101")), xl__workbook_DOT_xml=b"<x/>"), "a.xlsx", "web.not_a_sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xls", "web.not_a_sheet"),
        (b"", "a.csv", "web.not_a_sheet"),
        (b"\x00\x01\x02", "a.csv", "web.not_a_sheet"),
        ("楼栋,面积\n1栋,90\n".encode(), "a.csv", "rosters.no_columns"),
        (excel(("1栋", "101"), head=("一", "二")), "a.xlsx", "rosters.no_columns"),
        (text(*[f"1栋,{n},," for n in range(MAX_ROWS + 1)]).encode(), "a.csv", "rosters.too_many_rows"),
    ],
)
def test_what_is_no_roster_is_refused_by_name(data, name, code):
    """Bombs, macros, entities, old formats, garbage: each is told what it is, none is unpacked or run."""
    with pytest.raises(Refused) as told:
        read_sheet(data, name)
    assert told.value.code == code
    assert told.value.field == "file"


def test_a_workbook_that_packs_well_is_no_bomb():
    """Thousands of like rows shrink to a hundredth and are still a roster."""
    data = excel(*[("1栋", f"{n}", 85.36, "住宅") for n in range(1, MAX_ROWS + 1)])
    assert len(read_sheet(data, "a.xlsx").rows) == MAX_ROWS
