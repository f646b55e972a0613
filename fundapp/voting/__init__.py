"""Rounds of voting: who may vote, what is on the ballot, and which projects the votes and the money choose.

Words: round 表决轮次, ballot 选票, tally 计票, selected 入选. The rule: every allocation is an exact function of
projects, ballots, budget and named options, and a project without a single vote is never selected.
Source: docs/rules/voting.md.
"""
