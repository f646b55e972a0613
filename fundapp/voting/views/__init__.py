"""Pages of rounds of voting: for everybody and for a household, for workers; boxes, paper, printed codes, kiosks."""

from fundapp.voting.views import coded, cycles, kiosk, sheets, voiding, workers
from fundapp.voting.views.boxes import bp

__all__ = ["bp", "coded", "cycles", "kiosk", "sheets", "voiding", "workers"]
