"""The deeds of a consent round. Where a deed holds both, the project is locked before the round."""

from fundapp.consent.commands.answers import (
    AnswerAtDoor,
    AnswerByPhone,
    Answered,
    CorrectPaper,
    KeyPaper,
    answer_at_door,
    answer_by_phone,
    answer_through,
    correct_paper,
    key_paper,
)
from fundapp.consent.commands.books import RegisterBook, register_book
from fundapp.consent.commands.ends import EndSheets, end_sheets
from fundapp.consent.commands.finals import PublishFinal, carry_out, publish_final
from fundapp.consent.commands.holding import Named, rekey_helpers
from fundapp.consent.commands.moving import EndRoundEarly, ExtendRound, end_round_early, extend_round
from fundapp.consent.commands.rounds import (
    Held,
    OpenRound,
    PublishResult,
    RegisterPapers,
    hold,
    open_round,
    publish_result,
    register_papers,
    terms_for,
    void_round,
)
from fundapp.consent.commands.second import KeySecond, SecondRead, ThirdLook, key_second, look_third
from fundapp.consent.commands.sheets import KeySheets, LineSaid, Proxy, check_shown, correct_sheet, key_sheets
from fundapp.consent.commands.visits import RecordVisit, Visited, record_visit

__all__ = [
    "AnswerAtDoor",
    "AnswerByPhone",
    "Answered",
    "CorrectPaper",
    "EndRoundEarly",
    "EndSheets",
    "ExtendRound",
    "Held",
    "KeyPaper",
    "KeySecond",
    "KeySheets",
    "LineSaid",
    "Named",
    "OpenRound",
    "Proxy",
    "PublishFinal",
    "PublishResult",
    "RecordVisit",
    "RegisterBook",
    "RegisterPapers",
    "SecondRead",
    "ThirdLook",
    "Visited",
    "answer_at_door",
    "answer_by_phone",
    "answer_through",
    "carry_out",
    "check_shown",
    "correct_paper",
    "correct_sheet",
    "end_round_early",
    "end_sheets",
    "extend_round",
    "hold",
    "key_paper",
    "key_second",
    "key_sheets",
    "look_third",
    "open_round",
    "publish_final",
    "publish_result",
    "record_visit",
    "register_book",
    "register_papers",
    "rekey_helpers",
    "terms_for",
    "void_round",
]
