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
from fundapp.answering.queries.helping import (
    HelpRow,
    answer_in_words,
    help_of,
    people_of_units,
    readers_of_units,
    silent_doors_without_account,
    speakers_of_units,
    struck_in_words,
    title_of,
    unended_help,
)

__all__ = [
    "CodeCount",
    "HelpRow",
    "answer_in_words",
    "code_counts",
    "coded_units",
    "door_of_code",
    "help_of",
    "household_page",
    "living_code",
    "people_of_units",
    "readers_of_units",
    "silent_doors_without_account",
    "silent_units",
    "speakers_of_units",
    "struck_in_words",
    "title_of",
    "unended_help",
]
