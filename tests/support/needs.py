"""What a test needs of the machine: a skip that names it, or a failure where nothing may be skipped."""

import os

import pytest

from fundapp.cli.doctor import KINDS, reason_against

_reasons: dict[str, str | None] = {}


def need(kind: str) -> None:
    """Skip the running test where the machine lacks what *kind* needs; fail it where FUNDAPP_REQUIRE names the kind."""
    if kind not in _reasons:
        _reasons[kind] = reason_against(kind)
    reason = _reasons[kind]
    if reason is None:
        return
    if kind in required_kinds(os.environ.get("FUNDAPP_REQUIRE", "")):
        pytest.fail(f"FUNDAPP_REQUIRE={kind}, but {reason}", pytrace=False)
    pytest.skip(reason)


def required_kinds(text: str) -> set[str]:
    """Read FUNDAPP_REQUIRE.

    Raises:
        ValueError: a kind that there is not, which would require nothing.

    """
    kinds = {part.strip() for part in text.split(",") if part.strip()}
    unknown = kinds - set(KINDS)
    if unknown:
        raise ValueError(f"FUNDAPP_REQUIRE: found {', '.join(sorted(unknown))}, expected some of {', '.join(KINDS)}")
    return kinds
