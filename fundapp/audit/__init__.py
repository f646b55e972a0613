"""The trail of deeds: who did what about what, when, and the fingerprint of every sealed row it wrote.

Entries are numbered without gaps and chained by hash. A *sealed* table (``info={"sealed": True}``) may not be
written without a recorded deed; ``fundapp check`` compares each of its rows with the fingerprint last recorded.
Source: docs/decisions/0006-audit-chain.md.
"""
