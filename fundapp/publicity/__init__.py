"""Public notices 公示: what is posted for a fixed number of days, the proof that it hung, objections and their answers.

A notice 公示 belongs to a *source* such as ``consent:17`` and knows nothing else of it. Its text is never edited: what
changes is a new revision with its reason, and the clock starts again. Source: domain.md 1.4 and 3.3, peers.md row 22.
"""
