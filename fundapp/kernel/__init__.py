"""The ground everything stands on: money in fen, the clock, the actor, exact bars, refusals.

Nothing here knows Flask or SQL. Words: fen 分, bar 门槛, refusal 不予办理.
"""
