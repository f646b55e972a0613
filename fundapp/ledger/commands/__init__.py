"""The deeds on the ledger."""

from fundapp.ledger.commands.auditing import keep_audit
from fundapp.ledger.commands.locking import lock_books
from fundapp.ledger.commands.months import ask_to_reopen, close_period, reopen_period
from fundapp.ledger.commands.opening import adopt_chart, close_account, ensure_account, open_book
from fundapp.ledger.commands.posting import post, post_all, reverse
from fundapp.ledger.commands.reversals import NewReversal, ask_reversal, decide_reversal

__all__ = [
    "NewReversal",
    "adopt_chart",
    "ask_reversal",
    "ask_to_reopen",
    "close_account",
    "close_period",
    "decide_reversal",
    "ensure_account",
    "keep_audit",
    "lock_books",
    "open_book",
    "post",
    "post_all",
    "reopen_period",
    "reverse",
]
