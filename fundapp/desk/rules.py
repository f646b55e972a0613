"""Why not: the refusals that a policy would raise, as sentences."""

from collections.abc import Callable

from fundapp.kernel.errors import Refused
from fundapp.web.refusals import sentence


def reasons(check: Callable[[], object]) -> list[str]:
    """Ask a policy whether a deed is possible now, and give its refusal in words; empty where it is."""
    try:
        check()
    except Refused as refusal:
        return [sentence(refusal)]
    return []
