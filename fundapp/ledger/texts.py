"""The ledger's sentences and labels."""

from collections.abc import Sequence

from flask_babel import lazy_gettext

from fundapp.ledger.chart import LineClass
from fundapp.ledger.reversing import ReversalState
from fundapp.ledger.rules import Holder, Ledger, ReversalReason

REFUSALS = {
    "ledger.used_key": lazy_gettext("这一笔已经用同一编号登记过别的内容，请刷新页面后重新填写。"),
    "ledger.not_enough": lazy_gettext("“%(account)s”余额不足，目前可用 %(available)s。"),
    "ledger.over_ceiling": lazy_gettext("“%(account)s”最多还可记入 %(room)s。"),
    "ledger.closed_account": lazy_gettext("“%(account)s”已经关闭，不能再记账。"),
    "ledger.not_empty": lazy_gettext("这个科目还有余额 %(balance)s，不能关闭。"),
    "ledger.reversed_already": lazy_gettext("这张凭证已由第 %(seq)s 号凭证冲销，不能再次冲销。"),
    "ledger.closed_month": lazy_gettext("%(until)s 以前的账已经结账，不能再记入。"),
    "ledger.second_person": lazy_gettext("%(limit)s 起的付款要一人申请、另一人批准，不能由同一人办理。"),
    "ledger.month_not_over": lazy_gettext("这个月还没有结束，月末以后才能结账。"),
    "ledger.later_month_closed": lazy_gettext("已经结账到 %(until)s，请先处理后面的月份。"),
    "ledger.earlier_month_open": lazy_gettext("%(day)s 起还有没有结账的月份，请按月份先后结账。"),
    "ledger.why_reopen": lazy_gettext("请写明为什么要重新打开。"),
    "ledger.asked_already": lazy_gettext("已经有人申请重新打开这个月，请等另一位批准。"),
    "ledger.another_opens": lazy_gettext("申请的人不能自己批准，请另一位批准。"),
    "ledger.not_keeper": lazy_gettext("由本账簿的经办人办理。"),
    "ledger.not_approver": lazy_gettext("由监督本账簿的人批准。"),
    "ledger.by_its_own_deed": lazy_gettext("这张凭证由它自己的业务办理冲销，不在这里办。"),
    "ledger.not_free": lazy_gettext("这张凭证已经冲销，或者已经有人申请冲销。"),
    "ledger.why_reverse": lazy_gettext("请写明为什么要冲销。"),
    "ledger.why_not": lazy_gettext("请写明为什么不同意。"),
    "ledger.another_reverses": lazy_gettext("申请的人不能自己批准，请另一位批准。"),
    "ledger.reversal_decided": lazy_gettext("这次申请已经有了结论，不能改动。"),
    "ledger.chart_loosens": lazy_gettext("两人付款的起点现在是 %(limit)s，只能降低，不能提高。"),
    "ledger.is_reversal": lazy_gettext("冲销凭证不能再冲销，请另记一笔。"),
}
LEDGERS = {Ledger.ACTUAL: lazy_gettext("实际资金"), Ledger.COMMIT: lazy_gettext("承诺额度")}
HOLDERS = {
    Holder.FOUNDATION: lazy_gettext("基金会"),
    Holder.COMMITTEE: lazy_gettext("社区居委会"),
    Holder.CHARITY: lazy_gettext("托管的慈善组织"),
}
REASONS = {
    ReversalReason.DUPLICATE: lazy_gettext("重复记账"),
    ReversalReason.WRONG_AMOUNT: lazy_gettext("金额有误"),
    ReversalReason.WRONG_ACCOUNT: lazy_gettext("科目或账户有误"),
    ReversalReason.WRONG_PARTY: lazy_gettext("对方有误"),
    ReversalReason.BANK_RETURNED: lazy_gettext("银行退回"),
    ReversalReason.NOT_HAPPENED: lazy_gettext("没有发生"),
}
REVERSAL_STATES = {
    ReversalState.ASKED: lazy_gettext("等待批准"),
    ReversalState.REFUSED: lazy_gettext("没有批准"),
    ReversalState.POSTED: lazy_gettext("已冲销"),
}
CLASSES = {
    LineClass.ASSET: lazy_gettext("资产"),
    LineClass.LIABILITY: lazy_gettext("负债"),
    LineClass.NET_ASSETS: lazy_gettext("净资产"),
    LineClass.INCOME: lazy_gettext("收入"),
    LineClass.COST: lazy_gettext("费用"),
}
OWN_DEEDS = {
    "contribution": (lazy_gettext("收款：由财务办理退款"), "fundraising.new_refund", "contribution_id"),
    "refund": (lazy_gettext("退款：退错的重新收款"), "fundraising.refund", "refund_id"),
    "advance": (lazy_gettext("垫付：由财务办理归还或放弃"), "advances.repay", "advance_id"),
    "advance_repayment": (lazy_gettext("归还垫付：还错的重新登记垫付"), "advances.decide_repayment", "repayment_id"),
    "fund_release": (lazy_gettext("解除限定用途：经办的页面"), "fundraising.release", "release_id"),
    "expense": (lazy_gettext("报销：由项目小组申请更正，另一人核对"), "delivery.correct", "expense_id"),
    "bank_line": (lazy_gettext("凭对账单入账：撤销那一次核对，随之冲销"), "banking.index", ""),
}
"""What takes back a posting of each source: in words, the page of the deed, and what its address names."""
OTHER_DEED = lazy_gettext("由产生它的业务办理（配比、划转、结算、办结各有自己的退回）")

AUDITS = {
    "advances.owed": lazy_gettext("垫付欠款"),
    "banking.lines": lazy_gettext("银行对账单"),
    "banking.matches": lazy_gettext("对账核对"),
    "delivery.corrections": lazy_gettext("付款更正"),
    "ledger.balances": lazy_gettext("科目余额"),
    "ledger.books": lazy_gettext("账本"),
    "ledger.foreign_keys": lazy_gettext("记录之间的引用"),
    "ledger.journals": lazy_gettext("凭证"),
    "ledger.months": lazy_gettext("结账的月份"),
    "ledger.orphans": lazy_gettext("没有依据的凭证"),
    "ledger.payments": lazy_gettext("付款的两个人"),
    "ledger.pools": lazy_gettext("资金池"),
    "matching.claims": lazy_gettext("配比申请"),
    "matching.grants": lazy_gettext("配比金额"),
    "pools.shares": lazy_gettext("社区份额"),
}
"""What each audit of the money looks at."""


def audit_words(checks: Sequence[str]) -> str:
    """Name what failing audits looked at; one without a word of its own by its name."""
    return "、".join(str(AUDITS.get(name, name)) for name in checks)
