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
    "ledger.is_reversal": lazy_gettext("冲销凭证不能再冲销，请另记一笔。"),
}
LEDGERS = {Ledger.ACTUAL: lazy_gettext("实际资金"), Ledger.COMMIT: lazy_gettext("承诺额度")}
HOLDERS = {
    Holder.FOUNDATION: lazy_gettext("基金会"),
    Holder.COMMITTEE: lazy_gettext("社区居委会"),
    Holder.CHARITY: lazy_gettext("托管的慈善组织"),
}
