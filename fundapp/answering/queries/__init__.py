"""Read codes, who is still silent, and help."""

from fundapp.answering.queries.codes import (
    CodeCount,
    code_counts,
    coded_units,
    door_of_code,
    household_page,
    living_code,
    silent_units,
)

__all__ = [
    "CodeCount",
    "code_counts",
    "coded_units",
    "door_of_code",
    "household_page",
    "living_code",
    "silent_units",
]
