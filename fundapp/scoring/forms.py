"""The shape of sheets and papers."""

from collections.abc import Sequence
from typing import Any

import flask_babel
from wtforms import BooleanField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fundapp.kernel.errors import Refused
from fundapp.scoring.commands import DraftSheet, HandIn, MemberLine
from fundapp.scoring.rules import MOST_POINTS, WHOLE, Terms
from fundapp.web.forms import (
    REQUIRED,
    BoxesField,
    ConfirmField,
    InstantField,
    MoneyField,
    OnceForm,
    PageForm,
    TextField,
)

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class SheetForm(PageForm):
    """A sheet as the worker wishes it."""

    programme_id = SelectField(_("年度计划"), coerce=int)
    place_id = SelectField(_("哪里的项目"), coerce=int)
    title = TextField(_("名称"), validators=[REQUIRED, Length(max=80)])
    opens_at = InstantField(_("开始打分"), validators=[REQUIRED])
    closes_at = InstantField(_("截止打分"), validators=[REQUIRED])
    budget = MoneyField(_("本轮资金"), validators=[REQUIRED])
    projects = BoxesField(_("参加评选的项目"), coerce=int)
    criteria = TextAreaField(_("评选标准和权重"), validators=[REQUIRED, Length(max=600)])
    most = IntegerField(_("每条满分"), validators=[InputRequired(), NumberRange(1, MOST_POINTS)])
    least = IntegerField(_("入选线（总分 100）"), validators=[InputRequired(), NumberRange(0, WHOLE)])
    trim = BooleanField(_("五份卷以上时，每个项目去掉一个最高分和一个最低分"))
    members = TextAreaField(_("评委"), validators=[REQUIRED, Length(max=4000)])

    def offer(
        self, programmes: list[tuple[int, str]], places: list[tuple[int, str]], projects: list[tuple[int, str]]
    ) -> None:
        """Offer programmes, places and projects."""
        self.programme_id.choices, self.place_id.choices, self.projects.choices = programmes, places, projects

    def to_command(self) -> DraftSheet:
        """Make the command.

        Raises:
            Refused: a line of the members that does not say login, name and office.
        """
        return DraftSheet(
            programme_id=self.programme_id.data,
            place_id=self.place_id.data,
            title=str(self.title.data),
            opens_at=self.opens_at.data,
            closes_at=self.closes_at.data,
            budget=self.budget.data,
            criteria=str(self.criteria.data),
            most=int(self.most.data or 0),
            least=int(self.least.data or 0),
            trim=bool(self.trim.data),
            project_ids=tuple(self.projects.data or ()),
            members=read_members(str(self.members.data)),
        )


class OpenForm(PageForm):
    """The worker's word that all of it is right."""

    sure = ConfirmField(_("我已核对：时间、资金、项目、标准和评委都正确"))


class PublishForm(PageForm):
    """Nothing but the button."""


class PaperForm(OnceForm):
    """A member's paper; its boxes are made for the sheet by :func:`paper_form`."""

    sure = ConfirmField(_("我已打完全部项目，交卷后不能修改，姓名和打分在截止后公布"))

    def put(self, project_ids: Sequence[int], terms: Terms) -> None:
        """Say which boxes there are."""
        self.ids, self.terms = tuple(project_ids), terms

    def boxes(self, project_id: int) -> list[Any]:
        """Give the boxes of a project, one for each criterion."""
        return [self[f"points-{project_id}-{number}"] for number in range(len(self.terms.criteria))]

    def to_command(self, sheet_id: int) -> HandIn:
        """Make the command: a project with a reason is left to the others, whatever is in its boxes."""
        recused = {one: str(self[f"recuse-{one}"].data) for one in self.ids if self[f"recuse-{one}"].data}
        typed = {one: tuple(box.data for box in self.boxes(one)) for one in self.ids if one not in recused}
        whole = {one: given for one, given in typed.items() if None not in given}
        return HandIn(sheet_id, whole, recused, str(self.op_key.data))


def paper_form(project_ids: Sequence[int], terms: Terms) -> PaperForm:
    """Make the form of a sheet's paper: whole numbers for each project and criterion, or a reason to leave it out."""
    said = flask_babel.gettext("请填 0 到 %(most)s 之间的整数。", most=terms.most)
    fields: dict[str, Any] = {}
    for project_id in project_ids:
        for number, one in enumerate(terms.criteria):
            name = f"points-{project_id}-{number}"
            label = flask_babel.gettext("%(name)s（占 %(weight)s%%）", name=one.name, weight=one.weight)
            fields[name] = IntegerField(label, validators=[Optional(), NumberRange(0, terms.most, said)])
        fields[f"recuse-{project_id}"] = TextField(
            flask_babel.gettext("回避原因"), validators=[Optional(), Length(max=120)]
        )
    form: PaperForm = type("SheetPaperForm", (PaperForm,), fields)()
    form.put(project_ids, terms)
    for box in (box for project_id in project_ids for box in form.boxes(project_id)):
        box.flags.optional = False  # it may be blank only beside a reason to leave the project out
    return form


def read_members(text: str) -> tuple[MemberLine, ...]:
    """Read one member a line: login, name and office, with blanks or commas between them.

    Raises:
        Refused: ``scoring.member_form``, on the field ``members``.

    >>> read_members("wang01，王某 居民代表")
    (MemberLine(login='wang01', name='王某', office='居民代表'),)
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.replace("，", " ").replace(",", " ").replace("、", " ").split()
        if not parts:
            continue
        if len(parts) < 3 or len(parts[1]) > 40 or len(" ".join(parts[2:])) > 60:
            raise Refused("scoring.member_form", field="members", line=number)
        found.append(MemberLine(parts[0], parts[1], " ".join(parts[2:])))
    return tuple(found)
