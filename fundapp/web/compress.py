"""Public pages leave compressed. What only one visitor may see does not: length would tell of its secrets."""

import gzip

from flask import Flask, Response, g, request

from fundapp.kernel.actor import NOBODY

WORTH_IT = 1024
KINDS = ("text/html", "text/css", "text/javascript", "application/json", "text/csv", "image/svg+xml")


def compress_answers(app: Flask) -> None:
    """Compress text for whoever accepts it."""

    @app.after_request
    def compress(response: Response) -> Response:
        hers = g.get("actor", NOBODY).signed_in or response.cache_control.no_store
        if hers or response.status_code != 200 or response.mimetype not in KINDS:
            return response
        response.vary.add("Accept-Encoding")
        if "gzip" not in request.headers.get("Accept-Encoding", "") or "Content-Encoding" in response.headers:
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) >= WORTH_IT:
            response.set_data(gzip.compress(body, 5, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
