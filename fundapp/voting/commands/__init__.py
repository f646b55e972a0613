"""The deeds of a round: draft and open it, cast and key in ballots, publish the result."""

from fundapp.voting.commands.ballots import CastBallot, KeyBallot, cast_ballot, key_ballot
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

__all__ = [
    "CastBallot",
    "DraftRound",
    "KeyBallot",
    "OpenRound",
    "PublishResult",
    "SetCandidates",
    "cast_ballot",
    "change_draft",
    "draft_round",
    "key_ballot",
    "open_round",
    "publish_result",
    "set_candidates",
]
