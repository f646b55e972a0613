"""How long 5,000 rows with names, phones and groups take, in seconds of the processor: the machine is shared."""

import tempfile
import time

from fundapp.app import create_app, let_go
from fundapp.db.schema import build
from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.places.queries import get_place
from fundapp.rosters.commands import KeepUpload, import_upload, keep_upload
from fundapp.rosters.queries import waiting_upload
from fundapp.settings import Settings
from tests.rosters.files import excel
from tests.support.world import CLOCK, later, make_person, make_place_tree, make_snapshot

HEAD = ("楼栋", "单元", "房号", "建筑面积", "用途", "交付状态", "业主姓名", "电话", "共有人", "十户", "网格")


def roster(rows: int) -> bytes:
    """Write a roster of a hundred households for each building."""
    return excel(
        *(
            (
                f"{n // 100 + 1}栋", n % 100 // 50 + 1, n % 50 + 101, "85.36", "住宅", "已交付", f"演示·业主{n}",
                f"000{n:08d}", "演示·共有人" if n % 3 == 0 else "", f"第{n // 15 + 1}组", f"{n // 500 + 1}网格",
            )
            for n in range(rows)
        ),
        head=HEAD,
    )  # fmt: skip


def measure(rows: int = 5000) -> dict[str, float]:
    """Give the processor's seconds of each step on a new SQLite database."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment({"FUNDAPP_INSTANCE": folder})
        build(settings.database_url)
        app = create_app(settings)
        try:
            return _steps(roster(rows))
        finally:
            let_go(app)


def _steps(data: bytes) -> dict[str, float]:
    with unit_of_work() as session:
        places = make_place_tree(session, 0)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
    marks = [time.process_time()]

    def mark() -> None:
        marks.append(time.process_time())

    with unit_of_work() as session:
        kept = keep_upload(session, worker, KeepUpload(places.compound, "a.xlsx", data), CLOCK)
    mark()
    with reading_session() as session:
        assert not waiting_upload(session, get_place(session, places.compound), kept.id).plan.wrong
    mark()
    with unit_of_work() as session:
        import_upload(session, worker, kept.id, CLOCK)
    mark()
    with unit_of_work() as session:
        again = keep_upload(session, worker, KeepUpload(places.compound, "a.xlsx", data), later(days=1))
        assert import_upload(session, worker, again.id, later(days=1)).rows_changed == 0
    mark()
    with unit_of_work() as session:
        make_snapshot(session, places.compound, later(days=1).at)
    mark()
    names = ("read the file", "compare", "take in", "read and take in again", "freeze")
    return {name: after - before for name, before, after in zip(names, marks, marks[1:], strict=False)}
