"""The deeds of a round: draft and open it, cast and key in ballots, publish the result."""

from fundapp.voting.commands.after import BindOutcome, bind_outcome, carry_out
from fundapp.voting.commands.ballots import CastBallot, Coded, cast_ballot
from fundapp.voting.commands.boxes import (
    CastSealed,
    CloseBox,
    SealedReceipt,
    TakePaper,
    WriteBack,
    cast_sealed,
    close_box,
    take_paper,
    write_back,
)
from fundapp.voting.commands.codes import PrintCodes, code_of_token, code_of_typed, end_codes, print_codes
from fundapp.voting.commands.cycles import DraftCycle, Pool, draft_cycle, open_cycle, publish_cycle
from fundapp.voting.commands.keys import ConfirmShare, RegisterKey, confirm_share, register_key
from fundapp.voting.commands.kiosks import OpenKiosk, end_kiosk, open_kiosk
from fundapp.voting.commands.moves import (
    AskLeave,
    ConfirmLeave,
    LetIn,
    WithdrawLeave,
    ask_leave,
    confirm_leave,
    let_in,
    withdraw_leave,
)
from fundapp.voting.commands.overriding import NewOverride, draft_override, sign_override
from fundapp.voting.commands.papers import KeyBallot, key_ballot
from fundapp.voting.commands.results import PublishResult, publish_result
from fundapp.voting.commands.rounds import (
    DraftRound,
    OpenRound,
    SetCandidates,
    change_draft,
    draft_round,
    open_round,
    set_candidates,
)
from fundapp.voting.commands.sheets import (
    EndBallots,
    PrintBallots,
    ReadBallot,
    end_ballots,
    print_ballots,
    read_ballot,
)
from fundapp.voting.commands.voiding import AskVoid, ConfirmVoid, TellShare, ask_void, confirm_void, tell_share

__all__ = [
    "AskLeave",
    "AskVoid",
    "BindOutcome",
    "CastBallot",
    "CastSealed",
    "CloseBox",
    "Coded",
    "ConfirmLeave",
    "ConfirmShare",
    "ConfirmVoid",
    "DraftCycle",
    "DraftRound",
    "EndBallots",
    "KeyBallot",
    "LetIn",
    "NewOverride",
    "OpenKiosk",
    "OpenRound",
    "Pool",
    "PrintBallots",
    "PrintCodes",
    "PublishResult",
    "ReadBallot",
    "RegisterKey",
    "SealedReceipt",
    "SetCandidates",
    "TakePaper",
    "TellShare",
    "WithdrawLeave",
    "WriteBack",
    "ask_leave",
    "ask_void",
    "bind_outcome",
    "carry_out",
    "cast_ballot",
    "cast_sealed",
    "change_draft",
    "close_box",
    "code_of_token",
    "code_of_typed",
    "confirm_leave",
    "confirm_share",
    "confirm_void",
    "draft_cycle",
    "draft_override",
    "draft_round",
    "end_ballots",
    "end_codes",
    "end_kiosk",
    "key_ballot",
    "let_in",
    "open_cycle",
    "open_kiosk",
    "open_round",
    "print_ballots",
    "print_codes",
    "publish_cycle",
    "publish_result",
    "read_ballot",
    "register_key",
    "set_candidates",
    "sign_override",
    "take_paper",
    "tell_share",
    "withdraw_leave",
    "write_back",
]
