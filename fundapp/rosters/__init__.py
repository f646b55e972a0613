"""The roster 名册: which households there are, who holds them, frozen for each round.

Names and phones of holders are encrypted, shown to those who need them, and each look is written down.
Source: domain.md sections 3 and 7.
"""
