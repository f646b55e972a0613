"""Banks 银行对账: a book's bank accounts, their statements, and what matches the book.

A *bank account* stands for accounts of real money in one book. Its *lines* 流水 are one gapless chain: each goes on
from the balance before it, and a file is taken in wholly or not at all. A *match* 核对 joins lines and entries of equal
sums; taking it back leaves it in the history. The *reconciliation* 余额调节表 of a day is prepared by one person and
checked by another.
Source: docs/rules/banking.md.
"""
