"""The pages: send a file, say its columns, take it in, match, book, prepare, check, print."""

import io
import re

import pytest

from fundapp.banking.queries import free_lines, papers_of
from fundapp.db.work import reading_session
from tests.banking.bank import make_bank, sent, taken
from tests.banking.files import flagged, two_columns
from tests.support.visitor import Visitor

KEY = "3f2a9c41-0000-4000-8000-00000000000{}"


@pytest.fixture
def bank(sqlite_app):
    return make_bank(logins=True)


@pytest.fixture
def officer(sqlite_app, bank):
    return Visitor(sqlite_app, "officer")


def address(bank, rest=""):
    return f"/banking/accounts/{bank.account}{rest}"


def send(officer, bank, data, name="明细.csv"):
    return officer.post(address(bank), file=(io.BytesIO(data), name))


def test_a_file_goes_from_the_page_to_the_lines(bank, officer):
    """Sent, looked at, taken in; the second time there is nothing new, and the page says so."""
    assert "登记银行账户" in officer.text("/banking/")
    answer = send(officer, bank, two_columns())
    assert answer.status_code == 303
    look = officer.text(answer.location)
    assert "导入 4 笔流水" in look
    assert "期初余额" in look
    assert officer.post(answer.location).status_code == 303
    text = officer.text(address(bank, "/matching"))
    assert "附言里有项目的汇款识别码" in text
    assert "陈捐款" in text
    again = send(officer, bank, flagged(), "明细.xlsx")
    assert "没有新的流水" in officer.text(again.location)


def test_columns_are_said_once_for_a_bank(bank, officer):
    """Unknown headings lead to the page of columns; a wrong choice is told and what was chosen stays."""
    data = "甲,乙,丙\n2026-03-01,5.00,5.00\n".encode()
    answer = send(officer, bank, data)
    assert answer.location.endswith("/columns")
    said = {"head": "1", "shape": "signed", "day": "0", "amount": "1", "balance": "1"}
    rest = dict.fromkeys(("paid_in", "paid_out", "flag", "number", "other", "words"), "-1")
    wrong = officer.post(answer.location, **said, **rest)
    assert wrong.status_code == 422
    assert "同一列不能选两次" in wrong.text
    right = officer.post(answer.location, **{**said, **rest, "balance": "2"})
    assert "导入 1 笔流水" in officer.text(right.location)
    assert "导入 1 笔流水" in officer.text(send(officer, bank, data).location), "the next file of this bank"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"PK\x03\x04 and nothing more", "a.xlsx", "不是可以读取的表格文件"),
        (flagged(), "a.xlsm", "不接受带宏的文件"),
        (b"", "a.csv", "不是可以读取的表格文件"),
    ],
)
def test_a_file_that_is_none_is_told_on_its_field(bank, officer, data, name, words):
    """Bombs, macros and garbage never reach the database."""
    answer = send(officer, bank, data, name)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_wrong_line_is_shown_with_its_number(bank, officer):
    """The page says which line is wrong and offers no button."""
    answer = send(officer, bank, two_columns().replace(b"20260321", b"20269921"))
    text = officer.text(answer.location)
    assert "看不出日期" in text
    assert "20269921" in text
    assert "笔流水</button>" not in text
    assert officer.post(answer.location).status_code == 422


def test_matching_booking_and_the_paper_by_two(sqlite_app, bank, officer):
    """The whole month on the pages, to the paper that the second person checks."""
    taken(bank)
    text = officer.text(address(bank, "/matching"))
    pairs = re.findall(r'name="pair" value="([^"]+)"', text)
    assert officer.post(address(bank, "/pairs"), op_key=KEY.format(1), pair=pairs).status_code == 303
    with reading_session() as session:
        left = free_lines(session, bank.account)
    for place, (line, kind) in enumerate(zip(left, ("opening", "fee", "interest"), strict=True)):
        where = address(bank, f"/lines/{line.id}")
        assert officer.post(where, op_key=KEY.format(place + 2), kind=kind).status_code == 303
    assert "银行流水都已核对" in officer.text(address(bank, "/matching"))
    new = address(bank, "/papers/new")
    wrong = officer.post(new, op_key=KEY.format(8), month="2026-03", bank_balance="1")
    assert "已导入流水的月末余额是 ¥13,807.34" in wrong.text
    made = officer.post(new, op_key=KEY.format(8), month="2026-03", bank_balance="13,807.34")
    assert made.status_code == 303
    assert "编制人不能复核自己编制的余额调节表" in officer.text(made.location)
    second = Visitor(sqlite_app, "second")
    assert second.post(made.location, passed="no").status_code == 422
    assert second.post(made.location, passed="yes").status_code == 303
    with reading_session() as session:
        assert papers_of(session, bank.account)[0].passed
    assert "钱专员" in officer.text(address(bank))


def test_a_match_is_taken_back_on_its_page(bank, officer):
    """With a reason; the history shows who and why."""
    taken(bank)
    text = officer.text(address(bank, "/matching"))
    pair = re.search(r'name="pair" value="([^"]+)"', text)[1]
    officer.post(address(bank, "/pairs"), op_key=KEY.format(1), pair=pair)
    undo = re.search(r'href="([^"]+/undo)"', officer.text(address(bank, "/matches")))[1]
    assert officer.post(undo).status_code == 422
    assert officer.post(undo, reason="看错了").status_code == 303
    assert "看错了" in officer.text(address(bank, "/matches"))


def test_what_was_ticked_stays_where_sums_differ(bank, officer):
    """The refusal stands above, the boxes stay ticked, nothing is matched."""
    taken(bank)
    with reading_session() as session:
        line = free_lines(session, bank.account)[1].id
    answer = officer.post(address(bank, "/matching"), op_key=KEY.format(1), line=line, entry="2.1")
    assert answer.status_code == 422
    assert "两边合计不相等" in answer.text
    assert f'value="{line}" checked' in answer.text
    assert officer.post(address(bank, "/matching"), op_key=KEY.format(1), line="x").status_code == 400


@pytest.mark.parametrize("login", ["worker", "stranger"])
def test_nobody_else_learns_of_the_account(sqlite_app, bank, login):
    """The officer of another district and a worker find nothing."""
    upload = sent(bank, two_columns())
    visitor = Visitor(sqlite_app, login)
    for rest in ("", "/matching", "/matches", "/papers/new", f"/uploads/{upload}", f"/uploads/{upload}/columns"):
        assert visitor.get(address(bank, rest)).status_code == 404


def test_an_approver_reads_and_gets_no_buttons(sqlite_app, bank):
    """She sees lines and papers; sending a file is not hers."""
    taken(bank)
    approver = Visitor(sqlite_app, "approver")
    assert 'type="file"' not in approver.text(address(bank))
    assert "<button" not in approver.text(address(bank, "/matching")).split("<main")[1].split("</main")[0]
    assert send(approver, bank, two_columns()).status_code in (403, 422)


@pytest.mark.pdf
def test_the_paper_is_printed(sqlite_app, bank, officer):
    """A4 with both names; one that became old says so."""
    from tests.banking.test_matching import all_known, prepared

    taken(bank)
    all_known(bank)
    answer = officer.get(address(bank, f"/papers/{prepared(bank)}.pdf"))
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_the_desk_says_what_waits_at_the_bank(sqlite_app, bank, officer):
    """Lines for who keeps the account, the paper for who may check it, nothing for a stranger."""
    from tests.banking.test_matching import all_known, prepared

    taken(bank)
    assert "5 笔没有核对" in officer.text("/desk/")
    all_known(bank)
    assert "没有核对" not in officer.text("/desk/")
    prepared(bank)
    assert "复核余额调节表" in Visitor(sqlite_app, "second").text("/desk/")
    for login in ("officer", "stranger"):
        assert "复核余额调节表" not in Visitor(sqlite_app, login).text("/desk/")


def test_each_side_of_matching_is_turned_by_itself(bank, officer, monkeypatch):
    """Five lines of the bank, three on a page; a page that is not there is the nearest, and the book's side stays."""
    monkeypatch.setattr("fundapp.banking.views.matching.SHOWN", 3)
    officer.post(send(officer, bank, two_columns()).location)
    with reading_session() as session:
        numbers = [str(line.id) for line in free_lines(session, bank.account)]

    def shown(rest):
        page = officer.text(address(bank, f"/matching{rest}"))
        return re.findall(r'name="line" value="(\d+)"', page), page

    assert len(numbers) == 5
    first, page = shown("")
    assert first == numbers[:3]
    assert "第 1 页，共 2 页" in page
    assert "lines=2&amp;entries=1" in page
    for rest in ("?lines=2", "?lines=99&entries=7"):
        assert shown(rest)[0] == numbers[3:]
    for rest in ("?lines=0", "?lines=-3", "?lines=x"):
        assert shown(rest)[0] == numbers[:3]
