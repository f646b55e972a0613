"""Custody 资金保管: which legal holder keeps a project's money.

A book belongs to one legal holder: a committee 居委会, a foundation 基金会, or a charity that hosts the project
托管的慈善组织. Each project names its keeper before the first money comes; where nobody named one, the committee of the
project's community keeps it. So residents' cash is never shown as another's.
Source: docs/rules/ledger.md#custody.
"""
