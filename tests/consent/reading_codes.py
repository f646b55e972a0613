"""Read the codes of a printed PDF as a camera would: rendered at 150 dots to the inch."""

import io
import subprocess
import tempfile
from pathlib import Path

import zxingcpp
from PIL import Image


def codes_of_pages(made: bytes, dpi: int = 150) -> tuple[list[str], int]:
    """Give the text of every code, page by page, and the number of pages."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "made.pdf").write_bytes(made)
        subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "made.pdf", "page"], cwd=folder, check=True)
        pages = sorted(Path(folder).glob("page*"))
        found = [
            code.text
            for page in pages
            for code in zxingcpp.read_barcodes(
                Image.open(io.BytesIO(page.read_bytes())), formats=zxingcpp.BarcodeFormat.QRCode
            )
        ]
    return found, len(pages)
