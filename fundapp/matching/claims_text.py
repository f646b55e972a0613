"""Read a pool and its claims from JSON, strictly: no unknown key, no key twice, amounts only as strings."""

import json
import re

from fundapp.kernel.errors import BadInput
from fundapp.matching.rules import Claim, Gift
from fundapp.matching.strict import amount, rows, shown, string, table

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_AMOUNTS = ("budget", "street", "other", "viable_minimum")
_CLAIM = ("ticket", "project", "budget", "households", "street", "other", "viable_minimum", "gifts")


def claims_of_json(raw: bytes, where: str) -> tuple[int, tuple[Claim, ...]]:
    """Give the pool in fen and the claims as they stand in the file, in its order.

    Raises:
        BadInput: not UTF-8, not JSON, a key twice, missing or unknown, a wrong type, an amount below zero.
    """
    top = table(_loaded(raw, where), where, needs=("pool", "claims"))
    pool = amount(top["pool"], f"{where}: pool")
    listed = rows(top["claims"], f"{where}: claims")
    return pool, tuple(_claim(one, f"{where}: claims[{i}]") for i, one in enumerate(listed))


def _loaded(raw: bytes, where: str) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise BadInput(where, f"key {shown(twice)} twice in one object", "each key once")
        return found

    def no_number(name: str) -> object:
        raise BadInput(where, name, "JSON, which has no such number")

    try:
        loaded: object = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=no_number)
    except (ValueError, RecursionError) as bad:
        raise BadInput(where, str(bad) or "deep nesting", "a JSON file in UTF-8") from None
    return loaded


def _claim(data: object, where: str) -> Claim:
    found = table(data, where, needs=_CLAIM)
    money = {key: amount(found[key], f"{where}.{key}") for key in _AMOUNTS}
    gifts = rows(found["gifts"], f"{where}.gifts")
    return Claim(
        ticket=_whole(found["ticket"], f"{where}.ticket", 0),
        project=_name(found["project"], f"{where}.project"),
        households=_whole(found["households"], f"{where}.households", 1),
        gifts=tuple(_gift(one, f"{where}.gifts[{i}]") for i, one in enumerate(gifts)),
        **money,
    )


def _gift(data: object, where: str) -> Gift:
    found = table(data, where, needs=("household", "amount", "related"))
    related = found["related"]
    if not isinstance(related, bool):
        raise BadInput(f"{where}.related", shown(related), "true or false")
    given = amount(found["amount"], f"{where}.amount", least=None)
    return Gift(_name(found["household"], f"{where}.household"), given, related)


def _whole(value: object, where: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BadInput(where, shown(value), f"a whole number, {least} or more")
    return value


def _name(value: object, where: str) -> str:
    """Take a name that can be written out again; half a surrogate pair cannot."""
    name = string(value, where, "a name as a string")
    if not name.strip() or _HALF_A_PAIR.search(name):
        raise BadInput(where, shown(name), "a name that can be read")
    return name
