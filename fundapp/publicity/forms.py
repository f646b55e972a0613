"""The shape of what is typed on the pages of a notice."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from fundapp.publicity.commands import Object, ProvePosting, Reply
from fundapp.publicity.rules import About, Medium, Verdict
from fundapp.publicity.texts import MEDIA, VERDICTS
from fundapp.web.forms import REQUIRED, BoxesField, InstantField, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class ProveForm(PageForm):
    """Where the paper hangs."""

    medium = RadioField(_("张贴方式"), validators=[REQUIRED])
    spot = TextField(
        _("张贴在哪里"), description=_("例如：1栋1单元门口公告栏。"), validators=[REQUIRED, Length(max=160)]
    )
    stays_until = InstantField(_("张贴到什么时候"), description=_("不能早于公示结束。"), validators=[REQUIRED])
    photo = FileField(
        _("张贴照片"),
        description=_("拍到公示全文和周围环境，不要拍到人脸；照片会公开。"),
        validators=[FileRequired(_("请拍照或选择照片。"))],
    )

    def offer(self, media: tuple[Medium, ...], until: Any) -> None:
        """Offer the media of the notice; where there is one only, it is chosen."""
        given = [medium for medium in media if medium is not Medium.ONLINE]
        self.medium.choices = options((medium.value, MEDIA[medium]) for medium in given)
        if not self.spot.raw_data:
            self.medium.data = given[0].value if len(given) == 1 else None
            self.stays_until.data = until

    def to_command(self, notice_id: int, photo_id: int) -> ProvePosting:
        """Make the command for the stored photo."""
        until = self.stays_until.data
        return ProvePosting(notice_id, Medium(self.medium.data), str(self.spot.data), until, photo_id)


class RepostForm(PageForm):
    """Why a notice is posted anew, and where."""

    reason = TextAreaField(
        _("为什么重新公示"), description=_("原因会公开，公示期从现在重新计算。"), validators=[REQUIRED, Length(max=400)]
    )
    media = SelectMultipleField(
        _("除了网上，还在哪里公示"),
        choices=options((medium.value, MEDIA[medium]) for medium in Medium if medium is not Medium.ONLINE),
        description=_("选了楼道公告栏，公示期内就要拍照登记张贴；没有照片，最终结果不能公布。"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )

    @property
    def chosen(self) -> tuple[Medium, ...]:
        """Give the media that were ticked."""
        return tuple(Medium(name) for name in self.media.data or ())


class ObjectForm(OnceForm):
    """What a household says against a notice."""

    unit_id = RadioField(_("代表哪一户"), coerce=int, validators=[REQUIRED])
    text = TextAreaField(
        _("您的异议"),
        description=_("写清楚哪里不对。原文只有您这一户和工作人员能看到；公开的只有不带姓名、门牌的摘要和答复。"),
        validators=[REQUIRED, Length(max=2000)],
    )
    photo = FileField(_("照片"), validators=[Optional()])

    def offer(self, units: list[tuple[int, str]]) -> None:
        """Offer the person's households; where there is one only, it is chosen."""
        self.unit_id.choices = options((str(number), door) for number, door in units)
        if len(units) == 1 and self.unit_id.data is None:
            self.unit_id.data = units[0][0]

    def to_command(self, notice_id: int, photo_id: int | None) -> Object:
        """Make the command for the stored photo."""
        return Object(notice_id, self.unit_id.data, str(self.text.data), str(self.op_key.data), photo_id)


class PaperForm(OnceForm):
    """An objection that a household wrote on paper."""

    door = TextField(_("门牌"), description=_("照纸上写。"), validators=[REQUIRED, Length(max=160)])
    text = TextAreaField(
        _("异议内容"), description=_("照纸上抄录，不要改写。"), validators=[REQUIRED, Length(max=2000)]
    )
    photo = FileField(
        _("纸质异议书照片"),
        description=_("仅工作人员可见。"),
        validators=[FileRequired(_("请拍照或选择扫描件。"))],
    )

    def to_command(self, notice_id: int, unit_id: int, photo_id: int) -> Object:
        """Make the command for the household and the photo that were found."""
        return Object(notice_id, unit_id, str(self.text.data), str(self.op_key.data), photo_id, on_paper=True)


class ReplyForm(PageForm):
    """The answer to an objection."""

    verdict = RadioField(
        _("异议是否成立"),
        choices=options((verdict.value, VERDICTS[verdict]) for verdict in Verdict),
        validators=[REQUIRED],
    )
    summary = TextAreaField(
        _("异议摘要（公开）"),
        description=_("用一两句话说清异议是什么，不写姓名和门牌。"),
        validators=[REQUIRED, Length(max=400)],
    )
    reason = TextAreaField(
        _("答复和理由（公开）"),
        description=_("查了什么、依据什么、怎样处理；不写姓名和门牌。"),
        validators=[REQUIRED, Length(max=1000)],
    )
    named = BoxesField("", coerce=int, validators=[Optional()])

    def offer(self, nameable: list[tuple[int, str]], about: About) -> None:
        """Offer what an upheld objection may bring down, in the words of what the notice is about."""
        self.named.label.text, self.named.description = about.falls, about.falls_hint
        self.named.choices = options((str(number), label) for number, label in nameable)

    def to_command(self, objection_id: int) -> Reply:
        """Make the command."""
        named = tuple(self.named.data or ())
        return Reply(objection_id, Verdict(self.verdict.data), str(self.summary.data), str(self.reason.data), named)
