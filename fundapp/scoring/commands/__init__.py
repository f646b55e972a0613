"""The deeds on sheets."""

from fundapp.scoring.commands.papers import HandIn, PublishScores, hand_in, publish_scores
from fundapp.scoring.commands.sheets import DraftSheet, MemberLine, change_sheet, draft_sheet, open_sheet

__all__ = [
    "DraftSheet",
    "HandIn",
    "MemberLine",
    "PublishScores",
    "change_sheet",
    "draft_sheet",
    "hand_in",
    "open_sheet",
    "publish_scores",
]
