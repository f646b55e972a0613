"""The language of the house: one for each process; its translations are looked up once, not for each word."""

from functools import cached_property
from typing import Any

from flask import Flask
from flask_babel import Babel, Domain, get_locale


class OneLanguage(Domain):
    """Messages in the language that the app is set to."""

    _found: Any = None

    def get_translations(self) -> Any:
        """Give the translations of the app's language."""
        if self._found is None:
            found = super().get_translations()  # type: ignore[no-untyped-call]
            if get_locale() is None:  # outside the app there is no language yet
                return found
            self._found = found
        return self._found


class House(Babel):
    """Flask-Babel with one language."""

    @cached_property
    def domain_instance(self) -> Domain:
        """Give the messages."""
        return OneLanguage(domain=self.domain)  # type: ignore[no-untyped-call]


def speak(app: Flask) -> None:
    """Give the app its language; templates look a sentence up without asking for the language again."""
    house = House(app)  # type: ignore[no-untyped-call]
    with app.app_context():
        domain = house.domain_instance
    environment: Any = app.jinja_env
    environment.install_gettext_callables(
        gettext=lambda text: domain.get_translations().ugettext(text),
        ngettext=lambda one, many, number: domain.get_translations().ungettext(one, many, number),
        newstyle=True,
    )
