"""The sentences and labels of bank accounts."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.banking.layouts import Column, Shape
from fundapp.banking.rules import Booking, TransferState, Why

REFUSALS = {
    "banking.not_keeper": _("只有本账簿的经办人可以办理银行对账。"),
    "banking.not_checker": _("您不能复核这个账户的余额调节表。"),
    "banking.second_person": _("编制人不能复核自己编制的余额调节表，请另一位复核。"),
    "banking.covered_already": _("请选择账簿里还没有登记银行账户的科目。"),
    "banking.too_many_rows": _("一次最多导入 %(rows)s 行，请分成几份上传。"),
    "banking.gone": _("这份文件已过期或已导入，请重新上传。"),
    "banking.columns": _("请为每一项选择一列，同一列不能选两次。"),
    "banking.wrong_rows": _("有 %(count)s 处不对（最先是第 %(number)s 行），整份文件没有导入。"),
    "banking.choose_some": _("请至少勾选两笔，最多 %(most)s 笔。"),
    "banking.matched_already": _("勾选的流水或凭证已经核对过，请刷新页面。"),
    "banking.sums_differ": _("两边合计不相等：银行 %(lines)s，账簿 %(entries)s。"),
    "banking.month_closed": _("已经结账到 %(until)s，不能再导入或改动那以前的核对；要改，先请人重新打开。"),
    "banking.reason_needed": _("请写明原因。"),
    "banking.taken_back": _("这次核对已经由别人撤销。"),
    "banking.other_kind": _("这一类不适用于这笔流水。"),
    "banking.no_month_end": _("请选择已经过去的月份：余额调节表编到月末。"),
    "banking.other_balance": _("已导入流水的月末余额是 %(kept)s，和填写的不同：请先导入缺少的流水，或改正填写的余额。"),
    "banking.explain_items": _("有未达账项，请逐笔说明原因。"),
    "banking.checked": _("这张余额调节表已经复核过，结论不同。"),
    "banking.changed_since": _("编制以后账目或核对有变化，请重新编制余额调节表。"),
    "banking.transfer_amount": _("金额必须大于 0。"),
    "banking.not_between": _("请选择同一本账的两个不同的银行账户。"),
    "banking.why_transfer": _("请写明为什么转。"),
    "banking.not_there": _("这个账户的这一部分钱只有 %(room)s。"),
    "banking.transfer_decided": _("这次转账已经有了结论，不能改动。"),
    "banking.no_account": _("账簿有银行存款，却还没有登记银行账户。"),
    "banking.not_prepared": _("还没有编制到月末的余额调节表，或复核没有通过。"),
    "banking.only_bank": _("还有银行已记、账簿未记的流水，要先入账或核对。"),
    "banking.not_checked": _("余额调节表还没有复核。"),
}

FAULTS = {
    "bad_day": _("看不出日期"),
    "bad_amount": _("看不出金额"),
    "bad_balance": _("看不出余额"),
    "bad_flag": _("看不出借贷方向"),
    "both_or_none": _("收入和支出应当只填一个"),
    "balance_breaks": _("余额不连续：这一行的余额不等于上一行余额加减本行金额"),
    "day_goes_back": _("日期比上一行还早"),
    "no_rows": _("没有读到流水行"),
    "differs": _("与已经导入的流水不同：同一时间银行两次给出的内容不一样"),
    "before_the_last": _("早于已经导入的最后一笔，却不在已导入的流水里"),
    "gap": _("与已导入的最后一笔接不上，中间缺流水；已导入到"),
}

COLUMNS = {
    Column.DAY: _("交易日期"),
    Column.PAID_IN: _("收入（贷方）金额"),
    Column.PAID_OUT: _("支出（借方）金额"),
    Column.AMOUNT: _("金额"),
    Column.FLAG: _("借贷（收支）标志"),
    Column.BALANCE: _("余额"),
    Column.NUMBER: _("流水号"),
    Column.OTHER: _("对方户名"),
    Column.WORDS: _("摘要或附言"),
}
SHAPES = {
    Shape.TWO_COLUMNS: _("收入、支出各一列"),
    Shape.FLAGGED: _("一列金额，另一列写借或贷（收或支）"),
    Shape.SIGNED: _("一列金额，支出写负号"),
}
BOOKINGS = {
    Booking.OPENING: _("银行期初余额"),
    Booking.INTEREST: _("存款利息"),
    Booking.FEE: _("银行手续费"),
    Booking.UNKNOWN: _("待查来款"),
}
WHY = {
    Why.CODE: _("附言里有项目的汇款识别码，金额相同"),
    Why.SAME_DAY: _("同一天，金额相同"),
    Why.NEAR: _("金额相同，日期相近"),
}
FURTHER = _("另开的银行账户，钱从本账的其他账户转入")
COVERS = {"bank": _("银行存款"), "cash:": _("各项目的现金和存款")}


TRANSFER_STATES = {
    TransferState.ASKED: _("等待批准"),
    TransferState.REFUSED: _("没有批准"),
    TransferState.UNKNOWN: _("已记账，等两家银行的流水"),
    TransferState.IN_TRANSIT: _("在途：只核对了一家银行的流水"),
    TransferState.SETTLED: _("两家银行的流水都已核对"),
    TransferState.REVERSED: _("已冲销"),
}


def transfer_purpose(here: str, there: str) -> str:
    """Write the purpose of a transfer between two accounts of one holder."""
    return gettext("账户之间转账：%(here)s转到%(there)s", here=here, there=there)[:200]


def further_name(bank: str, tail: str) -> str:
    """Name the account of the book for a further bank account."""
    return gettext("银行存款（%(bank)s%(tail)s）", bank=bank, tail=tail)


def booked_purpose(kind: Booking, account: str) -> str:
    """Write the purpose of a posting that the bank's statement proves."""
    return f"{BOOKINGS[kind]}：{account}"[:200]
