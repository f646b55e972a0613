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
