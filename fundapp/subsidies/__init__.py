"""The street's share 街镇投入: reported by the community's worker, reviewed by the street's officer, paid.

上报 → 审定 → 拨付. The officer sets the amount and says why; what she pays is a receipt like any other money, counted
once a second person found it in the project's cash. Source: domain.md section 2 (four sources of 南岸民泰).
"""
