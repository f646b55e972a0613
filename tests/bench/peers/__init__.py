"""Beside other software that does the same: counting with pabutools, posting with django-hordak.

They live in an environment of their own (``requirements-peers.lock``), so that nobody needs them to run or test the
program. ``./run bench peers`` makes it and measures; ``./run bench`` does too, at its end.
"""
