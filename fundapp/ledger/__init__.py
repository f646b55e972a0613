"""The ledger 账目: books, accounts, journals and their entries: real money, and money that is promised.

A *book* 账簿 belongs to a foundation or to a community's committee. Within it the ledger ``actual`` holds money
that moved (实际资金), the ledger ``commit`` what was promised (承诺额度). A *journal* 凭证 is one balanced posting of
at least two *entries* 分录; debit is positive, credit negative. Nothing is changed afterwards: a correction is a
*reversal* 冲销. The database refuses anything else, and each book's journals form a chain of hashes that anyone may
recompute.
Source: docs/decisions/0010-ledger.md.
"""
