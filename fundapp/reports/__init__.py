"""Reports of a book 会计报表: trial balance, activities, the year, and the statements of a project, a fund and a gift.

Every figure opens the lines under it. Balances of a day are the kept balances less what happened later, by the index of
days; nothing is summed over a whole book.
Source: docs/rules/banking.md#reports.
"""
