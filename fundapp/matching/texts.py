"""Sentences and labels of matching."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.kernel.money import from_fen
from fundapp.matching.models import Release, Step
from fundapp.matching.queries.rounds import RoundState
from fundapp.matching.round_models import RoundKind
from fundapp.web.filters import yuan

STEP_LABELS: dict[Step, Any] = {
    Step.STREET_REVIEW: _("街道审核"),
    Step.PROPOSAL: _("基金会提出配比"),
    Step.CHECK: _("基金会复核"),
    Step.SUPERVISION: _("监事监督"),
    Step.APPROVAL: _("基金会审批"),
}

REFUSALS: dict[str, Any] = {
    "matching.only_lead": _("只有本项目小组的组长可以申请配比。"),
    "matching.not_selected": _("项目入选以后才能申请配比。"),
    "matching.not_started": _("按本年度政策，开工以后才能申请配比。"),
    "matching.unconfirmed": _("还有 %(count)s 笔收款没有核对，核对完才能申请配比。"),
    "matching.gifts_are_matched": _("这个项目已经凭自筹的钱申请了配比，退款要等申请没有通过，或者在办结时按来源退回。"),
    "matching.pending": _("上一次申请还没有办完，办完后才能再次申请。"),
    "matching.nothing_due": _("按政策计算，这次没有可以配比的金额：%(why)s"),
    "matching.no_policy": _("这个项目没有配比政策。"),
    "matching.not_your_step": _("这一步不由您办理。"),
    "matching.second_person": _("这次申请您已经办过一步，每一步必须由不同的人办理。"),
    "matching.had_a_hand": _("您是这个项目的提案人、小组成员，或者经手过它的钱，不能办它的配比，退出小组也不行。"),
    "matching.approver_does_not_pay": _("批准的人不能拨付，请由另一位经办人办理。"),
    "matching.wrong_step": _("这一步现在不能办：请先办完前一步。"),
    "matching.decided": _("这一步已经有人办过了，请刷新页面查看结果。"),
    "matching.reason_needed": _("不同意时请写明理由，申请人会看到。"),
    "matching.nothing_held": _("资金池还没有给这个排位号预留资金，排到以后才能审批。"),
    "matching.nothing_to_pay": _("没有待拨付的金额。"),
    "matching.tranche_not_reached": _("现在还不能拨付：%(told)s"),
    "matching.queue_pool": _("这个资金池按先干先得排队，不分轮。"),
    "matching.no_round": _("这个资金池分轮按比例分，现在没有正在收申请的轮次。"),
    "matching.round_running": _("上一轮还没有批准，批准后才能开下一轮。"),
    "matching.round_too_short": _("收申请的截止时间要晚于现在。"),
    "matching.collected_first": _("第一轮要收申请，补充轮在它以后才有。"),
    "matching.nothing_left_to_share": _("没有还没配足的申请，不用开补充轮。"),
    "matching.round_collecting": _("这一轮还在收申请，截止以后才能算。"),
    "matching.round_done": _("这一轮已经批准，不再重算。"),
    "matching.review_first": _("还有 %(count)s 份申请街道没有审核，审完才能一起算。"),
    "matching.planned": _("已经算过，结果没有变化，等审批人办理。"),
    "matching.planned_by_you": _("算分配方案的人不能自己批准，请由另一个人办理。"),
    "matching.newer_plan": _("这一轮已经重新算过，请看最新的方案。"),
    "matching.notice_runs": _("方案要公开到 %(until)s 以后才能批准。"),
    "matching.plan_outdated": _("算出方案以后资金池或申请有变化，请先重新计算。"),
    "matching.viable_too_high": _("最低可行金额不能超过预算。"),
}


def funding_purpose(name: str, origin: str) -> str:
    """Say in the public ledger what was put into a pool."""
    return gettext("%(name)s：资金池注入，来源 %(origin)s", name=name, origin=origin)


def hold_purpose(title: str, ticket: int) -> str:
    """Say that money was held for a ticket."""
    return gettext("%(title)s：第 %(ticket)s 号预留", title=title, ticket=ticket)


def commit_purpose(title: str, ticket: int) -> str:
    """Say that held money was promised."""
    return gettext("%(title)s：第 %(ticket)s 号配比获批", title=title, ticket=ticket)


def release_purpose(title: str, ticket: int) -> str:
    """Say that held money went back."""
    return gettext("%(title)s：第 %(ticket)s 号未获通过，预留退回", title=title, ticket=ticket)


ROUND_KINDS: dict[RoundKind, Any] = {
    RoundKind.COLLECTED: _("收申请，到期一起分"),
    RoundKind.SUPPLEMENTARY: _("补充轮，余下的钱分给没配足的"),
}
ROUND_STATES: dict[RoundState, Any] = {
    RoundState.COLLECTING: _("正在收申请"),
    RoundState.CLOSED: _("收申请已截止，等待计算"),
    RoundState.PLANNED: _("方案已公布，等待批准"),
    RoundState.DONE: _("已批准"),
}
TRANCHE_LABELS: dict[str, Any] = {
    "whole": _("一次拨付"),
    "approved": _("获批后"),
    "started": _("开工后"),
    "half": _("进度过半"),
    "accepted": _("验收后"),
    "settled": _("结算后"),
}
RELEASE_LABELS: dict[Release, Any] = {
    Release.LAPSED: _("逾期未开工，退到队尾"),
    Release.SETTLED: _("结算后释放"),
    Release.REFUNDED: _("出资退回，配比相应收回"),
}


def waits_for(tranche: str) -> str:
    """Say what the next tranche waits for."""
    return gettext("第一笔要等到“%(what)s”。", what=TRANCHE_LABELS[tranche])


def lapse_purpose(title: str, ticket: int, kind: Release) -> str:
    """Say why promised money went back."""
    return gettext("%(title)s：第 %(ticket)s 号%(why)s", title=title, ticket=ticket, why=RELEASE_LABELS[kind])


def lapse_told(days: int) -> str:
    """Say why a ticket fell back."""
    return gettext("获批满 %(days)s 天还没有开工，预留和承诺的钱退回资金池，排到队尾。", days=days)


def settled_told(due: int) -> str:
    """Say what a settled project keeps."""
    return gettext("项目已结算，应结配比 %(a)s，其余退回资金池。", a=yuan(from_fen(due)))


def payment_purpose(title: str) -> str:
    """Say that matched money was paid."""
    return gettext("%(title)s：配比资金拨付", title=title)


def return_purpose(title: str) -> str:
    """Say that matched money came back."""
    return gettext("%(title)s：结余配比资金退回", title=title)


OWED = _("应收项目款")
BANK = _("银行存款")
DONATION = _("限定性捐赠")
GRANT = _("资助支出")
POOL_PARTS: dict[str, Any] = {
    "source": _("注入"),
    "available": _("可用"),
    "held": _("预留"),
    "committed": _("承诺"),
    "paid": _("已拨付"),
}
