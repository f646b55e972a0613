"""Refusal sentences, and the words for stages, kinds, themes and tasks."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.notify.commands import Told
from fundapp.projects.changes import Change, percent_text
from fundapp.projects.link_models import ProjectLink
from fundapp.projects.linking import LinkKind, LinkState, LinkStep
from fundapp.projects.rules import Finding, Kind, Stage, StageGroup, Task, Theme
from fundapp.projects.sharing import Sharing
from fundapp.web.filters import yuan

REFUSALS: Mapping[str, Any] = {
    "projects.no_such_move": _("项目现在所处的阶段不能办理这件事。"),
    "projects.not_resident": _("只有本小区的住户可以提案；社区工作者可以代居民提案。"),
    "projects.not_proposer": _("只有提案人可以办理。"),
    "projects.text_locked": _("项目已进入表决或之后的阶段，内容不能再改。"),
    "projects.too_late_to_withdraw": _("已经开始征求意见或已经办结，不能撤回。"),
    "projects.not_checker": _("只有本小区的楼栋长或社区工作者可以初审。"),
    "projects.own_proposal": _("自己的提案要由别人初审。"),
    "projects.not_to_check": _("这件提案现在不需要初审。"),
    "projects.only_worker_rejects": _("楼栋长可以通过或退回；不予受理要由社区工作者决定。"),
    "projects.already_passed": _("初审已经通过，现在只能退回修改。"),
    "projects.reason_needed": _("请写明原因，提案人会看到。"),
    "projects.not_founder": _("只有提案人或本社区的社区工作者可以组建项目小组。"),
    "projects.group_too_early": _("初审通过后才能组建项目小组。"),
    "projects.group_fixed": _("项目已经用到配捐资金或已经结束，小组人员不能在这里更换。"),
    "projects.text_needed": _("这一项必须填写。"),
    "projects.title_too_long": _("标题最多 %(most)s 个字。"),
    "projects.nobody_benefits": _("受益户数至少是 1。"),
    "projects.no_lines": _("请至少填写一行费用。"),
    "projects.too_many_lines": _("费用最多 %(most)s 行，请合并小项。"),
    "projects.line_incomplete": _("每一行费用都要有名称和大于 0 的金额。"),
    "projects.lines_do_not_sum": _("费用各行相加是 %(total)s，与总预算 %(budget)s 不一致。"),
    "projects.over_cap": _("费用合计 %(budget)s，超过这一类项目的上限 %(cap)s。"),
    "projects.not_confirmed": _("请先看过“不支持的事项”并勾选确认。"),
    "projects.not_warned": _("这次修改要重新征求意见，请先看清后果再确认。"),
    "projects.nothing_changed": _("内容与上一版相同，没有需要提交的修改。"),
    "projects.no_programme": _("本地区还没有可以申请的年度计划。"),
    "projects.no_policy": _("年度计划的政策还没有生效。"),
    "projects.not_a_compound": _("请选择一个小区（院落）。"),
    "projects.too_many_photos": _("照片最多 %(most)s 张。"),
    "projects.unknown_login": _(
        "没有找到“%(login)s”。请填登录名，或者门牌加全名，例如 1栋101 李居民；对方要先注册账户。"
    ),
    "projects.supervisor_has_task": _("监督员不能同时担任小组的其他工作。"),
    "projects.two_tasks": _("一个人在小组里只能有一项工作。"),
    "projects.one_of_task": _("组长和财务各要一个人。"),
    "projects.no_supervisor": _("至少要有一位监督员。"),
    "projects.share_needs_amount": _("请填写由住户分摊的总额。"),
    "projects.share_over_budget": _("住户分摊 %(amount)s，超过了总预算 %(budget)s。"),
    "projects.share_needs_area": _("按面积或楼层分摊需要每户的面积，还有 %(count)s 户没有登记：%(doors)s。"),
    "projects.share_needs_floor": _("从房号看不出楼层的有 %(count)s 户：%(doors)s。请改用别的分摊办法。"),
    "projects.share_nobody": _("按这个办法没有一户需要分摊，请核对楼栋和办法。"),
    "projects.link_no_such": _("没有这个项目，或者您看不到它。"),
    "projects.link_not_yours": _("只有社区工作者，或者其中一个项目的提案人、项目小组可以办理。"),
    "projects.not_worker_of_both": _("要由两个项目所在社区的社区工作者决定。"),
    "projects.link_of_own": _("您是其中一个项目的提案人或小组成员，请另一位社区工作者决定。"),
    "projects.link_of_another": _("只有提出的人可以撤回。"),
    "projects.link_answered": _("已经有了答复，或者已经解除，请刷新页面。"),
    "projects.link_needs_reason": _("请写明理由，两个项目的人都会看到。"),
    "projects.link_elsewhere": _("两个项目不在同一个社区，不能登记。"),
    "projects.linked_already": _("这两个项目已经登记过，或者正在等待答复。"),
    "projects.link_gone": _("其中一个项目还是草稿，或者已经撤回、未通过。"),
    "projects.link_too_late": _("本项目已经进入表决或之后的阶段，不能再算作重复。"),
    "projects.link_both_chosen": _("两个项目都已经入选，不能再登记为互斥。"),
    "projects.link_one_carries": _("由别的项目接着办的，不能再有别的登记；请先解除原来的。"),
    "projects.is_carried_on": _("本项目与另一个项目重复，由那个项目接着办；要单独办，先解除登记。"),
    "projects.share_no_such_building": _("这个小区没有这些楼栋：%(names)s。"),
}

CHANGE_LABELS: Mapping[str, Any] = {
    "title": _("标题"),
    "kind": _("类型"),
    "location": _("具体地点"),
    "payers": _("钱由谁出"),
    "shared": _("住户分摊"),
    "budget_fen": _("总预算"),
    "lines": _("费用明细"),
    "why": _("为什么要办"),
    "theme": _("主题"),
    "beneficiaries": _("受益户数"),
    "origin": _("怎么提出来的"),
}

STAGE_LABELS: Mapping[Stage, Any] = {
    Stage.DRAFT: _("草稿"),
    Stage.SUBMITTED: _("等待初审"),
    Stage.RETURNED: _("退回修改"),
    Stage.FEASIBLE: _("初审通过"),
    Stage.CONSENTING: _("征求意见中"),
    Stage.CONSENTED: _("居民已同意"),
    Stage.IN_ROUND: _("议事表决中"),
    Stage.SELECTED: _("入选"),
    Stage.RESERVED: _("备选库"),
    Stage.MATCHED: _("已配捐"),
    Stage.DELIVERING: _("实施中"),
    Stage.ACCEPTED: _("已验收"),
    Stage.EVALUATED: _("已评议"),
    Stage.CLOSED: _("已办结"),
    Stage.REJECTED: _("未通过"),
    Stage.WITHDRAWN: _("已撤回"),
}
STAGE_TONES: Mapping[Stage, str] = {
    Stage.DRAFT: "plain",
    Stage.SUBMITTED: "wait",
    Stage.RETURNED: "wait",
    Stage.RESERVED: "wait",
    Stage.EVALUATED: "done",
    Stage.CLOSED: "done",
    Stage.REJECTED: "stop",
    Stage.WITHDRAWN: "stop",
    **dict.fromkeys(
        (
            Stage.FEASIBLE, Stage.CONSENTING, Stage.CONSENTED, Stage.IN_ROUND, Stage.SELECTED, Stage.MATCHED,
            Stage.DELIVERING, Stage.ACCEPTED,
        ),
        "now",
    ),
}  # fmt: skip
GROUP_LABELS: Mapping[StageGroup, Any] = {
    StageGroup.PROPOSAL: _("提案"),
    StageGroup.CONSENT: _("征求意见"),
    StageGroup.DELIBERATION: _("议事表决"),
    StageGroup.RESERVE: _("备选库"),
    StageGroup.RAISING: _("自筹与配捐"),
    StageGroup.DELIVERY: _("实施"),
    StageGroup.DONE: _("办结"),
    StageGroup.ENDED: _("未通过"),
}
STEPS: Mapping[Stage, str] = {
    Stage.DRAFT: "proposal",
    Stage.SUBMITTED: "proposal",
    Stage.RETURNED: "proposal",
    Stage.FEASIBLE: "proposal",
    Stage.CONSENTING: "consent",
    Stage.CONSENTED: "deliberation",
    Stage.IN_ROUND: "deliberation",
    Stage.RESERVED: "deliberation",
    Stage.SELECTED: "raising",
    Stage.MATCHED: "matching",
    Stage.DELIVERING: "delivery",
    Stage.ACCEPTED: "evaluation",
    Stage.EVALUATED: "closed",
    Stage.CLOSED: "all_done",
    Stage.REJECTED: "proposal",
    Stage.WITHDRAWN: "proposal",
}
KIND_LABELS: Mapping[Kind, Any] = {Kind.WORKS: _("工程"), Kind.GOODS: _("货物"), Kind.SERVICE: _("服务")}
KIND_HINTS: Mapping[Kind, Any] = {
    Kind.WORKS: _("要施工，例如铺路、装灯、修围墙。"),
    Kind.GOODS: _("买东西，例如健身器材、长椅、图书。"),
    Kind.SERVICE: _("请人做事，例如活动、课程、照料。"),
}
SHARING_LABELS: Mapping[Sharing, Any] = {
    Sharing.EQUAL: _("每户一样多"),
    Sharing.AREA: _("按专有部分面积"),
    Sharing.FLOOR: _("按楼层系数和面积（如加装电梯）"),
}
SHARING_RULES: Mapping[Sharing, Any] = {
    Sharing.EQUAL: _("每户分摊的钱一样多，除不尽的几分钱由名册排在前面的住户多出一分。"),
    Sharing.AREA: _("按每户专有部分面积的比例分摊，算到分。"),
    Sharing.FLOOR: _("一、二层不出；三层系数 0.7，每高一层加 0.1；每户按“系数乘整平方米数”的比例分摊，算到分。"),
}
SHARING_HINTS: Mapping[str, Any] = {how.value: words for how, words in SHARING_RULES.items()}
THEME_LABELS: Mapping[Theme, Any] = {
    Theme.SAFETY: _("安全保障"),
    Theme.ENVIRONMENT: _("环境整治"),
    Theme.CULTURE: _("文体活动"),
    Theme.CARE: _("关爱服务"),
    Theme.VOLUNTEERING: _("公益志愿"),
}
TASK_LABELS: Mapping[Task, Any] = {
    Task.LEAD: _("组长"),
    Task.TREASURER: _("财务"),
    Task.MEMBER: _("组员"),
    Task.SUPERVISOR: _("监督员"),
}
FINDING_LABELS: Mapping[Finding, Any] = {
    Finding.PASS: _("通过，进入征求意见"),
    Finding.RETURN: _("退回修改"),
    Finding.REJECT: _("不予受理"),
}
LINK_KINDS: Mapping[LinkKind, Any] = {LinkKind.DUPLICATE: _("重复"), LinkKind.RIVALS: _("互斥")}
LINK_HINTS: Mapping[str, Any] = {
    LinkKind.DUPLICATE.value: _("本项目和另一个是同一件事，由另一个接着办。表过的态、投过的票不会转过去。"),
    LinkKind.RIVALS.value: _("比如在同一个地方，只能办其中一个。两个都可以继续，表决时按本轮规则计票。"),
}
LINK_STATES: Mapping[LinkState, Any] = {
    LinkState.ASKED: _("等待社区工作者答复"),
    LinkState.STANDS: _("已登记"),
    LinkState.DECLINED: _("没有同意"),
    LinkState.WITHDRAWN: _("已撤回"),
    LinkState.ENDED: _("已解除"),
}
LINK_TONES: Mapping[LinkState, str] = {
    LinkState.ASKED: "wait",
    LinkState.STANDS: "now",
    LinkState.DECLINED: "stop",
    LinkState.WITHDRAWN: "plain",
    LinkState.ENDED: "plain",
}
LINK_STEPS: Mapping[LinkStep, Any] = {
    LinkStep.STANDS: _("同意登记"),
    LinkStep.DECLINED: _("不同意"),
    LinkStep.WITHDRAWN: _("撤回"),
    LinkStep.ENDED: _("解除登记"),
}
ORIGINS = (_("居民提议"), _("议事会"), _("问卷"), _("楼栋长走访"), _("社区工作者走访"), _("物业反映"))
NOT_PAID_FOR = (
    _("按法律或合同应由物业公司、开发商等其他责任主体承担的事。"),
    _("政府正在做、已列入计划，或本来就是部门职责的事。"),
    _("一家一户自己的事，应由住户自己出钱的。"),
    _("已经有人负责赔偿或维修的事。"),
    _("吃请、办公经费、人员工资、偿还旧债、办公用房装修。"),
)


def link_sentence(kind: LinkKind, title: str, other: str) -> str:
    """Say what a link says of two projects, in its order."""
    if kind is LinkKind.DUPLICATE:
        return gettext("《%(title)s》与《%(other)s》重复，由《%(other)s》接着办", title=title, other=other)
    return gettext("《%(title)s》与《%(other)s》互斥，只能办其中一个", title=title, other=other)


def not_public_yet() -> str:
    """Name a proposal whose title only its own people and its checkers may see."""
    return gettext("一个还在初审的提案")


def link_message(
    link: ProjectLink, title: str, other: str, step: LinkStep | None, reason: str, project_id: int
) -> Told:
    """Tell a group what was asked or decided of a link of its project."""
    what = LINK_STEPS[step] if step else gettext("有人提出，等社区工作者答复")
    parts = [gettext("%(link)s。", link=link_sentence(link.kind, title, other))]
    parts.append(gettext("理由：%(reason)s", reason=link.reason))
    if reason:
        parts.append(gettext("答复：%(reason)s", reason=reason))
    if link.kind is LinkKind.DUPLICATE and step is LinkStep.STANDS:
        parts.append(gettext("对原项目的表态不会转过去，支持的住户要到接着办的项目再表态。"))
    about = gettext("项目%(kind)s登记：%(what)s", kind=LINK_KINDS[link.kind], what=what)
    key = f"project-link:{link.id}:{step.value if step else 'asked'}"
    return Told(about, " ".join(parts), f"/proposals/{project_id}", key)


def material_reason(found: Iterable[Change], rise: Fraction) -> str:
    """Say why households are asked again: what was changed, the cost with both sums."""
    told = [_change_told(change, rise) for change in found if change.material]
    return gettext("内容有重大修改，须重新征求意见：%(what)s。", what="；".join(told))


def _change_told(change: Change, rise: Fraction) -> str:
    if change.field != "budget_fen":
        return gettext("改了%(what)s", what=str(CHANGE_LABELS[change.field]))
    old, new, percent = yuan(change.old), yuan(change.new), percent_text(rise)
    return gettext("总预算由 %(old)s 增加到 %(new)s，超过 %(rise)s", old=old, new=new, rise=percent)
