"""Household consent 征求意见: who agreed to one exact version of a project, by phone or on paper, under which rule.

A round 征求意见 stands on a frozen roster; a household has one current answer, the highest revision. Silence is not
consent. Counts are public, doors and names are not. Source: domain.md section 3, peers.md failures 16-19.
"""
