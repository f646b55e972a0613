"""Pages of rounds of voting: for everybody and for a household, and what the worker does."""

from fundapp.voting.views.workers import bp

__all__ = ["bp"]
