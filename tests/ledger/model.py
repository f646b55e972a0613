"""The ledger as a hundred lines of dictionaries would keep it: what every request must come to."""

from dataclasses import dataclass, field
from datetime import date

CASH, GIFT, SPEND = "cash:1", "gift:1:residents", "spend:1"
POOL = ("pool:1:source", "pool:1:available", "pool:1:held:1", "pool:1:committed:1", "pool:1:paid:1")
FLOORS = {CASH: 0, SPEND: 0, **dict.fromkeys(POOL[1:], 0)}
CEILINGS = {GIFT: 0}
LIMIT = 500_000


@dataclass
class Model:
    """Balances, journals by key, and until when months are closed."""

    balances: dict[str, int] = field(default_factory=lambda: dict.fromkeys((CASH, GIFT, SPEND, *POOL), 0))
    journals: list[tuple[str, tuple[tuple[str, int], ...]]] = field(default_factory=list)
    reversed: dict[int, str] = field(default_factory=dict)
    frozen: date | None = None

    def post(self, key: str, legs: tuple[tuple[str, int], ...], day: date, by_two: bool) -> str:
        """Post, or say why not."""
        standing = next((one for one in self.journals if one[0] == key), None)
        if standing is not None:
            return "done" if standing[1] == legs else "ledger.used_key"
        if self.frozen is not None and legs[0][0] in (CASH, GIFT, SPEND) and day <= self.frozen:
            return "ledger.closed_month"
        if -sum(amount for code, amount in legs if code == CASH) >= LIMIT and not by_two:
            return "ledger.second_person"
        for code, amount in legs:
            after = self.balances[code] + amount
            if code in FLOORS and after < FLOORS[code]:
                return "ledger.not_enough"
            if code in CEILINGS and after > CEILINGS[code]:
                return "ledger.over_ceiling"
        for code, amount in legs:
            self.balances[code] += amount
        self.journals.append((key, legs))
        return "done"

    def reverse(self, number: int, told: str, day: date) -> str:
        """Take the journal of this number (from 1) back, or say why not."""
        key, legs = self.journals[number - 1]
        if key.startswith("reverse:"):
            return "ledger.is_reversal"
        if number in self.reversed:
            return "done" if self.reversed[number] == told else "ledger.reversed_already"
        ended = self.post(f"reverse:{number}", tuple((code, -amount) for code, amount in legs), day, by_two=True)
        if ended == "done":
            self.reversed[number] = told
        return ended
