"""Collecting door to door 上门征求: who goes to which doors, on which phone, and what came in from there.

A collector's phone works without a signal: what she notes waits in its outbox and is sent once when there is one. An
answer noted at the door is a signed act with a photo of the signature; when it was noted decides, not when it came in,
so it never replaces what the household itself said later. Source: design.md rule 4; peers.md failures 16 to 19.
"""
