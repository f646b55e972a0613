"""The pages of a sealed round: what each visitor sees, in the order in which it happens."""

import hashlib
import importlib.util
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from fundapp.db.home import home
from fundapp.db.types import canonical
from fundapp.db.work import bound_engine, reading_session
from fundapp.voting import queries
from fundapp.voting.seal import check_code
from tests.voting.polling import CLOSES, NOW, OPENS, publish
from tests.voting.sealing import bring_back, counted, drop, make_sealed, shut
from tests.voting.test_pages import page_of, send

MODE = "三位持钥人里要有两位一起才能打开"


@pytest.fixture
def sealed(sqlite_app, stand):
    """A sealed round of twelve households, an hour after it opened."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    stand(OPENS + timedelta(hours=1))
    return make_sealed(people=12)


def test_the_code_of_a_ballot_is_on_one_answer_and_nowhere_else(sealed, visit, sqlite_app, tmp_path):
    """The page says what the mode promises; its answer is not kept, and no file of the program holds the code.

    Source: reliability.md §4.1.
    """
    client, path = visit(sealed.polled.residents[0]), f"/votes/{sealed.round}/ballot"
    assert client.get(path).headers["Location"].endswith("/sealed")
    path = f"/votes/{sealed.round}/sealed"
    assert MODE in page_of(client, path)
    unit = sealed.polled.places.units[0]
    assert "请填写四个数字" in send(client, path, unit_id=unit, choices=[sealed.polled.projects[0]]).get_data(True)
    answer = send(client, path, unit_id=unit, choices=[sealed.polled.projects[0]], digits="1357")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    code = re.search(r"<strong>(\w{5}-\w{5})</strong>", answer.get_data(as_text=True))[1].replace("-", "")
    folder = make_url(str(bound_engine().url)).database.rpartition("/")[0]
    kept = b"".join(file.read_bytes() for file in Path(folder).rglob("*") if file.is_file())
    assert b"vote_box" in kept
    assert code.encode() not in kept
    assert "再投一次会把上一张换掉" in page_of(client, path)
    assert visit(sealed.polled.worker).get(path).status_code == 200
    assert "投出我的票" in page_of(visit(sealed.polled.worker), path)


def test_a_sealed_round_goes_from_its_box_to_its_codes(sealed, visit, stand):
    """Nothing but roots before the close; then closed, counted outside, written back, published, found by code."""
    given = [drop(sealed, n, n % 3, digits=f"{n:04}") for n in range(11)]
    nobody, worker, box = visit(), visit(sealed.polled.worker), f"/votes/{sealed.round}/box"
    assert "票箱每小时的指纹" in page_of(nobody, box)
    for path in ("box.json", "fingerprints.txt", "codes"):
        page_of(worker, f"/votes/{sealed.round}/{path}", 404)
    stand(CLOSES)
    assert "票箱还没有开箱计票" in page_of(nobody, f"/votes/{sealed.round}")
    assert worker.post(f"{box}/close").status_code == 303
    assert given[3].fingerprint in page_of(nobody, f"/votes/{sealed.round}/fingerprints.txt")
    assert nobody.get(f"/votes/{sealed.round}/box.json").status_code == 303
    page_of(visit(sealed.polled.residents[0]), f"/votes/{sealed.round}/box.json", 404)
    assert worker.get(f"/votes/{sealed.round}/box.json").status_code == 200
    wrong = worker.post(f"{box}/count", data={"file": (io.BytesIO(b"{}"), "count.json")})
    assert (wrong.status_code, "这不是完整的计票文件" in wrong.get_data(as_text=True)) == (422, True)
    file = canonical(counted(sealed)).encode()
    assert worker.post(f"{box}/count", data={"file": (io.BytesIO(file), "count.json")}).status_code == 303
    assert worker.post(f"/votes/{sealed.round}/result").status_code == 303
    listed = page_of(nobody, f"/votes/{sealed.round}/codes")
    assert all(f"{one.code[:5]}-{one.code[5:]}" in listed and one.digits in listed for one in given)
    assert "谁都可以重新计票" in page_of(nobody, f"/votes/{sealed.round}")


def test_nobody_keeps_a_share_before_she_was_chosen(sqlite_app, visit, stand):
    """The lists begin with nobody, so that three shares do not go to the first of the list by oversight."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    stand(NOW)
    draft = make_sealed(opened=False)
    client, path = visit(draft.polled.worker), f"/votes/{draft.round}/key"
    keys = canonical({"format": "fundapp-vote-keys/1", "public_key": draft.public, "checks": list(draft.checks)})
    chosen = {"holder_1": draft.holders[0].person_id, "holder_2": "", "holder_3": ""}
    sent = client.post(path, data=chosen | {"file": (io.BytesIO(keys.encode()), "keys.json")})
    assert (sent.status_code, sent.get_data(as_text=True).count("这一项必须填写。")) == (
        422,
        4,
    )  # twice each: above, beside


def test_a_holder_confirms_her_share_and_sees_no_other(sqlite_app, visit, stand):
    """Only who keeps a share gets to the page; a wrong code says so; the page never asks for the words."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    stand(NOW)
    draft = make_sealed(opened=False, confirmed=2)
    path = f"/votes/{draft.round}/share"
    page_of(visit(draft.polled.residents[0]), path, 404)
    holder = visit(draft.holders[2])
    page = page_of(holder, path)
    assert "单词只留在您的手机或电脑里" in page
    assert 'name="words"' not in page
    wrong = holder.post(path, data={"code": check_code(draft.shares[1])})
    assert (wrong.status_code, "核对码和登记的不一样" in wrong.get_data(as_text=True)) == (422, True)
    assert holder.post(path, data={"code": check_code(draft.shares[2])}).status_code == 303
    assert "您这一份是好的" in page_of(holder, path)
    worker = visit(draft.polled.worker)
    assert "已于" in page_of(worker, f"/votes/{draft.round}/key")
    lie = worker.post(f"/votes/{draft.round}/key", data={"file": (io.BytesIO(b"[]"), "keys.json")})
    assert (lie.status_code, "这不是做钥匙时得到的" in lie.get_data(as_text=True)) == (422, True)


def test_a_sealed_package_is_counted_again_with_its_codes(sealed, stand, tmp_path):
    """The program of the package agrees, and names a code that stands twice and a ballot that nobody counted."""
    spec = importlib.util.spec_from_file_location("retally", home("static") / "recount" / "retally.py")
    retally = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(retally)
    for number in range(11):
        drop(sealed, number, number % 3)
    stand(CLOSES)
    shut(sealed)
    bring_back(sealed, counted(sealed))
    publish(sealed.polled)
    with reading_session() as session:
        files = queries.package_of(session, sealed.round)
    assert {"codes.csv", "fingerprints.csv"} < files.keys()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    (tmp_path / "manifest.json").write_text(canonical({"files": hashes}), "utf-8")
    assert retally.main(tmp_path)[0] == []
    rows = files["codes.csv"].decode().splitlines()
    (tmp_path / "codes.csv").write_text("\n".join([*rows, rows[1].replace(rows[1][10:16], ",0000,", 1)]), "utf-8")
    found = " ".join(retally.main(tmp_path)[0])
    assert "stands 2 times" in found
    assert "a ballot with a code was not counted" in found
