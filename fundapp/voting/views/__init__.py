"""Pages of rounds of voting: for everybody and for a household, for workers; boxes, paper, codes, kiosks, moves."""

from fundapp.voting.views import coded, cycles, kiosk, moves, sheets, voiding, workers
from fundapp.voting.views.boxes import bp

__all__ = ["bp", "coded", "cycles", "kiosk", "moves", "sheets", "voiding", "workers"]
