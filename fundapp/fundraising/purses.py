"""The accounts of a project's money: its general purse, and one for each purpose that givers named. No database."""

from dataclasses import dataclass

from fundapp.fundraising.rules import Source
from fundapp.ledger.chart import project_fund


@dataclass(frozen=True)
class Purse:
    """The accounts of one fund of a project; ``number`` 0 is what may be spent on the whole of it.

    >>> general, bench = Purse(12), Purse(12, 1)
    >>> general.cash, general.gift(Source.DONORS), general.fund
    ('cash:12', 'gift:12:donors', 'project:12')
    >>> bench.cash, bench.gift(Source.DONORS), bench.spend, bench.fund
    ('cash:12:r1', 'gift:12:r1:donors', 'spend:12:r1', 'project:12/r1')
    """

    project_id: int
    number: int = 0

    @property
    def _own(self) -> str:
        return f"{self.project_id}:r{self.number}" if self.number else str(self.project_id)

    @property
    def cash(self) -> str:
        """Give the code of its cash."""
        return f"cash:{self._own}"

    @property
    def spend(self) -> str:
        """Give the code of what was spent of it."""
        return f"spend:{self._own}"

    def gift(self, source: Source | str) -> str:
        """Give the code of what a source gave to it."""
        return f"gift:{self._own}:{Source(source).value}"

    @property
    def fund(self) -> str:
        """Name the fund within which every journal balances."""
        return project_fund(self.project_id) + (f"/r{self.number}" if self.number else "")
