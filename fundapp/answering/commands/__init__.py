"""The deeds: print codes, answer by code, help a household, remind the silent ones, tell the others at home."""

from fundapp.answering.commands.codes import (
    AnswerByCode,
    PrintSlips,
    Slip,
    SlipScope,
    answer_by_code,
    code_of_token,
    code_of_typed,
    print_slips,
)

__all__ = [
    "AnswerByCode",
    "PrintSlips",
    "Slip",
    "SlipScope",
    "answer_by_code",
    "code_of_token",
    "code_of_typed",
    "print_slips",
]
