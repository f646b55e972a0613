"""Somebody at a browser without the browser: keeps cookies, sends forms with their token."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.world import PASSWORD

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """One person's browser."""

    def __init__(self, app: Flask, login: str | None = None, password: str = PASSWORD) -> None:
        self.client = app.test_client()
        if login is not None:
            answer = self.sign_in(login, password)
            assert answer.status_code == 303, f"{login} cannot sign in"

    def get(self, address: str) -> TestResponse:
        """Open a page."""
        return self.client.get(address, buffered=True)

    def text(self, address: str) -> str:
        """Open a page that must be there, and read it."""
        answer = self.get(address)
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
        return answer.text

    def post(self, address: str, **fields: Any) -> TestResponse:
        """Send a form with the token of this session; a pair (bytes, name) is a file."""
        return self.client.post(address, data={"csrf_token": self.token(), **fields}, buffered=True)

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        """Sign in by the page."""
        return self.post("/sign-in", login=login, password=password)

    def token(self) -> str:
        """Read the token off a page that has a form."""
        answer = self.client.get("/sign-in")
        if answer.status_code == 303:
            answer = self.client.get("/account")
        found = _TOKEN.search(answer.text)
        assert found, "the page has no token"
        return found[1]
