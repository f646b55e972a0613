"""What a policy version holds, its hash, and what differs between two versions.

A policy is a mapping of subject to that subject's own data. The subjects are fixed here; what stands inside one is
read by the package that it concerns.
"""

import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fundapp.db.types import canonical
from fundapp.kernel.errors import BadInput

SUBJECTS = (
    "consent", "council", "voting", "raising", "matching", "payout", "queue", "limits", "procurement", "evaluation",
    "approval",
)  # fmt: skip
# Subjects that earlier policies do not have: without its part such a subject takes what is usual.
OPTIONAL = frozenset({"council", "raising", "payout", "approval"})
SIGNERS = 2  # who sign a version, neither of them its author
REGIMES = (
    "household:2/3",
    "household:>1/2",
    "household:3/4",
    "household:9/10",
    "residents-meeting",
    "representatives",
    "owners:half",
    "owners:three-quarters",
)
ORDERS = ("ready", "started", "claimed")
SCALES = ("three_grade_half", "plurality")
_USUAL: dict[str, Any] = {
    "consent": {
        "regime": "household:2/3",
        "days": 7,
        "keying_days": 3,
        "second_keying": "sample",
        "second_keying_share": "1/10",
        "proxies_most": 3,
    },
    "council": {"quorum": "2/3", "notice_days": 3},
    "voting": {"choose_by_vote": True, "max_choices": 3, "days": 7},
    "matching": {
        "base": {"min_gift": "1.00", "unlock": "500.00", "household_cap": "2000.00", "related_cap": "100.00"},
        "entitlement": {
            "cap": "50000.00",
            "rules": ["amount_tiers", "four_source"],
            "amount_tiers": {
                "tiers": [
                    {"from": "0.00", "rate": "1/2"},
                    {"from": "5000.00", "rate": "1/1"},
                    {"from": "20000.00", "rate": "3/2"},
                ]
            },
            "four_source": {"own_floor": "1/10", "fund_share": "1/2", "per_resident_yuan": "2/1"},
        },
        "allocation": {"mode": "queue", "partial": "viable", "line": "strict"},
    },
    "queue": {"order_by": "ready"},
    "limits": {"works": "500000.00", "goods": "200000.00", "service": "200000.00"},
    "procurement": {"quotes_min": 3},
    "evaluation": {"scale": "three_grade_half"},
}


@dataclass(frozen=True)
class Change:
    """One place in the parts whose value differs; ``None`` where one side has nothing there."""

    place: str
    old: str | None
    new: str | None


def usual_parts() -> dict[str, Any]:
    """Give the parts that a new programme starts from, free to be changed.

    Source: contracts.md "matching plan"; domain.md part (a).

    >>> usual_parts()["consent"]["regime"]
    'household:2/3'
    """
    return copy.deepcopy(_USUAL)


_PAYOUT: dict[str, Any] = {
    "basis": "settlement",
    "tranches": [
        {"at": "started", "share": "3/10"},
        {"at": "half", "share": "3/5"},
        {"at": "accepted", "share": "9/10"},
        {"at": "settled", "share": "1/1"},
    ],
    "lapse_days": 60,
}


_APPROVAL: dict[str, Any] = {"second_from": "5000.00", "supervisor_from": "50000.00", "notice_days": 7}


def offered_parts() -> dict[str, Any]:
    """Give what the form for a new programme shows at first: the usual parts, a notice of five days, tranches, bands.

    A policy that says nothing of a notice, of tranches or of bands has none, so that older policies keep their meaning.

    >>> offered_parts()["consent"]["publicity_days"], usual_parts()["consent"].get("publicity_days")
    (5, None)
    """
    parts = usual_parts()
    parts["consent"]["publicity_days"] = 5
    parts["voting"]["publicity_days"] = 5
    parts["raising"] = {"terms": "first"}
    parts["payout"] = copy.deepcopy(_PAYOUT)
    parts["approval"] = dict(_APPROVAL)
    return parts


def notice_days(parts: Mapping[str, Any]) -> int:
    """Give the days of notice that the rules in force ask for before others take their place.

    >>> notice_days({}), notice_days({"approval": {"notice_days": 7}})
    (0, 7)
    """
    return int(parts.get("approval", {}).get("notice_days", 0))


class DraftState(StrEnum):
    """Where a version stands; computed from its signatures and the moment."""

    WAITING = "waiting"
    REFUSED = "refused"
    EXPIRED = "expired"
    STALE = "stale"
    COMING = "coming"
    IN_FORCE = "in_force"
    REPLACED = "replaced"


def check_shape(parts: object) -> dict[str, Any]:
    """Give *parts* back if every subject is there as a table, nothing else is, and no number is inexact.

    Raises:
        BadInput: a subject too few or too many, one that is no table, or a value that JSON or the house forbids.

    >>> check_shape({**usual_parts(), "consent": 3})
    Traceback (most recent call last):
    fundapp.kernel.errors.BadInput: consent: found 3, expected a table that is not empty
    """
    if not isinstance(parts, Mapping) or set(parts) | OPTIONAL != set(SUBJECTS):
        found = sorted(map(str, parts)) if isinstance(parts, Mapping) else parts
        raise BadInput("policy", repr(found), ", ".join(sorted(SUBJECTS)))
    for subject, data in parts.items():
        if not isinstance(data, Mapping) or not data:
            raise BadInput(subject, repr(data), "a table that is not empty")
        try:
            canonical(data)
        except (TypeError, ValueError) as bad:
            raise BadInput(subject, str(bad), "texts, whole numbers, lists and tables") from None
    _check_named(parts["queue"], "queue", "order_by", ORDERS)
    _check_named(parts["evaluation"], "evaluation", "scale", SCALES)
    return dict(parts)


def _check_named(part: Mapping[str, Any], subject: str, name: str, known: tuple[str, ...]) -> None:
    if set(part) != {name} or part[name] not in known:
        raise BadInput(f"{subject}.{name}", repr(dict(part)), " or ".join(known))


def parts_hash(parts: Mapping[str, Any]) -> str:
    """Give the SHA-256 of the canonical bytes of *parts*; the order in which keys were written does not matter.

    >>> parts_hash({"a": 1, "b": 2}) == parts_hash({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """List what differs, by place in the parts; the same on both sides is left out.

    >>> changes({"consent": {"days": 7}}, {"consent": {"days": 9}})
    [Change(place='consent.days', old='7', new='9')]
    """
    before, after = dict(_leaves(old)), dict(_leaves(new))
    return [
        Change(place, before.get(place), after.get(place))
        for place in sorted(before.keys() | after.keys())
        if before.get(place) != after.get(place)
    ]


def _leaves(data: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Give every single value with its place; a list counts as one value, its rows in order."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _leaves(value, f"{place}.{name}" if place else str(name))
    elif isinstance(data, list | tuple):
        yield place, ", ".join(_row_words(row) for row in data)
    else:
        yield place, str(data)


def _row_words(row: object) -> str:
    if isinstance(row, Mapping):
        return " ".join(f"{name}={value}" for name, value in sorted(row.items()))
    return str(row)
