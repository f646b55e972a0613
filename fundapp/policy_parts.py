"""Who reads which part of a policy: each part is checked by the package that it concerns."""

from collections.abc import Callable
from typing import Any

from fundapp.consent.policy import terms_of as consent_terms
from fundapp.council.rules import terms_of as council_terms
from fundapp.fundraising.terms import terms_come_first
from fundapp.matching.approving import bands_of
from fundapp.matching.payout import payout_of
from fundapp.matching.policy_text import policy_of_dict
from fundapp.procurement.rules import quotes_needed
from fundapp.projects.rules import limits_of
from fundapp.voting.rounds import terms_of as voting_terms


def check_policy_part(subject: str, data: Any) -> None:
    """Let the subject read its part.

    Raises:
        BadInput: a part that its subject cannot read.
    """
    reader = READERS.get(subject)
    if reader is not None:
        reader(data)


READERS: dict[str, Callable[[Any], Any]] = {
    "consent": lambda data: consent_terms({"consent": data}),
    "council": lambda data: council_terms({"council": data}),
    "voting": lambda data: voting_terms({"voting": data}),
    "matching": lambda data: policy_of_dict(data, "matching"),
    "payout": lambda data: payout_of({"payout": data}),
    "approval": lambda data: bands_of({"approval": data}),
    "raising": lambda data: terms_come_first({"raising": data}),
    "limits": limits_of,
    "procurement": quotes_needed,
}
