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
from fundapp.consent.commands.finals import PublishFinal, carry_out, publish_final
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

__all__ = [
    "AnswerAtDoor",
    "AnswerByPhone",
    "Answered",
    "CorrectPaper",
    "EndRoundEarly",
    "ExtendRound",
    "Held",
    "KeyPaper",
    "OpenRound",
    "PublishFinal",
    "PublishResult",
    "RegisterPapers",
    "answer_at_door",
    "answer_by_phone",
    "answer_through",
    "carry_out",
    "correct_paper",
    "end_round_early",
    "extend_round",
    "hold",
    "key_paper",
    "open_round",
    "publish_final",
    "publish_result",
    "register_papers",
    "terms_for",
    "void_round",
]
