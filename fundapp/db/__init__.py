"""The database: the base of all tables, exact column types, one unit of work per deed, guards.

A unit of work opens a session of its own, holds the write lock from its first statement and commits
once. Guards are triggers: what the rules forbid, the database refuses too, on SQLite and PostgreSQL.
Source: docs/decisions/0003-sqlite.md.
"""
