"""What the register says, as SQL for the guards of the packages that pay; both databases read it."""

from fundapp.parties.rules import CONTROL

_CONTROL = ", ".join(f"'{bond.value}'" for bond in sorted(CONTROL))


def _live(interest: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM interest_ending z WHERE z.interest_id = {interest}.id)"  # noqa: S608 - our own names


def tied(one: str, other: str, at: str) -> str:
    """Say that two people are near relatives, or live in one household, at a moment."""
    now = " AND ".join(f"{b}.starts_at <= {at} AND ({b}.ends_at IS NULL OR {b}.ends_at > {at})" for b in ("bx", "by"))
    return (
        f"(EXISTS (SELECT 1 FROM interest k WHERE {_live('k')} AND ((k.person_id = {one} AND k.other_id = {other}) "  # noqa: S608 - our own names
        f"OR (k.person_id = {other} AND k.other_id = {one}))) OR EXISTS (SELECT 1 FROM unit_binding bx JOIN "
        f"unit_binding by ON by.unit_id = bx.unit_id WHERE bx.person_id = {one} AND by.person_id = {other} "
        f"AND bx.person_id <> by.person_id AND {now}))"
    )


def related(insiders: str, counterparties: str, at: str) -> str:
    """Say that one of some counterparties is related to one of some people; both are SELECTs of numbers."""
    near = tied("n.person_id", "i.id", at)
    return (
        f"EXISTS (SELECT 1 FROM interest n WHERE n.counterparty_id IN ({counterparties}) AND {_live('n')} "  # noqa: S608 - our own names
        f"AND EXISTS (SELECT 1 FROM person i WHERE i.id IN ({insiders}) "
        f"AND (i.id = n.person_id OR (n.kind IN ({_CONTROL}) AND {near}))))"
    )


def tied_to_one_of(person: str, others: str, at: str) -> str:
    """Say that a person is tied to one of some others, a SELECT of numbers."""
    near = tied(person, "i.id", at)
    return f"EXISTS (SELECT 1 FROM person i WHERE i.id IN ({others}) AND i.id <> {person} AND {near})"  # noqa: S608 - our own names
