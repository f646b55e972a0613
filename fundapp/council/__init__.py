"""The 议事厅: bodies with their members, sessions with notice, agenda, attendance, outcomes and minutes.

Words: body 议事会, session 会议, item 议题, attendance 到会, outcome 决议, minutes 会议记录. The rule: nothing is
decided without two thirds of the members, more than half of those present carry an item, and a closed session never
changes. Source: domain.md section 4.
"""
