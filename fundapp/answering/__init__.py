"""Ways in which a household answers beside its own account: by its printed code, or with a helper beside it.

Each household has at most one living code per round; it answers and changes its answer with it until the close. A
worker helps only openly, for one household and fifteen minutes. Words: code 表态码, slip 表态单, assisted 社区协助.
Source: domain.md section 3.3; reliability.md V1-V5, S7, S8.
"""
