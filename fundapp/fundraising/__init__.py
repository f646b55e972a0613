"""Self-raised money 自筹: what residents, street and donors give, with proof, confirmed by a second person.

The program records money; it solicits nobody and takes no card. Confirmed money stands in the book of the community's
committee, never in the foundation's. Source: domain.md section 0.2 (居委会法 art. 42), peers.md rows 56-57.
"""
