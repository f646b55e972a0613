"""The shape of a programme and of its policy: one field for each number, with what it means and where it comes from."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import flask_babel
from moneyed import Money
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.validators import Length, NumberRange, Optional, StopValidation

from fundapp.kernel.money import ZERO, fen, fen_of_text, from_fen, yuan_text
from fundapp.places.queries import PlaceRow
from fundapp.programmes import texts
from fundapp.programmes.allocating import AllocatingForm
from fundapp.programmes.approval_fields import ApprovalFields
from fundapp.programmes.commands import AddPolicyVersion, OpenProgramme
from fundapp.programmes.council_fields import CouncilFields
from fundapp.programmes.paying import PayingForm
from fundapp.programmes.queries import PolicyRow
from fundapp.programmes.raising import RaisingForm
from fundapp.programmes.rules import notice_days
from fundapp.programmes.shares import Choice, ShareField
from fundapp.programmes.voting_fields import VotingFields
from fundapp.web.forms import REQUIRED, BoxesField, MoneyField, TextField

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
TIERS = 5
# what an older policy means
NOTICE = {"publicity_days": 0, "reply_days": 3, "objections_most": 3, "show_doors": False, "cost_rise": "1/10"}
BASE = ("min_gift", "unlock", "household_cap", "related_cap")


class TierForm(Form):
    """From an amount on, what each further yuan earns."""

    start = MoneyField(_("自筹满（元）"), positive=False)
    rate = ShareField(_("每 1 元配几元"))


class HouseholdTierForm(Form):
    """From a share of households on, what each yuan earns."""

    share = ShareField(_("出资户占全体住户"))
    rate = ShareField(_("每 1 元配几元"))


def _choices(labels: Mapping[str, Any]) -> list[Any]:
    return [Choice(value, label) for value, label in labels.items()]


def _days(label: Any, about: Any, least: int = 1) -> IntegerField:
    return IntegerField(label, description=about, validators=[REQUIRED, NumberRange(least, 60)])


def _money(label: Any, about: Any, *, optional: bool = False) -> MoneyField:
    return MoneyField(label, description=about, validators=[Optional() if optional else REQUIRED])


class PolicyForm(CouncilFields, VotingFields, PayingForm, AllocatingForm, RaisingForm, ApprovalFields):
    """All parts of a policy."""

    meanings = texts.REGIME_MEANINGS
    regime = RadioField(
        _("由谁同意、多少算通过"),
        choices=_choices(texts.REGIME_LABELS),
        description=_(
            "默认全体住户三分之二以上：各地从三分之二到九成，昆明盘龙东风巷实际达到 84%。"
            "一个项目只用一种方式，按发起那天的法律计算。"
        ),
        validators=[REQUIRED],
    )
    follow = BooleanField(
        _("可以选“从众”"),
        description=_(
            "默认不勾选。勾选后多一个选项：跟着多数的一边走。人数单独列出，不写进同意；按户征求时从不算同意。"
        ),
    )
    consent_days = _days(_("征求意见天数"), _("默认 7 天；杭州规定业主表决不少于 5 天、不多于 60 天。"))
    keying_days = _days(_("纸质意见补录天数"), _("默认 3 天：截止前登记过编号的纸质表，可以在截止后补录。"), 0)
    publicity_days = _days(
        _("初步结果公示天数"),
        _("通常 5 天：绵阳业主表决的询异公示为 5 天，居委会公开事项不少于 15 天；0 天表示不公示，结果直接生效。"),
        0,
    )
    reply_days = _days(_("异议答复天数"), _("默认 3 天：招标异议 3 天内答复，杭州规定 10 天。"))
    objections_most = IntegerField(
        _("每户最多提几条异议"),
        description=_("默认 3 条：一户反复提，别人的异议就排不上；公示内容改动以后重新算。"),
        validators=[REQUIRED, NumberRange(1, 20)],
    )
    show_doors = BooleanField(
        _("公布参与表态的门牌"), description=_("默认不公布。勾选后只公布门牌，不公布意见和姓名；北京业主投票公布房号。")
    )
    cost_rise = ShareField(
        _("费用增加超过多少要重新征求"),
        description=_("默认 1/10：比居民看过的那一版多出一成以上，原来的意见作废；正好一成不用。"),
        validators=[REQUIRED],
    )
    quorum = ShareField(
        _("议事会到会的成员至少占"),
        description=_("默认 2/3：到会不够这个比例，议题只能延期再议。可以写 2/3、60% 或 0.6，最高到 1。"),
        validators=[REQUIRED],
    )
    notice_days = IntegerField(
        _("议事会提前公布天数"),
        description=_("默认 3 天：议题提前两三天公布，居民和成员来得及准备。"),
        validators=[REQUIRED, NumberRange(0, 30)],
    )
    second_keying = SelectField(
        _("纸质意见复录"),
        choices=_choices(texts.SECOND_LABELS),
        description=_("默认抽查：抽中的纸由另一个人再录一遍，两次不一致就不能公布结果。"),
    )
    second_share = ShareField(_("抽查比例"))
    proxies_most = IntegerField(
        _("一人最多代理几户"),
        description=_("默认 3 户：潍坊规定业主表决一人最多代理 3 户；填 0 就不接受代理。"),
        validators=[REQUIRED, NumberRange(0, 3)],
    )
    min_gift = _money(_("最低一笔自筹"), _("默认 1 元，少于它的不计入配捐。"))
    unlock = _money(
        _("自筹起配线"), _("默认 500 元：上海石门二路楼组自筹满 500 元才配；不填就没有起配线。"), optional=True
    )
    household_cap = _money(
        _("每户计入上限"), _("默认 2000 元，防止一户出大头带走配捐；不填就不设上限。"), optional=True
    )
    related_cap = _money(_("关联方计入上限"), _("默认 100 元，供应商等关联方的出资最多计入这么多。"), optional=True)
    rules = BoxesField(
        _("配捐算法"),
        choices=_choices(texts.RULE_LABELS),
        description=_("选几个就都算一遍，取最少的一个。没有公开的全国公式，默认用分档加四源两个。"),
        validators=[REQUIRED],
    )
    tiers = FieldList(FormField(TierForm), _("按自筹金额分档"), min_entries=TIERS)
    household_tiers = FieldList(FormField(HouseholdTierForm), _("按参与户数分档"), min_entries=3)
    linear = ShareField(
        _("固定比例：每 1 元配几元（选用时填写）"), description=_("南京等地按 1:1 配，晋江按四成到五成。")
    )
    own_floor = ShareField(
        _("自筹最低占比"), description=_("默认 1/10：成都吉福要求自筹不低于预算的一成。"), validators=[REQUIRED]
    )
    fund_share = ShareField(
        _("基金会最高占比"), description=_("默认 1/2：晋江、徐州的财政补助不超过一半。"), validators=[REQUIRED]
    )
    per_resident = ShareField(
        _("居民每出 1 元最多配几元"), description=_("默认 2 元：居民出得越多，封顶越高。"), validators=[REQUIRED]
    )
    cap = _money(_("每个项目配捐上限"), _("默认 5 万元；各地见过 5 万到 30 万元。"))
    order_by = SelectField(
        _("排位先后看什么"),
        choices=_choices(texts.ORDER_LABELS),
        description=_("南岸民泰的原则是“先干先得”，什么算“干”由各地写明；默认看条件齐备的时间。"),
    )
    works = _money(_("工程类项目上限"), _("默认 50 万元：珠海 2021 年规定；深圳罗湖为 100 万元。"))
    goods = _money(_("货物类项目上限"), _("默认 20 万元：珠海 2021 年规定。"))
    service = _money(_("服务类项目上限"), _("默认 20 万元：珠海 2021 年规定。"))
    quotes_min = IntegerField(
        _("最少询价家数"),
        description=_("默认 3 家：参照《政府采购法》第 40 条的询价方式。"),
        validators=[REQUIRED, NumberRange(1, 10)],
    )
    scale = SelectField(
        _("评议算法"),
        choices=_choices(texts.SCALE_LABELS),
        description=_("默认三档过半：宁波镇海 2022 年的做法；罗湖取票数最多的一档。"),
    )

    def fill(self, parts: Mapping[str, Any]) -> None:
        """Show a policy."""
        match, formulas = parts["matching"], parts["matching"]["entitlement"]
        values: dict[str, Any] = {
            "regime": parts["consent"]["regime"],
            "consent_days": parts["consent"]["days"],
            "keying_days": parts["consent"].get("keying_days", 3),
            "follow": parts["consent"].get("follow", False),
            "quorum": parts.get("council", {}).get("quorum", "2/3"),
            "notice_days": parts.get("council", {}).get("notice_days", 3),
            **{name: parts["consent"].get(name, usual) for name, usual in NOTICE.items()},
            "second_keying": parts["consent"].get("second_keying", "none"),
            "second_share": parts["consent"].get("second_keying_share", "1/10"),
            "proxies_most": parts["consent"].get("proxies_most", 3),
            **{
                name: _shown(match["base"].get(name)) for name in ("min_gift", "unlock", "household_cap", "related_cap")
            },
            "rules": list(formulas["rules"]),
            "linear": formulas.get("linear", {}).get("rate"),
            "own_floor": formulas.get("four_source", {}).get("own_floor", "1/10"),
            "fund_share": formulas.get("four_source", {}).get("fund_share", "1/2"),
            "per_resident": formulas.get("four_source", {}).get("per_resident_yuan", "2/1"),
            "cap": _shown(formulas["cap"]),
            "order_by": parts["queue"]["order_by"],
            **{name: _shown(parts["limits"][name]) for name in ("works", "goods", "service")},
            "quotes_min": parts["procurement"]["quotes_min"],
            "scale": parts["evaluation"]["scale"],
        }
        for name, value in values.items():
            self[name].data = value
        self.fill_council(parts.get("council", {}))
        self.fill_voting(parts["voting"])
        self.fill_allocating(match["allocation"])
        self._fill_tiers(formulas)
        self.fill_paying(parts)
        self.fill_raising(parts)
        self.fill_approval(parts)

    def _fill_tiers(self, formulas: Mapping[str, Any]) -> None:
        """Show tiers; a policy that has more of them than rows gets more rows, so that none is lost."""
        tiers = formulas.get("amount_tiers", {}).get("tiers", ())
        for row, tier in zip(_rows(self.tiers, len(tiers)), tiers, strict=False):
            row.start.data, row.rate.data = _shown(tier["from"]), tier["rate"]
        steps = formulas.get("household_tiers", {}).get("tiers", ())
        for row, tier in zip(_rows(self.household_tiers, len(steps)), steps, strict=False):
            row.share.data, row.rate.data = tier["share"], tier["rate"]

    @property
    def seldom(self) -> bool:
        """Tell whether something of the seldom used formulas is used or wrong, so that it must be seen."""
        used = {"linear", "household_tiers"} & set(self.rules.data or [])
        return bool(used or self.linear.errors or self.household_tiers.errors)

    def validate_regime(self, field: Any) -> None:
        """Need a vote that decides where the council only advises."""
        if field.data == "council" and not self.choose_by_vote.data:
            raise StopValidation(str(_("议事意见只供参考，要同时勾选“由居民投票选出要办的项目”。")))

    def validate_tiers(self, field: Any) -> None:
        """Take tiers that begin at 0 and rise, where they are used or anything was typed."""
        rows = [(row.form.start.data, row.form.rate.data) for row in field.entries if _typed(row.form)]
        if not rows and "amount_tiers" not in (self.rules.data or []):
            return
        if not rows or any(start is None or rate is None for start, rate in rows):
            raise StopValidation(str(_("每一档都要填写起点和比例。")))
        starts = [start for start, _rate in rows]
        rates = [Fraction(rate) for _start, rate in rows]
        if starts[0] != ZERO or _not_rising(starts):
            raise StopValidation(str(_("第一档从 0 元开始，后面各档的起点要一档比一档高。")))
        if rates != sorted(rates):
            raise StopValidation(str(_("多筹多补：后一档的比例不能比前一档低。")))

    def validate_household_tiers(self, field: Any) -> None:
        """Take tiers that rise, where they are used or anything was typed."""
        rows = [(row.form.share.data, row.form.rate.data) for row in field.entries if _typed(row.form)]
        if not rows and "household_tiers" not in (self.rules.data or []):
            return
        if not rows or any(share is None or rate is None for share, rate in rows):
            raise StopValidation(str(_("每一档都要填写户数占比和比例。")))
        shares = [Fraction(share) for share, _rate in rows]
        if _not_rising(shares) or not 0 < shares[0] <= shares[-1] <= 1:
            raise StopValidation(str(_("户数占比要一档比一档高，最高到 1。")))

    def validate_cost_rise(self, field: Any) -> None:
        """Take a share above 0 and at most 1."""
        self.validate_quorum(field)

    def validate_quorum(self, field: Any) -> None:
        """Take a share above 0 and at most 1."""
        if field.data is not None and not 0 < Fraction(field.data) <= 1:
            raise StopValidation(str(_("这个比例要大于 0，最高到 1。")))

    def validate_linear(self, field: Any) -> None:
        """Need the rate where the fixed rate is used."""
        if field.data is None and "linear" in (self.rules.data or []):
            raise StopValidation(str(_("选了固定比例，就要填写比例。")))

    def to_parts(self) -> dict[str, Any]:
        """Give the policy's parts; what is not typed and not used is not there."""
        return {
            "consent": {
                "regime": self.regime.data,
                "days": self.consent_days.data,
                "keying_days": self.keying_days.data,
                **({"follow": True} if self.follow.data else {}),
                **{name: self[name].data for name, usual in NOTICE.items() if self[name].data != usual},
                "second_keying": self.second_keying.data,
                "second_keying_share": self.second_share.data or "1/10",
                "proxies_most": self.proxies_most.data,
            },
            "council": {"quorum": self.quorum.data, "notice_days": self.notice_days.data, **self.council_part()},
            "voting": self.voting_part(),
            "matching": {
                "base": self._amounts(*BASE),
                "entitlement": self._formulas(),
                "allocation": self.allocating_part(),
            },
            "queue": {"order_by": self.order_by.data},
            "limits": self._amounts("works", "goods", "service"),
            "procurement": {"quotes_min": self.quotes_min.data},
            "evaluation": {"scale": self.scale.data},
            **self.paying_part(),
            **self.raising_part(),
            **self.approval_part(),
        }

    def _amounts(self, *names: str) -> dict[str, str]:
        return {name: _written(self[name].data) for name in names if self[name].data is not None}

    def _formulas(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "cap": _written(self.cap.data),
            "rules": [name for name in texts.RULE_LABELS if name in (self.rules.data or [])],
            "four_source": {
                "own_floor": self.own_floor.data,
                "fund_share": self.fund_share.data,
                "per_resident_yuan": self.per_resident.data,
            },
        }
        tiers = [row.form for row in self.tiers.entries if _typed(row.form)]
        if tiers:
            found["amount_tiers"] = {
                "tiers": [{"from": _written(one.start.data), "rate": one.rate.data} for one in tiers]
            }
        steps = [row.form for row in self.household_tiers.entries if _typed(row.form)]
        if steps:
            found["household_tiers"] = {"tiers": [{"share": one.share.data, "rate": one.rate.data} for one in steps]}
        return found | ({"linear": {"rate": self.linear.data}} if self.linear.data is not None else {})


class OpenForm(PolicyForm):
    """A new programme with its first policy."""

    place_id = SelectField(_("为哪个地区"), coerce=int, validators=[REQUIRED])
    year = IntegerField(_("年份"), validators=[REQUIRED, NumberRange(2000, 2200)])
    name = TextField(_("计划名称"), description=_("例如：民生小实事配捐计划。"), validators=[REQUIRED, Length(max=80)])
    foundation_name = TextField(
        _("基金会名称"), description=_("资金池由这家基金会管理，记在它的账上。"), validators=[REQUIRED, Length(max=120)]
    )
    funding = _money(_("资金池首笔资金"), _("已经到基金会账上、用于本计划的金额；以后可以再追加。"))

    def offer(self, places: list[PlaceRow]) -> None:
        """Offer the places for which the actor may open a programme."""
        self.place_id.choices = [Choice(str(place.id), place.full_name) for place in places]

    def to_command(self) -> OpenProgramme:
        """Make the command."""
        return OpenProgramme(
            self.place_id.data,
            int(self.year.data or 0),
            str(self.name.data),
            str(self.foundation_name.data),
            self.funding.data or ZERO,
            self.to_parts(),
        )


class VersionForm(PolicyForm):
    """Another version of a policy."""

    effective_from = DateField(
        _("从哪一天起生效"),
        description=_("两位审批人签过以后还要公示，请留够时间。已经提交的项目仍按原来的版本办，不受影响。"),
        validators=[REQUIRED],
    )
    base = HiddenField()

    def begin(self, newest: PolicyRow, today: date) -> None:
        """Show the version that is changed; the usual day leaves the approvers two weeks."""
        self.fill(newest.parts)
        self.base.data = str(newest.number)
        self.effective_from.data = today + timedelta(days=notice_days(newest.parts) + 14)

    def to_command(self, programme_id: int) -> AddPolicyVersion:
        """Make the command."""
        day = self.effective_from.data if "effective_from" in self else None
        base = int(self.base.data) if str(self.base.data).isdecimal() else 0
        return AddPolicyVersion(programme_id, day, self.to_parts(), base)


def _not_rising(values: Sequence[Any]) -> bool:
    return any(low >= high for low, high in pairwise(values))


def _rows(field: Any, needed: int) -> list[Any]:
    while len(field.entries) < needed:
        field.append_entry()
    return [entry.form for entry in field.entries]


def _typed(row: Any) -> bool:
    return any(field.data is not None for field in row)


def _shown(text: str | None) -> Money | None:
    return None if text is None else from_fen(fen_of_text(text, "policy"))


def _written(amount: Money) -> str:
    return yuan_text(fen(amount))
