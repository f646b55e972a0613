"""PDF from our own templates. Nothing is fetched but our own style sheets and what stands in ``data:`` addresses.

Source: docs/decisions/0007-pdf.md.
"""

import base64
import contextlib
import io
import logging
from functools import lru_cache
from typing import Any

import segno
from flask import Response, render_template

from fundapp.db.home import home

APT = "apt-get install libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
HERE = "https://paper.invalid"


@lru_cache
def missing() -> str | None:
    """Say what this machine lacks to make PDF, or ``None``."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint  # noqa: F401, PLC0415 - 1.4 s and system libraries: only when printing
    except OSError:
        return APT
    return None


@lru_cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 - see missing()

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    static = home("static").resolve()

    class OurStyleSheets(URLFetcher):
        """Reads ``data:`` addresses and the style sheets in our static folder, nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            name = url.split("?")[0].removeprefix(f"{HERE}/static/css/")
            path = static / "css" / name
            if not url.startswith(f"{HERE}/static/css/") or "/" in name or not path.is_file():
                raise ValueError("only our own style sheets are read")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "text/css; charset=utf-8"})

    return OurStyleSheets(allowed_protocols=["data"], allow_redirects=False)


def pdf_of(html: str) -> bytes:
    """Render HTML without touching other files or the network.

    Raises:
        RuntimeError: the system libraries are missing; the message is the apt line.
    """
    lack = missing()
    if lack:
        raise RuntimeError(lack)
    import weasyprint  # noqa: PLC0415 - see missing()

    document = weasyprint.HTML(string=html, base_url=f"{HERE}/", url_fetcher=_fetcher())
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made


def pdf_page(template: str, filename: str, **values: Any) -> Response:
    """Answer with a PDF; where none can be made, with the same page for the browser's own print."""
    html = render_template(template, **values)
    if missing():
        return Response(html, mimetype="text/html")
    headers = {"Content-Disposition": f'inline; filename="{filename}"'}
    return Response(pdf_of(html), mimetype="application/pdf", headers=headers)


def qr_data(text: str, *, small: bool = False) -> str:
    """Draw a QR code as a PNG in a ``data:`` address.

    ``small`` ones have the fewest dots that hold the text, and one mask for all, because there are hundreds of them.
    """
    out = io.BytesIO()
    made = segno.make(text, error="l", mask=3, micro=False) if small else segno.make(text, error="m", micro=False)
    made.save(out, kind="png", scale=4, border=2)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
