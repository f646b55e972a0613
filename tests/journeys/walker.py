"""Somebody with a phone: opens pages, fills in forms by the names of their fields, and looks at each page."""

import io
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page

from tests.support.world import PASSWORD

WIDTH = 390
GRAVE = ("serious", "critical")


def photo(tint: int = 0) -> dict[str, Any]:
    """Make a picture to upload."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (90 + tint * 17 % 160, 120, 60 + tint * 29 % 190)).save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Walker:
    """One person with a phone of her own."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
        page.set_default_timeout(10000)
        page.set_default_navigation_timeout(30000)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def sign_in(self, login: str, password: str = PASSWORD) -> "Walker":
        """Sign in by the page."""
        self.send("/sign-in", login=login, password=password)
        return self

    def open(self, path: str, axe: bool = False) -> str:
        """Open a page that must be there; give its text."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        self.look(axe)
        return self.page.inner_text("main")

    def look(self, axe: bool = False) -> None:
        """Hold the page that is open to what every page promises."""
        where = self.page.url.removeprefix(self.address)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= WIDTH, f"{where} is {width} px wide"
        assert self.said == [], f"{where} says in the console: {self.said}"
        if axe:
            found = Axe().run(self.page).response["violations"]
            grave = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in GRAVE]
            assert grave == [], f"{where}: {grave}"

    def send(self, path: str, *, axe: bool = False, press: str = "main button.main-action", **fields: Any) -> str:
        """Open a form, fill it in, press its main button; give the path that it leads to."""
        self.open(path, axe)
        for name, value in fields.items():
            self.fill(name.replace("__", "-"), value)
        return self.press(press, path)

    def press(self, button: str, path: str = "") -> str:
        """Press a button that sends a form; what it refuses fails the test in its own words."""
        assert self.page.locator(button).count(), f"{path} has no button: {self.page.inner_text('main')[:400]}"
        with self.page.expect_navigation() as led:
            self.page.locator(button).first.click()
        status = led.value.status
        wrong = self.page.locator("main .errors, main .notice.stop")
        told = " ".join(wrong.all_inner_texts()) if wrong.count() else ""
        assert status == 200, f"{path} answered {status}: {told or self.page.inner_text('main')[:300]}"
        assert not told, f"{path} refused: {told}"
        self.look()
        return self.page.url.removeprefix(self.address)

    def fill(self, name: str, value: Any) -> None:
        """Fill in one field, whatever it is; several values tick several boxes."""
        field = self.page.locator(f'main [name="{name}"]')
        kind = field.first.evaluate("one => one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase()")
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                box = field.first if one is True else self.page.locator(f'main [name="{name}"][value="{one}"]')
                box.check()
        elif kind == "select":
            field.select_option(str(value))
        elif kind == "file":
            field.set_input_files(value)
        else:
            field.first.fill(str(value))
