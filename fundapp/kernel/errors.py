"""The four ways in which the program says no."""

from collections.abc import Mapping


class Refused(Exception):
    """A rule speaks against the deed. ``code`` names the rule, ``facts`` fill its sentence.

    ``field`` names the form field that the refusal concerns, where there is one.
    """

    def __init__(self, code: str, field: str | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts: Mapping[str, object] = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class Forbidden(Refused):
    """The actor has not the role, or not here, or not now."""


class NotVisible(Exception):
    """The thing does not exist as far as this actor may know: answered with 404."""


class BadInput(Exception):
    """Input that cannot be read: where (file, line or field), what was found, what was expected."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(f"{where}: found {found}, expected {expected}")
        self.where, self.found, self.expected = where, found, expected
