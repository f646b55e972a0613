"""What differs between two texts of a project, and whether it changes what households agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

USUAL_RISE = Fraction(1, 10)
"""By how much the cost may rise before households are asked again, where the policy names nothing else."""
FIELDS = (
    "title", "kind", "location", "payers", "shared", "budget_fen", "lines", "why", "theme", "beneficiaries", "origin",
)  # fmt: skip
AGREED_TO = frozenset({"title", "kind", "location", "payers", "shared"})


@dataclass(frozen=True)
class Asked:
    """What households were asked about last, where that still stands.

    ``heads`` is how many are asked (households, or holders where owners are asked), ``answered`` how many of them have
    answered; ``rise`` is what the pinned policy allows the cost to rise by.
    """

    round_id: int
    version_id: int
    rise: Fraction
    heads: int
    answered: int
    published: bool


@dataclass(frozen=True)
class Change:
    """One field whose value differs; values as in a version's content, ``None`` where there is none."""

    field: str
    old: Any
    new: Any
    material: bool


def rises_by_more(old_fen: int, new_fen: int, rise: Fraction) -> bool:
    """Tell whether a cost rises by more than *rise* of the old one. Exactly that much is not more; less never is.

    Source: peers.md failure 17; "超过" leaves the number itself out (Civil Code art. 1259).

    >>> tenth = Fraction(1, 10)
    >>> rises_by_more(3_000_000, 3_300_000, tenth), rises_by_more(3_000_000, 3_300_001, tenth)
    (False, True)
    """
    return (new_fen - old_fen) * rise.denominator > old_fen * rise.numerator


def changes(old: Mapping[str, Any], new: Mapping[str, Any], rise: Fraction = USUAL_RISE) -> list[Change]:
    """List what differs between two contents, what was agreed to first.

    What is done, where, of which kind, who pays and how a sum is shared are what was agreed to; so is the cost, once
    it rises by more than *rise*. Another reason, theme, number of beneficiaries, or another split of the costs is not.

    >>> found = changes({"title": "A", "budget_fen": 100}, {"title": "A", "budget_fen": 110})
    >>> [(change.field, change.material) for change in found]
    [('budget_fen', False)]
    """
    found = [
        Change(name, old.get(name), new.get(name), name in AGREED_TO)
        for name in FIELDS
        if name != "budget_fen" and old.get(name) != new.get(name)
    ]
    before, after = int(old["budget_fen"]), int(new["budget_fen"])
    if before != after:
        found.append(Change("budget_fen", before, after, rises_by_more(before, after, rise)))
    return sorted(found, key=lambda change: (not change.material, FIELDS.index(change.field)))


def is_material(old: Mapping[str, Any], new: Mapping[str, Any], rise: Fraction = USUAL_RISE) -> bool:
    """Tell whether an edit changes what was agreed to: what, where, who pays, or the cost by more than *rise*.

    Both are version contents; ``budget_fen`` is a whole number of fen. Measure against the version that was agreed to,
    not against the last one: many small steps are one large one.

    Source: peers.md failure 17.

    >>> is_material({"title": "A", "budget_fen": 100}, {"title": "A", "budget_fen": 111})
    True
    """
    return any(change.material for change in changes(old, new, rise))


def percent_text(share: Fraction) -> str:
    """Write a share as people read it: in percent where that is a whole number, else as a fraction.

    >>> percent_text(Fraction(1, 10)), percent_text(Fraction(1, 8))
    ('10%', '1/8')
    """
    hundred = share * 100
    return f"{hundred.numerator}%" if hundred.denominator == 1 else f"{share.numerator}/{share.denominator}"
