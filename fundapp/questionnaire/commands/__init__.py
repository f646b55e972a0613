"""The deeds: ask, print codes, answer, key in a paper, release a text."""

from fundapp.questionnaire.commands.answering import (
    Answer,
    AnswerByCode,
    KeyPaper,
    answer_by_code,
    answer_by_phone,
    key_paper,
)
from fundapp.questionnaire.commands.asking import Ask, ask_households
from fundapp.questionnaire.commands.codes import (
    PrintCodes,
    code_of_token,
    code_of_typed,
    print_codes,
)
from fundapp.questionnaire.commands.releasing import Release, release_text

__all__ = [
    "Answer",
    "AnswerByCode",
    "Ask",
    "KeyPaper",
    "PrintCodes",
    "Release",
    "answer_by_code",
    "answer_by_phone",
    "ask_households",
    "code_of_token",
    "code_of_typed",
    "key_paper",
    "print_codes",
    "release_text",
]
