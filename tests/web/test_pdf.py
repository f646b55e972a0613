"""Paper: what is printed reads nothing that it should not."""

import pytest

from fundapp.web.pdf import pdf_of, qr_data

pytestmark = pytest.mark.pdf

PROBES = [
    '<link rel=attachment href="file:///etc/passwd">',
    '<a rel=attachment href="file:///etc/passwd">x</a>',
    '<img src="file:///etc/hostname">',
    '<link rel=stylesheet href="/static/css/../../pyproject.toml">',
    '<link rel=stylesheet href="http://127.0.0.1:9/x.css">',
    '<object data="file:///etc/passwd"></object>',
]


@pytest.mark.parametrize("probe", PROBES)
def test_a_sheet_reads_no_file_and_no_address(probe):
    """Nothing named in the HTML ends up in the PDF."""
    made = pdf_of(f"<html lang=zh><title>x</title><body><h1>名册</h1>{probe}</body></html>")
    assert made.startswith(b"%PDF")
    assert b"EmbeddedFile" not in made


def test_a_qr_code_is_embedded():
    """The picture stands in the page itself."""
    made = pdf_of(f'<html lang=zh><title>x</title><body><img alt="码" src="{qr_data("abc")}"></body></html>')
    assert b"/Image" in made
