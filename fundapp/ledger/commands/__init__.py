"""The deeds on the ledger."""

from fundapp.ledger.commands.auditing import keep_audit
from fundapp.ledger.commands.locking import lock_books
from fundapp.ledger.commands.months import ask_to_reopen, close_period, reopen_period
from fundapp.ledger.commands.opening import adopt_chart, close_account, ensure_account, open_book
from fundapp.ledger.commands.posting import post, post_all, reverse

__all__ = [
    "adopt_chart",
    "ask_to_reopen",
    "close_account",
    "close_period",
    "ensure_account",
    "keep_audit",
    "lock_books",
    "open_book",
    "post",
    "post_all",
    "reopen_period",
    "reverse",
]
