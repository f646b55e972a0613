"""Public pages that are made once and given to every visitor, until anything changes.

A page is kept for visitors without a session only, in the worker that made it, and never longer than the second it was
made in; any commit to the database ends it at once. So a kept page is what a fresh one would be. See
docs/decisions/0011-kept-pages.md.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from fundapp.db.version import DataVersion
from fundapp.web.clock import clock
from fundapp.web.database import database, reading

View = TypeVar("View", bound=Callable[..., Any])
Key = tuple[str, str, str | None, bool]
Answer = tuple[bytes, list[tuple[str, str]]]
MOST = 500
OF_THE_PAGE = ("Content-Type", "Content-Encoding", "ETag")
DISPLAY = "fundapp_big"


def kept(view: View) -> View:
    """Mark a public page that depends on its address, the database, the second and 大字版, and on nothing else."""
    view.kept = True  # type: ignore[attr-defined]  # the mark that keep_pages() reads
    return view


class Shelf:
    """The answers of one moment; another moment empties it.

    A moment ends with any change of the data, and with the second, as the next one may open or close something.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment: object = None
        self._answers: dict[Key, Answer] = {}

    def find(self, moment: object, key: Key) -> Answer | None:
        """Give the answer that was kept at this very moment."""
        with self._lock:
            if moment != self._moment:
                self._moment = moment
                self._answers.clear()
            return self._answers.get(key)

    def put(self, moment: object, key: Key, answer: Answer) -> None:
        """Keep an answer, unless the moment has passed or the shelf is full."""
        with self._lock:
            if moment == self._moment and len(self._answers) < MOST:
                self._answers[key] = answer


def keep_pages(app: Flask) -> None:
    """Answer from the shelf where that is the same. Call before what changes answers: its own part runs after them."""
    with app.app_context():
        version = DataVersion(database.engine)
    shelf = Shelf()

    @app.before_request
    def from_shelf() -> Response | None:
        if not _may_be_kept():
            return None
        data, g.page_time = version.now(reading(), clock())
        moment, key = (data, g.page_time.replace(microsecond=0)), _key()
        g.kept = (moment, key)
        found = shelf.find(moment, key)
        return None if found is None else Response(found[0], headers=found[1])

    @app.after_request
    def to_shelf(response: Response) -> Response:
        if "kept" not in g or response.status_code != 200 or "Set-Cookie" in response.headers:
            return response
        if "ETag" not in response.headers:
            response.add_etag()
            headers = [(name, response.headers[name]) for name in OF_THE_PAGE if name in response.headers]
            moment, key = g.kept
            shelf.put(moment, key, (response.get_data(), headers))
        response.make_conditional(request)
        return response


def _may_be_kept() -> bool:
    """Tell whether this is a visitor without a session who asks for a marked page."""
    if request.method != "GET" or request.endpoint is None or request.cookies.keys() - {DISPLAY}:
        return False
    return getattr(current_app.view_functions[request.endpoint], "kept", False)


def _key() -> Key:
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    return request.host_url, request.full_path, request.cookies.get(DISPLAY), gzipped
