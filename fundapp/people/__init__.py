"""Persons, accounts, sign-in, household codes, and roles by place.

The right to answer and vote belongs to the household; an account is bound to it by the household's printed
one-time code. Source: peers.md failures 16, 19, 27.
"""
