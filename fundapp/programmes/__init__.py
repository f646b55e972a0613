"""A funding programme 年度计划 of a year in a place, and its versioned policy 政策版本.

A policy version is never edited: a new one has a number and a day from which it is in force. A project pins the
version under which it was submitted. Each subject reads its own part. Source: domain.md part (a).
"""
