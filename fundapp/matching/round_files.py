"""The published data of a round as the files that ``fundapp matching plan`` reads: anybody may work it out again."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from fundapp.kernel.money import fen, yuan_text
from fundapp.matching.models import MatchClaim
from fundapp.matching.queries.rounds import RoundRow
from fundapp.programmes.queries import PolicyRow, get_policy

AMOUNTS = ("budget", "street", "other", "viable_minimum")


def policy_of_round(session: Session, row: RoundRow) -> PolicyRow | None:
    """Give the policy under which all claims of a round's newest plan were made.

    ``None`` where the command could not repeat the plan: no plan or no claim yet, claims under several versions, or
    claims of which a part was granted, settled or earned before.
    """
    claims = _claims(session, row)
    versions = {claim.policy_version_id for claim in claims}
    projects = {claim.project_id for claim in claims}
    whole = row.number == 1 and len(projects) == len(claims)
    return get_policy(session, versions.pop()) if whole and len(versions) == 1 else None


def _claims(session: Session, row: RoundRow) -> list[MatchClaim]:
    shares = row.newest.shares if row.newest else ()
    return [session.get_one(MatchClaim, share.claim_id) for share in shares]


def claims_file(session: Session, row: RoundRow) -> bytes:
    """Write the pool and the claims of a round's newest plan."""
    pool = row.newest.pool if row.newest else None
    return claims_data(fen(pool) if pool is not None else 0, [claim.facts for claim in _claims(session, row)])


def claims_data(pool: int, facts: Iterable[Mapping[str, Any]]) -> bytes:
    """Write a pool in fen and the stored facts of claims as the command reads them."""
    whole = {"pool": yuan_text(pool), "claims": [_claim(one) for one in facts]}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _claim(facts: Mapping[str, Any]) -> dict[str, Any]:
    gifts = [{**gift, "amount": yuan_text(gift["amount"])} for gift in facts["gifts"]]
    return {**facts, **{name: yuan_text(facts[name]) for name in AMOUNTS}, "gifts": gifts}


def policy_file(policy: PolicyRow) -> bytes:
    """Write the part of a policy that matching reads, as TOML."""
    lines: list[str] = []
    _table(policy.parts["matching"], (), lines)
    return ("\n".join(lines).strip() + "\n").encode()


def _table(data: Mapping[str, Any], name: tuple[str, ...], lines: list[str]) -> None:
    plain = {key: value for key, value in data.items() if not isinstance(value, Mapping)}
    if plain:
        lines += ["", f"[{'.'.join(name)}]", *(f"{key} = {_value(value)}" for key, value in plain.items())]
    for key, value in data.items():
        if isinstance(value, Mapping):
            _table(value, (*name, key), lines)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
