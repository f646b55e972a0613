"""The tree of pools 资金池树: a foundation's common pool, a programme's pool below it, a community's share below that.

Money moves one step down or back by a decision of two people and a posting among promises, never more than is there.
A community's share is used as its residents decided: by an item of their council or a vote. Source: money.md
section 3.3, peers.md section 1e.
"""
