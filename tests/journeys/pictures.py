"""Takes the pictures of the guides from a running demonstration, as said in docs/start.md."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

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
    ("resident-answer", PHONE, "df-treasurer", "/consent/15/answer", "#answer"),
    ("resident-code", PHONE, "", "/reply"),
    ("resident-notice", PHONE, "", "/notices/1", "main article"),
    ("resident-objection", PHONE, "df-lead", "/notices/3/objections/new"),
    ("worker-round", PHONE, "worker", "/consent/15", ".card.strong"),
    ("worker-remind", PHONE, "worker", "/consent/15/remind"),
    ("worker-help", PHONE, "worker", "/consent/15/help"),
    ("collector-start", PHONE, "df-head", "/collect/15"),
    ("collector-doors", PHONE, "df-head", "/collect/15", "#walk h2", "#prepare"),
    ("collector-door", PHONE, "df-head", "/collect/15", "#door", "#prepare", "#doors li:nth-child(2) a"),
    ("worker-papers", DESKTOP, "worker", "/consent/15/papers"),
    ("worker-keys", PHONE, "worker", "/consent/15/keys", "#lines"),
    ("worker-doors", PHONE, "worker", "/consent/15/doors"),
    ("resident-vote-code", PHONE, "", "/votes/code"),
    ("resident-recount", PHONE, "", "/votes/8", "#recounted.done", "[data-recount]"),
    ("worker-slips", PHONE, "worker", "/votes/3/slips"),
    ("worker-kiosk", PHONE, "worker", "/votes/kiosks"),
    ("key-holder-box", PHONE, "ty-worker", "/votes/8/box", "main .card"),
    ("council-body", PHONE, "worker", "/council/bodies/new"),
    ("council-call", PHONE, "worker", "/council/bodies/1/call"),
    ("council-session", PHONE, "worker", "/council/1"),
    ("council-floor", PHONE, "bp-worker", "/council/items/14/floor"),
    ("council-screen", DESKTOP, "bp-worker", "/council/10/screen"),
    ("council-confirm", PHONE, "bp-chair", "/council/9/confirm"),
    ("resident-pools", PHONE, "", "/votes/cycles/1"),
    ("bank-matching", DESKTOP, "officer", "/banking/accounts/1/matching"),
)


def take(address: str, password: str, folder: Path = GUIDE) -> dict[str, int]:
    """Take every picture into *folder*; give the bytes of each."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        sizes = {}
        for name, size, login, path, *then in SHOTS:
            page = browser.new_page(viewport={"width": size["width"], "height": size["height"]}, locale="zh-CN")
            if login:
                _sign_in(page, address, login, password)
            sizes[name] = _shot(page, folder / f"{name}.png", address + path, then)
            page.close()
        browser.close()
    return sizes


def _shot(page: Page, file: Path, address: str, then: list[str]) -> int:
    """Open a page, press what comes after the first of *then*, and take it with that first one at the top."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address} answered {answer.status}"
    for button in then[1:]:
        page.locator(button).click()
    if then:
        page.locator(then[0]).first.wait_for()
        page.locator(then[0]).first.evaluate("one => one.scrollIntoView()")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(64)
    picture.save(file, "PNG", optimize=True)
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
