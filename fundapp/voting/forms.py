"""The shape of what is typed on the pages of a round."""

from collections.abc import Iterable, Mapping
from typing import Any

import flask_babel
from flask import request
from flask_wtf.file import FileField
from wtforms import Field, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from fundapp.publicity.rules import Medium
from fundapp.publicity.texts import MEDIA
from fundapp.voting.commands import (
    BindOutcome,
    CastBallot,
    CastSealed,
    DraftRound,
    KeyBallot,
    OpenRound,
    PublishResult,
    SetCandidates,
)
from fundapp.voting.method import BallotType, Method
from fundapp.voting.rounds import RivalRule
from fundapp.voting.secrecy import Secrecy
from fundapp.voting.texts import MODES, RIVALS
from fundapp.web.forms import (
    REQUIRED,
    BoxesField,
    ConfirmField,
    InstantField,
    MoneyField,
    OnceForm,
    PageForm,
    TextField,
    options,
)

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class MarksField(Field):
    """Points or places by project, each in a box of its own; ``data`` gives those above nothing, by project."""

    def read(self, typed: Mapping[str, str], projects: Iterable[int]) -> None:
        """Read what was typed for these projects; ``wrong`` names those that no whole number was typed for."""
        self.typed = {one: (typed.get(f"{self.name}-{one}") or "").strip() for one in projects}
        self.wrong = [one for one, text in self.typed.items() if text and not (text.isdecimal() and len(text) < 4)]
        given = {one: int(text) for one, text in self.typed.items() if text and one not in self.wrong}
        self.data = {one: points for one, points in given.items() if points}


class MarkedForm(OnceForm):
    """What the ballots of a household and of a sheet have in common: boxes, or points, or places."""

    choices = BoxesField(lazy_gettext("请选择项目"), coerce=int)
    marks = MarksField()
    method: Method | None = None

    def put(self, method: Method, projects: list[tuple[int, str]]) -> None:
        """Offer the candidates in the manner of the round."""
        self.method, self.choices.choices = method, projects
        self.marks.read(request.form, [project for project, _title in projects])
        if method.ballot is BallotType.POINTS:
            self.choices.label.text = lazy_gettext("请给项目打分")
        elif method.ballot is BallotType.RANKING:
            self.choices.label.text = lazy_gettext("请给项目排名次")

    def validate_choices(self, field: Any) -> None:
        """Take whole numbers for points, and places that follow each other from the first."""
        if self.marks.wrong:
            raise StopValidation(str(lazy_gettext("请填写整数，不选的留空。")))
        places = sorted(self.marks.data.values())
        if self.method and self.method.ballot is BallotType.RANKING and places != list(range(1, len(places) + 1)):
            raise StopValidation(str(lazy_gettext("名次从第 1 位起，一位一个项目，不能跳过，也不能相同。")))

    def named(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Give the projects in order of preference, and their points where the round gives points."""
        if self.method is None or self.method.ballot.by_box:
            return tuple(self.choices.data or ()), ()
        if self.method.ballot is BallotType.RANKING:
            return tuple(sorted(self.marks.data, key=self.marks.data.__getitem__)), ()
        return tuple(self.marks.data), tuple(self.marks.data.values())


class DraftForm(PageForm):
    """A round as the worker wishes it."""

    programme_id = SelectField(lazy_gettext("年度计划"), coerce=int)
    place_id = SelectField(lazy_gettext("哪里的住户投票"), coerce=int)
    title = TextField(lazy_gettext("名称"), validators=[REQUIRED, Length(max=80)])
    opens_at = InstantField(lazy_gettext("开始时间"), validators=[REQUIRED])
    closes_at = InstantField(lazy_gettext("截止时间"), validators=[REQUIRED])
    budget = MoneyField(lazy_gettext("本轮资金"), validators=[REQUIRED])
    max_choices = IntegerField(lazy_gettext("每张选票最多选几个"), validators=[Optional(), NumberRange(min=1, max=100)])
    secrecy = RadioField(
        lazy_gettext("怎样保密"),
        choices=options([(mode.value, words) for mode, words in MODES.items()]),
        default=Secrecy.SIMPLE.value,
        validators=[REQUIRED],
    )
    rivals = RadioField(
        lazy_gettext("互斥的项目"),
        choices=options([(rule.value, words) for rule, words in RIVALS.items()]),
        default=RivalRule.EXCLUDE.value,
        validators=[REQUIRED],
    )

    def offer(self, programmes: list[tuple[int, str]], places: list[tuple[int, str]]) -> None:
        """Offer programmes and places."""
        self.programme_id.choices, self.place_id.choices = programmes, places

    def to_command(self) -> DraftRound:
        """Make the command."""
        return DraftRound(
            programme_id=self.programme_id.data,
            place_id=self.place_id.data,
            title=str(self.title.data),
            opens_at=self.opens_at.data,
            closes_at=self.closes_at.data,
            budget=self.budget.data,
            max_choices=self.max_choices.data,
            secrecy=Secrecy(self.secrecy.data),
            rivals=RivalRule(self.rivals.data),
        )


class CandidatesForm(PageForm):
    """Which projects stand on the ballot."""

    projects = BoxesField(lazy_gettext("参加表决的项目"), coerce=int)

    def to_command(self, round_id: int) -> SetCandidates:
        """Make the command."""
        return SetCandidates(round_id, tuple(self.projects.data or ()))


class OpenForm(PageForm):
    """The worker's word that all of it is right."""

    sure = ConfirmField(lazy_gettext("我已核对：时间、资金、项目和名册都正确"))

    def to_command(self, round_id: int) -> OpenRound:
        """Make the command."""
        return OpenRound(round_id)


class BallotForm(MarkedForm):
    """A household's own ballot."""

    unit_id = RadioField(lazy_gettext("代表哪一户"), coerce=int, validators=[REQUIRED])

    def offer(self, units: list[tuple[int, str]]) -> None:
        """Offer the person's households; where there is one only, it is chosen."""
        self.unit_id.choices = units
        if len(units) == 1 and self.unit_id.data is None:
            self.unit_id.data = units[0][0]

    def to_command(self, round_id: int) -> CastBallot:
        """Make the command."""
        chosen, points = self.named()
        return CastBallot(round_id, self.unit_id.data, chosen, str(self.op_key.data), points)


class SealedForm(BallotForm):
    """A household's own ballot of a sealed round."""

    digits = TextField(
        lazy_gettext("自己想四个数字"), validators=[InputRequired(lazy_gettext("请填写四个数字，自己记得住就行。"))]
    )

    def to_sealed(self, round_id: int) -> CastSealed:
        """Make the command."""
        chosen, points = self.named()
        return CastSealed(round_id, self.unit_id.data, chosen, str(self.digits.data), points)


def came_field() -> RadioField:
    """Ask whether a paper was brought to the polling place or fetched at the door."""
    return RadioField(
        lazy_gettext("纸票怎样来的"),
        choices=options([("desk", lazy_gettext("住户到投票点交的")), ("visit", lazy_gettext("上门收回的"))]),
        default="desk",
    )


class PaperForm(MarkedForm):
    """A paper ballot, field by field in the order of the paper."""

    serial = IntegerField(
        lazy_gettext("纸质票编号"), validators=[InputRequired(lazy_gettext("请填写右上角的编号。")), NumberRange(min=1)]
    )
    door = TextField(lazy_gettext("门牌"), validators=[REQUIRED, Length(max=160)])
    valid = RadioField(
        lazy_gettext("这张票"),
        choices=options([("yes", lazy_gettext("有效")), ("no", lazy_gettext("无效：多选、空白或看不清"))]),
        default="yes",
    )
    came = came_field()
    scan = FileField(lazy_gettext("纸质票照片"), validators=[Optional()])

    def to_command(self, round_id: int, unit_id: int, scan_id: int | None) -> KeyBallot:
        """Make the command for the household and the photo that were found."""
        chosen, points = self.named()
        return KeyBallot(
            round_id,
            unit_id,
            chosen,
            int(self.serial.data or 0),
            scan_id,
            str(self.op_key.data),
            valid=self.valid.data == "yes",
            points=points,
            visit=self.came.data == "visit",
        )


class PublishForm(PageForm):
    """Where the result is posted beside this site, in a round whose result goes on notice."""

    media = BoxesField(
        lazy_gettext("结果除了网上，还在哪里公示"),
        choices=options((medium.value, MEDIA[medium]) for medium in Medium if medium is not Medium.ONLINE),
        description=lazy_gettext("选了楼道公告栏，公示期内就要拍照登记张贴；没有照片，结果不能生效。"),
        validators=[Optional()],
    )

    def to_command(self, round_id: int) -> PublishResult:
        """Make the command."""
        return PublishResult(round_id, tuple(Medium(name) for name in self.media.data or ()))


class BindForm(PageForm):
    """Nothing but the button."""

    def to_command(self, round_id: int) -> BindOutcome:
        """Make the command."""
        return BindOutcome(round_id)


class ReceiptForm(PageForm):
    """A receipt code as it is typed off a slip."""

    code = TextField(lazy_gettext("回执号"), validators=[REQUIRED, Length(max=40)])


def offered(form: DraftForm, **values: Any) -> DraftForm:
    """Fill in what is usual, or what the draft says, where nothing was typed yet."""
    if request.method == "GET":
        for name, value in values.items():
            form[name].data = value
    return form
