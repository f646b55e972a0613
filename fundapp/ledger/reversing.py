"""Which postings are taken back from the ledger's own page, and which through the deed of the row that caused them."""

from enum import StrEnum

PLAIN = ("bank_transfer", "opening", "manual")
"""Sources without a deed of their own: their postings are taken back from the page, by two people."""


class ReversalState(StrEnum):
    """Asked for, refused, or posted."""

    ASKED = "asked"
    REFUSED = "refused"
    POSTED = "posted"


def kind_of_source(source: str) -> str:
    """Give what caused a posting: what stands before the number.

    >>> kind_of_source("contribution:12"), kind_of_source("bank_transfer:3")
    ('contribution', 'bank_transfer')
    """
    return source.partition(":")[0]


def may_reverse(source: str, reverses: int | None) -> bool:
    """Tell whether a posting may be reversed from the page: it has no deed of its own and is no reversal.

    >>> may_reverse("bank_transfer:3", None), may_reverse("expense:1", None), may_reverse("bank_transfer:3", 7)
    (True, False, False)
    """
    return reverses is None and kind_of_source(source) in PLAIN


def reversal_state(passed: bool | None) -> ReversalState:
    """Give where a request stands; ``None``: nobody has decided."""
    if passed is None:
        return ReversalState.ASKED
    return ReversalState.POSTED if passed else ReversalState.REFUSED
