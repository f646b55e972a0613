"""The pages of the roster."""

import io

import pytest

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Role
from tests.rosters.files import excel
from tests.rosters.files import text as csv_text
from tests.support.visitor import Visitor
from tests.support.world import make_account, make_compound, make_person, make_place_tree


@pytest.fixture
def places(sqlite_app):
    """A compound with six households, its worker, another community's worker, and an administrator."""
    with unit_of_work() as session:
        made, other = make_place_tree(session), make_place_tree(session)
        make_account(session, make_person(session, "王社工", Role.WORKER, made.community), "wang")
        make_account(session, make_person(session, "外社工", Role.WORKER, other.community), "wai")
        make_account(session, make_person(session, "赵管理", Role.ADMINISTRATOR, made.district), "zhao")
    return made


def upload(visitor, places, data, name="名册.xlsx"):
    """Send a file from the page."""
    return visitor.post(f"/rosters/{places.compound}", file=(io.BytesIO(data), name))


def test_a_worker_looks_first_and_then_takes_in(sqlite_app, places):
    """Upload, see what would happen, confirm; the confirming form carries no data of its own."""
    visitor = Visitor(sqlite_app, "wang")
    data = excel(("1栋", 101, 90, "张三"), ("5栋", 1, None, "李四"), head=("楼栋", "房号", "建筑面积", "身份证号"))
    looked = upload(visitor, places, data)
    assert looked.status_code == 303
    page = visitor.text(looked.headers["Location"])
    assert "身份证号" in page
    assert "5栋" in page
    assert "张三" not in page
    assert visitor.post(looked.headers["Location"], rows="[[2,'9栋','9']]").status_code == 303
    after = visitor.text(f"/rosters/{places.compound}")
    assert "已导入：新增 1 户，变更 1 户" in after
    assert "9栋" not in after


def test_wrong_rows_are_listed_and_cannot_be_taken_in(sqlite_app, places):
    """The page names each wrong row with its reason, offers no button, and the address refuses too."""
    visitor = Visitor(sqlite_app, "wang")
    lines = csv_text("1栋,101,大,", ",102,,", "1栋,103,,", "1栋,１０３室,88,")
    looked = upload(visitor, places, lines.encode("gb18030"), "名册.csv")
    page = visitor.text(looked.headers["Location"])
    for words in (
        "第 2 行",
        "建筑面积不是正确的平方米数",
        "第 3 行",
        "缺少楼栋",
        "第 5 行",
        "同一户",
        "现在还不能办理",
    ):
        assert words in page
    assert "确认导入" not in page
    answer = visitor.post(looked.headers["Location"])
    assert answer.status_code == 422
    assert "整份文件没有导入" in answer.text


def test_an_unreadable_file_is_told_at_its_field(sqlite_app, places):
    """The page comes back with the reason."""
    answer = upload(Visitor(sqlite_app, "wang"), places, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧.xls")
    assert answer.status_code == 422
    assert "请上传 .xlsx 或 .csv 文件" in answer.text


@pytest.mark.parametrize("login", ["wai", "zhao", None])
def test_to_everybody_else_the_roster_is_not_there(sqlite_app, places, login):
    """Another community's worker and the administrator get 404, a stranger is asked to sign in."""
    worker = Visitor(sqlite_app, "wang")
    looked = upload(worker, places, excel(("1栋", 101)))
    visitor = Visitor(sqlite_app, login)
    expected = 404 if login else 303
    for address in (f"/rosters/{places.compound}", looked.headers["Location"]):
        assert visitor.get(address).status_code == expected
        assert visitor.post(address).status_code == expected


def test_a_file_of_one_compound_is_not_taken_into_another(sqlite_app, places):
    """The address names compound and file; they must belong together."""
    visitor = Visitor(sqlite_app, "wang")
    looked = upload(visitor, places, excel(("1栋", 101)))
    with unit_of_work() as session:
        other, _units = make_compound(session, places.community, "竹园")
    number = looked.headers["Location"].rsplit("/", 1)[1]
    assert visitor.get(f"/rosters/{other}/uploads/{number}").status_code == 404


def test_the_lists_and_the_template_open(sqlite_app, places):
    """Every page of a worker's roster answers."""
    visitor = Visitor(sqlite_app, "wang")
    assert "1栋" in visitor.text(f"/rosters/{places.compound}")
    assert "1栋101" in visitor.text(f"/rosters/{places.compound}?building={places.buildings[0]}")
    assert str(places.compound) in visitor.text("/rosters")
    assert visitor.get("/rosters/template.xlsx").data[:2] == b"PK"
    assert visitor.get(f"/rosters/{places.community}").status_code == 404


def test_a_unit_shows_its_history_and_names_only_for_a_purpose(sqlite_app, places):
    """The page masks names; saying what for shows them once, and the log tells of it."""
    visitor = Visitor(sqlite_app, "wang")
    address = f"/rosters/{places.compound}/units/{places.units[0]}"
    form = {"name": "演示·王芳", "phone": "13800000001", "kind": "person", "others": "演示·李雷", "reason": "first"}
    ahead = visitor.post(f"{address}/holders", on="2999-01-01", **form)
    assert ahead.status_code == 422
    assert "日期不能晚于今天" in ahead.text
    assert "演示·王芳" in ahead.text
    assert visitor.post(f"{address}/holders", on="2026-01-01", **form).status_code == 303
    page = visitor.text(address)
    assert "演****" in page
    assert "演示·王芳" not in page
    assert "13800000001" not in page
    seen = visitor.post(address, purpose="contact")
    assert "演示·王芳" in seen.text
    assert "13800000001" in seen.text
    assert "no-store" in seen.headers["Cache-Control"]
    log = visitor.text("/rosters/looks")
    assert "王社工" in log
    assert "1栋101" in log
    assert "联系住户" in Visitor(sqlite_app, "zhao").text("/rosters/looks")
    assert "1栋101" not in Visitor(sqlite_app, "wai").text("/rosters/looks")


def test_a_unit_is_split_on_its_page(sqlite_app, places):
    """The former unit's page says that it ended, and offers no change any more."""
    visitor = Visitor(sqlite_app, "wang")
    address = f"/rosters/{places.compound}/units/{places.units[0]}"
    wrong = visitor.post(f"{address}/rebuild", with_doors="", rooms="101A 大")
    assert "“大”不是正确的平方米数" in wrong.text
    assert visitor.post(f"{address}/rebuild", with_doors="", rooms="101A 40\n101B 45.5").status_code == 303
    page = visitor.text(address)
    assert "不再使用" in page
    assert "分户或合户" not in page.split("<main")[1].split("不再使用")[1]
    assert visitor.get(f"{address}/holders").status_code == 404
    again = {"name": "演示·丙", "kind": "person", "on": "2026-01-01", "reason": "first"}
    assert visitor.post(f"{address}/holders", **again).status_code == 404


def test_a_group_is_formed_filled_and_closed_on_its_pages(sqlite_app, places):
    """From an empty list to a printed one, and back."""
    visitor = Visitor(sqlite_app, "wang")
    groups = f"/rosters/{places.compound}/groups"
    address = visitor.post(groups, kind="ten_households", name="第一组").headers["Location"]
    assert visitor.post(groups, kind="ten_households", name="第一组").status_code == 422
    assert "本院落没有“9栋9”这一户" in visitor.post(address, doors="9栋9").text
    assert visitor.post(address, doors="1栋101、1#102").status_code == 303
    assert visitor.post(f"{address}/head", name="演示·十户长", phone="13900000000").status_code == 303
    assert "演示·十户长" in visitor.text(address)
    assert visitor.post(f"{address}/units/{places.units[0]}").status_code == 303
    assert "1栋101" not in visitor.text(address)
    assert visitor.post(f"{address}/close").status_code == 303
    assert visitor.get(address).status_code == 404


@pytest.mark.pdf
def test_a_list_is_printed_for_a_building(sqlite_app, places):
    """The paper has the doors of the building; it is kept by no cache."""
    visitor = Visitor(sqlite_app, "wang")
    chosen = {"which": f"building-{places.buildings[0]}", "with_names": "y", "purpose": "lists"}
    paper = visitor.post(f"/rosters/{places.compound}/lists", **chosen)
    assert paper.data[:4] == b"%PDF"
    assert paper.headers["Cache-Control"] == "no-store"


def test_wrong_rows_can_be_downloaded(sqlite_app, places):
    """The file has the rows with their reasons; where nothing is wrong there is no such file."""
    visitor = Visitor(sqlite_app, "wang")
    looked = upload(visitor, places, csv_text("1栋,101,大,", "1栋,102,80,").encode("gbk"), "名册.csv")
    file = visitor.get(looked.headers["Location"] + "/rejected.xlsx")
    assert file.data[:2] == b"PK"
    right = upload(visitor, places, csv_text("1栋,101,85,").encode("gbk"), "名册.csv")
    assert visitor.get(right.headers["Location"] + "/rejected.xlsx").status_code == 404
