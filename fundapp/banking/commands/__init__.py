"""The deeds on bank accounts; each holds its account first."""

from fundapp.banking.commands.accounts import OpenAccount, open_account
from fundapp.banking.commands.closing import ask_open, close_month, open_again
from fundapp.banking.commands.importing import KeepFile, SayLayout, TakenIn, keep_file, rekey_lines, say_layout, take_in
from fundapp.banking.commands.matching import NewBooking, NewMatch, book_line, match, match_pairs, unmatch
from fundapp.banking.commands.reconciling import Prepare, check, prepare
from fundapp.banking.commands.transferring import NewTransfer, ask_transfer, decide_transfer

__all__ = [
    "KeepFile",
    "NewBooking",
    "NewMatch",
    "NewTransfer",
    "OpenAccount",
    "Prepare",
    "SayLayout",
    "TakenIn",
    "ask_open",
    "ask_transfer",
    "book_line",
    "check",
    "close_month",
    "decide_transfer",
    "keep_file",
    "match",
    "match_pairs",
    "open_account",
    "open_again",
    "prepare",
    "rekey_lines",
    "say_layout",
    "take_in",
    "unmatch",
]
