"""The house is read once for all tests of this folder."""

import pytest

from tests.house.reading import forget


@pytest.fixture(scope="package", autouse=True)
def read_once():
    """Forget what was read when the last test of this folder has ended."""
    yield
    forget()
