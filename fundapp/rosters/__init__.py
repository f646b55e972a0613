"""The roster 名册: which households there are, imported by a worker, frozen for each round.

Names and phones are not taken in: a household is known by its door. Source: domain.md section 7.
"""
