"""Takes the pictures of the guides from a running demonstration, as said in docs/start.md."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import DESKTOP, PHONE, launch

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
MOST = 80_000
SHOTS = (
    ("phone", PHONE, "", "/"),
    ("project", DESKTOP, "", "/projects/1"),
    ("resident-tasks", PHONE, "resident", "/desk/"),
    ("resident-proposal", PHONE, "resident", "/proposals/new"),
    ("resident-ballot", PHONE, "resident", "/votes/3/ballot"),
    ("resident-money", PHONE, "", "/ledger"),
    ("group-room", PHONE, "mt-treasurer", "/desk/projects/2"),
    ("group-gift", PHONE, "mt-treasurer", "/fundraising/2/new"),
    ("group-works", PHONE, "", "/projects/1/works"),
)


def take(address: str, password: str, folder: Path = GUIDE) -> dict[str, int]:
    """Take every picture into *folder*; give the bytes of each."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        sizes = {name: _shot(browser, folder / f"{name}.png", size, address, login, password, path)
                 for name, size, login, path in SHOTS}  # fmt: skip
        browser.close()
    return sizes


def _shot(
    browser: Browser, file: Path, size: dict[str, int], address: str, login: str, password: str, path: str
) -> int:
    page = browser.new_page(viewport={"width": size["width"], "height": size["height"]}, locale="zh-CN")
    if login:
        _sign_in(page, address, login, password)
    answer = page.goto(address + path)
    assert answer is not None
    assert answer.status == 200, f"{path} answered {answer.status}"
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(64)
    picture.save(file, "PNG", optimize=True)
    page.close()
    return file.stat().st_size


def _sign_in(page: Page, address: str, login: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("main button.main-action")


if __name__ == "__main__":
    for name, size in take(sys.argv[1].rstrip("/"), sys.argv[2]).items():
        assert size <= MOST, f"{name}.png has {size} bytes, more than {MOST}"
        sys.stdout.write(f"{name}.png {size}\n")
