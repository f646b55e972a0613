"""Read a match policy from TOML or from a stored table, strictly: an unknown key must never remove a cap unseen."""

import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from fundapp.kernel.bars import fraction_of_text
from fundapp.kernel.errors import BadInput
from fundapp.matching.rules import (
    AmountTier,
    AmountTiers,
    Formula,
    FourSource,
    HouseholdTier,
    HouseholdTiers,
    Line,
    Linear,
    Mode,
    Partial,
    Policy,
)
from fundapp.matching.strict import amount, rows, shown, string, table

_NO_RATE = re.compile(r"0{1,9}/(?=\d{1,9}\Z)0*[1-9]\d*", re.ASCII)
_FRACTION = 'a fraction as a string, like "1/2"'
Choice = TypeVar("Choice", bound=StrEnum)


def policy_of_toml(raw: bytes, where: str) -> Policy:
    """Read a policy file.

    Raises:
        BadInput: not UTF-8, not TOML, or see :func:`policy_of_dict`.
    """
    try:
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as bad:
        raise BadInput(where, str(bad) or "deep nesting", "a TOML file in UTF-8") from None
    return policy_of_dict(data, where)


def policy_of_dict(data: object, where: str) -> Policy:
    """Read a policy from the table that a TOML file or stored JSON holds.

    Tables of formulas that ``rules`` does not name are checked all the same. ``partial`` and ``line`` may be left out
    where the pot is shared all at once, which ignores them.

    Raises:
        BadInput: a missing or unknown key, a wrong type, an amount, fraction or tier list out of range.
    """
    top = table(data, where, needs=("base", "entitlement", "allocation"))
    base = table(top["base"], f"{where}: base", needs=("min_gift",), may=("unlock", "household_cap", "related_cap"))
    mode, bound, partial, line = _allocation(top["allocation"], f"{where}: allocation")
    cap, formulas = _entitlement(top["entitlement"], f"{where}: entitlement")
    limits = {
        key: amount(base[key], f"{where}: base.{key}")
        for key in ("unlock", "household_cap", "related_cap")
        if key in base
    }
    return Policy(
        min_gift=amount(base["min_gift"], f"{where}: base.min_gift", least=1),
        cap=cap,
        formulas=formulas,
        mode=mode,
        bound=bound,
        partial=partial,
        line=line,
        **limits,
    )


def _choice(kind: type[Choice], value: object, where: str) -> Choice:
    if not isinstance(value, str) or value not in list(kind):
        raise BadInput(where, shown(value), " or ".join(f'"{one}"' for one in kind))
    return kind(value)


def _rate(value: object, where: str) -> Fraction:
    """Read a rate; unlike a share it may be above 1, and nothing (0/1) for a tier that earns nothing."""
    written = string(value, where, _FRACTION)
    return Fraction(0) if _NO_RATE.fullmatch(written) else fraction_of_text(written, where, at_most_one=False)


def _share(value: object, where: str) -> Fraction:
    return fraction_of_text(string(value, where, _FRACTION), where)


def _allocation(data: object, where: str) -> tuple[Mode, int, Partial, Line]:
    rest, mode = ("partial", "line"), str(data.get("mode")) if isinstance(data, dict) else ""
    together = {Mode.PRO_RATA.value: ("mode",), Mode.PAIRWISE.value: ("mode", "pairwise_bound")}
    needs = together.get(mode, ("mode", *rest))
    found = table(data, where, needs=needs, may=() if needs[1:] == rest else rest)
    partial = _choice(Partial, found.get("partial", Partial.VIABLE), f"{where}.partial")
    line = _choice(Line, found.get("line", Line.STRICT), f"{where}.line")
    bound = amount(found["pairwise_bound"], f"{where}.pairwise_bound", least=1) if "pairwise_bound" in found else 0
    return _choice(Mode, found["mode"], f"{where}.mode"), bound, partial, line


def _entitlement(data: object, where: str) -> tuple[int, tuple[Formula, ...]]:
    found = table(data, where, needs=("cap", "rules"), may=tuple(_FORMULAS))
    cap = amount(found["cap"], f"{where}.cap")
    formulas = {name: read(found[name], f"{where}.{name}") for name, read in _FORMULAS.items() if name in found}
    names = rows(found["rules"], f"{where}.rules")
    if not names:
        raise BadInput(f"{where}.rules", "an empty list", f"one or more of {', '.join(_FORMULAS)}")
    for i, name in enumerate(names):
        if not isinstance(name, str) or name not in _FORMULAS:
            raise BadInput(f"{where}.rules[{i}]", shown(name), f"one of {', '.join(_FORMULAS)}")
        if name in names[:i]:
            raise BadInput(f"{where}.rules[{i}]", f"{name!r} again", "each rule once")
        if name not in formulas:
            raise BadInput(where, f"rule {name!r} without its table", f"[entitlement.{name}]")
    return cap, tuple(formulas[str(name)] for name in names)


def _linear(data: object, where: str) -> Formula:
    return Linear(_rate(table(data, where, needs=("rate",))["rate"], f"{where}.rate"))


def _tier_rows(data: object, where: str, first: str) -> list[tuple[str, object, Fraction]]:
    """Give place, bound as written, and rate of each tier; there is at least one."""
    listed = rows(table(data, where, needs=("tiers",))["tiers"], f"{where}.tiers")
    if not listed:
        raise BadInput(f"{where}.tiers", "an empty list", "at least one tier")
    found = []
    for i, one in enumerate(listed):
        place = f"{where}.tiers[{i}]"
        tier = table(one, place, needs=(first, "rate"))
        found.append((f"{place}.{first}", tier[first], _rate(tier["rate"], f"{place}.rate")))
    return found


def _amount_tiers(data: object, where: str) -> Formula:
    tiers: list[AmountTier] = []
    for place, written, rate in _tier_rows(data, where, "from"):
        start = amount(written, place)
        if not tiers and start:
            raise BadInput(place, repr(written), '"0.00" for the first tier')
        if tiers and start <= tiers[-1].start:
            raise BadInput(place, shown(written), "tiers strictly ascending")
        if tiers and rate < tiers[-1].rate:
            raise BadInput(place.removesuffix(".from"), f"rate {rate}", f"no rate below the last, {tiers[-1].rate}")
        tiers.append(AmountTier(start, rate))
    return AmountTiers(tuple(tiers))


def _household_tiers(data: object, where: str) -> Formula:
    tiers: list[HouseholdTier] = []
    for place, written, rate in _tier_rows(data, where, "share"):
        share = _share(written, place)
        if tiers and share <= tiers[-1].share:
            raise BadInput(place, shown(written), "tiers strictly ascending")
        tiers.append(HouseholdTier(share, rate))
    return HouseholdTiers(tuple(tiers))


def _four_source(data: object, where: str) -> Formula:
    found = table(data, where, needs=("own_floor", "fund_share", "per_resident_yuan"))
    return FourSource(
        own_floor=_share(found["own_floor"], f"{where}.own_floor"),
        fund_share=_share(found["fund_share"], f"{where}.fund_share"),
        per_resident=_rate(found["per_resident_yuan"], f"{where}.per_resident_yuan"),
    )


_FORMULAS: Mapping[str, Callable[[object, str], Formula]] = {
    "linear": _linear,
    "amount_tiers": _amount_tiers,
    "household_tiers": _household_tiers,
    "four_source": _four_source,
}
