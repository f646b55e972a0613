"""The side store is there for every worker, also where several start at the same moment on a new house."""

import pytest
from sqlalchemy import create_engine, inspect

from fundapp.web.side import SideBase, side_engine
from tests.support.races import FORK, PATIENCE

WORKERS = 6


def open_it(url, start, told):
    """Open the store as a worker does when it starts; tell what went wrong."""
    start.wait(PATIENCE)
    try:
        side_engine(url).dispose()
        told.put("")
    except Exception as error:
        told.put(f"{type(error).__name__}: {error}"[:200])
        raise


@pytest.mark.parametrize("turn", range(4))
def test_workers_that_start_at_once_all_find_the_store(database_url, turn):
    """None is told that a table is there already or that the file is locked."""
    url = f"{database_url}-side{turn}" if database_url.startswith("sqlite") else database_url
    start, told = FORK.Barrier(WORKERS), FORK.Queue()
    workers = [FORK.Process(target=open_it, args=(url, start, told)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    assert [told.get(timeout=PATIENCE) for _ in workers] == [""] * WORKERS
    for worker in workers:
        worker.join(PATIENCE)
    engine = create_engine(url)
    assert set(SideBase.metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()
