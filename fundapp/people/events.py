"""What others may want to know about people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignInsEnd:
    """A person's roles or password changed: every session of hers must end once this is committed."""

    person_id: int
