"""Sources of money, and the four-source figures, as pure functions."""

from collections.abc import Mapping
from enum import StrEnum

from fundapp.kernel.money import split


class Source(StrEnum):
    """Whose money it is. The foundation's part comes by matching and is never recorded here by hand."""

    RESIDENTS = "residents"
    STREET = "street"
    DONORS = "donors"
    FOUNDATION = "foundation"


class Means(StrEnum):
    """How it came."""

    CASH = "cash"
    BANK = "bank"
    TRANSFER = "transfer"


RECORDED = (Source.RESIDENTS, Source.STREET, Source.DONORS)
ORDER = (Source.FOUNDATION, Source.STREET, Source.RESIDENTS, Source.DONORS)


def shares(by_source: Mapping[Source, int]) -> dict[Source, int]:
    """Give each source's share in hundredths of a percent, summing to 100.00 exactly.

    Source: domain.md part (b) case 12.

    >>> [shares({Source.FOUNDATION: 800000, Source.STREET: 400000, Source.RESIDENTS: 860000, Source.DONORS: 1000000})[s]
    ...  for s in ORDER]
    [2614, 1307, 2811, 3268]
    """
    amounts = [by_source.get(source, 0) for source in ORDER]
    if sum(amounts) == 0:
        return dict.fromkeys(ORDER, 0)
    return dict(zip(ORDER, split(10000, amounts), strict=True))
