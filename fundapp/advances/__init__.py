"""Advances 垫付: money that somebody lends to a project before its income comes, and gets back from it.

An advance is a debt of the project and no income: it stands in none of the four sources and earns no match. It is
recorded and confirmed by two people like a receipt, and repaid (归还) by two people like a payment. Who lent may waive
what is left (放弃归还): from that day it is a gift with a receipt of its own. Source: domain.md section 2 (九龙坡: the
property firm advanced, the parking income repaid).
"""
