"""Refusals and labels of rounds of voting in the residents' words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from fundapp.kernel.money import yuan_text
from fundapp.voting.after import Consequence
from fundapp.voting.method import BallotType, Method
from fundapp.voting.rounds import Channel, RivalRule, RoundState, show_code
from fundapp.voting.rules import Fill, Rule, Stop, Utility, Why
from fundapp.voting.secrecy import Secrecy

__all__ = [
    "AFTER", "BALLOTS", "CHANNELS", "CODED", "CONSEQUENCES", "MODES", "PROMISES", "REFUSALS", "RULES", "SKIPS",
    "STATES", "after_words", "ballot_sentence", "rule_sentences", "show_code", "why_words",
]  # fmt: skip

REFUSALS: Mapping[str, Any] = {
    "voting.not_worker": lazy_gettext("只有本社区的社区工作者可以办理。"),
    "voting.not_publisher": lazy_gettext("结果由社区工作者、街道或基金会经办人公布。"),
    "voting.frozen": lazy_gettext("本轮表决已经发布，内容不再改动。"),
    "voting.other_programme": lazy_gettext("这个年度计划不包括该地区。"),
    "voting.not_by_vote": lazy_gettext("按这个年度计划的政策，入选由议事会确认，不另外表决。"),
    "voting.more_than_policy": lazy_gettext("每张选票最多选 %(most)s 个（政策规定）。"),
    "voting.over_pool": lazy_gettext(
        "本轮资金 %(budget)s 元超过资金池现在可用的 %(left)s 元，请改小或先给资金池追加资金。"
    ),
    "voting.too_short": lazy_gettext("表决至少要开放 %(days)s 天。"),
    "voting.too_long": lazy_gettext("表决最多开放 %(days)s 天。"),
    "voting.closes_in_the_past": lazy_gettext("截止时间要在开始时间和现在之后。"),
    "voting.too_many_candidates": lazy_gettext("一轮表决最多 %(most)s 个项目。"),
    "voting.no_candidates": lazy_gettext("还没有选定参加表决的项目。"),
    "voting.cannot_stand": lazy_gettext("编号 %(project)s 的项目现在不能参加表决：要先通过征求意见，或者在备选库里。"),
    "voting.not_your_household": lazy_gettext("您的账号没有绑定这一户；表决权属于户，不属于职务。"),
    "voting.not_on_roster": lazy_gettext("这一户不在本轮表决的名册里。"),
    "voting.door_not_on_roster": lazy_gettext("名册里没有这个门牌，请对照纸质票重新填写。"),
    "voting.not_open_yet": lazy_gettext("还没有开始，%(opens_at)s 起可以投票。"),
    "voting.closed": lazy_gettext("投票已于 %(closes_at)s 截止。"),
    "voting.nothing_chosen": lazy_gettext("请至少选一个项目。"),
    "voting.too_many": lazy_gettext("已选 %(chosen)s / %(most)s 个，请去掉多选的项目。选票还没有投出。"),
    "voting.points_missing": lazy_gettext("每个选中的项目都要有分数。"),
    "voting.too_dear": lazy_gettext(
        "选中的项目一共要 %(cost)s 元，超过本轮的 %(budget)s 元，请去掉几个。选票还没有投出。"
    ),
    "voting.too_much_on_one": lazy_gettext("一个项目最多给 %(each)s 分，最少 1 分。选票还没有投出。"),
    "voting.too_many_points": lazy_gettext("已给 %(given)s 分，一共只有 %(points)s 分，请减掉一些。选票还没有投出。"),
    "voting.not_a_candidate": lazy_gettext("选票上没有这个项目。"),
    "voting.already_cast_phone": lazy_gettext("本户已于 %(at)s 在手机上投过票，一户一票，以先投出的为准。"),
    "voting.already_cast_code": lazy_gettext("本户已于 %(at)s 用打印码投过票，一户一票，以先投出的为准。"),
    "voting.already_cast_kiosk": lazy_gettext("本户已于 %(at)s 在自助机上投过票，一户一票，以先投出的为准。"),
    "voting.already_cast_paper": lazy_gettext("本户的纸质票已于 %(at)s 录入，一户一票，以先收到的为准。"),
    "voting.already_cast_visit": lazy_gettext("本户的纸质票已于 %(at)s 上门收回，一户一票，以先收到的为准。"),
    "voting.code_unknown": lazy_gettext("这个投票码不能使用。请对照投票单重新填写；已换新的旧码和公布后的码都不能用。"),
    "voting.visit_over": lazy_gettext("为了安全，页面已超时退出。请重新扫码或填写投票码。"),
    "voting.nothing_to_print": lazy_gettext("没有需要打印的住户：都已有投票码，或已经投票。"),
    "voting.kiosk_ended": lazy_gettext("这台自助机已经结束，或者不收这一轮的票。请告诉社区工作者。"),
    "voting.kiosk_pin": lazy_gettext("结束码不对。"),
    "voting.serial_used": lazy_gettext("编号 %(serial)s 的纸质票已经录入过。"),
    "voting.scan_missing": lazy_gettext("第一个录入的人请拍照或选择扫描件。"),
    "voting.ballot_changed": lazy_gettext(
        "有选票与投票时留下的指纹对不上，说明有人在程序以外改过数据库。"
        "请先查清（fundapp check 会指出是哪一张），再公布。"
    ),
    "voting.papers_waiting": lazy_gettext("还有纸票只录了一遍，或者两个人录得不一样；都录成一样以后才有结果。"),
    "voting.invalid_names_nothing": lazy_gettext("无效票不记所选项目。"),
    "voting.still_open": lazy_gettext("结果在截止时间 %(closes_at)s 之前对任何人都不公开。"),
    "voting.already_published": lazy_gettext("结果已经公布。"),
    "voting.too_few_to_tell": lazy_gettext("选票不足 10 张，公布选票会让人猜出是谁投的，所以不提供重新计票的文件。"),
    "voting.keys_missing": lazy_gettext("密封的表决要先登记钥匙，三位持钥人都核对过自己那一份，才能发布。"),
    "voting.not_sealed": lazy_gettext("这一轮不是密封投票。"),
    "voting.no_key": lazy_gettext("文件里没有完整的钥匙，请重新选择 keys.json。"),
    "voting.three_holders": lazy_gettext("请选三位不同的人，每人保管一份；他们要在本社区或上级有任务。"),
    "voting.other_share": lazy_gettext("核对码和登记的不一样。请检查是不是您那一份、单词有没有抄错。"),
    "voting.four_digits": lazy_gettext("请填写四个数字，例如 2580。"),
    "voting.paper_only": lazy_gettext("这一轮只用纸票，请到投票点领票、交票。"),
    "voting.not_by_door": lazy_gettext("这一轮的选票不按门牌保存，请用本轮的投票页或投票箱。"),
    "voting.keyed_by_door": lazy_gettext("这一轮的纸质票按门牌录入，不用登记交票。"),
    "voting.no_box": lazy_gettext("这一轮没有票箱。"),
    "voting.box_is_closed": lazy_gettext("票箱已经封存。"),
    "voting.box_not_closed": lazy_gettext("票箱还没有封存，不能写回计票结果。"),
    "voting.counted_already": lazy_gettext("计票结果已经写回，不再改动。"),
    "voting.not_counted_yet": lazy_gettext("票箱还没有开箱计票，计票结果写回以后才能公布。"),
    "voting.no_count": lazy_gettext("这不是完整的计票文件，请选择开箱得到的 count.json。"),
    "voting.count_of_another_box": lazy_gettext("这个计票文件是另一个票箱的，或者封存以后票箱被换过。"),
    "voting.count_without_key": lazy_gettext("这个计票文件不是用本轮的钥匙打开的。"),
    "voting.count_not_whole": lazy_gettext("票箱里有 %(phones)s 张密封票，计票文件里有 %(found)s 张，数目不符。"),
    "voting.sheets_at_once": lazy_gettext("一次登记 1 到 %(most)s 张。"),
    "voting.sheet_not_out": lazy_gettext("编号 %(serial)s 没有登记过，或者已经有了着落。"),
    "voting.read_by_another": lazy_gettext("编号 %(serial)s 您已经录过，要由另一个人再录一遍。"),
    "voting.void_needs_reason": lazy_gettext("作废要写明原因。"),
    "voting.more_sheets_than_doors": lazy_gettext(
        "登记交票的只有 %(papers)s 户，纸票不能再多；多出来的请写明原因作废。"
    ),
    "voting.void": lazy_gettext("这一轮已经作废，不再收票，也不会有结果。"),
    "voting.not_your_share": lazy_gettext("只有保管这一份的人，或者社区工作者、街道和基金会经办人，可以登记。"),
    "voting.no_such_share": lazy_gettext("钥匙只有三份，请选择是第几份。"),
    "voting.share_not_lost": lazy_gettext("第 %(number)s 份没有登记过丢失。"),
    "voting.shares_still_there": lazy_gettext("还有 %(there)s 份钥匙没有登记丢失，两份就能开箱，不能作废。"),
    "voting.void_needs_a_reason": lazy_gettext("请写明原因，大家都会看到。"),
    "voting.void_by_another": lazy_gettext("您提出的作废，要由另一个人确认。"),
    "voting.void_asked_anew": lazy_gettext("作废的理由刚刚重新提出过，请看过新的理由再确认。"),
    "voting.binds_already": lazy_gettext("结果已经生效，不再改动。"),
    "voting.fell": lazy_gettext("这一轮表决已经作废。"),
    "voting.body_waits": lazy_gettext("一项异议已提交议事会，议事会作出决定以后才能生效。"),
    "voting.not_in": lazy_gettext("这个项目现在不在入选之列。"),
    "voting.leave_needs_reason": lazy_gettext("请写明退出的原因，大家都会看到。"),
    "voting.leave_of_another": lazy_gettext("只有提出的人可以撤回。"),
    "voting.leave_over": lazy_gettext("这项退出已经撤回，或者已经确认。"),
    "voting.own_leave": lazy_gettext("您提出的退出，要由另一位工作人员确认。"),
    "voting.leave_lapsed": lazy_gettext("提出已满 14 天，没有确认，请重新提出。"),
    "voting.money_rests_on_it": lazy_gettext("项目已选定施工方、申请了配比或用了社区份额，不能退出；请先退回。"),
    "voting.nobody_fits": lazy_gettext("剩下的资金，备选库里没有放得下的项目。"),
    "voting.another_is_next": lazy_gettext("排位轮到另一个项目，请看更新后的页面。"),
    "voting.own_override": lazy_gettext("您起草的决定，要由到会的另一位成员签字。"),
    "voting.override_needs_reason": lazy_gettext("请写明理由，大家都会看到。"),
    "voting.override_signed": lazy_gettext("这项决定已经签字。"),
    "voting.override_outdated": lazy_gettext("起草以后结果又变过，请重新起草。"),
    "voting.override_too_dear": lazy_gettext("这样入选的项目一共要 %(cost)s 元，超过本轮资金 %(budget)s 元。"),
    "voting.not_in_reserve": lazy_gettext("只能从备选库里补入。"),
    "voting.not_selected": lazy_gettext("只能去掉已经入选的项目。"),
    "voting.put_in_without_votes": lazy_gettext("没有一户投票的项目不能入选。"),
    "voting.one_consequence": lazy_gettext("异议成立或者部分成立，要选一项怎样处理。"),
    "voting.recount_differs": lazy_gettext(
        "重新计票和公布的结果不一样，说明选票或者结果被改过。请先查明，再按作废处理。"
    ),
    "voting.pools_wrong": lazy_gettext("请给 1 到 %(most)s 个下级地方填写资金，每个地方一份。"),
    "voting.pool_empty": lazy_gettext("%(title)s：还没有选定参加表决的项目。"),
    "voting.in_two_pools": lazy_gettext("%(title)s：%(project)s 已经在另一份资金里参加表决。"),
    "voting.rivals_in_two_pools": lazy_gettext(
        "互斥的两个项目分在两份资金里（%(one)s，%(other)s），各算各的，没法只选一个。请放在同一份里，或者去掉一个。"
    ),
    "voting.rivals_together": lazy_gettext("这样会有两个互斥的项目同时入选，本轮只能入选一个。"),
    "voting.no_such_receipt": lazy_gettext("没有找到这个回执号，请核对后重新输入。"),
}

CONSEQUENCES: Mapping[Consequence, Any] = {
    Consequence.RECOUNT: lazy_gettext("重新计票：结果不变，公示期重新计算"),
    Consequence.VOID: lazy_gettext("本轮作废：项目回到表决以前，可以另办一轮"),
    Consequence.BODY: lazy_gettext("提交议事会另作决定：决定签字以后重新公示"),
}
AFTER: Mapping[str, Any] = {
    "notice": lazy_gettext("结果公示中"),
    "answering": lazy_gettext("公示期已过，异议待答复"),
    "unproven": lazy_gettext("公示期已过，缺张贴照片"),
    "body": lazy_gettext("等待议事会决定"),
    "due": lazy_gettext("公示已结束，等待生效"),
    "bound": lazy_gettext("结果已生效"),
    "void": lazy_gettext("本轮作废"),
}


SKIPS: Mapping[str, Any] = {
    "dear": lazy_gettext("资金放不下"),
    "gone": lazy_gettext("已不在备选库，或者登记了重复、互斥"),
    "rival": lazy_gettext("和它互斥的项目已经入选"),
    "barred": lazy_gettext("没有得票或没到门槛"),
}


def after_words(state: str) -> Any:
    """Say what a result means for its projects as it stands."""
    if state == "bound":
        return lazy_gettext("入选的项目已进入下一步，其余列入备选库。")
    if state == "void":
        return lazy_gettext("一项异议成立，这个结果不算数，项目回到表决以前。")
    return lazy_gettext("结果还没有生效：公示期满、异议全部答复以前，哪个项目都不进入下一步。")


MODES: Mapping[Secrecy, Any] = {
    Secrecy.NAMED: lazy_gettext("记名"),
    Secrecy.SIMPLE: lazy_gettext("一般保密"),
    Secrecy.SEALED: lazy_gettext("密封"),
    Secrecy.PAPER: lazy_gettext("只用纸票"),
}
PROMISES: Mapping[Secrecy, Any] = {
    Secrecy.NAMED: lazy_gettext("记名投票：公布结果时，每个门牌选了什么，大家都能看到。"),
    Secrecy.SIMPLE: lazy_gettext(
        "一般保密：工作人员和公开页面都看不到您选了什么，结果公布时选票和门牌拆开、打乱，数据库里再也对不上；"
        "但公布以前管数据库的技术人员有意查得到，那时留下的备份和日志里也还有，录入纸质票的人看得到那张票。"
    ),
    Secrecy.SEALED: lazy_gettext(
        "密封投票：您的选择封好才存进来，三位持钥人里要有两位一起才能打开，打开时已经没有门牌，管理数据库的人也看不到；"
        "但挡不住别人站在旁边看着您投，也挡不住持钥人和管理数据库的人串通。"
    ),
    Secrecy.PAPER: lazy_gettext(
        "只用纸票：选票上没有门牌和姓名，只登记您哪天在哪里交了票；但字迹、折痕会不会认出人，电脑管不了。"
    ),
}

RIVALS: Mapping[RivalRule, Any] = {
    RivalRule.EXCLUDE: lazy_gettext("互斥的项目最多入选一个"),
    RivalRule.FREE: lazy_gettext("不限制，可能都入选"),
}
RIVAL_HINTS: Mapping[str, Any] = {
    RivalRule.EXCLUDE.value: lazy_gettext("计票时先入选的占位，和它互斥的从那一刻起不再计入。"),
    RivalRule.FREE.value: lazy_gettext("互斥只是提醒，都入选的由议事会再定。"),
}
RIVAL_RULES: Mapping[RivalRule, Any] = {
    RivalRule.EXCLUDE: lazy_gettext("互斥的项目最多入选一个：计票时先入选的占位，和它互斥的从那一刻起不再计入。"),
    RivalRule.FREE: lazy_gettext("互斥的项目本轮不作限制，可能都入选。"),
}
CHANNELS: Mapping[Channel | None, Any] = {
    Channel.PHONE: lazy_gettext("网上"),
    Channel.CODE: lazy_gettext("打印码"),
    Channel.KIOSK: lazy_gettext("自助机"),
    Channel.PAPER: lazy_gettext("纸面"),
    Channel.VISIT: lazy_gettext("上门"),
    None: lazy_gettext("合并的几种方式"),
}
CODED = lazy_gettext(
    "投票码只说明是哪一户，选了什么和用手机投的一样保密；打印的人当时看得到码，打印和换新都有记录，"
    "所以请留意信封是否完好；本户什么时候、用什么方式投过，这一页都会告诉您。"
)
STATES: Mapping[RoundState, Any] = {
    RoundState.DRAFT: lazy_gettext("草稿"),
    RoundState.WAITING: lazy_gettext("尚未开始"),
    RoundState.OPEN: lazy_gettext("正在投票"),
    RoundState.CLOSED: lazy_gettext("已截止，等待公布"),
    RoundState.PUBLISHED: lazy_gettext("结果已公布"),
    RoundState.VOID: lazy_gettext("已作废"),
}
WHY: Mapping[Why, Any] = {
    Why.SELECTED: lazy_gettext("票数在前，预算够用。"),
    Why.FILLED: lazy_gettext("用分完以后剩下的钱，按票数补上。"),
    Why.BELOW_THRESHOLD: lazy_gettext("没有达到最低票数。"),
    Why.AFTER_STOP: lazy_gettext("前面有一个放不下，按规则后面的不再看。"),
    Why.SUPPORTERS_SHORT: lazy_gettext("投它的住户手里剩下的份额，加起来不够它的预算。"),
    Why.RIVAL_SELECTED: lazy_gettext("和它互斥的项目已经入选，只能入选一个。"),
    Why.NO_VOTES: lazy_gettext("没有得票。"),
    Why.OVER_BUDGET: lazy_gettext("预算超过本轮全部资金。"),
    Why.DOES_NOT_FIT: lazy_gettext("轮到它时，剩下的资金不够。"),
}
WHY_SHARED = lazy_gettext("投它的住户用各自的份额一起付清。")


def why_words(method: Method, why: Why) -> Any:
    """Say why a project was selected or not, in the words of the round's rule."""
    shared = method.options.rule in (Rule.MES, Rule.MES_ADD1, Rule.PHRAGMEN)
    return WHY_SHARED if why is Why.SELECTED and shared else WHY[why]


BALLOTS: Mapping[BallotType, Any] = {
    BallotType.APPROVAL: lazy_gettext("勾选几个项目"),
    BallotType.KNAPSACK: lazy_gettext("勾选项目，加起来不超过本轮资金"),
    BallotType.POINTS: lazy_gettext("给项目打分"),
    BallotType.RANKING: lazy_gettext("给项目排名次"),
}
RULES: Mapping[Rule, Any] = {
    Rule.GREEDY: lazy_gettext("按票数，放不下的跳过"),
    Rule.GREEDY_NO_SKIP: lazy_gettext("按票数，遇到放不下的就停"),
    Rule.GREEDY_THRESHOLD: lazy_gettext("按票数，先要达到最低票数"),
    Rule.PHRAGMEN: lazy_gettext("按支持者轮流凑钱（弗拉格门法）"),
    Rule.MES: lazy_gettext("等额分担：每户份额一样"),
    Rule.MES_ADD1: lazy_gettext("等额分担，份额逐步补足"),
}


def ballot_sentence(method: Method) -> Any:
    """Say how a ballot is filled in."""
    words = {"most": method.most, "points": method.points, "each": method.each}
    return {
        BallotType.APPROVAL: lazy_gettext("每张选票最多选 %(most)s 个项目。", **words),
        BallotType.KNAPSACK: lazy_gettext("每张选票最多选 %(most)s 个项目，加起来不超过本轮资金。", **words),
        BallotType.POINTS: lazy_gettext(
            "每张选票一共 %(points)s 分，最多给 %(most)s 个项目，一个项目最多 %(each)s 分。", **words
        ),
        BallotType.RANKING: lazy_gettext(
            "每张选票最多排 %(most)s 个项目：第 1 位得 %(most)s 分，往后每位少 1 分。", **words
        ),
    }[method.ballot]


def rule_sentences(method: Method) -> list[Any]:
    """Say the rule of the count, sentence by sentence, with every option that decides the result."""
    options = method.options
    if options.rule in (Rule.MES, Rule.MES_ADD1):
        return _equal_shares(method)
    if options.rule is Rule.PHRAGMEN:
        return [
            lazy_gettext("每户的份额同样快地增长，一个项目的支持者凑够它的预算，它就入选，他们的份额从零再来。"),
            lazy_gettext("下一个项目超过剩下的资金，就到此为止；没有得票的不入选。"),
        ]
    order = (
        lazy_gettext("按得分从多到少入选")
        if method.ballot is not BallotType.APPROVAL
        else lazy_gettext("按票数从多到少入选")
    )
    if options.rule is Rule.GREEDY_NO_SKIP:
        return [lazy_gettext("%(order)s，遇到剩下的资金不够的就停，后面的不再看；没有得票的不入选。", order=order)]
    found = [lazy_gettext("%(order)s，剩下的资金不够就跳过，看下一个；没有得票的不入选。", order=order)]
    if options.rule is Rule.GREEDY_THRESHOLD:
        found.append(lazy_gettext("得分不到 %(least)s 的不入选。", least=int(options.threshold or 0)))
    return found


def _equal_shares(method: Method) -> list[Any]:
    options = method.options
    found = [
        lazy_gettext("本轮资金平均分给每张票，一户一份；投了同一个项目的住户一起付清它的预算，它就入选。"),
        lazy_gettext("先选每户付得最少的；没有得票的不入选。")
        if options.utility is Utility.POINTS
        else lazy_gettext("先选每花一元要支持者付得最少的，也就是票多的在前；没有得票的不入选。"),
    ]
    if options.rule is Rule.MES:
        return found
    found.append(
        lazy_gettext(
            "付完还有剩，就把每户的份额一次加 %(step)s 元重新算，直到再加就超过本轮资金。", step=yuan_text(options.step)
        )
        if options.stop is Stop.OVERSPEND
        else lazy_gettext(
            "付完还有剩，就把每户的份额一次加 %(step)s 元重新算，直到剩下的钱放不下任何有票的项目。",
            step=yuan_text(options.step),
        )
    )
    if options.fill is Fill.GREEDY:
        found.append(lazy_gettext("最后剩下的钱按票数（或得分）补上放得下的项目，单独列出。"))
    return found
