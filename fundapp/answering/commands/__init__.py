"""The deeds: print codes, answer by code, help a household, remind the silent ones, tell the others at home."""

from fundapp.answering.commands.codes import (
    AnswerByCode,
    PrintSlips,
    answer_by_code,
    code_of_token,
    code_of_typed,
    end_codes,
    print_slips,
)
from fundapp.answering.commands.helping import AnswerWithHelp, BeginHelp, answer_with_help, begin_help, end_help
from fundapp.answering.commands.reminding import remind_silent
from fundapp.answering.commands.telling import tell_household, tell_struck

__all__ = [
    "AnswerByCode",
    "AnswerWithHelp",
    "BeginHelp",
    "PrintSlips",
    "answer_by_code",
    "answer_with_help",
    "begin_help",
    "code_of_token",
    "code_of_typed",
    "end_codes",
    "end_help",
    "print_slips",
    "remind_silent",
    "tell_household",
    "tell_struck",
]
