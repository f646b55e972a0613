"""Refusal sentences, and the words for the parts of a policy."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from fundapp.programmes import voting_texts
from fundapp.programmes.rules import Change, DraftState

REFUSALS: Mapping[str, Any] = {
    "programmes.not_keeper": _("只有本地区的管理员或基金会经办人可以办理。"),
    "programmes.wrong_place": _("年度计划要开在区或街道。"),
    "programmes.text_needed": _("这一项必须填写。"),
    "programmes.wrong_year": _("请填写四位数的年份，例如 2026。"),
    "programmes.no_money": _("资金池的首笔资金必须大于 0。"),
    "programmes.name_taken": _("这个地区这一年已经有同名的年度计划。"),
    "programmes.too_early": _("新政策两人签过以后要公示 %(days)s 天，最早从 %(earliest)s 起生效。"),
    "programmes.stale_draft": _("这份草稿是照旧版本改的，现在已经有了第 %(number)s 版，请照新版本重新起草。"),
    "programmes.unsigned": _("这个计划的第一版政策还没有签完，要等两位审批人都签署；签完以前不能动用资金池。"),
    "programmes.read_another": _("您看到的内容和这份草稿不一样，请重新打开这一页，看过以后再签。"),
    "programmes.not_approver": _("政策由本地区的基金会审批人签。"),
    "programmes.own_draft": _("自己起草的政策不能自己签。"),
    "programmes.signed_once": _("您已经签过，还要另一位审批人签。"),
    "programmes.not_a_draft": _("这一版已经签完，或者没有通过。"),
    "programmes.signed_too_late": _("要在 %(sign_by)s 以前签，现在签来不及公示，请重新起草，把生效日往后定。"),
    "programmes.reason_needed": _("不同意时请写明理由，起草人会看到。"),
    "programmes.before_newest": _("上一个版本从 %(newest_from)s 起生效，新版本不能比它更早。"),
    "programmes.mode_stays": _("资金池怎么分，开设以后不能改；要换方式，请开设新的年度计划。"),
    "programmes.nothing_changed": _("与上一个版本或者正在等签的草稿相同，没有需要保存的修改。"),
    "programmes.bad_part": _("政策内容不合规定，位置：%(where)s，填写的是：%(found)s。"),
}

REGIME_LABELS: Mapping[str, Any] = {
    "household:2/3": _("全体住户三分之二以上同意（默认）"),
    "household:>1/2": _("全体住户过半同意"),
    "household:3/4": _("全体住户四分之三以上同意"),
    "household:9/10": _("全体住户九成以上同意"),
    "residents-meeting": _("居民会议：过半参加，参加者过半同意"),
    "representatives": _("居民代表会议：三分之二以上参加，参加者过半同意"),
    "owners:half": _("业主：三分之二以上参与，参与者双过半"),
    "owners:three-quarters": _("业主：三分之二以上参与，参与者四分之三以上"),
    "council": _("议事会意见：只供参考，另由居民投票决定"),
}
_PRACTICE = _("社区的做法，没有法律条文；不是业主共同决定，不能用来动维修资金或改共有部分。没有表态的不算同意。")
REGIME_MEANINGS: Mapping[str, Any] = {
    "household:2/3": _PRACTICE,
    "household:>1/2": _PRACTICE,
    "household:3/4": _PRACTICE,
    "household:9/10": _PRACTICE,
    "residents-meeting": _("居民委员会组织法的居民会议，一户派一位代表。适合小区里大家共同的事，不涉及谁家的产权。"),
    "representatives": _("居民委员会组织法的居民代表会议，由选出来的代表表决；名册上只列代表。适合社区范围的事。"),
    "owners:half": _(
        "《民法典》第 278 条，人数和面积都要过。用维修资金、请物业、订规约用这一项。"
        "名册要有产权人和面积，缺面积的不能算通过。"
    ),
    "owners:three-quarters": _(
        "《民法典》第 278 条，人数和面积都要过。筹集维修资金、加装电梯等改建、改变共有部分用途用这一项。"
        "名册要有产权人和面积。"
    ),
    "council": _("先听听大家的意见，赞成多少都不算数，也不拦着项目往下走；真正的决定在后面的居民投票。"),
}
ORDER_LABELS: Mapping[str, Any] = {
    "ready": _("条件齐备的先后（居民同意、已入选、自筹到账）"),
    "started": _("开工核实的先后"),
    "claimed": _("提出申请的先后"),
}
SCALE_LABELS: Mapping[str, Any] = {
    "three_grade_half": _("三档过半：满意过半为满意，满意加基本满意过半为基本满意"),
    "plurality": _("票数最多的一档为结果"),
}
SECOND_LABELS: Mapping[str, Any] = {
    "none": _("不复录"),
    "sample": _("抽查：抽一部分由另一个人再录一遍"),
    "all": _("全部由另一个人再录一遍"),
}
RULE_LABELS: Mapping[str, Any] = {
    "amount_tiers": _("按自筹金额分档"),
    "four_source": _("四源保底与封顶"),
    "linear": _("按固定比例"),
    "household_tiers": _("按参与户数分档"),
}
MODE_LABELS: Mapping[str, Any] = {
    "queue": _("先干先得，按排位号一个一个配"),
    "pro_rata": _("期末一起分：按应配的比例"),
    "pairwise": _("期末一起分：出资户越多的分得越多"),
}
PARTIAL_LABELS: Mapping[str, Any] = {
    "viable": _("够最低可行金额才给一部分"),
    "none": _("不够就不给，等足额"),
    "any": _("剩多少给多少"),
}
LINE_LABELS: Mapping[str, Any] = {"strict": _("前面的没排到，后面的等"), "skip": _("前面的等着，后面够的先给")}

PASSING_LABELS: Mapping[str, Any] = {
    ">1/2": _("过半数"),
    "1/2": _("1/2 以上"),
    "2/3": _("2/3 以上"),
    "3/4": _("3/4 以上"),
}
PASSING_OF_LABELS: Mapping[str, Any] = {"present": _("按到会的人算"), "members": _("按全体成员算")}
TERMS_LABELS: Mapping[str, Any] = {"first": _("先约定，再认捐收款"), "free": _("可以不约定")}
STATE_LABELS: Mapping[DraftState, tuple[Any, str]] = {
    DraftState.WAITING: (_("草稿，等审批人签"), "now"),
    DraftState.REFUSED: (_("没有通过"), "stop"),
    DraftState.EXPIRED: (_("过期没有签完，作废"), "stop"),
    DraftState.STALE: (_("已有更新的版本，作废"), "stop"),
    DraftState.COMING: (_("已签，公示中"), "wait"),
    DraftState.IN_FORCE: (_("现行"), "done"),
    DraftState.REPLACED: (_("已被替换"), "wait"),
}
BASIS_LABELS: Mapping[str, Any] = {
    "settlement": _("按结算：最后花多少算多少，多的退回资金池"),
    "budget": _("按预算：获批多少就是多少，结余办结时按出资比例退"),
}
TRANCHE_NAMES: Mapping[str, Any] = {
    "approved": _("获批"), "started": _("开工"), "half": _("进度过半"), "accepted": _("验收"), "settled": _("结算"),
}  # fmt: skip

PLACES: Mapping[str, Any] = {
    "consent.regime": _("由谁同意、多少算通过"),
    "consent.days": _("征求意见天数"),
    "consent.keying_days": _("纸质意见补录天数"),
    "consent.follow": _("可以选“从众”"),
    "consent.publicity_days": _("初步结果公示天数"),
    "consent.reply_days": _("异议答复天数"),
    "consent.objections_most": _("每户最多提几条异议"),
    "consent.show_doors": _("公布参与表态的门牌"),
    "consent.cost_rise": _("费用增加超过多少要重新征求"),
    "council.quorum": _("议事会至少到会"),
    "council.notice_days": _("议事会提前公布天数"),
    "council.passing": _("议事会赞成多少算通过"),
    "council.passing_of": _("议事会按什么人算通过"),
    "council.quiet_voting": _("投票期间不显示对项目的意见"),
    "consent.second_keying": _("纸质意见复录"),
    "consent.second_keying_share": _("抽查比例"),
    "consent.proxies_most": _("一人最多代理几户"),
    **voting_texts.PLACES,
    "raising.terms": _("筹款以前先约定"),
    "matching.base.min_gift": _("最低一笔自筹"),
    "matching.base.unlock": _("自筹起配线"),
    "matching.base.household_cap": _("每户计入上限"),
    "matching.base.related_cap": _("关联方计入上限"),
    "matching.entitlement.cap": _("每个项目配捐上限"),
    "matching.entitlement.rules": _("配捐算法（取最少的一个）"),
    "matching.entitlement.linear.rate": _("固定比例"),
    "matching.entitlement.amount_tiers.tiers": _("按自筹金额分档"),
    "matching.entitlement.household_tiers.tiers": _("按参与户数分档"),
    "matching.entitlement.four_source.own_floor": _("自筹最低占比"),
    "matching.entitlement.four_source.fund_share": _("基金会最高占比"),
    "matching.entitlement.four_source.per_resident_yuan": _("居民每出 1 元最多配"),
    "matching.allocation.mode": _("分配方式"),
    "matching.allocation.pairwise_bound": _("按户数分时两户相互抬高的上限"),
    "matching.allocation.partial": _("钱不够时"),
    "matching.allocation.line": _("排位规则"),
    "payout.basis": _("配比按什么算"),
    "payout.tranches": _("分几次拨付"),
    "payout.lapse_days": _("获批后多少天内要开工"),
    "queue.order_by": _("排位先后"),
    "limits.works": _("工程类项目上限"),
    "limits.goods": _("货物类项目上限"),
    "limits.service": _("服务类项目上限"),
    "procurement.quotes_min": _("最少询价家数"),
    "evaluation.scale": _("评议算法"),
    "approval.second_from": _("满多少要两人审批"),
    "approval.supervisor_from": _("满多少还要监事监督"),
    "approval.notice_days": _("新政策公示几天才生效"),
}
_VALUES: Mapping[str, Mapping[str, Any]] = {
    "consent.regime": REGIME_LABELS,
    "consent.second_keying": SECOND_LABELS,
    "queue.order_by": ORDER_LABELS,
    "raising.terms": TERMS_LABELS,
    "payout.basis": BASIS_LABELS,
    "evaluation.scale": SCALE_LABELS,
    "matching.allocation.mode": MODE_LABELS,
    "matching.allocation.partial": PARTIAL_LABELS,
    "matching.allocation.line": LINE_LABELS,
    "consent.follow": {"True": _("是"), "False": _("否")},
    "council.passing": PASSING_LABELS,
    "council.passing_of": PASSING_OF_LABELS,
    "council.quiet_voting": {"True": _("是"), "False": _("否")},
    **voting_texts.VALUES,
    "consent.show_doors": {"True": _("是"), "False": _("否")},
}
_UNITS: Mapping[str, Any] = {
    **dict.fromkeys(
        ("consent.days", "consent.keying_days", "consent.publicity_days", "consent.reply_days", "council.notice_days",
         "voting.days", "voting.publicity_days", "voting.reply_days", "approval.notice_days"), _("%(n)s 天")),
    "voting.max_choices": _("%(n)s 个项目"),
    "procurement.quotes_min": _("%(n)s 家"),
    "consent.proxies_most": _("%(n)s 户"),
    "consent.second_keying_share": _("已录入纸质意见的 %(n)s"),
    **dict.fromkeys(("consent.objections_most", "voting.objections_most"), _("%(n)s 条")),
    "voting.points": _("%(n)s 分"),
    "voting.each": _("%(n)s 分"),
    "voting.threshold": _("%(n)s 分"),
    "council.quorum": _("全体成员的 %(n)s"),
    "matching.entitlement.linear.rate": _("每 1 元配 %(n)s 元"),
    "matching.entitlement.four_source.own_floor": _("预算的 %(n)s"),
    "matching.entitlement.four_source.fund_share": _("预算的 %(n)s"),
    "matching.entitlement.four_source.per_resident_yuan": _("%(n)s 元"),
}  # fmt: skip
_AMOUNT = re.compile(r"\d+\.\d{2}")
_WHOLE = re.compile(r"\d+/1")
_NOTHING = _("（无）")


def place_words(place: str) -> Any:
    """Name a place in the parts; one that is not known here by its own name."""
    return PLACES.get(place, place)


def value_words(place: str, value: str | None) -> Any:
    """Say a value as it is written in the parts: amounts with ¥, rates short, tiers and names in words."""
    if value is None:
        return _NOTHING
    if place.endswith(".tiers"):
        return "\n".join(_tier_words(row) for row in value.split(", "))
    if place.endswith(".tranches"):
        return "\n".join(_tranche_words(row) for row in value.split(", "))
    if place.endswith(".rules"):
        return "、".join(str(RULE_LABELS.get(name, name)) for name in value.split(", "))
    if place in _UNITS:
        return str(_UNITS[place]) % {"n": _short(value)}
    return _VALUES.get(place, {}).get(value) or _short(value)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Put places of a policy in the order of its form."""
    order = {place: number for number, place in enumerate(PLACES)}
    return sorted(changes, key=lambda change: (order.get(change.place, len(order)), change.place))


def _tranche_words(row: str) -> str:
    found = dict(part.split("=", 1) for part in row.split(" "))
    name = str(TRANCHE_NAMES.get(found["at"], found["at"]))
    return str(_("%(name)s后累计拨到 %(share)s")) % {"name": name, "share": found["share"].removesuffix("/1")}


def _tier_words(row: str) -> str:
    found = {name: _short(value) for name, value in (part.split("=", 1) for part in row.split(" "))}
    if "from" in found:
        return str(_("自筹满 %(start)s：每 1 元配 %(rate)s 元")) % {"start": found["from"], "rate": found["rate"]}
    return str(_("出资户达 %(share)s：每 1 元配 %(rate)s 元")) % found


def _short(value: str) -> str:
    if _AMOUNT.fullmatch(value):
        return f"¥{int(value[:-3]):,}{value[-3:]}"
    return value.removesuffix("/1") if _WHOLE.fullmatch(value) else value
