"""Pages of rounds of voting: for everybody and for a household, what the worker does, boxes and paper."""

from fundapp.voting.views import sheets, voiding, workers
from fundapp.voting.views.boxes import bp

__all__ = ["bp", "sheets", "voiding", "workers"]
