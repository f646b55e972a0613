"""The ledger's sentences and labels."""

from flask_babel import lazy_gettext

from fundapp.ledger.rules import Holder, Ledger

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
    "ledger.is_reversal": lazy_gettext("冲销凭证不能再冲销，请另记一笔。"),
}
LEDGERS = {Ledger.ACTUAL: lazy_gettext("实际资金"), Ledger.COMMIT: lazy_gettext("承诺额度")}
HOLDERS = {
    Holder.FOUNDATION: lazy_gettext("基金会"),
    Holder.COMMITTEE: lazy_gettext("社区居委会"),
    Holder.CHARITY: lazy_gettext("托管的慈善组织"),
}
