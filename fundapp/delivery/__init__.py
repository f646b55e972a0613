"""Doing the work 实施: progress with photos, claims with invoices, acceptance, and the return of what is left.

Who claims money never approves it; a payment is posted in the transaction that approves it.
Source: domain.md sections 1.5 and 2, peers.md rows 66-71.
"""
