"""Sentences and labels of self-raised money."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.fundraising.purpose_models import AgreedBy
from fundapp.fundraising.rules import Giver, Help, Means, PledgeState, ReceiptState, Source
from fundapp.fundraising.terms import IfMissed, Need, Outcome
from fundapp.notify.commands import Told

SOURCE_LABELS: dict[Source, Any] = {
    Source.FOUNDATION: _("基金会配比"),
    Source.STREET: _("街镇投入"),
    Source.RESIDENTS: _("居民集资"),
    Source.DONORS: _("社会捐赠"),
}
MEANS_LABELS: dict[Means, Any] = {
    Means.CASH: _("现金"),
    Means.BANK: _("银行转账"),
    Means.TRANSFER: _("财政拨款"),
    Means.WAIVED: _("垫付转捐"),
}
GIVER_LABELS: dict[Giver, Any] = {
    Giver.HOUSEHOLD: _("本院住户"),
    Giver.UNIT: _("本社区受益的企业或单位"),
    Giver.PUBLIC_UNIT: _("本社区的公共单位"),
    Giver.CHARITY: _("有公开募捐资格的慈善组织转交"),
    Giver.GOVERNMENT: _("街道、区政府"),
}
RECEIPT_STATES: dict[ReceiptState, Any] = {
    ReceiptState.WAITING: _("待核对"),
    ReceiptState.CONFIRMED: _("已确认到账"),
    ReceiptState.VOID: _("已作废"),
}
PLEDGE_STATES: dict[PledgeState, Any] = {
    PledgeState.OPEN: _("等待兑现"),
    PledgeState.PART: _("已兑现一部分"),
    PledgeState.FULFILLED: _("已兑现"),
    PledgeState.CANCELLED: _("已取消"),
    PledgeState.LAPSED: _("已过期"),
}
HELP_LABELS: dict[Help, Any] = {
    Help.GOODS: _("实物"),
    Help.PLACE: _("开放场地"),
    Help.LABOUR: _("帮工"),
    Help.SERVICE: _("服务"),
}
NEED_LABELS: dict[Need, Any] = {
    Need.CORE: _("必做，缩小规模也做"),
    Need.REQUIRED: _("必做"),
    Need.OPTIONAL: _("选做"),
}
IF_MISSED: dict[IfMissed, Any] = {
    IfMissed.RETURN: _("全部退还"),
    IfMissed.SMALLER: _("缩小规模做"),
}
OUTCOMES: dict[Outcome, Any] = {
    Outcome.REACHED: _("已筹足最低目标"),
    Outcome.SMALLER: _("没有筹足，按约定缩小规模"),
    Outcome.RETURNED: _("没有筹足，按约定全部退还"),
}
AGREED_BY: dict[AgreedBy, Any] = {
    AgreedBy.GIVER: _("捐赠人书面同意"),
    AgreedBy.BODY: _("居民会议或议事会决定"),
}
DEADLINE_MISSED = _("到期没有筹足，按事先约定退还")

REFUSALS: dict[str, Any] = {
    "fundraising.only_treasurer": _("只有本项目小组的财务可以登记收款。"),
    "fundraising.not_now": _("项目还没有征得居民同意，或者已经完工，现在不能登记收款。"),
    "fundraising.only_group": _("只有本项目小组成员或社区工作者可以核对收款。"),
    "fundraising.second_person": _("登记收款的人不能自己核对，请由另一个人核对。"),
    "fundraising.not_our_household": _("请选择本院落的一户居民。"),
    "fundraising.not_yet": _("收款日期不能晚于今天。"),
    "fundraising.decided": _("这笔收款已经核对过了，结论不能改动。"),
    "fundraising.reason_needed": _("请写明为什么不予确认。"),
    "fundraising.money_given": _("已经有人为这个方案出了钱，不能再改做什么、在哪里、谁出钱或大幅改预算。"),
    "fundraising.amount": _("金额必须大于 0，最多两位小数。"),
    "fundraising.street_by_desk": _("街镇投入由社区上报、街道审定和拨付，财务不登记；到账以后由小组或社区核对。"),
    "fundraising.waived_by_lender": _("垫付转捐由垫付的页面办理，不在这里登记。"),
    "fundraising.not_this_giver": _(
        "只能登记本院住户、本社区受益单位、街道和区政府，或者有公开募捐资格的慈善组织转交的钱。"
    ),
    "fundraising.no_such_code": _("转账附言码不对，请对照银行回单再看一遍。"),
    "fundraising.other_code": _("这个附言码是别的项目或者别的住户的。"),
    "fundraising.only_own_pledge": _("只能替自己的一户认捐；别人的由本项目小组的财务登记。"),
    "fundraising.due_passed": _("兑现日期不能早于今天。"),
    "fundraising.pledge_of_others": _("这笔认捐不是这个项目、这一户的，请重新选择。"),
    "fundraising.pledge_ended": _("这笔认捐已经取消，收到的钱请另行登记。"),
    "fundraising.beyond_pledge": _("这笔认捐只差 %(room)s，多出的部分请另开一张收据。"),
    "fundraising.pledge_kept": _("这笔认捐已经兑现，不用取消。"),
    "fundraising.why_cancelled": _("请写明为什么取消。"),
    "fundraising.nobody_to_remind": _("没有需要提醒的认捐，或者今天已经提醒过了。"),
    "fundraising.too_late_for_refund": _("项目已经验收，余款在办结时按来源退回。"),
    "fundraising.not_confirmed": _("没有核对到账的钱不能退。"),
    "fundraising.beyond_gift": _("这张收据最多还能退 %(room)s。"),
    "fundraising.why_released": _("请写明为什么，会公开。"),
    "fundraising.beyond_fund": _("这一项限定用途只剩 %(room)s。"),
    "fundraising.why_refund": _("请写明为什么退。"),
    "fundraising.refund_prepared_by_you": _("办理退款的人不能自己核对，请由另一个人核对。"),
    "fundraising.refund_decided": _("这笔退款已经核对过了，结论不能改动。"),
    "fundraising.days_of_labour": _("帮工要填天数，半天算 0.5；别的不填。"),
    "fundraising.no_count": _("请填盘点到的金额，没有就填 0，最多两位小数。"),
    "fundraising.explain_difference": _("盘点数和账面相差 %(difference)s，请写明原因。"),
    "fundraising.nothing_required": _("至少要有一项必做。"),
    "fundraising.smaller_scope": _("要缩小规模，请把一部分必做的标成“缩小规模也做”，另留至少一项必做。"),
    "fundraising.no_smaller_scope": _("选了全部退还，就不用标“缩小规模也做”。"),
    "fundraising.terms_hold": _("已经有人认捐或者出钱，事先约定不能再改。"),
    "fundraising.deadline_passed": _("截止日期要晚于今天。"),
    "fundraising.every_line": _("费用明细已经变了，请刷新页面后每一项重新选择。"),
    "fundraising.terms_first": _("请先约定筹款期限、哪些必做、没筹足怎么办，再认捐或收款。由组长在筹款页约定。"),
    "fundraising.no_terms": _("这个项目没有约定筹款期限。"),
    "fundraising.before_deadline": _("筹款期限还没有过。"),
    "fundraising.after_deadline": _("筹款期限已过，这一天收的钱不能再登记。"),
    "fundraising.raising_ended": _("没有筹足，已按约定退还，不能再收款或认捐。"),
    "fundraising.unconfirmed": _("还有 %(count)s 笔收款或退款没有核对，核对完才能结束筹款。"),
    "fundraising.only_lead": _("由本项目小组的组长决定。"),
    "fundraising.no_terms_now": _("提案通过初审以后、开始筹款以前才能约定。"),
    "fundraising.only_lead_or_worker": _("由本项目小组的组长或社区工作者办理。"),
    "fundraising.which_household": _("居民集资请选择是哪一户交的。"),
}

CASH = _("项目款")
SPEND = _("支出")
ADVANCED = _("待归还的垫付")


def account_name(title: str, what: object) -> str:
    """Name an account of a project."""
    return f"{title} {what}"


def restricted_name(purpose: str) -> str:
    """Say in the names of accounts that they are for one purpose alone."""
    return gettext("限定用途（%(what)s）", what=purpose)


def receipt_purpose(title: str, source: Source, number: str) -> str:
    """Say in the public ledger what a contribution was."""
    return gettext(
        "%(title)s：%(source)s，收据第 %(number)s 号", title=title, source=SOURCE_LABELS[source], number=number
    )


def refund_purpose(title: str, source: Source, number: str) -> str:
    """Say in the public ledger what a refund was."""
    return gettext(
        "%(title)s：退还%(source)s，收据第 %(number)s 号", title=title, source=SOURCE_LABELS[source], number=number
    )


def release_purpose(title: str, purpose: str) -> str:
    """Say in the public ledger that restricted money now serves the whole project."""
    return gettext("%(title)s：解除限定用途（%(what)s），转为项目款", title=title, what=purpose)


def pledge_reminder(project_id: int, title: str, day: str) -> Told:
    """Remind a household of what it pledged: that it did, and never how much anybody gave."""
    return Told(
        title=gettext("认捐提醒：%(title)s", title=title),
        text=gettext("您户认捐的钱还没有全部交到。方便时请交给项目小组的财务；有变化可以取消，自愿，不摊派。"),
        link=f"/fundraising/{project_id}/pledge",
        once_key=f"pledges:{project_id}:{day}",
    )
