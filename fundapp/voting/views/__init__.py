"""Pages of rounds of voting: for everybody and for a household, what the worker does, and the box of a sealed round."""

from fundapp.voting.views import workers
from fundapp.voting.views.boxes import bp

__all__ = ["bp", "workers"]
