"""What others may want to know about people."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SignInsEnd:
    """A person's roles or password changed: every session of hers must end once this is committed."""

    person_id: int


@dataclass(frozen=True)
class HouseholdLeft:
    """The household of a unit moved out: whatever it held on paper to speak with must die."""

    unit_id: int
    at: datetime
