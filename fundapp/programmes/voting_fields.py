"""The fields of a policy that say how households choose among projects."""

from collections.abc import Mapping
from typing import Any

import flask_babel
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import NumberRange, Optional, StopValidation

from fundapp.kernel.money import fen, fen_of_text, from_fen, yuan_text
from fundapp.programmes import voting_texts
from fundapp.programmes.shares import Choice
from fundapp.web.forms import REQUIRED, MoneyField, PageForm

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
USUAL: Mapping[str, str] = {
    "ballot": "approval", "rule": "greedy", "utility": "cost", "start": "integral", "stop": "overspend", "fill": "none",
}  # fmt: skip
NOTICE_FIELDS = {
    "publicity_days": ("vote_notice_days", 0),
    "reply_days": ("vote_reply_days", 3),
    "objections_most": ("vote_objections", 3),
}  # and what an older policy means
SHARED = ("utility", "start", "stop", "fill")


def _choices(labels: Mapping[str, Any]) -> list[Any]:
    return [Choice(value, label) for value, label in labels.items()]


class VotingFields(PageForm):
    """Ballot, rule, and the numbers of a vote."""

    choose_by_vote = BooleanField(
        _("由居民投票选出要办的项目"), description=_("不勾选时，居民同意后即可直接入选，不再投票。")
    )
    max_choices = IntegerField(
        _("每户最多选几项"),
        description=_("默认 3 项；南昌朝阳的选票最多选 10 项。排名次时最多 10 项。"),
        validators=[REQUIRED, NumberRange(1, 100)],
    )
    vote_days = IntegerField(
        _("投票天数"), description=_("默认 7 天；各地见过 5 到 60 天。"), validators=[REQUIRED, NumberRange(1, 60)]
    )
    ballot = RadioField(
        _("选票怎样填"),
        choices=_choices(voting_texts.BALLOT_LABELS),
        description=_("默认勾选。老人最容易看懂的是勾选；打分和排名次要多想一步。"),
        validators=[REQUIRED],
    )
    points = IntegerField(
        _("一张选票一共几分（打分时填写）"),
        description=_("默认 10 分：瑞士阿劳 2023 年每票 10 分。"),
        validators=[Optional(), NumberRange(1, 100)],
    )
    each = IntegerField(
        _("一个项目最多几分（打分时填写）"),
        description=_("不填就可以把全部分数给一个项目；法国图卢兹 2019 年每票 7 分，一个项目最多 3 分。"),
        validators=[Optional(), NumberRange(1, 100)],
    )
    rule = RadioField(
        _("怎样数票"),
        choices=_choices(voting_texts.RULE_LABELS),
        description=_("默认按票数；等额分担让人数少的楼栋也能选上一些，波兰、瑞士、荷兰的几个城市用它。"),
        validators=[REQUIRED],
    )
    threshold = IntegerField(
        _("最低票数（选用时填写）"),
        description=_("得票不到这个数的不入选。"),
        validators=[Optional(), NumberRange(1, 10**6)],
    )
    step = MoneyField(
        _("每次给每户补几元（逐步补足时填写）"),
        description=_("默认 1 元，与欧洲各市做法相同。"),
        validators=[Optional()],
    )
    vote_notice_days = IntegerField(
        _("表决结果公示天数"),
        description=_("通常 5 天：绵阳业主表决的询异公示为 5 天；0 天表示不公示，结果公布就生效。"),
        validators=[REQUIRED, NumberRange(0, 60)],
    )
    vote_reply_days = IntegerField(
        _("表决异议答复天数"),
        description=_("默认 3 天；由没有经手公布结果的工作人员答复。"),
        validators=[REQUIRED, NumberRange(1, 60)],
    )
    vote_objections = IntegerField(
        _("表决结果每户最多提几条异议"),
        description=_("默认 3 条：一户反复提，别人的异议就排不上；公示内容改动以后重新算。"),
        validators=[REQUIRED, NumberRange(1, 20)],
    )
    utility = SelectField(_("先选哪些（等额分担）"), choices=_choices(voting_texts.UTILITY_LABELS))
    start = SelectField(_("份额从多少算起（逐步补足）"), choices=_choices(voting_texts.START_LABELS))
    stop = SelectField(_("补到什么时候停（逐步补足）"), choices=_choices(voting_texts.STOP_LABELS))
    fill_rest = SelectField(_("最后剩下的钱（逐步补足）"), choices=_choices(voting_texts.FILL_LABELS))

    @property
    def seldom_vote(self) -> bool:
        """Tell whether something of the seldom used ways of voting is used or wrong, so that it must be seen."""
        used = self.ballot.data not in (None, "approval") or self.rule.data not in (None, "greedy")
        return used or any(self[name].errors for name in ("points", "each", "threshold", "step", "ballot", "rule"))

    def fill_voting(self, part: Mapping[str, Any]) -> None:
        """Show the part "voting" of a policy."""
        self.choose_by_vote.data, self.max_choices.data = part["choose_by_vote"], part["max_choices"]
        self.vote_days.data = part["days"]
        for name, (field, least) in NOTICE_FIELDS.items():
            self[field].data = part.get(name, least)
        for name, usual in USUAL.items():
            self["fill_rest" if name == "fill" else name].data = part.get(name, usual)
        for name in ("points", "each", "threshold"):
            self[name].data = part.get(name)
        self.step.data = from_fen(fen_of_text(part["step"], "voting.step")) if "step" in part else None

    def voting_part(self) -> dict[str, Any]:
        """Give the part "voting"; what is usual or does not go with the rule is not written."""
        told: dict[str, Any] = {
            "choose_by_vote": bool(self.choose_by_vote.data),
            "max_choices": self.max_choices.data,
            "days": self.vote_days.data,
        }
        told |= {name: self[field].data for name, (field, usual) in NOTICE_FIELDS.items() if self[field].data != usual}
        names = ["ballot", "rule", *{"mes": SHARED[:1], "mes-add1": SHARED}.get(str(self.rule.data), ())]
        for name in names:
            value = self["fill_rest" if name == "fill" else name].data
            if value != USUAL[name]:
                told[name] = value
        if self.ballot.data == "points":
            told |= {name: self[name].data for name in ("points", "each") if self[name].data is not None}
        if self.rule.data == "greedy-threshold":
            told["threshold"] = self.threshold.data
        if self.rule.data == "mes-add1" and self.step.data is not None:
            told["step"] = yuan_text(fen(self.step.data))
        return told

    def validate_max_choices(self, field: Any) -> None:
        """Keep the places of a ranking few."""
        if self.ballot.data == "ranking" and field.data is not None and field.data > 10:
            raise StopValidation(str(_("排名次最多 10 项。")))

    def validate_each(self, field: Any) -> None:
        """Keep what one project may get within what a ballot has."""
        if field.data is not None and field.data > (self.points.data or 10):
            raise StopValidation(str(_("不能比一张选票的总分多。")))

    def validate_rule(self, field: Any) -> None:
        """Take the rules that go with the ballot, with what they need."""
        if field.data == "phragmen" and self.ballot.data in ("points", "ranking"):
            raise StopValidation(str(_("弗拉格门法只能用在勾选的选票上。")))
        if field.data == "greedy-threshold" and self.threshold.data is None:
            raise StopValidation(str(_("选了最低票数，就要填写最低票数。")))
