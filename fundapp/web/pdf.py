"""PDF from our own templates. Nothing is fetched: only ``data:`` addresses are read.

Source: docs/decisions/0007-pdf.md.
"""

import base64
import contextlib
import io
from functools import lru_cache
from typing import Any

import segno
from flask import Response, render_template

APT = "apt-get install libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"


@lru_cache
def missing() -> str | None:
    """Say what this machine lacks to make PDF, or ``None``."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint  # noqa: F401, PLC0415 - 1.4 s and system libraries: only when printing
    except OSError:
        return APT
    return None


def pdf_of(html: str) -> bytes:
    """Render HTML without touching files or the network.

    Raises:
        RuntimeError: the system libraries are missing; the message is the apt line.

    """
    lack = missing()
    if lack:
        raise RuntimeError(lack)
    import weasyprint  # noqa: PLC0415 - see missing()
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    made: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
    return made


def pdf_page(template: str, filename: str, **values: Any) -> Response:
    """Answer with a PDF; where none can be made, with the same page for the browser's own print."""
    html = render_template(template, **values)
    if missing():
        return Response(html, mimetype="text/html")
    headers = {"Content-Disposition": f'inline; filename="{filename}"'}
    return Response(pdf_of(html), mimetype="application/pdf", headers=headers)


def qr_data(text: str) -> str:
    """Draw a QR code (level M) as a PNG in a ``data:`` address."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=4, border=2)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
