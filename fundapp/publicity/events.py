"""What others may want to know of notices."""

from dataclasses import dataclass
from datetime import datetime

from fundapp.publicity.rules import Verdict


@dataclass(frozen=True)
class ObjectionAnswered:
    """An objection was answered; ``named`` are what falls with it, by the source's own numbers."""

    source: str
    objection_id: int
    verdict: Verdict
    reason: str
    named: tuple[int, ...]
    person_id: int
    at: datetime
